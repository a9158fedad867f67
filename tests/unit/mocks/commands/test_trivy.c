/* trivy towards a scripted registry and a fake Engine: order, words and what is assumed. */
#include "bench.h"

#include "mocks/world.h"

#define DATABASE " --db-repository site:443/full/db,site:443/ok/db "

static void reply_errors(struct exchange *exchange, unsigned status, const char *code,
                         const char *message)
{
    g_autofree char *text =
        g_strdup_printf("{\"errors\":[{\"code\":\"%s\",\"message\":\"%s\"}]}", code, message);
    exchange_reply_text(exchange, status, "application/json", text);
}

static void handle(void *context, struct exchange *exchange)
{
    const char *path = exchange_path(exchange);
    (void)context;

    if (strcmp(path, "/v2/") == 0)
        exchange_reply_text(exchange, 200, "text/plain", "");
    else if (g_str_has_prefix(path, "/v2/full/"))
        reply_errors(exchange, 429, "TOOMANYREQUESTS", "retry-after: 1s, allowed: 44000/minute");
    else if (g_str_has_prefix(path, "/v2/denied/"))
        reply_errors(exchange, 403, "DENIED", "denied");
    else if (g_str_has_prefix(path, "/v2/ok/db/manifests/"))
        exchange_reply_text(exchange, 200, "application/vnd.oci.image.manifest.v1+json",
                            "{\"layers\":[{\"digest\":\"sha256:1\"}]}");
    else if (g_str_has_prefix(path, "/v2/ok/db/blobs/"))
        exchange_reply_text(exchange, 200, "application/octet-stream", "db");
    else
        reply_errors(exchange, 404, "MANIFEST_UNKNOWN", "manifest unknown");
}

static void expect_said(struct bench *bench, const char *part)
{
    cr_expect_not_null(strstr(bench->err->str, part), "--- said\n%s\n--- lacks\n%s",
                       bench->err->str, part);
}

static const struct assumed_use *use_of(struct bench *bench, guint index)
{
    const GPtrArray *uses = command_set_assumed(bench->set);
    return index < uses->len ? g_ptr_array_index(uses, index) : NULL;
}

static const struct plan plan = {.handle = handle, .has_docker = true};

static void open_database(struct bench *bench)
{
    expect(bench, "trivy image --skip-db-update a", 1, "", NULL);
    expect_said(bench, "run error: init error: DB error: database error: --skip-db-update cannot "
                       "be specified on the first run\n");

    expect(bench, "trivy image --download-db-only --db-repository site:443/full/db", 0, NULL, NULL);
    cr_expect_not_null(use_of(bench, 0), "without an image it is not modelled");

    expect(bench, "trivy image --db-repository site:443/full/db a", 1, "", NULL);
    expect_said(bench,
                "\tFATAL\tFatal error\trun error: init error: DB error: failed to download "
                "vulnerability DB: OCI artifact error: failed to download vulnerability DB: failed "
                "to download artifact from any source: 1 error occurred:\n"
                "\t* OCI repository error: 1 error occurred:\n"
                "\t* GET https://site:443/v2/full/db/manifests/2: TOOMANYREQUESTS: retry-after: "
                "1s, allowed: 44000/minute\n");
    cr_expect_eq(bench->elapsed_us, 4 * SECOND_US, "429 is tried three times");

    expect(bench, "trivy image --db-repository site:443/denied/db,site:443/ok/db a", 1, "", NULL);
    expect_said(bench, "failed to download artifact from site:443/denied/db:2: ");

    expect(bench, "trivy fs" DATABASE ".", 0, NULL, NULL);
    expect_said(bench, "[vulndb] Trying to download artifact from other repository...\n");
    expect_said(bench, "[vulndb] Artifact successfully downloaded\trepo=\"site:443/ok/db:2\"\n");

    expect(bench, "trivy fs --skip-db-update .", 0, NULL, "");
    expect(bench, "trivy fs --db-repository site:443/full/db .", 0, NULL, "");
}

Test(trivy, downloads_its_database_once_from_the_first_that_has_it)
{
    bench_run(&plan, open_database);
}

static void look_for_images(struct bench *bench)
{
    expect(bench, "trivy image --scanners secret site:443/acme/app:1", 1, "", NULL);

    expect_said(bench, "unable to find the specified image \"site:443/acme/app:1\" in [\"docker\" "
                       "\"containerd\" \"podman\" \"remote\"]: 4 errors occurred:\n"
                       "\t* docker error: unable to inspect the image (site:443/acme/app:1): Error "
                       "response from daemon: No such image: site:443/acme/app:1\n"
                       "\t* containerd error: ");
    expect_said(bench, "\t* remote error: GET https://site:443/v2/acme/app/manifests/1: "
                       "MANIFEST_UNKNOWN: manifest unknown\n");

    expect(bench, "trivy image --scanners secret --image-src remote site:443/ok/db:1", 0, NULL, "");
    expect(bench, "trivy image --scanners secret --input gone.tar", 1, "", NULL);
    expect_said(bench, "unable to open gone.tar as a Docker image: open gone.tar: no such file");
    expect(bench, "trivy config gone", 1, "", NULL);
    expect_said(bench, "lstat gone: no such file or directory");
}

Test(trivy, wants_what_it_scans)
{
    bench_run(&plan, look_for_images);
}

static void find_something(struct bench *bench)
{
    bench->environment[0] = "TRIVY_EXIT_CODE=1";
    expect(bench, "trivy config --output /home/runner/report.txt .", 0, "", "");
    g_autofree char *report = get_file(bench, "report.txt");
    cr_expect_str_eq(report, COMMAND_UNKNOWN_WORD "\n");
    cr_expect(use_of(bench, 0)->touches_images, "it may be red");

    expect(bench, "trivy config --exit-code 0 .", 0, NULL, "");
    cr_expect_str_eq(use_of(bench, 1)->line, "trivy image: what it finds");
    cr_expect_not(use_of(bench, 1)->touches_images);

    expect(bench, "trivy config --new-flag .", 0, NULL, "");
    cr_expect(use_of(bench, 2)->touches_images, "nobody knows what it does");
    expect(bench, "trivy image --skip-db-update " COMMAND_UNKNOWN_WORD, 0, NULL, "");
    expect(bench, "trivy --version", 0, "Version: 0.74.0\n", "");
}

Test(trivy, assumes_what_it_finds)
{
    bench_run(&plan, find_something);
}

static void ask_old_version(struct bench *bench)
{
    put_file(bench, ".local/bin/trivy-bin/.trivy-release", "v0.56.1\n");
    bench->environment[0] = "PATH=/usr/bin:/home/runner/.local/bin/trivy-bin";
    expect(bench, "trivy version", 0, "Version: 0.56.1\n", "");

    expect(bench, "trivy image --db-repository site:443/full/db a", 1, "", NULL);
    cr_expect_eq(bench->elapsed_us, 0, "429 is not tried again");
}

Test(trivy, is_of_the_version_that_was_installed)
{
    bench_run(&plan, ask_old_version);
}
