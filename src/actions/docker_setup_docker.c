/*
 * docker/setup-docker-action: a Docker Engine of a version's own, with a folder, a socket and
 * settings of its own (its src/main.ts v3.0 to v5.4; docker/actions-toolkit's
 * src/docker/install.ts). Downloads are assumed. There is one Engine on a machine here, whose place
 * the new one takes
 * (`dockerd` of the machine's commands), so that docker's contexts are told and not made.
 */
#include "actions/actions.h"
#include "actions/docker_releases.h"
#include "actions/semver.h"
#include "actions/tool.h"
#include "actions/toolkit.h"

#include "base/units.h"

#include <string.h>

#define DOWNLOAD_US     (6 * SECOND_US)
#define MACHINE_FILE    "/etc/docker/daemon.json"
#define WAIT_US         (3 * SECOND_US)        /* for dockerd */
#define STOP_US         (5 * SECOND_US)        /* the same at the end */
#define MOVED_DATE_MS   INT64_C(1760572800000) /* 2025-10-16: v4 became v4.4.0 */
#define DEFAULT_CONTEXT "setup-docker-action"

struct setup_docker {
    struct toolkit toolkit;
    struct action_run *run;
    bool is_image;
    char *version; /* as asked for, then as found */
    char *channel;
    char *directory; /* of the daemon */
    char *tools;     /* where its programs are */
    char *host;      /* "unix:///…/docker.sock" */
    char *settings;  /* its file */
    bool is_rootless;
};

/* ---- which version ---- */

static bool take_field(struct setup_docker *setup, const char *field, bool is_alone, GError **error)
{
    const char *equals = strchr(field, '=');
    g_autofree char *key = equals != NULL ? g_strndup(field, (gsize)(equals - field)) : NULL;
    g_autofree char *value = core_trimmed(equals != NULL ? equals + 1 : field);
    if (key == NULL && !is_alone)
        return core_throw(error, "Invalid field: %s", field);
    if (key == NULL || strcmp(key, "version") == 0 || strcmp(key, "tag") == 0) {
        g_free(setup->version);
        setup->version = g_steal_pointer(&value);
        return true;
    }
    if (strcmp(key, "type") == 0) {
        setup->is_image = strcmp(value, "image") == 0;
        return setup->is_image || strcmp(value, "archive") == 0 ||
               core_throw(error, "Invalid version: %s", action_input(setup->run, "version"));
    }
    if (strcmp(key, "channel") != 0)
        return core_throw(error, "Invalid field: %s", key);
    g_free(setup->channel);
    setup->channel = g_steal_pointer(&value);
    return true;
}

/* "v28.5.2", "type=archive,version=…,channel=…", "type=image,tag=…" (its src/context.ts). */
static bool read_source(struct setup_docker *setup, GError **error)
{
    const char *given = action_input(setup->run, "version");
    const char *channel = action_input(setup->run, "channel");
    g_auto(GStrv) fields = g_strsplit(*given != '\0' ? given : "latest", ",", -1);
    setup->version = g_strdup("latest");
    setup->channel = g_strdup(*channel != '\0' ? channel : "stable");
    for (char **field = fields; *field != NULL; field++)
        if (!take_field(setup, g_strstrip(*field), fields[1] == NULL, error))
            return false;
    return *setup->version != '\0' || core_throw(error, "Invalid version: %s", setup->version);
}

/* Toolkits before 0.64 take the v alone off a tag, which from version 29 on is docker-v29.0.0: they
   ask for a file that is not there (docker/actions-toolkit 0c5ce44). */
static bool reads_new_tags(const struct action_run *run)
{
    static const char *const before[] = {"d9be6cade441568ba10037bce5221b8f564981f1",
                                         "c2351bbd0bfab8cd65e684219ad8ea46a6d093f3",
                                         "5bddaa4323ffd60efb2b5045b75b9637c12d4e50",
                                         "78318f8be53384b971671f27d81f5e72526c102d",
                                         "26145a578dce008fee793528d031cd72c57d51af",
                                         "635d07c09dc2b52072362e9bb37e7e789767106d",
                                         "01efb57f882e3b1a22e7cf3501dbe51287b0ecb4",
                                         "370a7dad4b8ce8dbf00f9363e1652e5074dd6abe",
                                         "c2d73c1a11a9b44be6d855121d75c3e0dac814c1",
                                         "b60f85385d03ac8acfca6d9996982511d8620a19",
                                         NULL};
    const char *ref = action_ref(run);
    if (g_strv_contains(before, ref))
        return false;
    if (strcmp(ref, "v4") == 0)
        return action_date_ms(run) >= MOVED_DATE_MS;
    if (action_major(run) < 4)
        return false;
    return action_major(run) > 4 || ref[0] != 'v' || semver_is_at_least(ref + 1, "4.4.0");
}

