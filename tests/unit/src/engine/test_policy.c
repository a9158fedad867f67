/* Policies: what is read, what is refused, and the Dockerfiles the classic builder may have. */
#include "base/units.h"
#include "engine/build_context.h"
#include "engine/dockerfile_check.h"
#include "engine/policy.h"

#include <criterion/criterion.h>
#include <glib/gstdio.h>
#include <string.h>

static const char tiny[] = "seatrial: policy/1\n"
                           "tiers: [{id: a, driver: docker, timeout: 3min}]\n"
                           "platforms: [linux/amd64]\n"
                           "services: [{id: s, image: 'ghcr.io/a/b:c'}]\n";

/* A folder with these files, as name, text pairs; removed by remove_folder(). */
static char *make_folder(const char *const *files)
{
    char *folder = g_dir_make_tmp("seatrial-XXXXXX", NULL);
    for (; *files != NULL; files += 2) {
        g_autofree char *path = g_build_filename(folder, files[0], NULL);
        cr_assert(g_file_set_contents(path, files[1], -1, NULL));
    }
    return folder;
}

static void remove_folder(char *folder)
{
    GDir *entries = g_dir_open(folder, 0, NULL);
    const char *name;
    while ((name = g_dir_read_name(entries)) != NULL) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        g_unlink(path);
    }
    g_dir_close(entries);
    g_rmdir(folder);
    g_free(folder);
}

static struct policy *load_text(const char *text, GError **error)
{
    const char *const files[] = {"p.yaml", text, NULL};
    char *folder = make_folder(files);
    g_autofree char *path = g_build_filename(folder, "p.yaml", NULL);
    struct policy *policy = policy_load(path, error);
    remove_folder(folder);
    return policy;
}

Test(policy, has_the_seeds_defaults)
{
    g_autoptr(GError) error = NULL;

    AUTO(policy) policy = load_text(tiny, &error);

    cr_assert_not_null(policy, "%s", error != NULL ? error->message : "");
    cr_assert_eq(policy->job.timeout_us, 60 * MINUTE_US);
    cr_assert_eq(policy->retry.attempts, 3);
    cr_assert(policy->push && !policy->allow_shrink && policy->job.has_budget);
    cr_assert_null(policy->pre_pull.image);
    const struct policy_service *service = g_ptr_array_index(policy->services, 0);
    cr_assert_str_eq(service->dockerfile, "Dockerfile");
}

static void expect_refusal(const char *appended, const char *message)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = g_strconcat(tiny, appended, NULL);

    AUTO(policy) policy = load_text(text, &error);

    cr_expect_null(policy);
    cr_expect(error != NULL && strstr(error->message, message) != NULL, "%s",
              error != NULL ? error->message : "was read");
}

Test(policy, refuses_what_it_does_not_know_and_says_where)
{
    expect_refusal("job: {timout: 5min}\n", "p.yaml:5:7: unknown key 'timout'");
    expect_refusal("multi: {timeout: 5}\n", "p.yaml:5:18:");
    expect_refusal("retry: {attempts: 0}\n", "p.yaml:5:19:");
    expect_refusal("disk: {prune: sometimes}\n", "p.yaml:5:15:");
}

