/* The table of commands and the host that looks a command line up in it. */
#include "mocks/commands/commands_private.h"

#include "base/units.h"
#include "mocks/commands/download.h"

#include <string.h>

static const struct command_row own_rows[] = {
    {"aws", "passwords for ECR; else assumed", row_aws, NULL},
    {"az", "logins to ACR; else assumed", row_az, NULL},
    {"cosign", "signatures in registries, by Sigstore's services; else assumed", row_cosign, NULL},
    {"crane", "images in registries: read, tagged, copied, deleted; else assumed", row_crane, NULL},
    {"curl", "downloads from sites of the world; others are assumed", row_curl, NULL},
    {"df", "the machine's virtual disk and its mounts", row_df, NULL},
    {"docker", "the machine's Engine, with buildx and compose", row_docker, NULL},
    {"dockerd", "its version, and the daemon of an action's own; else assumed", row_dockerd, NULL},
    {"fallocate", "room on the machine's disk", row_fallocate, NULL},
    {FETCHED_PROGRAM_COMMAND, "what was downloaded: by its name, else assumed", row_fetched_program,
     NULL},
    {"free", "the machine's memory", row_free, NULL},
    {"gcloud", "logins to Google's registries; else assumed", row_gcloud, NULL},
    {"git-remote-http", "the far end of git's http remotes", row_remote_git, NULL},
    {"git-remote-https", "the far end of git's https remotes", row_remote_git, NULL},
    {"go", "Go's toolchain rules, and modules through the proxy", row_go, NULL},
    {"go-program", "what go has made: by its name, else assumed", row_go_program, NULL},
    {"hostname", "the machine's name", row_hostname, NULL},
    {"id", "the runner's user", row_id, NULL},
    {"ionice", "runs its command", row_ionice, NULL},
    {"journalctl", "why the Docker daemon did not start; else assumed", row_journalctl, NULL},
    {"lscpu", "the machine's processors", row_lscpu, NULL},
    {"make", "recipes about images; others are assumed", row_make, NULL},
    {"nice", "runs its command", row_nice, NULL},
    {"nohup", "runs its command", row_nohup, NULL},
    {"nproc", "how many processors there are", row_nproc, NULL},
    {"service", "the Docker daemon: start, stop, restart, reload", row_service, NULL},
    {"skopeo", "images in registries and files: copied, inspected, deleted; else assumed",
     row_skopeo, NULL},
    {"sleep", "waits in virtual time", row_sleep, NULL},
    {"stdbuf", "runs its command", row_stdbuf, NULL},
    {"sudo", "runs its command as root", row_sudo, NULL},
    {"swapoff", "nothing: memory is not counted", row_swapoff, NULL},
    {"systemctl", "the Docker daemon: start, stop, restart, reload", row_systemctl, NULL},
    {"timeout", "runs its command for a limited virtual time", row_timeout, NULL},
    {"trivy", "its database and the image it scans; what it finds is assumed", row_trivy, NULL},
    {"uname", "the machine's kernel and architecture", row_uname, NULL},
    {"wget", "downloads from sites of the world; others are assumed", row_wget, NULL},
    {"whoami", "the runner's user", row_whoami, NULL},
    {0},
};

/* GitHub's images have not these, docker-compose since July 2024 (actions/runner-images);
   everything that a workflow does may bring them. */
static const char *const apart[] = {"cosign", "crane", "docker-compose", "trivy", NULL};

const struct command_row *command_rows(void)
{
    return own_rows;
}

static const struct command_row *find_row(const struct command_set *set, const char *name)
{
    for (guint i = 0; i < set->rows->len; i++) {
        const struct command_row *row = g_ptr_array_index(set->rows, i);
        if (strcmp(row->name, name) == 0)
            return row;
    }
    return NULL;
}

/* A machine without Go has no such command. */
static bool is_there(const struct command_set *set, const struct command_row *row)
{
    if (row->run == row_docker || row->run == row_dockerd)
        return set->docker != NULL;
    return (row->run != row_go && row->run != row_go_program) || set->options.go_version != NULL;
}

