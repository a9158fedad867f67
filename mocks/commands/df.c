/* df of coreutils over the machine's virtual disk: options, and which file systems are asked for.
 */
#include "mocks/commands/df.h"

#include "mocks/commands/flags.h"

#include <string.h>

enum {
    ALL = 1,
    BLOCK_SIZE,
    HUMAN,
    SI,
    INODES,
    KIB,
    MIB,
    LOCAL,
    OUTPUT,
    POSIX,
    TOTAL,
    TYPE,
    PRINT_TYPE,
    EXCLUDE,
    IGNORED,
    VERSION,
};

static const struct flag flags[] = {
    {ALL, 'a', "all", FLAG_ALONE},
    {BLOCK_SIZE, 'B', "block-size", FLAG_WITH_VALUE},
    {HUMAN, 'h', "human-readable", FLAG_ALONE},
    {SI, 'H', "si", FLAG_ALONE},
    {INODES, 'i', "inodes", FLAG_ALONE},
    {KIB, 'k', NULL, FLAG_ALONE},
    {MIB, 'm', NULL, FLAG_ALONE},
    {LOCAL, 'l', "local", FLAG_ALONE},
    {OUTPUT, 0, "output", FLAG_MAY_HAVE_VALUE},
    {POSIX, 'P', "portability", FLAG_ALONE},
    {TOTAL, 0, "total", FLAG_ALONE},
    {TYPE, 't', "type", FLAG_WITH_VALUE},
    {PRINT_TYPE, 'T', "print-type", FLAG_ALONE},
    {EXCLUDE, 'x', "exclude-type", FLAG_WITH_VALUE},
    {IGNORED, 0, "sync", FLAG_ALONE},
    {IGNORED, 0, "no-sync", FLAG_ALONE},
    {IGNORED, 'v', NULL, FLAG_ALONE},
    {VERSION, 0, "version", FLAG_ALONE},
    {0},
};

struct df {
    const struct command_call *call;
    struct df_style style;
    bool has_inodes;
    bool has_type;
    bool has_total;
    GPtrArray *types; /* const char*, lent */
    GPtrArray *excluded;
};

/* ---- options ---- */

static bool complain_field(const struct df *df, const char *name, const char *what)
{
    g_autofree char *word = command_quoted(df->call, name);
    command_complain(df->call, "df: option --output: field %s %s\n", word, what);
    (void)command_try_help(df->call, 1);
    return false;
}

static bool take_fields(struct df *df, const char *list)
{
    g_auto(GStrv) names = g_strsplit(list, ",", -1);
    for (gsize i = 0; names[i] != NULL; i++) {
        int field = df_field_find(names[i]);
        if (field < 0)
            return complain_field(df, names[i], "unknown");
        for (int used = 0; used < df->style.field_count; used++)
            if ((int)df->style.fields[used] == field)
                return complain_field(df, names[i], "used more than once");
        df->style.fields[df->style.field_count++] = (enum df_field)field;
    }
    return true;
}

static bool take_output(struct df *df, const char *list)
{
    df->style.is_output = true;
    return take_fields(df, list != NULL ? list
                                        : "source,fstype,itotal,iused,iavail,ipcent,size,used,"
                                          "avail,pcent,file,target");
}

static bool take_block(struct df *df, const char *text)
{
    if (df_block_parse(text, &df->style))
        return true;
    g_autofree char *word = command_quoted(df->call, text);
    command_complain(df->call, "df: invalid -B argument %s\n", word);
    return false;
}

static void take_human(struct df *df, int base)
{
    df->style.block_bytes = 0;
    df->style.human_base = base;
}

static bool take_option(struct df *df, int option, const char *value)
{
    switch (option) {
    case FLAG_WRONG:
        (void)command_try_help(df->call, 1);
        return false;
    case BLOCK_SIZE:
        return take_block(df, value);
    case HUMAN:
    case SI:
        take_human(df, option == SI ? 1000 : 1024);
        return true;
    case KIB:
    case MIB:
        return df_block_parse(option == KIB ? "1K" : "1M", &df->style);
    case OUTPUT:
        return take_output(df, value);
    case TYPE:
    case EXCLUDE:
        g_ptr_array_add(option == TYPE ? df->types : df->excluded, (void *)value);
        return true;
    default:
        df->style.is_posix = df->style.is_posix || option == POSIX;
        df->has_inodes = df->has_inodes || option == INODES;
        df->has_type = df->has_type || option == PRINT_TYPE;
        df->has_total = df->has_total || option == TOTAL;
        return true;
    }
}

static void set_usual_fields(struct df *df)
{
    static const enum df_field sizes[] = {FIELD_SIZE, FIELD_USED, FIELD_FREE, FIELD_PERCENT};
    static const enum df_field inodes[] = {FIELD_INODES, FIELD_INODES_USED, FIELD_INODES_FREE,
                                           FIELD_INODES_PERCENT};
    struct df_style *style = &df->style;

    if (style->field_count > 0)
        return;
    style->fields[style->field_count++] = FIELD_SOURCE;
    if (df->has_type)
        style->fields[style->field_count++] = FIELD_TYPE;
    for (gsize i = 0; i < G_N_ELEMENTS(sizes); i++)
        style->fields[style->field_count++] = df->has_inodes ? inodes[i] : sizes[i];
    style->fields[style->field_count++] = FIELD_TARGET;
}

