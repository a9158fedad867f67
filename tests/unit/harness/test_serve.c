/* The served world: what it is told, where it listens, what it refuses. */
#include "harness/serve.h"
#include "harness/serve_image.h"
#include "harness/session.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <unistd.h>

/* ---- images ---- */

Test(served_image, is_read_with_its_platforms_and_registry)
{
    static const struct {
        const char *text;
        const char *name;
        const char *tag;
        const char *platforms;
        bool has_domain;
    } rows[] = {
        {"alpine", "docker.io/library/alpine", "latest", "linux/amd64 linux/arm64", false},
        {"team/app:1.0", "docker.io/team/app", "1.0", "linux/amd64 linux/arm64", false},
        {"docker.io/team/app:1", "docker.io/team/app", "1", "linux/amd64 linux/arm64", true},
        {"ghcr.io/o/a:x=linux/arm/v7", "ghcr.io/o/a", "x", "linux/arm/v7", true},
        {"a=linux/amd64,linux/s390x", "docker.io/library/a", "latest", "linux/amd64 linux/s390x",
         false},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        AUTO(served_image) image = served_image_parse(rows[i].text, NULL);

        cr_assert_not_null(image, "%s", rows[i].text);
        g_autofree char *name = reference_name(image->reference);
        g_autofree char *platforms = g_strjoinv(" ", image->platforms);
        cr_assert_str_eq(name, rows[i].name);
        cr_assert_str_eq(image->reference->tag, rows[i].tag);
        cr_assert_str_eq(platforms, rows[i].platforms);
        cr_assert_eq(image->has_domain, rows[i].has_domain, "%s", rows[i].text);
    }
}

Test(served_image, that_makes_no_sense_is_refused)
{
    static const struct {
        const char *text;
        const char *message;
    } rows[] = {
        {"app=amd64", "'amd64' is no list of platforms; write 'linux/amd64,linux/arm64'"},
        {"app=", "'' is no list of platforms; write 'linux/amd64,linux/arm64'"},
        {"app=linux/amd64,", "'linux/amd64,' is no list of platforms; write "
                             "'linux/amd64,linux/arm64'"},
        {"app=linux/arm/v7/x", "'linux/arm/v7/x' is no list of platforms; write "
                               "'linux/amd64,linux/arm64'"},
        {"app@sha256:"
         "0123456789012345678901234567890123456789012345678901234567890123",
         "'app@sha256:0123456789012345678901234567890123456789012345678901234567890123': an image "
         "to make has a tag, its digest comes of itself"},
        {"App", "'App': invalid reference format: repository name (library/App) must be lowercase"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;

        AUTO(served_image) image = served_image_parse(rows[i].text, &error);

        cr_assert_null(image, "%s", rows[i].text);
        cr_assert_str_eq(error->message, rows[i].message);
    }
}

/* ---- clocks ---- */

Test(session, reads_its_clock)
{
    static const struct {
        const char *text;
        enum clock_mode mode;
        unsigned speed;
    } rows[] = {
        {NULL, CLOCK_REAL, 1},
        {"real", CLOCK_REAL, 1},
        {"scaled:1", CLOCK_SCALED, 1},
        {"scaled:1000", CLOCK_SCALED, 1000},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct clock_choice choice;

        bool is_fine = clock_choice_parse(rows[i].text, &choice, NULL);

        cr_assert(is_fine);
        cr_assert_eq(choice.mode, rows[i].mode);
        cr_assert_eq(choice.speed, rows[i].speed);
    }
}

Test(session, refuses_other_clocks)
{
    static const char *const texts[] = {"virtual",     "scaled",    "scaled:",   "scaled:0",
                                        "scaled:1001", "scaled:-2", "scaled:2x", ""};

    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        struct clock_choice choice;
        g_autoptr(GError) error = NULL;
        g_autofree char *message = g_strdup_printf(
            "'%s' is no clock; write real, or scaled:N with N of 1 to 1000", texts[i]);

        bool is_fine = clock_choice_parse(texts[i], &choice, &error);

        cr_assert(!is_fine);
        cr_assert_str_eq(error->message, message);
    }
}

static void end_session(void *argument)
{
    struct session *session = argument;
    session->is_over = true;
}

static void raise_signal(void *argument)
{
    raise(*(const int *)argument);
}