/* What the toolkit's list of releases says of it. */
static bool find_release(struct setup_docker *setup, GError **error)
{
    const char *newest = docker_release_newest(action_date_ms(setup->run));
    const char *asked = setup->version + (setup->version[0] == 'v');
    SEMVER(version);
    SEMVER(last);
    if (strcmp(asked, "latest") == 0 || strcmp(asked, "edge") == 0)
        asked = newest;
    else if (!semver_parse(asked, &version) || !semver_parse(newest, &last) ||
             semver_compare(&version, &last) > 0)
        return core_throw(error, "Cannot find Docker release %s in releases JSON", setup->version);
    char *found = g_strdup(asked);
    g_free(setup->version);
    setup->version = found;
    return true;
}

/* ---- its programs ---- */

static bool download_archive(struct setup_docker *setup, GError **error)
{
    struct action_run *run = setup->run;
    bool is_arm = strcmp(tool_architecture(run), "arm64") == 0;
    action_log(run, "Downloading Docker %s from %s at download.docker.com", setup->version,
               setup->channel);
    if (!find_release(setup, error))
        return false;
    g_autofree char *tag = docker_release_tag(setup->version);
    const char *name = reads_new_tags(run) || tag[0] == 'v' ? setup->version : tag;
    g_autofree char *what = g_strdup_printf("docker %s of docker/setup-docker-action", name);
    action_log(run, "Downloading https://download.docker.com/linux/static/%s/%s/docker-%s.tgz",
               setup->channel, is_arm ? "aarch64" : "x86_64", name);
    if (name == tag)
        return core_throw(error, "Unexpected HTTP response: 404");
    return action_assume(run, what, DOWNLOAD_US, error);
}

/* By undock, from images whose tags move: what is in them is as the newest release. */
static bool download_image(struct setup_docker *setup, GError **error)
{
    struct action_run *run = setup->run;
    g_autofree char *what =
        g_strdup_printf("moby/moby-bin:%s of docker/setup-docker-action", setup->version);
    action_log(run, "Downloading Docker CLI from dockereng/cli-bin:%s", setup->version);
    action_log(run, "Downloading Docker engine from moby/moby-bin:%s", setup->version);
    SEMVER(version);
    if (!semver_parse(setup->version, &version)) {
        g_free(setup->version);
        setup->version = g_strdup(docker_release_newest(action_date_ms(run)));
    }
    return action_assume(run, what, DOWNLOAD_US, error);
}

static bool download(struct setup_docker *setup, GError **error)
{
    struct action_run *run = setup->run;
    CORE_GROUP(run, "Download docker");
    if (!(setup->is_image ? download_image(setup, error) : download_archive(setup, error)))
        return false;
    action_log(run, "Fixing perms");
    g_autofree char *tool = g_strdup_printf("docker-archive-%s", setup->channel);
    setup->tools = tool_place(run, tool, setup->version, tool_architecture(run));
    tool_add_path(run, setup->tools, NULL);
    action_log(run, "Added Docker to PATH");
    return true;
}

/* ---- its settings ---- */

static json_t *parse_settings(const char *text, GError **error)
{
    g_autoptr(GError) reason = NULL;
    json_t *value = json_parse_bytes(text, strlen(text), &reason);
    if (value == NULL)
        core_throw(error, "%s is not valid JSON", text);
    return value;
}

