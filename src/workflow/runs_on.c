/* Labels to machines. */
#include "workflow/runs_on.h"

#include <string.h>

/* Of the rows of a label the one whose days hold the date counts; begin NULL: always, end NULL:
   still. The day of the end is the first without. */
static const struct image_row {
    const char *label;
    const char *begin;
    const char *end;
    const char *image;
    enum runner_os os;
    enum runner_arch arch;
} image_rows[] = {
    {"ubuntu-latest", NULL, "2026-10-19", "ubuntu-24.04", RUNNER_LINUX, RUNNER_AMD64},
    {"ubuntu-latest", "2026-10-19", NULL, "ubuntu-26.04", RUNNER_LINUX, RUNNER_AMD64},
    {"ubuntu-20.04", NULL, "2025-04-15", "ubuntu-20.04", RUNNER_LINUX, RUNNER_AMD64},
    {"ubuntu-22.04", NULL, NULL, "ubuntu-22.04", RUNNER_LINUX, RUNNER_AMD64},
    {"ubuntu-24.04", NULL, NULL, "ubuntu-24.04", RUNNER_LINUX, RUNNER_AMD64},
    {"ubuntu-26.04", NULL, NULL, "ubuntu-26.04", RUNNER_LINUX, RUNNER_AMD64},
    {"ubuntu-slim", NULL, NULL, "ubuntu-slim", RUNNER_LINUX, RUNNER_AMD64},
    {"ubuntu-22.04-arm", NULL, NULL, "ubuntu-22.04-arm", RUNNER_LINUX, RUNNER_ARM64},
    {"ubuntu-24.04-arm", NULL, NULL, "ubuntu-24.04-arm", RUNNER_LINUX, RUNNER_ARM64},
    {"ubuntu-26.04-arm", NULL, NULL, "ubuntu-26.04-arm", RUNNER_LINUX, RUNNER_ARM64},
    {"windows-latest", NULL, NULL, "windows-2025", RUNNER_WINDOWS, RUNNER_AMD64},
    {"windows-2019", NULL, "2025-06-30", "windows-2019", RUNNER_WINDOWS, RUNNER_AMD64},
    {"windows-2022", NULL, NULL, "windows-2022", RUNNER_WINDOWS, RUNNER_AMD64},
    {"windows-2025", NULL, NULL, "windows-2025", RUNNER_WINDOWS, RUNNER_AMD64},
    {"windows-11-arm", NULL, NULL, "windows-11-arm", RUNNER_WINDOWS, RUNNER_ARM64},
    {"macos-latest", NULL, NULL, "macos-15", RUNNER_MACOS, RUNNER_ARM64},
    {"macos-13", NULL, "2025-12-04", "macos-13", RUNNER_MACOS, RUNNER_AMD64},
    {"macos-14", NULL, NULL, "macos-14", RUNNER_MACOS, RUNNER_ARM64},
    {"macos-15", NULL, NULL, "macos-15", RUNNER_MACOS, RUNNER_ARM64},
    {"macos-15-intel", NULL, NULL, "macos-15-intel", RUNNER_MACOS, RUNNER_AMD64},
    {"macos-26", NULL, NULL, "macos-26", RUNNER_MACOS, RUNNER_ARM64},
    {"macos-26-intel", NULL, NULL, "macos-26-intel", RUNNER_MACOS, RUNNER_AMD64},
};

/* Labels that every self-hosted runner has by itself, and what larger ones are mostly called. */
static const struct {
    const char *word;
    bool is_whole; /* the label is the word; else it begins with it */
    enum runner_os os;
} os_words[] = {
    {"linux", true, RUNNER_LINUX},       {"windows", true, RUNNER_WINDOWS},
    {"macos", true, RUNNER_MACOS},       {"ubuntu-", false, RUNNER_LINUX},
    {"windows-", false, RUNNER_WINDOWS}, {"macos-", false, RUNNER_MACOS},
};

static const struct {
    const char *word;
    enum runner_arch arch;
} arch_words[] = {
    {"x64", RUNNER_AMD64},   {"x86_64", RUNNER_AMD64},  {"amd64", RUNNER_AMD64},
    {"arm64", RUNNER_ARM64}, {"aarch64", RUNNER_ARM64}, {"arm", RUNNER_ARM64},
};

const char *runner_os_text(enum runner_os os)
{
    static const char *const texts[] = {
        [RUNNER_LINUX] = "linux", [RUNNER_WINDOWS] = "windows", [RUNNER_MACOS] = "macos"};
    return texts[os];
}

const char *runner_arch_text(enum runner_arch arch)
{
    return arch == RUNNER_ARM64 ? "arm64" : "amd64";
}