Test(session, ends_by_a_signal)
{
    static const int signals[] = {SIGINT, SIGTERM};
    static const struct clock_choice clock = {CLOCK_REAL, 1};

    for (gsize i = 0; i < G_N_ELEMENTS(signals); i++) {
        struct session session = {.on_interrupt = i == 0 ? NULL : end_session,
                                  .argument = &session};
        cr_assert(session_begin(&session, &clock, NULL, NULL));
        struct timer timer;
        timer_init(&timer, raise_signal, (void *)&signals[i]);
        timer_arm(session.loop, &timer, 0);

        bool is_fine = session_run(&session, NULL);

        cr_assert(is_fine);
        cr_assert(session.is_interrupted);
        session_end(&session);
    }
}

/* ---- the world ---- */

struct stand {
    struct loop *loop;
    struct doc *doc;
    struct fault_rules *faults;
    struct serve_options options;
};

static void stand_init(struct stand *stand)
{
    stand->loop = loop_new(CLOCK_REAL, 1);
    stand->doc = doc_load_text("none", "[]", 2, DOC_DEFAULT, NULL);
    stand->faults = fault_rules_read(doc_root(stand->doc), NULL);
    stand->options = (struct serve_options){.faults = stand->faults,
                                            .profile = machine_profile_find("ubuntu-24.04")};
}

static void stand_finish(struct stand *stand)
{
    fault_rules_free(stand->faults);
    doc_free(stand->doc);
    loop_free(stand->loop);
}

Test(serve, listens_where_it_says)
{
    struct stand stand;
    stand_init(&stand);
    g_autoptr(GError) error = NULL;
    g_autofree char *folder = g_dir_make_tmp("serve-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "engine.sock", NULL);
    g_autofree char *engine = g_strconcat("unix:", path, NULL);
    stand.options.registry = ":0";
    stand.options.engine = engine;

    struct serve *serve = serve_new(stand.loop, &stand.options, &error);

    cr_assert_not_null(serve, "%s", error != NULL ? error->message : "");
    cr_assert(g_str_has_prefix(serve_registry_url(serve), "http://127.0.0.1:"));
    cr_assert_str_neq(serve_registry_url(serve), "http://127.0.0.1:0");
    cr_assert(g_file_test(path, G_FILE_TEST_EXISTS));
    serve_stop(serve);
    cr_assert_eq(serve_exchange_count(serve), 0);
    serve_free(serve);
    cr_assert(!g_file_test(path, G_FILE_TEST_EXISTS));
    rmdir(folder);
    stand_finish(&stand);
}

Test(serve, needs_no_registry_for_its_engine)
{
    struct stand stand;
    stand_init(&stand);
    g_autofree char *folder = g_dir_make_tmp("serve-XXXXXX", NULL);
    g_autofree char *engine = g_strconcat("unix:", folder, "/engine.sock", NULL);
    stand.options.engine = engine;

    struct serve *serve = serve_new(stand.loop, &stand.options, NULL);

    cr_assert_not_null(serve);
    cr_assert_null(serve_registry_url(serve));
    serve_free(serve);
    rmdir(folder);
    stand_finish(&stand);
}

Test(serve, refuses_what_it_must_not_do)
{
    static const char *const unknown_registry[] = {"registry.example/a:1", NULL};
    static const struct {
        struct serve_options options;
        const char *message;
    } rows[] = {
        {{.registry = "0.0.0.0:0"},
         "'0.0.0.0:0' is beyond this machine; use 127.0.0.1:PORT, or say --allow-remote"},
        {{.registry = "unix:/tmp/x", .is_remote_allowed = true},
         "'unix:/tmp/x': a registry listens on TCP, such as 127.0.0.1:5000"},
        {{.registry = "127.0.0.1:70000"},
         "'127.0.0.1:70000' is no address; write '127.0.0.1:5000', '[::1]:5000' or 'unix:PATH'"},
        {{.engine = "127.0.0.1:0"},
         "'127.0.0.1:0': the Engine listens on a unix socket, such as unix:/tmp/engine.sock"},
        {{.registry = ":0", .images = unknown_registry},
         "no registry 'registry.example' is known; leave it out to mean the served one"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct stand stand;
        stand_init(&stand);
        g_autoptr(GError) error = NULL;
        struct serve_options options = rows[i].options;
        options.faults = stand.options.faults;
        options.profile = stand.options.profile;

        struct serve *serve = serve_new(stand.loop, &options, &error);

        cr_assert_null(serve);
        cr_assert_str_eq(error->message, rows[i].message);
        stand_finish(&stand);
    }
}
