/* Variables in words. */
#include "base/limits.h"
#include "mocks/dockerfile/expand.h"

#include <criterion/criterion.h>

static const struct {
    const char *text;
    enum expand_mode mode;
    const char *expected; /* or the error, behind "! " */
} cases[] = {
    {"$A", EXPAND_WORD, "1"},
    {"${A}x", EXPAND_WORD, "1x"},
    {"$NONE-", EXPAND_WORD, "-"},
    {"${NONE:-d}", EXPAND_WORD, "d"},
    {"${EMPTY:-d}", EXPAND_WORD, "d"},
    {"${EMPTY-d}", EXPAND_WORD, ""},
    {"${A:+a}", EXPAND_WORD, "a"},
    {"${NONE:+a}", EXPAND_WORD, ""},
    {"${EMPTY+a}", EXPAND_WORD, "a"},
    {"${NONE:-${A}b}", EXPAND_WORD, "1b"},
    {"\"$A 'x'\"", EXPAND_WORD, "1 'x'"},
    {"'$A'", EXPAND_WORD, "$A"},
    {"\\$A", EXPAND_WORD, "$A"},
    {"a$", EXPAND_WORD, "a$"},
    {"${NONE:?no way}", EXPAND_WORD, "! failed to process \"${NONE:?no way}\": NONE: no way"},
    {"${NONE:?}", EXPAND_WORD,
     "! failed to process \"${NONE:?}\": NONE: is not allowed to be unset"},
    {"${A", EXPAND_WORD, "! failed to process \"${A\": unsupported modifier () in substitution"},
    {"${}", EXPAND_WORD, "! failed to process \"${}\": syntax error: bad substitution"},
    {"${A:-b", EXPAND_WORD, "! failed to process \"${A:-b\": syntax error: missing '}'"},
    {"${V%.*}", EXPAND_WORD, "3.20"},
    {"${V%%.*}", EXPAND_WORD, "3"},
    {"${V#*.}", EXPAND_WORD, "20.1"},
    {"${V##*.}", EXPAND_WORD, "1"},
    {"${V#4}", EXPAND_WORD, "3.20.1"},
    {"${V/./-}", EXPAND_WORD, "3-20.1"},
    {"${V//./-}", EXPAND_WORD, "3-20-1"},
    {"${V//[0-9]/x}", EXPAND_WORD, "3.20.1"},
    {"${PATHS//\\//_}", EXPAND_WORD, "a_b_c"},
    {"${V%.${A}}", EXPAND_WORD, "3.20"},
    {"${V:#3}", EXPAND_WORD,
     "! failed to process \"${V:#3}\": unsupported modifier (:#) in substitution"},
    {"${V/.}", EXPAND_WORD, "! failed to process \"${V/.}\": syntax error: missing '/' in ${}"},
    {"${NONE:-x} ${NONE%x}", EXPAND_TEXT, "${NONE:-x} ${NONE%x}"},
    {"\"a", EXPAND_WORD,
     "! failed to process \"\"a\": unexpected end of statement while looking for matching "
     "double-quote"},
    {"RUN echo \"$A\" '$A' $NONE \\$A", EXPAND_TEXT, "RUN echo \"1\" '$A' $NONE \\$A"},
};

Test(dockerfile_expand, words_expand_as_the_reference_says)
{
    g_autoptr(GPtrArray) variables = variables_new();
    variables_set(variables, "A", "0");
    variables_set(variables, "A", "1");
    variables_set(variables, "EMPTY", "");
    variables_set(variables, "V", "3.20.1");
    variables_set(variables, "PATHS", "a/b/c");

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *word = expand_word(cases[i].text, '\\', variables, cases[i].mode, &error);
        g_autofree char *shown =
            word != NULL ? g_strdup(word) : g_strconcat("! ", error->message, NULL);
        cr_assert_str_eq(shown, cases[i].expected, "%s: %s", cases[i].text, shown);
    }
}

Test(dockerfile_expand, deep_nesting_is_refused)
{
    GString *text = g_string_new(NULL);
    for (int i = 0; i < 1000; i++)
        g_string_append(text, "${X:-");
    g_autofree char *deep = g_string_free(text, FALSE);
    g_autoptr(GPtrArray) variables = variables_new();
    g_autoptr(GError) error = NULL;

    g_autofree char *word = expand_word(deep, '\\', variables, EXPAND_WORD, &error);

    cr_assert_null(word);
    cr_assert(g_str_has_suffix(error->message, "nested too deep"));
}

/* What text gives with A as long as a word may be. */
static char *expand_beside_longest(const char *text, GError **error)
{
    g_autofree char *longest = g_strnfill(DOCKERFILE_WORD_BYTES_MAX, 'a');
    g_autoptr(GPtrArray) variables = variables_new();
    variables_set(variables, "A", longest);
    return expand_word(text, '\\', variables, EXPAND_WORD, error);
}

Test(dockerfile_expand, a_word_may_be_as_long_as_the_ceiling)
{
    g_autoptr(GError) error = NULL;

    g_autofree char *word = expand_beside_longest("$A", &error);

    cr_assert_eq(strlen(word), DOCKERFILE_WORD_BYTES_MAX);
}

Test(dockerfile_expand, longer_words_are_refused)
{
    static const char *const texts[] = {"${A}b", "\"b$A\"", "${B:-$A$A}", "${A//a/$A}"};
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GError) error = NULL;

        g_autofree char *word = expand_beside_longest(texts[i], &error);

        cr_assert_null(word, "%s", texts[i]);
        cr_assert(g_str_has_suffix(error->message, "the word has more than 1048576 bytes"), "%s",
                  error->message);
    }
}

Test(dockerfile_expand, words_are_split_outside_quotes)
{
    g_auto(GStrv) words = split_words("a  \"b c\"\t'd e' f\\ g", '\\');

    g_autofree char *joined = g_strjoinv("|", words);

    cr_assert_str_eq(joined, "a|\"b c\"|'d e'|f\\ g");
}
