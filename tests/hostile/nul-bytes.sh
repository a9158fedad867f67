# A workflow that is no text.
printf '# exit: 2\n# says: case.yml\n\0\377\376\n'
