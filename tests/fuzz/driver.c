/*
 * Feeds one fuzz target its corpus and seeded mutations of it: the part of fuzzing that every test
 * run can afford. The same inputs in the same order each time.
 *
 *     fuzz_NAME CORPUS [ROUNDS]
 *
 * The input at work is kept in fuzz_NAME.last beside the caller until all went well.
 */
#include "fuzz.h"
#include "fuzz_mutate.h"

#include "base/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
    ROUNDS_DEFAULT = 10000,
    MUTANT_BYTES_MAX = 64 * 1024,
    FED_BYTES_MAX = 24 * 1024 * 1024, /* keeps a target with a large corpus short */
};

static int compare_names(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static GPtrArray *file_names(const char *folder)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    GDir *directory = g_dir_open(folder, 0, NULL);
    const char *name;
    while (directory != NULL && (name = g_dir_read_name(directory)) != NULL)
        g_ptr_array_add(names, g_build_filename(folder, name, NULL));
    if (directory != NULL)
        g_dir_close(directory);
    g_ptr_array_sort(names, compare_names);
    return names;
}

static GPtrArray *corpus_read(const char *folder)
{
    g_autoptr(GPtrArray) names = file_names(folder);
    GPtrArray *corpus = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    for (guint i = 0; i < names->len; i++) {
        char *text = NULL;
        gsize length = 0;
        if (g_file_get_contents(names->pdata[i], &text, &length, NULL))
            g_ptr_array_add(corpus, g_bytes_new_take(text, length));
    }
    return corpus;
}

/* Copied to the heap to the byte, so that AddressSanitizer sees every read beyond it. */
static void feed(const void *bytes, gsize length)
{
    g_autofree uint8_t *copy = malloc(length > 0 ? length : 1);
    if (length > 0)
        memcpy(copy, bytes, length);
    LLVMFuzzerTestOneInput(copy, length);
}

static gsize feed_mutants(const GPtrArray *corpus, const char *name, gsize rounds, const char *last)
{
    struct rng rng = rng_stream(/* seed= */ 1, "fuzz", name);
    gsize fed_bytes = 0;
    gsize round = 0;
    for (; round < rounds && fed_bytes < FED_BYTES_MAX; round++) {
        GBytes *base = corpus->pdata[round % corpus->len];
        GBytes *other = corpus->pdata[rng_below(&rng, corpus->len)];
        g_autoptr(GByteArray) mutant = fuzz_mutate(&rng, base, other);
        gsize length = MIN(mutant->len, MUTANT_BYTES_MAX);
        if (!g_file_set_contents_full(last, (const char *)mutant->data, (gssize)length,
                                      G_FILE_SET_CONTENTS_NONE, 0666, NULL))
            g_printerr("%s cannot be written\n", last);
        feed(mutant->data, length);
        fed_bytes += length;
    }
    return round;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: %s CORPUS [ROUNDS]\n", argv[0]);
        return 2;
    }
    g_autofree char *name = g_path_get_basename(argv[0]);
    g_autofree char *last = g_strconcat(name, ".last", NULL);
    gsize rounds = argc > 2 ? g_ascii_strtoull(argv[2], NULL, 10) : ROUNDS_DEFAULT;
    g_autoptr(GPtrArray) corpus = corpus_read(argv[1]);
    if (corpus->len == 0) {
        fprintf(stderr, "%s: no corpus\n", argv[1]);
        return 1;
    }
    for (guint i = 0; i < corpus->len; i++) {
        gsize length = 0;
        const void *bytes = g_bytes_get_data(corpus->pdata[i], &length);
        feed(bytes, length);
    }
    gsize mutants = feed_mutants(corpus, name, rounds, last);
    remove(last);
    printf("%s: %u files and %zu mutants of them\n", name, corpus->len, mutants);
    return 0;
}
