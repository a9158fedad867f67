/* What stands for downloads of which nobody knows what they hold. */
#include "bench.h"

#include "base/archive.h"
#include "mocks/commands/download.h"

#include <criterion/criterion.h>
#include <string.h>

#define RELEASE "https://github.com/acme/tool/releases/download/v1.2/"

static void check_name(const char *url, const char *expected)
{
    g_autofree char *name = download_program_name(url);
    cr_expect_str_eq(name != NULL ? name : "(none)", expected, "%s: %s", url, name);
}

Test(download, programs_are_called_by_what_comes_before_versions_and_machines)
{
    check_name(RELEASE "docker-compose-linux-x86_64", "docker-compose");
    check_name(RELEASE "yq_linux_amd64?raw=true", "yq");
    check_name(RELEASE "helm-v3.14.0-linux-amd64.tar.gz", "helm");
    check_name(RELEASE "kustomize_v5.0.1_linux_amd64.tar.gz", "kustomize");
    check_name(RELEASE "protoc-25.1-linux-x86_64.zip", "protoc");
    check_name("https://dl.k8s.io/release/v1.30.0/bin/linux/amd64/kubectl", "kubectl");
    check_name(RELEASE "v1.2.tar.gz", "(none)");
    check_name("https://example.org/", "(none)");
}

/* Names of the members of a tar, one a line; g_free. */
static char *members_of(GBytes *bytes)
{
    gsize length = 0;
    const void *data = g_bytes_get_data(bytes, &length);
    AUTO(archive_reader) reader = archive_reader_new_packed(data, length, true);
    const struct archive_member *member = NULL;
    GString *names = g_string_new(NULL);
    while (archive_reader_next(reader, &member, NULL) && member != NULL)
        g_string_append_printf(names, "%s\n", member->name);
    return g_string_free(names, FALSE);
}

static void check_members(const char *url, const char *expected)
{
    g_autoptr(GBytes) bytes = download_stand_in(url, NULL, false);
    cr_assert_not_null(bytes, "%s", url);
    g_autofree char *members = members_of(bytes);
    cr_expect_str_eq(members, expected, "%s: %s", url, members);
}

Test(download, an_archive_has_its_program_wherever_people_look_for_it)
{
    check_members(RELEASE "tool-1.2-linux-amd64.tar.gz",
                  "tool\nbin/tool\ntool-1.2-linux-amd64/tool\ntool-1.2-linux-amd64/bin/tool\n"
                  "linux-amd64/tool\n");
    check_members(RELEASE "tool.tar.xz", "tool\nbin/tool\n");
    check_members(RELEASE "tool.tar.zst", "tool\nbin/tool\n");
    check_members(RELEASE "tool.tbz", "tool\nbin/tool\n");
    check_members("https://github.com/acme/app/archive/refs/tags/v1.2.tar.gz", "app-1.2\n");
}

static bool stands_for(const char *url, const char *path, bool is_kept)
{
    g_autoptr(GBytes) bytes = download_stand_in(url, path, is_kept);
    return bytes != NULL;
}

Test(download, a_name_that_is_no_text_names_no_program)
{
    cr_expect_not(stands_for(RELEASE "\xff.tar.gz", "x", true));
    cr_expect_not(stands_for(RELEASE "\xff-linux-amd64", "x", true));
}

Test(download, data_scripts_and_answers_have_nothing_to_stand_for_them)
{
    cr_expect(stands_for(RELEASE "tool-linux-amd64", "tool", true));
    cr_expect_not(stands_for(RELEASE "tool-linux-amd64", NULL, false), "a script waits for it");
    cr_expect_not(stands_for(RELEASE "tool-linux-amd64", "out.json", true));
    cr_expect_not(stands_for(RELEASE "checksums.txt", "checksums.txt", true));
    cr_expect_not(stands_for(RELEASE "install.sh", "install.sh", true));
    cr_expect_not(stands_for("https://example.org/status", "status", true));
}

