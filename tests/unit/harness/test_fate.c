/* Fates: every rule of fate.h as a row. */
#include "harness/fate.h"

#include <criterion/criterion.h>

struct fate_case {
    const char *what;
    const char *promised, *before, *after, *side; /* comma lists; NULL: not there */
    bool is_fresh, is_complete, is_green, is_cancelled;
    enum fate fate;
};

#define BOTH "linux/amd64,linux/arm64"
#define ONE  "linux/amd64"

static const struct fate_case cases[] = {
    {"all there", BOTH, NULL, BOTH, NULL, true, true, true, false, FATE_DELIVERED},
    {"more than promised", ONE, NULL, BOTH, NULL, true, true, true, false, FATE_DELIVERED},
    {"fewer, nobody loses", BOTH, NULL, ONE, NULL, true, true, true, false, FATE_DEGRADED},
    {"fewer, some lose", BOTH, BOTH, ONE, NULL, true, true, true, false, FATE_SHRUNK},
    {"fewer than before though as promised", ONE, BOTH, ONE, NULL, true, true, true, false,
     FATE_SHRUNK},
    {"green and nothing there", BOTH, NULL, NULL, NULL, false, false, true, false, FATE_HOLLOW},
    {"green and the old image", BOTH, BOTH, BOTH, NULL, false, true, true, false, FATE_HOLLOW},
    {"green and a layer missing", BOTH, NULL, BOTH, NULL, true, false, true, false, FATE_HOLLOW},
    {"side tag, the old image kept", BOTH, BOTH, BOTH, ONE, false, true, true, false,
     FATE_DEGRADED},
    {"the tag vanished", BOTH, BOTH, NULL, NULL, false, false, true, false, FATE_SHRUNK},
    {"red", BOTH, NULL, NULL, NULL, false, false, false, false, FATE_FAILED},
    {"red, and delivered all the same", BOTH, NULL, BOTH, NULL, true, true, false, false,
     FATE_FAILED},
    {"killed by the clock", BOTH, NULL, NULL, NULL, false, false, false, true, FATE_CANCELLED},
    {"build only", NULL, NULL, NULL, NULL, false, false, true, false, FATE_DELIVERED},
};

static GPtrArray *list_of(const char *text)
{
    if (text == NULL)
        return NULL;
    GPtrArray *list = g_ptr_array_new_with_free_func(g_free);
    g_auto(GStrv) parts = g_strsplit(text, ",", -1);
    for (char **part = parts; *part != NULL; part++)
        g_ptr_array_add(list, g_strdup(*part));
    return list;
}

Test(fate, follows_from_what_is_there)
{
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        const struct fate_case *each = &cases[i];
        g_autoptr(GPtrArray) promised = list_of(each->promised);
        g_autoptr(GPtrArray) before = list_of(each->before);
        g_autoptr(GPtrArray) after = list_of(each->after);
        g_autoptr(GPtrArray) side = list_of(each->side);
        const struct promise promise = {
            .promised = promised,
            .before = before,
            .after = after,
            .side = side,
            .is_from_this_run = each->is_fresh,
            .is_complete = each->is_complete,
            .is_side_complete = true,
        };

        enum fate fate = fate_of_promise(&promise, each->is_green, each->is_cancelled);

        cr_expect_eq(fate, each->fate, "%s: %s", each->what, fate_text(fate));
    }
}

Test(fate, of_a_leg_whose_side_tag_lacks_a_layer_is_hollow)
{
    g_autoptr(GPtrArray) both = list_of(BOTH);
    g_autoptr(GPtrArray) side = list_of(ONE);
    struct promise promise = {
        .promised = both, .before = both, .after = both, .side = side, .is_complete = true};

    cr_expect_eq(fate_of_promise(&promise, true, false), FATE_HOLLOW);
    promise.is_side_complete = true;
    cr_expect_eq(fate_of_promise(&promise, true, false), FATE_DEGRADED);
}

Test(fate, of_two_the_worse_counts_and_the_unseen_ones_are_worse_than_red)
{
    static const enum fate worst_last[] = {FATE_SKIPPED,   FATE_DELIVERED, FATE_DEGRADED,
                                           FATE_CANCELLED, FATE_FAILED,    FATE_SHRUNK,
                                           FATE_HOLLOW,    FATE_UNKNOWN};
    for (gsize i = 0; i < G_N_ELEMENTS(worst_last); i++)
        for (gsize k = i; k < G_N_ELEMENTS(worst_last); k++) {
            cr_expect_eq(fate_worse(worst_last[i], worst_last[k]), worst_last[k]);
            cr_expect_eq(fate_worse(worst_last[k], worst_last[i]), worst_last[k]);
        }
}
