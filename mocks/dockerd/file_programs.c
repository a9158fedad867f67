/* The small commands about files that every container has, as far as it is known what is there: one
   row each. */
#include "mocks/dockerd/host_files.h"

#include <string.h>

static enum path_fact look(const struct process *process, const char *path,
                           const struct file **file)
{
    g_autofree char *full = process_path(process, path);
    return container_look(process->container, full, file);
}

static int say(struct process *process, int stream, int exit_code, const char *text)
{
    return process_write(process, stream, text, NULL) ? exit_code : 1;
}

/* ---- rm, mkdir ---- */

static int run_rm(struct process *process)
{
    for (gsize i = 1; process->arguments[i] != NULL; i++) {
        g_autofree char *path = process_path(process, process->arguments[i]);
        if (process->arguments[i][0] == '-')
            continue;
        if (container_is_of_host(process->container, path)) {
            if (!host_files_remove(process->container, path))
                return -1;
            continue;
        }
        container_note_removed(process->container, path);
    }
    return 0;
}

/* Of -p alone: whether the folder above is there may not be known. */
static int run_mkdir(struct process *process)
{
    if (g_strcmp0(process->arguments[1], "-p") != 0)
        return -1;
    for (gsize i = 2; process->arguments[i] != NULL; i++) {
        g_autofree char *path = process_path(process, process->arguments[i]);
        const struct file *file = NULL;
        if (container_look(process->container, path, &file) == PATH_FILE)
            return 1;
        container_put_folder(process->container, path);
    }
    return 0;
}

/* ---- cat ---- */

static bool are_known(const struct process *process)
{
    for (gsize i = 1; process->arguments[i] != NULL; i++) {
        const struct file *file = NULL;
        enum path_fact fact = look(process, process->arguments[i], &file);
        if (fact == PATH_UNKNOWN || (fact == PATH_FILE && file_is_made_up(file)))
            return false;
    }
    return true;
}

static bool write_bytes(struct process *process, GBytes *bytes)
{
    gsize length_bytes = 0;
    const char *text = g_bytes_get_data(bytes, &length_bytes);
    return process_write_bytes(process, 1, text != NULL ? text : "", length_bytes, NULL);
}

static int run_cat(struct process *process)
{
    int exit_code = 0;

    if (process->arguments[1] == NULL) {
        g_autoptr(GBytes) input = process_take_input(process);
        return input == NULL ? -1 : write_bytes(process, input) ? 0 : 1;
    }
    if (!are_known(process))
        return -1;
    for (gsize i = 1; process->arguments[i] != NULL; i++) {
        const char *path = process->arguments[i];
        const struct file *file = NULL;
        (void)look(process, path, &file);
        bool is_said =
            file != NULL
                ? write_bytes(process, file->bytes)
                : process_printf(process, 2, NULL,
                                 "cat: can't open '%s': No such file or directory\n", path);
        if (file == NULL || !is_said)
            exit_code = 1;
    }
    return exit_code;
}

/* ---- ls ---- */

/* A name with or without the slash that ends a folder's. */
static bool say_name(struct process *process, const char *name)
{
    int length = (int)strlen(name) - (g_str_has_suffix(name, "/") ? 1 : 0);
    return process_printf(process, 1, NULL, "%.*s\n", length, name);
}

