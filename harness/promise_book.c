/* Keeps promises by all that a run in clear weather depends on. */
#include "harness/promise_book.h"

#include "base/json.h"

struct promise_book {
    GHashTable *promises; /* char *, see key_of(), to struct promises */
};

static void free_promises(void *promises)
{
    promises_free(promises);
}

struct promise_book *promise_book_new(void)
{
    struct promise_book *book = g_new0(struct promise_book, 1);
    book->promises = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_promises);
    return book;
}

void promise_book_free(struct promise_book *book)
{
    if (book == NULL)
        return;
    g_hash_table_unref(book->promises);
    g_free(book);
}

/* The scenario's file without what clear weather does not feel: keys that are new count as felt.
   The folder is what its paths stand on. */
static char *key_of(const struct plan *plan)
{
    static const char *const not_felt[] = {"name",  "purpose", "cites",   "faults", "fate",
                                           "cause", "expect",  "verdict", "because"};
    const struct scenario *scenario = plan->scenario;
    g_autofree char *folder = g_path_get_dirname(scenario->path);
    g_autoptr(json_t) felt = node_json(doc_root(scenario->doc));
    for (gsize i = 0; i < G_N_ELEMENTS(not_felt); i++)
        json_object_del(felt, not_felt[i]);
    g_autofree char *text = json_text(felt);
    return g_strdup_printf("%s\n%" G_GUINT64_FORMAT "\n%s", folder, plan->seed, text);
}

const struct promises *promise_book_find(const struct promise_book *book, const struct plan *plan)
{
    g_autofree char *key = key_of(plan);
    return g_hash_table_lookup(book->promises, key);
}

const struct promises *promise_book_add(struct promise_book *book, const struct plan *plan,
                                        struct promises *promises)
{
    g_hash_table_replace(book->promises, key_of(plan), promises);
    return promises;
}