static bool holds_date(const struct image_row *row, const char *date)
{
    return (row->begin == NULL || strcmp(date, row->begin) >= 0) &&
           (row->end == NULL || strcmp(date, row->end) < 0);
}

static void choose_image(const char *label, const char *date, struct runner *runner)
{
    for (gsize i = 0; i < G_N_ELEMENTS(image_rows); i++) {
        const struct image_row *row = &image_rows[i];
        if (g_ascii_strcasecmp(row->label, label) != 0)
            continue;
        runner->os = row->os;
        runner->arch = row->arch;
        runner->is_os_known = true;
        runner->is_arch_known = true;
        runner->is_retired = !holds_date(row, date);
        runner->image = runner->is_retired ? NULL : row->image;
        if (runner->image != NULL)
            return;
    }
}

/* Whether the word stands in the label between other signs: "linux-arm64-8". */
static bool has_part(const char *label, const char *word)
{
    g_auto(GStrv) parts = g_strsplit_set(label, "-_. ", -1);
    return g_strv_contains((const char *const *)parts, word);
}

/* What the labels of a machine that is not GitHub's tell of it. */
static void guess(const char *label, struct runner *runner)
{
    g_autofree char *folded = g_ascii_strdown(label, -1);
    for (gsize i = 0; i < G_N_ELEMENTS(os_words) && !runner->is_os_known; i++) {
        bool fits = os_words[i].is_whole ? has_part(folded, os_words[i].word)
                                         : g_str_has_prefix(folded, os_words[i].word);
        if (fits)
            runner->os = os_words[i].os;
        runner->is_os_known = fits;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(arch_words) && !runner->is_arch_known; i++) {
        bool fits = has_part(folded, arch_words[i].word);
        if (fits)
            runner->arch = arch_words[i].arch;
        runner->is_arch_known = fits;
    }
}

/* The texts of a text or a list; NULL when it is neither. */
static char **texts_of(const json_t *value)
{
    g_autoptr(GStrvBuilder) texts = g_strv_builder_new();
    gsize i;
    json_t *item;
    if (json_is_string(value))
        g_strv_builder_add(texts, json_string_value(value));
    else if (value != NULL && !json_is_array(value))
        return NULL;
    json_array_foreach ((json_t *)value, i, item) {
        if (!json_is_string(item))
            return NULL;
        g_strv_builder_add(texts, json_string_value(item));
    }
    return g_strv_builder_end(texts);
}

static void choose(char *const *labels, const char *date, struct runner *runner)
{
    gsize count = g_strv_length((char **)labels);
    if (count == 1 && runner->group == NULL)
        choose_image(labels[0], date, runner);
    if (runner->image != NULL || runner->is_retired)
        return;
    runner->is_self_hosted = true;
    runner->is_furnished = runner->group != NULL;
    for (gsize i = 0; i < count; i++) {
        runner->is_furnished =
            runner->is_furnished || g_ascii_strcasecmp(labels[i], "self-hosted") == 0;
        guess(labels[i], runner);
    }
}

bool runner_choose(const json_t *runs_on, const char *date, struct runner *runner, GError **error)
{
    bool is_group = json_is_object(runs_on);
    const json_t *group = is_group ? json_object_get(runs_on, "group") : NULL;
    g_auto(GStrv) labels = texts_of(is_group ? json_object_get(runs_on, "labels") : runs_on);
    *runner = (struct runner){0};
    if (labels == NULL || (group != NULL && !json_is_string(group)) ||
        (group == NULL && (labels[0] == NULL || labels[0][0] == '\0'))) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID,
                    "runs-on names no runner; expected a label, a list of labels or a group");
        return false;
    }
    runner->labels = g_strjoinv(", ", labels);
    runner->group = group != NULL ? g_strdup(json_string_value(group)) : NULL;
    choose(labels, date, runner);
    return true;
}

void runner_clear(struct runner *runner)
{
    g_free(runner->labels);
    g_free(runner->group);
    *runner = (struct runner){0};
}

char *runner_text(const struct runner *runner)
{
    g_autofree char *platform =
        g_strdup_printf("%s/%s", runner_os_text(runner->os), runner_arch_text(runner->arch));
    if (runner->image != NULL)
        return g_strdup_printf("%s (%s)", runner->image, platform);
    if (runner->is_retired)
        return g_strdup_printf("%s, which GitHub no longer has", runner->labels);
    return g_strdup_printf("self-hosted [%s%s%s%s] (%s%s)", runner->group != NULL ? "group " : "",
                           runner->group != NULL ? runner->group : "",
                           runner->group != NULL && runner->labels[0] != '\0' ? ": " : "",
                           runner->labels, platform,
                           runner->is_os_known && runner->is_arch_known ? "" : ", assumed");
}
