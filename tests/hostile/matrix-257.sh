# One leg more than GitHub takes.
printf '# exit: 2\n# says: 256\non: push\njobs:\n  hostile:\n    runs-on: ubuntu-24.04\n    strategy:\n      matrix:\n        n: ['
seq -s , 257 | tr -d '\n'
printf ']\n    steps:\n      - run: true\n'