/* Object.assign of the machine's own and the input. */
static bool write_settings(struct setup_docker *setup, GError **error)
{
    struct action_run *run = setup->run;
    const char *given = action_input(run, "daemon-config");
    g_autofree char *own = toolkit_read_file(&setup->toolkit, MACHINE_FILE);
    g_autoptr(json_t) all = own != NULL ? parse_settings(own, error) : json_object();
    if (all == NULL)
        return false;
    if (own != NULL) {
        CORE_GROUP(run, "Default Docker daemon config found");
        g_autofree char *pretty = core_pretty_json(all);
        core_log_lines(run, pretty);
    }
    g_autoptr(json_t) more = *given != '\0' ? parse_settings(given, error) : json_object();
    if (more == NULL)
        return false;
    json_object_update(all, more);
    g_autofree char *text = core_pretty_json(all);
    if (own != NULL || *given != '\0') {
        CORE_GROUP(run, "Writing Docker daemon config");
        core_log_lines(run, text);
    }
    setup->settings = g_strconcat(setup->directory, "/daemon.json", NULL);
    return toolkit_write_file(&setup->toolkit, setup->settings, text, error);
}

/* ---- the daemon ---- */

static GPtrArray *daemon_arguments(const struct setup_docker *setup)
{
    const char *port = action_input(setup->run, "tcp-port");
    GPtrArray *arguments = core_arguments("sudo", "dockerd", NULL);
    g_ptr_array_add(arguments, g_strconcat("--host=", setup->host, NULL));
    g_ptr_array_add(arguments, g_strconcat("--config-file=", setup->settings, NULL));
    g_ptr_array_add(arguments, g_strconcat("--exec-root=", setup->directory, "/execroot", NULL));
    g_ptr_array_add(arguments, g_strconcat("--data-root=", setup->directory, "/data", NULL));
    g_ptr_array_add(arguments, g_strconcat("--pidfile=", setup->directory, "/docker.pid", NULL));
    if (*port != '\0')
        g_ptr_array_add(arguments, g_strconcat("--host=tcp://127.0.0.1:", port, NULL));
    if (setup
            ->is_rootless) /* dockerd-rootless.sh, which the machine's dockerd does not stand for */
        g_ptr_array_add(arguments, g_strdup("--rootless=true"));
    return arguments;
}

static void log_command(const struct setup_docker *setup, const GPtrArray *arguments)
{
    GString *line = g_string_new(NULL);
    for (guint i = 2; i < arguments->len; i++) {
        const char *word = g_ptr_array_index(arguments, i);
        const char *value = strchr(word, '=') + 1;
        g_string_append_printf(line, " %.*s\"%s\"", (int)(value - word), word, value);
    }
    action_log(setup->run, "[command] %s/dockerd%s", setup->tools, line->str);
    g_string_free(line, TRUE);
}

/* One try, whatever its words about retrying: the catch bails out. */
static bool ask_version(struct setup_docker *setup, GError **error)
{
    g_autofree char *host = g_strconcat("DOCKER_HOST=", setup->host, NULL);
    const char *const environment[] = {host, "DOCKER_CONTENT_TRUST=false", NULL};
    g_autoptr(GPtrArray) arguments = core_arguments("docker", "version", NULL);
    const struct core_command command = {.arguments = arguments,
                                         .judgement = CORE_EXIT_CODE,
                                         .is_silent = true,
                                         .environment = environment};
    return core_exec(setup->run, &command, NULL, error);
}

static bool start_daemon(struct setup_docker *setup, GError **error)
{
    struct action_run *run = setup->run;
    CORE_GROUP(run, "Start Docker daemon");
    const char *path = action_variable(run, "PATH");
    g_autofree char *variable =
        g_strdup_printf("PATH=%s:%s", setup->tools, path != NULL ? path : "");
    const char *const environment[] = {variable, NULL};
    g_autoptr(GPtrArray) arguments = daemon_arguments(setup);
    const struct core_command command = {
        .arguments = arguments, .is_silent = true, .environment = environment};
    ACTION_EXEC_RESULT(result);
    log_command(setup, arguments);
    if (!core_exec(run, &command, &result, error))
        return false;
    core_log_lines(run, result.errors != NULL ? result.errors : "");
    if (!action_sleep(run, WAIT_US / 2, error) || !ask_version(setup, error))
        return false;
    action_log(run, "Docker daemon started started successfully");
    return true;
}

static void tell_context(const struct setup_docker *setup)
{
    struct action_run *run = setup->run;
    const char *given = action_input(run, "context");
    const char *name = *given != '\0' ? given : DEFAULT_CONTEXT;
    CORE_GROUP(run, "Create Docker context");
    action_log(run, "[command]%s/docker context create %s --docker host=%s", setup->tools, name,
               setup->host);
    action_log(run, "%s\nSuccessfully created context \"%s\"", name, name);
    action_log(run, "[command]%s/docker context use %s", setup->tools, name);
    action_log(run, "%s\nCurrent context is now \"%s\"", name, name);
}

