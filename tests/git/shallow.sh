# with: fetch-depth: 1
# fetch: --no-tags --depth=1 origin +COMMIT:refs/remotes/origin/main
t() {
    echo "\$ $*"
    "$@" 2>&1
    echo "exit $?"
}
t git diff-index --quiet HEAD
t git diff-files
t git log --oneline
t git rev-list --count HEAD
t git describe --tags
t git describe --tags --always
t git diff --name-only HEAD^ HEAD
t git show-ref
t git merge-base HEAD origin/feature
t git cat-file -t v1.0
t git status --short --branch
t git fsck
