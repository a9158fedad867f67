# with: fetch-depth: 1
# fetch: --no-tags --depth=1 origin +COMMIT:refs/remotes/origin/main
t() {
    echo "\$ $*"
    "$@" 2>&1
    echo "exit $?"
}
t git ls-remote
t git fetch origin main
t git fetch --no-tags --depth=1 origin +refs/heads/feature:refs/remotes/origin/feature
t git diff --name-only origin/feature HEAD
t git merge-base HEAD origin/feature
t git fetch --no-tags --deepen=1
t git rev-list --count HEAD
t git fetch --depth=3 origin main
t git rev-list --count HEAD
t git fetch origin tag v1.0 --no-tags
t git fetch --tags
t git show-ref
t git fetch --prune --unshallow --tags
t git log --oneline
t git describe --tags
t git merge-base HEAD origin/feature
t git diff --name-only origin/feature...HEAD
t git fetch origin nowhere
t git fetch origin "+refs/heads/*:refs/remotes/origin/*"
t git worktree add -q ../tree v1.0
t git fsck
