# Nine levels of aliases, each nine times the one before.
printf '# exit: 2\n# says: case.yml:\non: push\nenv:\n  a0: &a0 [x, x, x, x, x, x, x, x, x]\n'
for i in 1 2 3 4 5 6 7 8 9; do
    printf '  a%d: &a%d [' "$i" "$i"
    printf "*a$((i - 1)), %.0s" 1 2 3 4 5 6 7 8
    printf '*a%d]\n' "$((i - 1))"
done
printf 'jobs:\n  hostile:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: true\n'