static void use(struct bench *bench)
{
    put_file(bench, "x", "");
    expect(bench, "curl -so t.tgz " RELEASE "tool_linux_amd64.tar.gz", 0, "", "");
    guint before = assumed_count(bench);
    expect(bench, "fetched-program x ./crane version", 0, "v0.21.6\n", "");
    expect(bench, "fetched-program crane ./y version", 0, "v0.21.6\n", "");
    cr_expect_eq(assumed_count(bench), before);
    expect(bench, "fetched-program tool ./tool push ghcr.io/acme/image:1", 0, "", "");
    cr_assert_eq(assumed_count(bench), before + 1);
    cr_expect(assumed_at(bench, before)->touches_images, "%s", assumed_at(bench, before)->line);
}

Test(download, a_program_is_the_command_of_its_name_or_assumed)
{
    bench_run(NULL, use);
}

static void fetch_from_github(struct bench *bench)
{
    const char *latest = "curl -s https://api.github.com/repos/acme/tool/releases/latest";
    expect(bench, "curl -sLo t.tgz " RELEASE "tool_linux_amd64.tar.gz", 0, "", "");
    g_autofree char *archive = get_file(bench, "work/t.tgz");
    cr_expect(archive != NULL && *archive != '\0');
    cr_expect_eq(run(bench, latest), 0);
    cr_expect(printed(bench, "\"tag_name\": \"v0nobody-knows\""));
    expect(bench, "curl -sSfL https://github.com/acme/tool/releases/download/null/t.tgz", 22, "",
           "curl: (22) The requested URL returned error: 404\n");
    expect(bench, "curl -sSfL https://github.com/acme/tool/releases/download//t.tgz", 22, "",
           "curl: (22) The requested URL returned error: 404\n");
}

static const struct plan with_github = {.has_github = true};

Test(download, from_github_comes_from_its_releases_and_its_api)
{
    bench_run(&with_github, fetch_from_github);
}

static bool answer_503(void *context, struct exchange *exchange)
{
    (void)context;
    exchange_reply_text(exchange, 503, "text/html", "<html>");
    return true;
}

static void fetch_in_vain(struct bench *bench)
{
    expect(bench, "curl -sSfLo t.tgz " RELEASE "tool_linux_amd64.tar.gz", 22, "",
           "curl: (22) The requested URL returned error: 503\n");
    expect(bench, "curl -sSf https://api.github.com/repos/acme/tool/releases/latest", 22, "",
           "curl: (22) The requested URL returned error: 503\n");
}

Test(download, from_github_meets_the_weather_of_its_releases_and_its_api)
{
    const struct weather weather = {.on_request = answer_503};
    struct plan plan = with_github;
    plan.weather = &weather;
    bench_run(&plan, fetch_in_vain);
}

static bool last_use_touches_images(struct bench *bench)
{
    return assumed_at(bench, assumed_count(bench) - 1)->touches_images;
}

static void log_in_and_use(struct bench *bench)
{
    const struct command_host *host = command_set_host(bench->set);
    expect(bench, "fetched-program tool ./tool release", 0, "", "");
    cr_expect_not(last_use_touches_images(bench));
    bench->input = "secret";
    cr_assert_eq(run(bench, "docker login -u me --password-stdin reg.example"), 0, "%s",
                 bench->err->str);
    bench->input = NULL;
    expect(bench, "fetched-program tool ./tool deploy", 0, "", "");
    cr_expect(last_use_touches_images(bench), "who logs in wants to push");
    expect(bench, "npm run deploy", 0, "", "");
    cr_expect(last_use_touches_images(bench));
    expect(bench, "kubectl apply", 0, "", "");
    cr_expect_not(last_use_touches_images(bench), "it is known to push nothing");
    host->begin_step(host->self, 1);
    expect(bench, "fetched-program tool ./tool report", 0, "", "");
    cr_expect_not(last_use_touches_images(bench));
}

Test(download, a_program_in_a_step_that_logged_in_may_be_about_images)
{
    const struct plan plan = {.has_docker = true, .has_registry = true};
    bench_run(&plan, log_in_and_use);
}