bool command_set_knows(const struct command_set *set, const char *name)
{
    return find_row(set, name) != NULL || assumed_knows(name);
}

static bool is_apart(const struct command_set *set, const char *name)
{
    return set->options.is_of_github && g_strv_contains(apart, name);
}

static void add_rows(struct command_set *set, const struct command_row *rows)
{
    for (; rows != NULL && rows->name != NULL; rows++)
        if (is_there(set, rows) && find_row(set, rows->name) == NULL) {
            g_ptr_array_add(set->rows, (void *)rows);
            if (!is_apart(set, rows->name))
                g_ptr_array_add(set->names, (void *)rows->name);
        }
}

/* ---- what is there by somebody's doing ---- */

/* Commands that are modelled, and may bring programs all the same. */
static bool brings_programs(const struct command_call *call)
{
    static const struct {
        const char *name;
        const char *words[5];
    } ways[] = {{"docker", {"cp", "create", "container", NULL}},
                {"go", {"install", "get", "run", "build", NULL}}};
    for (gsize i = 0; i < G_N_ELEMENTS(ways); i++)
        if (g_str_equal(command_name(call), ways[i].name) && call->arguments[1] != NULL &&
            g_strv_contains(ways[i].words, call->arguments[1]))
            return true;
    return false;
}

bool command_set_lacks(struct command_set *set, const struct command_call *call)
{
    bool is_script = call->seam->start_child != NULL; /* actions have programs of their own */
    if (!is_script || !is_apart(set, command_name(call)) || set->may_have_more ||
        set->gap_count > 0)
        return false;
    const char *place = command_variable(call, COMMAND_PLACE_VARIABLE);
    command_complain(call, "%s%s: command not found\n", place != NULL ? place : "",
                     command_name(call));
    return true;
}

static void may_bring(void *self)
{
    ((struct command_set *)self)->may_have_more = true;
}

