# Sixty levels of nesting and many more.
printf '# exit: 2\n# says: case.yml:\non: push\njobs:\n  hostile:\n    runs-on: '
printf '[%.0s' $(seq 100000)
printf ']%.0s' $(seq 100000)
printf '\n'
