/* What root writes where a step's processes cannot: /etc, /usr/local/bin, /opt. It is assumed, for
   nothing on the machine reads it; but for daemon.json, where that is there
   (src/process/settings.c), which programs write themselves. */
#include "mocks/commands/commands_private.h"

#include <stdio.h>
#include <string.h>

/* Which operands of a program it writes to. */
enum target_rule {
    EVERY_OPERAND,
    LAST_OPERAND,
    IN_PLACE,   /* sed -i */
    INTO_FOLDER /* the word after an option: tar -C, unzip -d */
};

static const struct writer {
    const char *name;
    enum target_rule rule;
    char folder_option;
} writers[] = {
    {"chgrp", EVERY_OPERAND, 0},    {"chmod", EVERY_OPERAND, 0},  {"chown", EVERY_OPERAND, 0},
    {"cp", LAST_OPERAND, 0},        {"install", LAST_OPERAND, 0}, {"ln", LAST_OPERAND, 0},
    {"mkdir", EVERY_OPERAND, 0},    {"mv", LAST_OPERAND, 0},      {"sed", IN_PLACE, 0},
    {"tar", INTO_FOLDER, 'C'},      {"tee", EVERY_OPERAND, 0},    {"touch", EVERY_OPERAND, 0},
    {"truncate", EVERY_OPERAND, 0}, {"unzip", INTO_FOLDER, 'd'},
};

static bool is_of_settings(const char *word)
{
    return g_str_has_prefix(word, DOCKERD_SETTINGS_FOLDER);
}

static bool sees_settings(const struct command_call *call)
{
    return call->seam->shows_settings != NULL && call->seam->shows_settings(call->self);
}

/* What a script may write itself, or what is there: the home, /tmp, devices, the Docker socket. */
static bool is_out_of_reach(const struct command_call *call, const char *word)
{
    static const char *const shown[] = {"/dev/", "/proc/", "/run/docker.sock",
                                        "/var/run/docker.sock"};
    if (*word != '/')
        return false;
    for (gsize i = 0; i < G_N_ELEMENTS(shown); i++)
        if (g_str_has_prefix(word, shown[i]))
            return false;
    g_autofree char *host_path = command_host_path(call, word);
    return host_path == NULL || (is_of_settings(word) && !sees_settings(call));
}

static bool is_in_place(const char *const *words)
{
    for (gsize i = 1; words[i] != NULL; i++)
        if (g_str_has_prefix(words[i], "-i") || g_str_has_prefix(words[i], "--in-place"))
            return true;
    return false;
}

/* "-C", "-xzC", and tar's old "xzC" before all else. */
static bool has_letter(const char *word, gsize position, char letter)
{
    bool is_bundle = word[0] == '-' ? word[1] != '-' : position == 1 && strchr(word, '/') == NULL;
    return is_bundle && strchr(word, letter) != NULL;
}

static const char *find_folder(const struct command_call *call, const char *const *words,
                               char option)
{
    static const char long_option[] = "--directory"; /* of tar */
    bool is_next = false;
    for (gsize i = 1; words[i] != NULL; i++) {
        const char *value = NULL;
        if (is_next)
            value = words[i];
        else if (g_str_has_prefix(words[i], long_option) && words[i][strlen(long_option)] == '=')
            value = words[i] + strlen(long_option) + 1;
        if (value != NULL && is_out_of_reach(call, value))
            return value;
        is_next = strcmp(words[i], long_option) == 0 || has_letter(words[i], i, option);
    }
    return NULL;
}

/* The first place out of reach that the program writes to; lent, NULL: none. */
static const char *find_target(const struct command_call *call, const char *const *words,
                               const struct writer *writer)
{
    enum target_rule rule = writer->rule;
    gsize count = g_strv_length((char **)words);
    if (rule == INTO_FOLDER)
        return find_folder(call, words, writer->folder_option);
    if (rule == IN_PLACE && !is_in_place(words))
        return NULL;
    for (gsize i = rule == EVERY_OPERAND ? 1 : MAX(count, 2) - 1; i < count; i++)
        if (is_out_of_reach(call, words[i]))
            return words[i];
    return NULL;
}