static gint compare_names(gconstpointer left, gconstpointer right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* A caller's row may have the name of an assumed command. */
static void drop_doubles(GPtrArray *sorted)
{
    for (guint i = sorted->len; i-- > 1;)
        if (strcmp(g_ptr_array_index(sorted, i), g_ptr_array_index(sorted, i - 1)) == 0)
            g_ptr_array_remove_index(sorted, i);
}

static void note_command(const struct command_set *set, const struct command_call *call,
                         int exit_code)
{
    g_autofree char *line = g_strjoinv(" ", (char **)call->arguments);
    trace_begin(set->options.trace, "command");
    trace_string(set->options.trace, "machine", set->options.machine);
    trace_string(set->options.trace, "line", line);
    trace_integer(set->options.trace, "exit_code", exit_code);
    trace_end(set->options.trace);
}

/* A login that was given a password: it fails by what the password is. */
static bool is_login(const struct command_call *call)
{
    static const char *const options[] = {"-p", "--password"};
    static const char *const programs[] = {"docker", "skopeo", NULL};
    bool is_given = false;
    if (!g_strv_contains(programs, command_name(call)) ||
        g_strcmp0(call->arguments[1], "login") != 0)
        return false;
    for (gsize i = 2; call->arguments[i] != NULL; i++)
        for (gsize k = 0; k < G_N_ELEMENTS(options); k++)
            is_given |= g_str_has_prefix(call->arguments[i], options[k]);
    return is_given;
}

static bool is_about_images(const struct command_call *call)
{
    static const char *const others[] = {"info", "inspect", "login", "logout",
                                         "ps",   "version", NULL};
    return assumed_touches_images(command_name(call)) && call->arguments[1] != NULL &&
           !g_strv_contains(others, call->arguments[1]);
}

int command_set_run(struct command_set *set, const struct command_call *call)
{
    const struct assumed_command *assumed = assumed_find(set, call);
    const struct command_row *row = find_row(set, command_name(call));
    const guint64 gaps_before = set->gap_count;
    int exit_code;

    set->image_command_count += is_about_images(call);
    set->may_have_more = set->may_have_more || brings_programs(call);
    if (assumed != NULL)
        exit_code = assumed_play(set, call, assumed);
    else if (row == NULL)
        exit_code = assumed_run(set, call);
    else
        exit_code = row->run(row->self != NULL ? row->self : set, call);
    if (exit_code == 0 && set->gap_count > gaps_before)
        unknown_word_say(set, call);
    set->failure_count += exit_code != 0 && !is_login(call);
    note_command(set, call, exit_code);
    return exit_code;
}

static int run_any(void *self, const struct command_call *call)
{
    return command_set_run(self, call);
}

static void begin_step(void *self, guint step)
{
    struct command_set *set = self;
    set->step = step;
    set->has_logged_in = false;
    g_hash_table_remove_all(set->use_lines);
    g_hash_table_remove_all(set->asks);
}

static guint64 gap_count(void *self)
{
    return ((const struct command_set *)self)->gap_count;
}

static guint64 failure_count(void *self)
{
    return ((const struct command_set *)self)->failure_count;
}

static guint64 word_count(void *self)
{
    return ((const struct command_set *)self)->word_count;
}

static guint64 image_command_count(void *self)
{
    return ((const struct command_set *)self)->image_command_count;
}

static void assumed_use_free(void *data)
{
    struct assumed_use *use = data;
    g_free(use->line);
    g_free(use);
}

struct command_set *command_set_new(const struct command_set_options *options)
{
    struct command_set *set = g_new0(struct command_set, 1);
    set->options = *options;
    if (options->registry_http == NULL)
        set->options.registry_http = options->http;
    set->rows = g_ptr_array_new();
    set->names = g_ptr_array_new();
    set->uses = g_ptr_array_new_with_free_func(assumed_use_free);
    set->use_lines = g_hash_table_new(g_str_hash, g_str_equal);
    set->asks = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    set->go_modules = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    set->allocated = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    set->docker = docker_commands_new(set);
    add_rows(set, options->more);
    add_rows(set, own_rows);
    assumed_add_names(set->names);
    g_ptr_array_sort(set->names, compare_names);
    drop_doubles(set->names);
    g_ptr_array_add(set->names, NULL);
    set->host = (struct command_host){
        .names = (const char *const *)set->names->pdata,
        .run = run_any,
        .apart = set->options.is_of_github ? apart : NULL,
        .may_bring = may_bring,
        .begin_step = begin_step,
        .failure_count = failure_count,
        .gap_count = gap_count,
        .unknown_word_count = word_count,
        .image_command_count = image_command_count,
        .self = set,
    };
    if (options->dockerd != NULL)
        dockerd_on_assumed(options->dockerd, assumed_note_container, set);
    return set;
}

void command_set_free(struct command_set *set)
{
    if (set == NULL)
        return;
    if (set->options.dockerd != NULL)
        dockerd_on_assumed(set->options.dockerd, NULL, NULL);
    docker_commands_free(set->docker);
    g_hash_table_unref(set->go_modules);
    g_hash_table_unref(set->allocated);
    g_hash_table_unref(set->use_lines);
    g_hash_table_unref(set->asks);
    g_ptr_array_unref(set->uses);
    g_ptr_array_unref(set->names);
    g_ptr_array_unref(set->rows);
    g_free(set);
}

const struct command_host *command_set_host(struct command_set *set)
{
    return &set->host;
}

const GPtrArray *command_set_assumed(const struct command_set *set)
{
    return set->uses;
}

int64_t command_set_date_us(const struct command_set *set)
{
    return set->options.date_s * SECOND_US + loop_now_us(set->options.loop);
}

const char *command_set_machine(const struct command_set *set)
{
    const char *platform = set->options.platform;
    return platform != NULL && g_str_has_prefix(platform, "linux/arm64") ? "aarch64" : "x86_64";
}