static gint compare_names(gconstpointer left, gconstpointer right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

/* Whether an image that is not looked into may have more in the folder than is known. */
static bool is_open(const struct process *process, const char *path)
{
    const struct container *container = process->container;
    g_autofree char *inner = NULL;
    return container->dockerd->assume != NULL && container->program == &generic_program &&
           container_tree_at(container, path, &inner, NULL) == container->files;
}

/* What the container and its image are known to have there, each name once. */
static GPtrArray *names_in(const struct process *process, const char *path)
{
    g_autofree char *inner = NULL;
    struct file_tree *tree = container_tree_at(process->container, path, &inner, NULL);
    GPtrArray *names = file_tree_names(tree, inner);
    if (!is_open(process, path))
        return names;
    g_autoptr(GPtrArray) more = file_tree_names(container_image_tree(process->container), path);
    for (guint i = 0; i < more->len; i++)
        if (!g_ptr_array_find_with_equal_func(names, more->pdata[i], g_str_equal, NULL))
            g_ptr_array_add(names, g_strdup(more->pdata[i]));
    g_ptr_array_sort(names, compare_names);
    return names;
}

static int list_folder(struct process *process, const char *path)
{
    g_autofree char *full = process_path(process, path);
    bool is_of_host = container_is_of_host(process->container, full);
    g_autoptr(GPtrArray) names =
        is_of_host ? host_files_names(process->container, full) : names_in(process, full);
    if (names == NULL)
        return -1;

    for (guint i = 0; i < names->len; i++)
        if (!say_name(process, g_ptr_array_index(names, i)))
            return 1;
    if (!is_of_host && is_open(process, full))
        process_assume(process);
    return 0;
}

/* Of folders that every image has nothing is known but that. */
static bool is_listed(const struct process *process, const char *path)
{
    const struct file *file = NULL;
    g_autofree char *full = process_path(process, path);
    enum path_fact fact = look(process, path, &file);

    if (fact == PATH_FOLDER && container_is_of_host(process->container, full)) {
        g_autoptr(GPtrArray) of_host = host_files_names(process->container, full);
        return of_host != NULL;
    }
    if (fact != PATH_FOLDER || !is_open(process, full))
        return fact != PATH_UNKNOWN;
    g_autoptr(GPtrArray) files = container_files_below(process->container, full);
    struct file_tree *image = container_image_tree(process->container);
    g_autoptr(GPtrArray) names = file_tree_names(image, full);
    return files->len > 0 || names->len > 0;
}

static int list(struct process *process, const char *path)
{
    const struct file *file = NULL;
    switch (look(process, path, &file)) {
    case PATH_FILE:
        return process_printf(process, 1, NULL, "%s\n", path) ? 0 : 1;
    case PATH_FOLDER:
        return list_folder(process, path);
    case PATH_MISSING: {
        g_autofree char *text = g_strdup_printf("ls: %s: No such file or directory\n", path);
        return say(process, 2, 1, text);
    }
    case PATH_UNKNOWN:
        break;
    }
    return -1;
}

/* Long lines tell more than is known; so does a path of which nothing is. */
static int run_ls(struct process *process)
{
    const char *const here[] = {".", NULL};
    const char *const *paths = process->arguments + 1;
    int exit_code = 0;

    for (; *paths != NULL && **paths == '-'; paths++)
        if (strpbrk(*paths, "lsi") != NULL)
            return -1;
    if (*paths == NULL)
        paths = here;
    for (gsize i = 0; paths[i] != NULL; i++)
        if (!is_listed(process, paths[i]))
            return -1;
    for (gsize i = 0; paths[i] != NULL; i++)
        exit_code |= list(process, paths[i]);
    return exit_code;
}

/* ---- test ---- */

enum {
    NOT_KNOWN = -1,
    NO = 0,
    YES = 1
};

static int is_of_file(const struct process *process, char question, const char *path)
{
    const struct file *file = NULL;
    enum path_fact fact = look(process, path, &file);
    if (fact == PATH_UNKNOWN)
        return NOT_KNOWN;
    switch (question) {
    case 'e':
        return fact != PATH_MISSING;
    case 'f':
        return fact == PATH_FILE;
    case 'd':
        return fact == PATH_FOLDER;
    case 's':
        return fact == PATH_FOLDER || (file != NULL && g_bytes_get_size(file->bytes) > 0);
    case 'r':
        return fact == PATH_MISSING                          ? NO
               : file != NULL && (file->mode & 0444) == 0444 ? YES
                                                             : NOT_KNOWN;
    case 'x':
        return fact == PATH_FOLDER || (file != NULL && (file->mode & 0111) == 0111) ? YES
               : fact == PATH_MISSING || (file->mode & 0111) == 0                   ? NO
                                                                                    : NOT_KNOWN;
    default:
        return NOT_KNOWN;
    }
}

static int is_true_of_one(const struct process *process, const char *question, const char *word)
{
    if (g_str_equal(question, "!"))
        return *word == '\0';
    if (question[0] != '-' || question[1] == '\0' || question[2] != '\0')
        return NOT_KNOWN;
    if (question[1] == 'n' || question[1] == 'z')
        return (*word == '\0') == (question[1] == 'z');
    return is_of_file(process, question[1], word);
}

static const struct {
    const char *name;
    bool is_less, is_equal, is_more; /* when it holds */
} comparisons[] = {
    {"-eq", false, true, false}, {"-ne", true, false, true},  {"-lt", true, false, false},
    {"-le", true, true, false},  {"-gt", false, false, true}, {"-ge", false, true, true},
};

static int is_true_of_two(const char *left, const char *how, const char *right)
{
    gint64 numbers[2];
    if (g_str_equal(how, "=") || g_str_equal(how, "=="))
        return g_str_equal(left, right);
    if (g_str_equal(how, "!="))
        return !g_str_equal(left, right);
    if (!g_ascii_string_to_signed(left, 10, G_MININT64, G_MAXINT64, &numbers[0], NULL) ||
        !g_ascii_string_to_signed(right, 10, G_MININT64, G_MAXINT64, &numbers[1], NULL))
        return NOT_KNOWN;
    for (gsize i = 0; i < G_N_ELEMENTS(comparisons); i++)
        if (g_str_equal(comparisons[i].name, how))
            return numbers[0] < numbers[1]   ? comparisons[i].is_less
                   : numbers[0] > numbers[1] ? comparisons[i].is_more
                                             : comparisons[i].is_equal;
    return NOT_KNOWN;
}

static int is_true(const struct process *process, const char *const *words, gsize count)
{
    if (count > 2 && g_str_equal(words[0], "!")) {
        int answer = is_true(process, words + 1, count - 1);
        return answer == NOT_KNOWN ? NOT_KNOWN : !answer;
    }
    if (count == 3)
        return is_true_of_two(words[0], words[1], words[2]);
    if (count == 2)
        return is_true_of_one(process, words[0], words[1]);
    return count == 1 ? *words[0] != '\0' : count == 0 ? NO : NOT_KNOWN;
}

static int run_test(struct process *process)
{
    const char *const *words = process->arguments + 1;
    gsize count = g_strv_length((char **)words);
    g_autofree char *name = g_path_get_basename(process->arguments[0]);

    if (*name == '[') {
        const char *end = g_str_equal(name, "[[") ? "]]" : "]";
        if (count == 0 || !g_str_equal(words[count - 1], end))
            return -1;
        count--;
    }
    int answer = is_true(process, words, count);
    return answer == NOT_KNOWN ? -1 : !answer;
}

const struct common_program file_programs[] = {
    {"rm", run_rm},     {"mkdir", run_mkdir}, {"cat", run_cat}, {"ls", run_ls},
    {"test", run_test}, {"[", run_test},      {"[[", run_test}, {0},
};