static void set_outputs(struct setup_docker *setup)
{
    struct action_run *run = setup->run;
    const char *port = action_input(run, "tcp-port");
    CORE_GROUP(run, "Setting outputs");
    action_log(run, "sock=%s", setup->host);
    action_set_output(run, "sock", setup->host);
    if (*port == '\0')
        return;
    g_autofree char *address = g_strdup_printf("tcp://127.0.0.1:%s", port);
    action_log(run, "tcp=%s", address);
    action_set_output(run, "tcp", address);
}

static void set_host(struct setup_docker *setup)
{
    CORE_GROUP(setup->run, "Setting Docker host");
    action_export_variable(setup->run, "DOCKER_HOST", setup->host);
    action_log(setup->run, "DOCKER_HOST=%s", setup->host);
}

/* ---- the phases ---- */

static bool make_directory(struct setup_docker *setup, GError **error)
{
    struct action_run *run = setup->run;
    const char *home = action_variable(run, "HOME");
    const char *base = action_input(run, "runtime-basedir");
    g_autofree char *digits = action_random_hex(run, 8);
    setup->directory = *base != '\0'
                           ? g_strdup_printf("%s/run-%s", base, digits)
                           : g_strdup_printf("%s/setup-docker-action/run-%s", home, digits);
    setup->host = g_strdup_printf("unix://%s/docker.sock", setup->directory);
    g_autofree char *place = action_host_path(run, setup->directory);
    if (place != NULL && g_mkdir_with_parents(place, 0755) == 0)
        return true;
    return action_assume_gap(run, "a folder for dockerd", 0, error);
}

static bool set_up(struct setup_docker *setup, GError **error)
{
    struct action_run *run = setup->run;
    bool sets_host = false;
    if (!read_source(setup, error) || !core_input_boolean(run, "set-host", &sets_host, error) ||
        !core_input_boolean(run, "rootless", &setup->is_rootless, error))
        return false;
    if (strcmp(action_input(run, "context"), "default") == 0)
        return core_throw(error, "'default' context cannot be used.");
    if (!make_directory(setup, error) || !download(setup, error))
        return false;
    action_save_state(run, "runDir", setup->directory);
    if (!write_settings(setup, error) || !start_daemon(setup, error))
        return false;
    tell_context(setup);
    set_outputs(setup);
    if (sets_host)
        set_host(setup);
    return toolkit_docker_info(&setup->toolkit, /* is_caught= */ false, error);
}

static bool perform(struct action_run *run, GError **error)
{
    struct setup_docker setup = {.run = run, .toolkit = {.run = run}};
    bool is_done = set_up(&setup, error);
    toolkit_clear(&setup.toolkit);
    g_free(setup.version);
    g_free(setup.channel);
    g_free(setup.directory);
    g_free(setup.tools);
    g_free(setup.host);
    g_free(setup.settings);
    return is_done;
}

static bool main_phase(struct action_run *run, GError **error)
{
    return core_run(run, perform, error);
}

/* The daemon ends with the job; what the post phases of earlier steps ask of it, it still answers.
 */
static bool post_phase(struct action_run *run, GError **error)
{
    if (*action_state(run, "runDir") == '\0')
        return true;
    CORE_GROUP(run, "Stopping Docker daemon");
    return action_sleep(run, STOP_US, error);
}

static const struct action_input inputs[] = {
    {"version", "latest", false},
    {"channel", "", false},
    {"daemon-config", "", false},
    {"tcp-port", "", false},
    {"context", "", false},
    {"set-host", "false", false},
    {"rootless", "false", false},
    {"runtime-basedir", "", false},
    {"github-token", "${{ github.token }}", false},
    {NULL, NULL, false},
};

const struct action action_docker_setup_docker = {
    .name = "docker/setup-docker-action",
    .summary = "Starts a Docker Engine of the version asked for, with settings of its own.",
    .first_major = 3,
    .last_major = 5,
    .inputs = inputs,
    .main = main_phase,
    .post = post_phase,
    .touches_images = false,
};
