# with: fetch-depth: 0
# fetch: origin +refs/heads/*:refs/remotes/origin/* +refs/tags/*:refs/tags/*
t() {
    echo "\$ $*"
    "$@" 2>&1
    echo "exit $?"
}
t git log --oneline
t git describe
t git tag --sort=creatordate
t git show-ref
t git branch -a
t git diff --name-only origin/feature...HEAD
t git fetch --tags --force
t git fetch --unshallow
t git shortlog -sn HEAD
