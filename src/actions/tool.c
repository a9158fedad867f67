/* The tool cache, and files that say which toolchain is wanted. */
#include "actions/tool.h"

#include "base/digest.h"
#include "base/regular_file.h"
#include "base/units.h"

#include <glib/gstdio.h>
#include <string.h>

const char *tool_architecture(const struct action_run *run)
{
    bool is_arm = strcmp(action_context(run, "runner.arch"), "ARM64") == 0;
    return is_arm ? "arm64" : "x64";
}

char *tool_place(struct action_run *run, const char *tool, const char *version,
                 const char *architecture)
{
    const char *cache = action_variable(run, "RUNNER_TOOL_CACHE");
    char *path = g_strdup_printf("%s/%s/%s/%s", cache != NULL ? cache : "/opt/hostedtoolcache",
                                 tool, version, architecture);
    g_autofree char *place = action_host_path(run, path);
    g_autofree char *binaries = place != NULL ? g_build_filename(place, "bin", NULL) : NULL;
    if (binaries != NULL)
        g_mkdir_with_parents(binaries, 0755); /* a shim stands for what would be there */
    return path;
}

void tool_add_path(struct action_run *run, const char *place, const char *sub)
{
    g_autofree char *path = sub != NULL ? g_strconcat(place, "/", sub, NULL) : g_strdup(place);
    action_add_path(run, path);
}

static char *read_file(const struct action_run *run, const char *path)
{
    g_autofree char *absolute = core_absolute_path(run, path);
    g_autofree char *place = action_host_path(run, absolute);
    char *text = NULL;
    if (place != NULL)
        regular_file_read(place, &text, NULL, NULL);
    return text;
}

char *tool_version_file(const struct action_run *run, const char *path, const char *pattern)
{
    g_autofree char *text = read_file(run, path);
    if (text == NULL)
        return NULL;
    if (pattern == NULL)
        return core_trimmed(text);
    g_autoptr(GRegex) regex = g_regex_new(pattern, G_REGEX_MULTILINE | G_REGEX_RAW, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;
    if (!g_regex_match(regex, text, 0, &match))
        return g_strdup("");
    return g_match_info_fetch(match, 1);
}

/* The bytes that 64 hex digits stand for. */
static void read_hex(const char *digits, unsigned char bytes[32])
{
    for (unsigned i = 0; i < 32; i++)
        bytes[i] = (unsigned char)(g_ascii_xdigit_value(digits[2 * i]) * 16 +
                                   g_ascii_xdigit_value(digits[2 * i + 1]));
}

char *tool_hash_file(const struct action_run *run, const char *path)
{
    g_autofree char *text = read_file(run, path);
    if (text == NULL)
        return NULL;
    unsigned char bytes[32];
    g_autofree char *inner = digest_of(text, strlen(text));
    read_hex(inner + strlen("sha256:"), bytes);
    g_autofree char *outer = digest_of(bytes, sizeof(bytes));
    return g_strdup(outer + strlen("sha256:"));
}

/* ---- downloads (actions/toolkit, packages/tool-cache/src: tool-cache.ts, retry-helper.ts) ---- */

enum {
    DOWNLOAD_TRIES = 3,
    DOWNLOAD_WAIT_SECONDS_MIN = 10,
    DOWNLOAD_WAIT_SECONDS_MAX = 20,
};

static bool is_final(unsigned status)
{
    return status > 0 && status < 500 && status != 408 && status != 429;
}

/* The message of what is thrown; g_free. */
static char *download_words(const struct action_reply *reply)
{
    return reply->status == 0 ? g_strdup(reply->failure)
                              : g_strdup_printf("Unexpected HTTP response: %u", reply->status);
}

static int64_t wait_seconds(struct action_run *run)
{
    g_autofree char *digits = action_random_hex(run, 4);
    return DOWNLOAD_WAIT_SECONDS_MIN +
           (int64_t)(g_ascii_strtoull(digits, NULL, 16) %
                     (DOWNLOAD_WAIT_SECONDS_MAX - DOWNLOAD_WAIT_SECONDS_MIN + 1));
}

bool tool_download(struct action_run *run, const char *url, GError **error)
{
    const struct action_exchange exchange = {.method = "GET", .url = url};
    for (unsigned count = 1;; count++) {
        __attribute__((cleanup(action_reply_clear))) struct action_reply reply = {0};
        if (!action_exchange(run, &exchange, &reply, error))
            return false;
        if (reply.status == 200)
            return true;
        g_autofree char *words = download_words(&reply);
        if (count == DOWNLOAD_TRIES || is_final(reply.status))
            return core_throw(error, "%s", words);
        const int64_t seconds = wait_seconds(run);
        action_log(run, "%s", words);
        action_log(run, "Waiting %" G_GINT64_FORMAT " seconds before trying again", seconds);
        if (!action_sleep(run, seconds * SECOND_US, error))
            return false;
    }
}
