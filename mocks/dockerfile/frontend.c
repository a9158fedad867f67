/* What a release of docker/dockerfile does not have yet: flags, heredocs, modes in symbols. */
#include "mocks/dockerfile/parse.h"

#include <string.h>

enum {
    HEREDOCS_SINCE = 4,
    HEREDOCS_SINCE_LABS = 3,
    SYMBOLIC_MODES_SINCE = 14,
};

static bool has_feature(const struct frontend *frontend, unsigned since, unsigned since_labs)
{
    return frontend->minor >= (frontend->is_labs && since_labs != 0 ? since_labs : since);
}

static bool check_flags(const struct instruction *instruction, const struct frontend *frontend,
                        GError **error)
{
    const struct keyword *keyword = keyword_of(instruction->kind);
    for (guint i = 0; i < instruction->flags->len; i++) {
        const struct instruction_flag *flag = g_ptr_array_index(instruction->flags, i);
        const struct keyword_flag *row = keyword_flag(keyword, flag->name);
        if (!has_feature(frontend, row->since, row->since_labs))
            return parse_fail(error, instruction->line, "unknown flag: --%s", flag->name);
    }
    return true;
}

/* The text of a heredoc was read as instructions. */
static bool check_heredocs(const struct dockerfile *dockerfile,
                           const struct instruction *instruction, const struct frontend *frontend,
                           GError **error)
{
    if (instruction->heredocs->len == 0 ||
        has_feature(frontend, HEREDOCS_SINCE, HEREDOCS_SINCE_LABS))
        return true;
    const char *next = dockerfile->lines[instruction->line];
    next += strspn(next, " \t");
    g_autofree char *word = g_strndup(next, strcspn(next, " \t"));
    return parse_fail(error, instruction->line + 1, "unknown instruction: %s", word);
}

static bool check_mode(const struct instruction *instruction, const struct frontend *frontend,
                       GError **error)
{
    const char *mode = instruction_flag(instruction, "chmod");
    if (mode == NULL || has_feature(frontend, SYMBOLIC_MODES_SINCE, 0) ||
        strspn(mode, "01234567") == strlen(mode) || strchr(mode, '$') != NULL)
        return true;
    return parse_fail(error, LINE_UNTOLD,
                      "invalid chmod parameter: '%s'. it should be octal string and between 0 and "
                      "07777",
                      mode);
}

bool dockerfile_check_frontend(const struct dockerfile *dockerfile, const struct frontend *frontend,
                               GError **error)
{
    for (guint i = 0; i < dockerfile->instructions->len; i++) {
        const struct instruction *instruction = g_ptr_array_index(dockerfile->instructions, i);
        if (!check_flags(instruction, frontend, error) ||
            !check_heredocs(dockerfile, instruction, frontend, error) ||
            !check_mode(instruction, frontend, error))
            return false;
    }
    return true;
}

/* ---- images of docker/dockerfile ---- */

bool frontend_of_image(const char *name, struct frontend *frontend)
{
    g_autoptr(GMatchInfo) match = NULL;
    g_autoptr(GRegex) pattern =
        g_regex_new("^(docker\\.io/)?docker/dockerfile(-upstream)?(:([^@]*))?(@.*)?$", 0, 0, NULL);
    if (!g_regex_match(pattern, name, 0, &match))
        return false;
    g_autofree char *fetched = g_match_info_fetch(match, 4);
    const char *tag = fetched != NULL ? fetched : "";
    bool has_minor = g_regex_match_simple("^1\\.[0-9]+", tag, 0, 0);
    frontend->minor = has_minor ? (unsigned)g_ascii_strtoull(tag + 2, NULL, 10) : FRONTEND_NEWEST;
    frontend->is_labs = strstr(tag, "labs") != NULL || strstr(tag, "experimental") != NULL;
    return true;
}

/* BuildKit v0.8 came with 1.2, and each later one with the next. */
struct frontend frontend_of_buildkit(const char *version)
{
    enum {
        BUILDKIT_AHEAD = 6
    };
    const char *minor = g_str_has_prefix(version, "v0.") ? version + strlen("v0.") : "";
    struct frontend frontend = {.minor = FRONTEND_NEWEST};
    if (g_ascii_isdigit(*minor)) {
        unsigned number = (unsigned)g_ascii_strtoull(minor, NULL, 10);
        frontend.minor = number > BUILDKIT_AHEAD ? number - BUILDKIT_AHEAD : 0;
    }
    return frontend;
}
