# A workflow of more than 100,000 nodes.
printf '# exit: 2\n# says: case.yml:\non: push\njobs:\n  hostile:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: true\n        env:\n'
seq 110000 | sed 's/.*/          NAME_&: x/'
