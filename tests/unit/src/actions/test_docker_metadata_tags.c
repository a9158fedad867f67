/* docker/metadata-action: the tags that it makes of an event. */
#include "fake_metadata.h"

#include <criterion/criterion.h>

/* One case: tags as lines, then the output with spaces for newlines. */
struct tag_case {
    const char *event, *reference, *tags, *flavor, *expected;
};

static void expect_tags(const struct tag_case *one)
{
    FAKE_RUN(run, &action_docker_metadata, "v5");
    fake_metadata_event(run, one->event, one->reference);
    fake_input(run, "tags", one->tags);
    fake_input(run, "flavor", one->flavor);
    fake_main(run);
    cr_expect_null(fake_failure(run), "%s: %s", one->tags, fake_failure(run));
    fake_expect_tags(run, one->expected);
}

static void expect_all(const struct tag_case *cases, gsize count)
{
    for (gsize i = 0; i < count; i++)
        expect_tags(&cases[i]);
}

Test(docker_metadata_tags, by_default_names_branches_tags_and_pull_requests)
{
    static const struct tag_case cases[] = {
        {"pull_request", "refs/pull/2/merge", "", "", "user/app:pr-2"},
        {"push", MASTER, "", "", "user/app:master"},
        {"push", "refs/heads/releases/v1", "", "", "user/app:releases-v1"},
        {"push", "refs/tags/v1.2.3", "", "", "user/app:v1.2.3 user/app:latest"},
        {"push", "refs/tags/v2.0.8-beta.67", "", "", "user/app:v2.0.8-beta.67 user/app:latest"},
        {"workflow_dispatch", MASTER, "", "", "user/app:master"},
        {"schedule", MASTER, "", "", "user/app:nightly user/app:master"},
        {"pull_request_target", MASTER, "", "", "user/app:pr-15"},
        {"push", "", "", "", ""},
    };
    expect_all(cases, G_N_ELEMENTS(cases));
}

Test(docker_metadata_tags, reads_semantic_versions)
{
#define THREE                                                                                      \
    "type=semver,pattern={{version}}\ntype=semver,pattern={{major}}.{{minor}}\n"                   \
    "type=semver,pattern={{major}}"
    static const struct tag_case cases[] = {
        {"push", "refs/tags/v1.2.3", THREE, "",
         "user/app:1.2.3 user/app:1.2 user/app:1 user/app:latest"},
        {"push", "refs/tags/v2.0.8-beta.67", THREE, "", "user/app:2.0.8-beta.67"},
        {"push", MASTER, THREE, "", ""},
        {"push", "refs/tags/v1.2.3", "type=semver,pattern={{raw}}", "",
         "user/app:v1.2.3 user/app:latest"},
        {"push", "refs/tags/v2.0.8-beta.67", "type=semver,pattern={{raw}}", "",
         "user/app:v2.0.8-beta.67"},
        {"push", "refs/tags/v1.2.3", "type=semver,pattern=v{{major}}", "",
         "user/app:v1 user/app:latest"},
        {"push", "refs/tags/v1.2.3", "type=semver,pattern={{minor}}.{{patch}}", "",
         "user/app:2.3 user/app:latest"},
        {"push", MASTER, "type=semver,pattern={{version}},value=v1.2.3\ntype=edge", "",
         "user/app:1.2.3 user/app:edge user/app:latest"},
        {"push", "refs/tags/p1/v1.2.3", "type=semver,pattern={{version}},\"match=v(\\d.\\d.\\d)$\"",
         "", "user/app:1.2.3 user/app:latest"},
        {"push", "refs/tags/v1.2.3",
         "type=semver,pattern={{version}}\ntype=semver,pattern={{major}}.{{minor}}.{{patch}}", "",
         "user/app:1.2.3 user/app:latest"},
    };
    expect_all(cases, G_N_ELEMENTS(cases));
}