/* ---- file systems ---- */

static bool holds(const GPtrArray *names, const char *name)
{
    for (guint i = 0; i < names->len; i++)
        if (strcmp(g_ptr_array_index(names, i), name) == 0)
            return true;
    return false;
}

static void add_line(const struct df *df, GArray *lines, const struct mount *mount,
                     const char *file)
{
    const struct df_line line = {.mount = *mount, .file = file};
    if ((df->types->len > 0 && !holds(df->types, mount->type)) || holds(df->excluded, mount->type))
        return;
    g_array_append_val(lines, line);
}

/* The mount with the longest target that holds the path. */
static const struct mount *mount_of(const GArray *mounts, const char *path)
{
    const struct mount *found = &g_array_index(mounts, struct mount, 0);
    for (guint i = 1; i < mounts->len; i++) {
        const struct mount *mount = &g_array_index(mounts, struct mount, i);
        gsize length = strlen(mount->target);
        if (strcmp(path, mount->source) == 0)
            return mount;
        if (strncmp(path, mount->target, length) == 0 &&
            (path[length] == '/' || path[length] == '\0') && length > strlen(found->target))
            found = mount;
    }
    return found;
}

/* What lies outside the files that commands may touch is taken to be there. */
static bool is_missing(const struct command_call *call, const char *file)
{
    g_autofree char *host_path = command_host_path(call, file);
    return host_path != NULL && !g_file_test(host_path, G_FILE_TEST_EXISTS);
}

static bool add_files(const struct df *df, const GArray *mounts, const GPtrArray *files,
                      GArray *lines)
{
    bool is_fine = true;
    for (guint i = 0; i < files->len; i++) {
        const char *file = g_ptr_array_index(files, i);
        g_autofree char *path = command_absolute_path(df->call, file);
        if (is_missing(df->call, file)) {
            command_complain(df->call, "df: %s: No such file or directory\n", file);
            is_fine = false;
            continue;
        }
        add_line(df, lines, mount_of(mounts, path), file);
    }
    return is_fine;
}

static void add_total(const struct df *df, GArray *lines)
{
    struct df_line total = {.mount = {.source = "total", .type = "-", .target = "-"}, .file = "-"};
    for (guint i = 0; i < lines->len; i++) {
        const struct mount *mount = &g_array_index(lines, struct df_line, i).mount;
        total.mount.size_bytes += mount->size_bytes;
        total.mount.used_bytes += mount->used_bytes;
        total.mount.free_bytes += mount->free_bytes;
    }
    if (df->style.fields[0] != FIELD_SOURCE)
        total.mount.target = "total";
    g_array_append_val(lines, total);
}

static int show(const struct df *df, const struct command_set *set, const GPtrArray *files)
{
    g_autoptr(GArray) mounts = mounts_of(set);
    g_autoptr(GArray) lines = g_array_new(FALSE, FALSE, sizeof(struct df_line));
    bool is_fine = true;

    if (files->len > 0)
        is_fine = add_files(df, mounts, files, lines);
    for (guint i = 0; files->len == 0 && i < mounts->len; i++)
        add_line(df, lines, &g_array_index(mounts, struct mount, i), "-");
    if (lines->len == 0) {
        if (is_fine)
            command_complain(df->call, "df: no file systems processed\n");
        return 1;
    }
    if (df->has_total)
        add_total(df, lines);
    df_print(df->call, &df->style, lines);
    return is_fine ? 0 : 1;
}

static bool has_clash(const struct df *df)
{
    const char *other = df->style.is_posix ? "-P" : df->has_inodes ? "-i" : "-T";
    if (!df->style.is_output || !(df->style.is_posix || df->has_inodes || df->has_type))
        return false;
    command_complain(df->call, "df: options %s and --output are mutually exclusive\n", other);
    (void)command_try_help(df->call, 1);
    return true;
}

int row_df(void *self, const struct command_call *call)
{
    g_autoptr(GPtrArray) types = g_ptr_array_new();
    g_autoptr(GPtrArray) excluded = g_ptr_array_new();
    struct df df = {.call = call, .types = types, .excluded = excluded};
    FLAG_READER(reader);
    int option;

    df.style.block_bytes = 1024;
    df.style.suffix = "";
    flag_reader_init(&reader, call, flags);
    while ((option = flag_next(&reader)) != FLAG_END) {
        if (option == VERSION) {
            command_print(call, "df (GNU coreutils) 9.4\n");
            return 0;
        }
        if (!take_option(&df, option, reader.value))
            return 1;
    }
    if (has_clash(&df))
        return 1;
    set_usual_fields(&df);
    return show(&df, self, reader.operands);
}