Test(policy, refuses_a_platform_that_is_none)
{
    static const struct {
        const char *platforms, *error; /* NULL: fine */
    } cases[] = {
        {"[linux/amd64, linux/arm/v7]", NULL},
        {"[linux]", "p.yaml:3:12: 'linux' is no platform"},
        {"[linux/amd64, 'linux/']", "p.yaml:3:12: 'linux/' is no platform"},
        {"['']", "p.yaml:3:12: '' is no platform"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *text =
            g_strdup_printf("seatrial: policy/1\ntiers: [{id: a, driver: docker, timeout: 3min}]\n"
                            "platforms: %s\nservices: [{id: s, image: 'ghcr.io/a/b:c'}]\n",
                            cases[i].platforms);

        AUTO(policy) policy = load_text(text, &error);

        cr_expect_eq(policy != NULL, cases[i].error == NULL, "%s", cases[i].platforms);
        if (error != NULL && cases[i].error != NULL)
            cr_expect_not_null(strstr(error->message, cases[i].error), "%s", error->message);
    }
}

Test(policy, refuses_two_services_of_one_id)
{
    g_autoptr(GError) error = NULL;

    AUTO(policy)
    policy = load_text("seatrial: policy/1\n"
                       "tiers: [{id: a, driver: docker, timeout: 3min}]\n"
                       "platforms: [linux/amd64]\n"
                       "services: [{id: s, image: x}, {id: s, image: y}]\n",
                       &error);

    cr_assert_null(policy);
    cr_assert_not_null(strstr(error->message, "two services have the id 's'"));
}

struct dockerfile_case {
    const char *text;    /* NULL: there is none */
    const char *message; /* NULL: fit for the classic builder */
};

static const struct dockerfile_case dockerfiles[] = {
    {NULL, "./Dockerfile: cannot be read"},
    {"FROM alpine\nRUN echo hi\n", NULL},
    {"FROM alpine\n# ARG TARGETARCH would be wrong\nRUN true\n", NULL},
    {"FROM alpine\nENV MY_TARGETARCHIVE=x\n", NULL},
    {"FROM alpine\nARG TARGETARCH\n", "Dockerfile:2: the classic builder leaves TARGET*"},
    {"FROM --platform=$BUILDPLATFORM alpine\n", "Dockerfile:1:"},
    {"FROM alpine\nRUN <<EOF\necho\nEOF\n", "Dockerfile:2: the classic builder knows no heredocs"},
    {"FROM alpine\nARG BUILDOS\n", "Dockerfile:2: the classic builder leaves TARGET* and BUILD*"},
    {"FROM alpine\nRUN echo ${TARGETPLATFORM}\n", "Dockerfile:2:"},
    {"FROM alpine\nCOPY <<'EOF' /a\nx\nEOF\n", "Dockerfile:2: the classic builder knows no"},
    {"FROM alpine\nRUN true\nRUN --mount=type=cache,target=/x true\n",
     "Dockerfile:3: the classic "
     "builder refuses RUN --mount"},
    {"FROM alpine\nCOPY --link a b\n", "Dockerfile:2: the classic builder refuses --link"},
    {"FROM alpine\nCOPY --chmod=755 a b\n", "Dockerfile:2: the classic builder refuses --chmod"},
};

Test(dockerfile_check, finds_what_the_classic_builder_gets_wrong)
{
    for (gsize i = 0; i < G_N_ELEMENTS(dockerfiles); i++) {
        const char *const files[] = {dockerfiles[i].text != NULL ? "Dockerfile" : NULL,
                                     dockerfiles[i].text, NULL};
        char *folder = make_folder(files);
        struct policy policy = {.directory = folder};
        struct policy_service service = {.context = (char *)".",
                                         .dockerfile = (char *)"Dockerfile"};
        g_autoptr(GError) error = NULL;

        bool is_fit = dockerfile_check_classic(&policy, &service, &error);

        cr_expect_eq(is_fit, dockerfiles[i].message == NULL, "%s", dockerfiles[i].text);
        if (!is_fit && dockerfiles[i].message != NULL)
            cr_expect(strstr(error->message, dockerfiles[i].message) != NULL, "%s", error->message);
        remove_folder(folder);
    }
}

static GPtrArray *member_names(bool is_filtered, const char *const *files)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    char *folder = make_folder(files);
    struct policy policy = {.directory = folder};
    struct policy_service service = {.context = (char *)".", .dockerfile = (char *)"Dockerfile"};
    AUTO(archive_writer) writer = archive_writer_new();
    g_autoptr(GError) error = NULL;

    cr_assert(build_context_add(&policy, &service, is_filtered, NULL, writer, &error), "%s",
              error != NULL ? error->message : "");
    g_autoptr(GBytes) tar = archive_writer_finish(writer);
    gsize length = 0;
    const void *bytes = g_bytes_get_data(tar, &length);
    AUTO(archive_reader) reader = archive_reader_new(bytes, length, true);
    const struct archive_member *member = NULL;
    while (archive_reader_next(reader, &member, &error) && member != NULL)
        g_ptr_array_add(names, g_strdup(member->name));
    remove_folder(folder);
    return names;
}

static bool holds(const GPtrArray *names, const char *name)
{
    return g_ptr_array_find_with_equal_func((GPtrArray *)names, name, g_str_equal, NULL);
}

Test(build_context, a_filtered_one_has_nothing_that_is_excluded)
{
    const char *const files[] = {"Dockerfile",    "FROM scratch\n", ".env",
                                 "SECRET=1\n",    "main.go",        "package main\n",
                                 ".dockerignore", ".env\n",         NULL};

    g_autoptr(GPtrArray) filtered = member_names(true, files);
    g_autoptr(GPtrArray) whole = member_names(false, files);

    cr_assert(!holds(filtered, ".env") && holds(filtered, "main.go"));
    cr_assert(holds(whole, ".env") && holds(whole, ".dockerignore"));
}

Test(build_context, the_dockerfiles_own_ignore_file_goes_first)
{
    const char *const files[] = {"Dockerfile",
                                 "FROM scratch\n",
                                 "a",
                                 "1",
                                 "b",
                                 "2",
                                 ".dockerignore",
                                 "a\n",
                                 "Dockerfile.dockerignore",
                                 "b\nDockerfile\n",
                                 NULL};

    g_autoptr(GPtrArray) names = member_names(true, files);

    cr_assert(holds(names, "a") && !holds(names, "b"));
    cr_assert(holds(names, "Dockerfile"), "the Dockerfile goes along even when excluded");
}
