# Every argument of the Dockerfile holds the one before twice.
printf '# exit: 1\n'
printf 'on: push\njobs:\n  hostile:\n    runs-on: ubuntu-24.04\n    steps:\n'
printf '      - run: |\n          printf "FROM scratch\\nARG A0=xxxxxxxxxx\\n" >Dockerfile\n'
printf '          for i in {1..60}; do echo "ARG A$i=\\$A$((i - 1))\\$A$((i - 1))"; done >>Dockerfile\n'
printf '          docker build .\n'