Test(docker_metadata_tags, reads_versions_of_python)
{
#define PYTHON "type=pep440,pattern={{major}}.{{minor}}"
    static const struct tag_case cases[] = {
        {"push", "refs/tags/1.2.3", PYTHON, "", "user/app:1.2 user/app:latest"},
        {"push", "refs/tags/v1.2.3", "type=pep440,pattern={{version}}", "",
         "user/app:1.2.3 user/app:latest"},
        {"push", "refs/tags/1.2.3rc2", PYTHON, "", "user/app:1.2.3rc2"},
        {"push", "refs/tags/1.2.3post1", PYTHON, "", "user/app:1.2.3.post1"},
        {"push", "refs/tags/1.2.3beta2", PYTHON, "", "user/app:1.2.3b2"},
        {"push", "refs/tags/1.0dev4", PYTHON, "", "user/app:1.0.dev4"},
        {"push", "refs/tags/v1.2.3rc2", "type=pep440,pattern={{raw}}\n" PYTHON, "",
         "user/app:v1.2.3rc2 user/app:1.2.3rc2"},
    };
    expect_all(cases, G_N_ELEMENTS(cases));
}

Test(docker_metadata_tags, matches_patterns)
{
    static const struct tag_case cases[] = {
        {"push", "refs/tags/v1.2.3", "type=match,pattern=\\d.\\d.\\d", "",
         "user/app:1.2.3 user/app:latest"},
        {"push", "refs/tags/v2.0.8-beta.67", "type=match,pattern=v(.*),group=1", "",
         "user/app:2.0.8-beta.67 user/app:latest"},
        {"push", "refs/tags/20200110-RC2", "type=match,pattern=\\d{8}", "latest=false",
         "user/app:20200110"},
        {"push", "refs/tags/p1/v1.0.0", "type=match,pattern=p1/v(\\d.\\d.\\d),group=1", "",
         "user/app:1.0.0 user/app:latest"},
        {"push", "refs/tags/V1.0.0", "type=match,\"pattern=/^v(\\d.\\d.\\d)$/i\",group=1", "",
         "user/app:1.0.0 user/app:latest"},
        {"push", "refs/tags/sometag", "type=match,\"pattern=\\d.\\d\"", "", ""},
        {"push", "refs/tags/v1.0", "type=match,pattern=v(\\d.\\d),group=3", "", ""},
        {"push", "refs/tags/v1.0", "type=match,pattern=v(\\d.\\d),group=-1", "", ""},
        {"push", "refs/tags/v1.0", "type=match,pattern=v(\\d.\\d),group=4294967297", "", ""},
        {"push", "refs/tags/v1.0", "type=match,pattern=v(\\d.\\d),group=01", "", ""},
        {"push", MASTER, "type=match,pattern=v(.*),group=1,value=v1.2.3\ntype=edge", "",
         "user/app:1.2.3 user/app:edge user/app:latest"},
        {"push", MASTER, "type=match,pattern=v(.*),group=1", "", ""}, /* no tag, nothing to match */
    };
    (void)g_log_set_always_fatal(G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
    expect_all(cases, G_N_ELEMENTS(cases));
}

Test(docker_metadata_tags, names_references_edges_commits_and_raw_texts)
{
    static const struct tag_case cases[] = {
        {"push", "refs/heads/my/branch", "type=ref,event=branch", "", "user/app:my-branch"},
        {"push", "refs/tags/v1", "type=ref,event=branch", "", ""},
        {"push", MASTER, "type=edge\ntype=sha", "", "user/app:edge user/app:sha-860c190"},
        {"push", "refs/heads/dev", "type=edge\ntype=sha,format=long", "",
         "user/app:sha-" FAKE_COMMIT},
        {"push", "refs/heads/dev", "type=edge,branch=dev", "", "user/app:edge"},
        {"push", MASTER, "type=sha,prefix=", "", "user/app:860c190"},
        {"push", MASTER, "type=raw,my\ntype=raw,value=custom", "latest=true",
         "user/app:my user/app:custom user/app:latest"},
        {"push", "refs/tags/v1", "type=raw,priority=2000,foo\ntype=ref,event=tag", "",
         "user/app:foo user/app:v1"},
        {"pull_request", "refs/pull/15/merge",
         "type=ref,event=pr,prefix=", "prefix=glo-\nsuffix=-bal", "user/app:15-bal"},
        {"push", "refs/heads/a", "type=raw,value=x#y", "", "user/app:x-y"},
        {"push", "refs/heads/dev", "# all\ntype=raw,value=one", "", "user/app:one"},
    };
    expect_all(cases, G_N_ELEMENTS(cases));
}

Test(docker_metadata_tags, expands_expressions)
{
    static const struct tag_case cases[] = {
        {"push", MASTER, "type=raw,value=t-{{branch}}\ntype=raw,value=t-{{date 'YYYYMMDD'}}", "",
         "user/app:t-master user/app:t-20200110"},
        {"push", MASTER, "type=raw,value={{date 'YYYYMMDD-HHmmss' tz='Asia/Tokyo'}}", "",
         "user/app:20200110-093000"},
        {"push", "refs/tags/v1.1.1", "type=raw,{{tag}}-{{sha}}-foo\ntype=raw,{{base_ref}}-foo", "",
         "user/app:v1.1.1-860c190-foo user/app:master-foo"},
        {"push", MASTER, "type=raw,value=d,enable={{is_default_branch}}", "", "user/app:d"},
        {"push", "refs/heads/dev", "type=raw,value=d,enable={{is_default_branch}}", "", ""},
        {"push", "refs/heads/dev", "type=raw,value=n,enable={{is_not_default_branch}}", "",
         "user/app:n"},
        {"schedule", "refs/heads/dev", "type=raw,value=d,enable={{is_default_branch}}", "",
         "user/app:d"},
        {"schedule", MASTER, "type=schedule,pattern={{date 'YYYYMMDD'}}", "", "user/app:20200110"},
        {"pull_request", "refs/pull/15/merge", "type=raw,value={{commit_date YYYY-MM-DD}}", "",
         "user/app:2020-01-10T00-30-00Z"},
        {"pull_request", "refs/pull/15/merge", "type=raw,value=on-{{base_ref}}", "",
         "user/app:on-master"},
    };
    expect_all(cases, G_N_ELEMENTS(cases));
}

Test(docker_metadata_tags, adds_prefixes_and_suffixes)
{
    static const struct tag_case cases[] = {
        {"push", "refs/tags/v1.1.1", "type=semver,pattern={{version}}",
         "prefix=foo-,onlatest=true\nsuffix=-dev,onlatest=true",
         "user/app:foo-1.1.1-dev user/app:foo-latest-dev"},
        {"push", "refs/tags/v1.1.1", "type=semver,pattern={{version}}", "suffix=-dev",
         "user/app:1.1.1-dev user/app:latest"},
        {"push", "refs/heads/dev", "type=raw,my,prefix=foo-,suffix=-bar\ntype=raw,custom",
         "latest=false\nprefix=glo-\nsuffix=-bal", "user/app:foo-my-bar user/app:glo-custom-bal"},
        {"push", MASTER, "type=ref,event=branch", "prefix={{sha}}-", "user/app:860c190-master"},
    };
    expect_all(cases, G_N_ELEMENTS(cases));
}

Test(docker_metadata_tags, are_those_of_every_enabled_image_in_lower_case)
{
    static const struct {
        const char *ref, *images, *expected;
    } cases[] = {
        {"v5", "org/app\nghcr.io/MyUSER/MyApp", "org/app:dev ghcr.io/myuser/myapp:dev"},
        {"v5", "org/app, ghcr.io/o/app", "org/app:dev ghcr.io/o/app:dev"},
        {"v5", "org/app\nname=b/c,enable=false", "org/app:dev"},
        {"v5", "name=b/c", "b/c:dev"},
        {"v5", "", "dev"},
        {"v4", "", ""},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        FAKE_RUN(run, &action_docker_metadata, cases[i].ref);
        fake_metadata_event(run, "push", "refs/heads/dev");
        fake_input(run, "images", cases[i].images);
        fake_main(run);
        fake_expect_tags(run, cases[i].expected);
    }
}
