/* docker/setup-docker-action: which version, its settings, its daemon. */
#include "actions/actions.h"
#include "fake_run.h"

#include <criterion/criterion.h>

#define FOLDER "/home/runner/setup-docker-action/run-"

static void set(struct action_run *run, const char *date)
{
    fake_date(run, date);
    fake_variable(run, "HOME", "/home/runner");
    fake_variable(run, "PATH", "/usr/bin");
}

Test(docker_setup_docker, starts_a_daemon_of_its_own)
{
    FAKE_RUN(run, &action_docker_setup_docker, "v4");
    set(run, "2026-01-05T09:00:00Z");
    fake_input(run, "version", "v28.5.2");
    fake_input(run, "daemon-config", "{\"features\": {\"containerd-snapshotter\": true}}");
    fake_input(run, "set-host", "true");

    fake_main(run);

    cr_expect_null(fake_failure(run), "%s", fake_failure(run));
    const char *sock = fake_output(run, "sock");
    cr_assert(g_str_has_prefix(sock, "unix://" FOLDER), "%s", sock);
    cr_expect_str_eq(fake_exported(run, "DOCKER_HOST"), sock);
    cr_expect(g_str_has_suffix(fake_path(run), "/docker-archive-stable/28.5.2/x64"));
    fake_expect_part(fake_commands(run), "sudo dockerd --host=unix://" FOLDER);
    fake_expect_part(fake_commands(run), "docker version\ndocker version\ndocker info\n");
    fake_expect_part(fake_log(run), "Downloading https://download.docker.com/linux/static/stable/"
                                    "x86_64/docker-28.5.2.tgz\n");
    fake_expect_part(fake_log(run), "Docker daemon started started successfully\n");
    g_autofree char *path = g_strdup_printf(
        "%.*s/daemon.json", (int)(strrchr(sock, '/') - sock - 7), sock + strlen("unix://"));
    g_autofree char *settings = fake_file_text(run, path);
    fake_expect_text(settings,
                     "{\n  \"features\": {\n    \"containerd-snapshotter\": true\n  }\n}");
}

static const struct {
    const char *ref, *version, *date;
    const char *failure; /* NULL: none */
    const char *found;   /* in the log; or NULL */
} versions[] = {
    {"v4", "latest", "2026-01-05T09:00:00Z", NULL, "/docker-29.1.3.tgz"},
    {"v5", "type=archive,version=27.5.1,channel=test", "2026-01-05T09:00:00Z", NULL,
     "/test/x86_64/docker-27.5.1.tgz"},
    {"v5", "type=image,tag=28", "2026-01-05T09:00:00Z", NULL, "from moby/moby-bin:28\n"},
    {"v3", "latest", "2025-10-20T09:00:00Z", NULL, "/docker-28.5.1.tgz"},
    {"v3", "latest", "2026-01-05T09:00:00Z", "Unexpected HTTP response: 404",
     "/docker-docker-v29.1.3.tgz"},
    {"v4.3.0", "v29.0.0", "2026-01-05T09:00:00Z", "Unexpected HTTP response: 404", NULL},
    {"v4.3.0", "v28.5.2", "2026-01-05T09:00:00Z", NULL, "/docker-28.5.2.tgz"},
    {"v4.4.0", "v29.0.0", "2026-01-05T09:00:00Z", NULL, "/docker-29.0.0.tgz"},
    {"v4", "v28.x", "2026-01-05T09:00:00Z", "Cannot find Docker release v28.x in releases JSON",
     NULL},
    {"v4", "29.7.2", "2026-01-05T09:00:00Z", "Cannot find Docker release 29.7.2 in releases JSON",
     NULL},
    {"v4", "type=snap", "2026-01-05T09:00:00Z", "Invalid version: type=snap", NULL},
    {"v4", "version=28.5.2,os=linux", "2026-01-05T09:00:00Z", "Invalid field: os", NULL},
};

Test(docker_setup_docker, versions_are_found_as_the_list_of_releases_has_them)
{
    for (gsize i = 0; i < G_N_ELEMENTS(versions); i++) {
        FAKE_RUN(run, &action_docker_setup_docker, versions[i].ref);
        set(run, versions[i].date);
        fake_input(run, "version", versions[i].version);

        fake_main(run);

        const char *failure = fake_failure(run);
        cr_expect_str_eq(failure != NULL ? failure : "",
                         versions[i].failure != NULL ? versions[i].failure : "", "%s: %s",
                         versions[i].version, failure);
        if (versions[i].found != NULL)
            fake_expect_part(fake_log(run), versions[i].found);
    }
}

Test(docker_setup_docker, a_daemon_that_does_not_start_fails_the_step)
{
    FAKE_RUN(run, &action_docker_setup_docker, "v4");
    set(run, "2026-01-05T09:00:00Z");
    fake_fails(run, "sudo dockerd*", 1, "refused\n");
    fake_fails(run, "docker version", 1, "no daemon\n");

    fake_main(run);

    fake_expect_text(fake_failure(run), "The process '/usr/bin/docker' failed with exit code 1");
    fake_expect_part(fake_log(run), "refused\n");
    cr_expect_null(fake_output(run, "sock"));
}

Test(docker_setup_docker, inputs_that_make_no_sense_fail_the_step)
{
    static const char *const wrong[][3] = {
        {"context", "default", "'default' context cannot be used."},
        {"daemon-config", "debug: true", "debug: true is not valid JSON"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
        FAKE_RUN(run, &action_docker_setup_docker, "v4");
        set(run, "2026-01-05T09:00:00Z");
        fake_input(run, wrong[i][0], wrong[i][1]);
        fake_main(run);
        fake_expect_text(fake_failure(run), wrong[i][2]);
    }
}
