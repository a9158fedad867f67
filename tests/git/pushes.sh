# with: fetch-depth: 1
# fetch: --no-tags --depth=1 origin +COMMIT:refs/remotes/origin/main
export GIT_COMMITTER_DATE='2026-01-02T00:00:00Z' GIT_AUTHOR_DATE='2026-01-02T00:00:00Z'
t() {
    echo "\$ $*"
    "$@" 2>&1
    echo "exit $?"
}
t git config user.name bot
t git config user.email bot@example.org
t git tag -a v2.0 -m 'version 2.0'
t git push origin v2.0
t git push origin v2.0
t git commit --allow-empty -qm release
t git push
t git push origin HEAD:refs/heads/release
t git push origin --delete release
t git push origin --delete nowhere
t git fetch --tags
t git checkout -q -b behind HEAD^
t git checkout -q --orphan pages
t git commit --allow-empty -qm pages
t git push --force origin pages
t git push origin pages:main
t git fetch origin
t git ls-remote
