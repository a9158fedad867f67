# with: fetch-depth: 3, fetch-tags: true
# fetch: --depth=3 origin +COMMIT:refs/remotes/origin/main
t() {
    echo "\$ $*"
    "$@" 2>&1
    echo "exit $?"
}
t git log --oneline
t git show-ref
t git describe --tags
