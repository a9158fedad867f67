# An expression of 100,000 brackets.
printf '# exit: 2\n# says: case.yml:\non: push\njobs:\n  hostile:\n    runs-on: ubuntu-24.04\n    if: ${{ '
printf '(%.0s' $(seq 100000)
printf 'true'
printf ')%.0s' $(seq 100000)
printf ' }}\n    steps:\n      - run: true\n'
