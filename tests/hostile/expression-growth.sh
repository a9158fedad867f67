# Every variable holds the one before ten times: format() and join() that grow.
printf '# exit: 1\non: push\njobs:\n  hostile:\n    runs-on: ubuntu-24.04\n    steps:\n'
printf '      - run: printf "v0=%%s\\n" xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx >>"$GITHUB_OUTPUT"\n        id: s0\n'
for i in 1 2 3 4 5 6 7 8 9; do
    p="steps.s$((i - 1)).outputs.v$((i - 1))"
    printf '      - id: s%d\n        shell: bash\n        env:\n          GROWN: ${{ format('"'{0}{0}{0}{0}{0}{0}{0}{0}{0}{0}'"', %s) }}${{ toJSON(github) }}\n        run: printf "v%d=%%s\\n" "${GROWN//$'"'\\\\n'"'/}" >>"$GITHUB_OUTPUT"\n' "$i" "$p" "$i"
done