/* Where processes do not see daemon.json, the Engine does: tee, which most use, is done for them.
 */
static bool write_settings(const struct command_call *call, const char *const *words,
                           const char *target, const char *bytes, gsize length_bytes)
{
    g_autofree char *path = command_host_path(call, target);
    bool is_more = g_strv_contains(words, "-a") || g_strv_contains(words, "--append");
    if (path == NULL || !is_of_settings(target) || call->seam->let_root_write == NULL)
        return false;
    call->seam->let_root_write(call->self, true);
    FILE *file = fopen(path, is_more ? "ae" : "we");
    bool is_written = file != NULL && fwrite(bytes, 1, length_bytes, file) == length_bytes;
    is_written = file != NULL && fclose(file) == 0 && is_written;
    call->seam->let_root_write(call->self, false);
    return is_written;
}

/* What tee reads it also prints. */
static int pass_on(const struct command_call *call, const char *const *words, const char *target,
                   bool *is_written)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) input = command_read_all(call, DOC_BYTES_MAX, &error);
    gsize length_bytes = 0;
    const char *bytes = input != NULL ? g_bytes_get_data(input, &length_bytes) : NULL;
    if (input == NULL)
        return 1;
    *is_written = write_settings(call, words, target, bytes != NULL ? bytes : "", length_bytes);
    return command_write(call, 1, bytes != NULL ? bytes : "", (gssize)length_bytes) ? 0 : 1;
}

/* Without a file tar reads what comes to it, and whoever writes that would break if it did not. */
static void swallow(const struct command_call *call, const char *const *words)
{
    bool has_file = false;
    for (gsize i = 1; words[i] != NULL; i++)
        if ((has_letter(words[i], i, 'f') && g_strcmp0(words[i + 1], "-") != 0) ||
            g_str_has_prefix(words[i], "--file"))
            has_file = true;
    GBytes *input = has_file ? NULL : command_read_all(call, DOC_BYTES_MAX, /* error= */ NULL);
    g_clear_pointer(&input, g_bytes_unref);
}

/* Who may speak to the Docker daemon: here everybody may already. Where scripts see the machine's
   own files, its socket must stay as it is. What is root's is so already. */
static bool is_about_owner(const struct command_call *call, const char *name,
                           const char *const *words)
{
    static const char *const programs[] = {"chgrp", "chmod", "chown", "setfacl", NULL};
    gsize count = g_strv_length((char **)words);
    const char *last = words[count - 1];
    if (g_str_has_prefix(last, DOCKERD_SETTINGS_FOLDER))
        return g_strv_contains(programs, name) && !g_str_equal(name, "chmod") &&
               !is_out_of_reach(call, last);
    return g_strv_contains(programs, name) &&
           (g_str_equal(last, "/var/run/docker.sock") || g_str_equal(last, "/run/docker.sock"));
}

/* How the daemon behaves decides what becomes of images; that its folder moves to a larger disk
   does not. */
static bool decides_on_images(const char *target)
{
    static const char *const beginnings[] = {"/etc/containers", "/etc/docker",
                                             "/etc/default/docker", "/etc/systemd/system/docker"};
    for (gsize i = 0; i < G_N_ELEMENTS(beginnings); i++)
        if (g_str_has_prefix(target, beginnings[i]))
            return true;
    return false;
}

bool root_files_assume(struct command_set *set, const struct command_call *call,
                       const char *const *words, int *exit_code)
{
    g_autofree char *name = g_path_get_basename(words[0]);
    *exit_code = 0;
    if (is_about_owner(call, name, words) || machine_folders_remove(set, call, words, exit_code))
        return true;
    for (gsize i = 0; i < G_N_ELEMENTS(writers); i++) {
        const char *target =
            g_str_equal(writers[i].name, name) ? find_target(call, words, &writers[i]) : NULL;
        if (target == NULL)
            continue;
        const char *const line[] = {name, target, NULL};
        bool is_written = false;
        if (g_str_equal(name, "tee"))
            *exit_code = pass_on(call, words, target, &is_written);
        else if (g_str_equal(name, "tar"))
            swallow(call, words);
        assumed_note(set, line, !is_written && decides_on_images(target));
        return true;
    }
    return false;
}
