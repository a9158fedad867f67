/* Dockerfiles to instructions: tests/cases/dockerfile, NAME.dockerfile with NAME.expected. */
#include "base/limits.h"
#include "base/rng.h"
#include "mocks/dockerfile/dockerfile.h"

#include "case_files.h"

static void show_instruction(GString *text, const struct instruction *instruction)
{
    g_string_append_printf(text, "%d-%d %s", instruction->line, instruction->last_line,
                           instruction_name(instruction->kind));
    for (guint i = 0; i < instruction->flags->len; i++) {
        const struct instruction_flag *flag = g_ptr_array_index(instruction->flags, i);
        g_string_append_printf(text, " {%s|%s}", flag->name, flag->value);
    }
    g_string_append_printf(text, " <%s>", instruction->rest);
    for (gsize i = 0; instruction->words != NULL && instruction->words[i] != NULL; i++)
        g_string_append_printf(text, " [%s]", instruction->words[i]);
    g_string_append_c(text, '\n');
    for (guint i = 0; i < instruction->heredocs->len; i++) {
        const struct heredoc *heredoc = g_ptr_array_index(instruction->heredocs, i);
        g_autofree char *escaped = g_strescape(heredoc->text, NULL);
        g_string_append_printf(text, "  %s%s: %s\n", heredoc->name,
                               heredoc->expands ? "" : " (quoted)", escaped);
    }
}

static char *show(const char *bytes, gsize length_bytes)
{
    GString *text = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    AUTO(dockerfile) dockerfile = dockerfile_parse(bytes, length_bytes, &error);
    if (dockerfile == NULL) {
        g_string_append_printf(text, "error: %s\n", error->message);
        return g_string_free(text, FALSE);
    }
    if (dockerfile->syntax != NULL)
        g_string_append_printf(text, "syntax %s\n", dockerfile->syntax);
    for (guint i = 0; i < dockerfile->instructions->len; i++)
        show_instruction(text, g_ptr_array_index(dockerfile->instructions, i));
    return g_string_free(text, FALSE);
}

static char *answer_of(const char *path)
{
    g_autofree char *bytes = NULL;
    gsize length_bytes = 0;
    cr_assert(g_file_get_contents(path, &bytes, &length_bytes, NULL));
    return show(bytes, length_bytes);
}

Test(dockerfile_parse, every_case_reads_as_expected)
{
    case_files_check("tests/cases/dockerfile", ".dockerfile", answer_of, 16);
}

Test(dockerfile_parse, any_bytes_end_in_instructions_or_an_error)
{
    static const char seed_text[] =
        "# escape=`\nARG A=${B:-c}\nFROM --platform=$X a AS b\nRUN <<EOF <<-'T'\nx\nEOF\n\tT\n"
        "COPY --from=b [\"a\", \"b\"] ./\nENV a=\"b c\" d='e'\nLABEL x y \\\n# c\n z\n";
    struct rng rng = rng_stream(7, "dockerfile", NULL);

    for (int i = 0; i < 3000; i++) {
        g_autofree char *bytes = g_memdup2(seed_text, sizeof(seed_text));
        for (int j = 0; j < 6; j++)
            bytes[rng_below(&rng, sizeof(seed_text))] = (char)rng_below(&rng, 256);
        g_autofree char *shown = show(bytes, rng_below(&rng, sizeof(seed_text)));
        cr_assert_not_null(shown);
    }
}

Test(dockerfile_parse, a_file_over_the_ceiling_is_refused_by_name)
{
    g_autofree char *bytes = g_strnfill(DOCKERFILE_BYTES_MAX + 1, '#');

    g_autofree char *over = show(bytes, DOCKERFILE_BYTES_MAX + 1);
    g_autofree char *at = show(bytes, DOCKERFILE_BYTES_MAX);

    cr_assert_str_eq(over, "error: Dockerfile is over the limit of 1048576 bytes\n");
    cr_assert_str_eq(at, "error: file with no instructions\n");
}

static char *many_instructions(int count)
{
    GString *text = g_string_new("FROM a\n");
    for (int i = 1; i < count; i++)
        g_string_append(text, "USER a\n");
    return g_string_free(text, FALSE);
}

Test(dockerfile_parse, instructions_over_the_ceiling_are_refused_by_name)
{
    g_autofree char *at_text = many_instructions(DOCKERFILE_INSTRUCTIONS_MAX);
    g_autofree char *over_text = many_instructions(DOCKERFILE_INSTRUCTIONS_MAX + 1);

    g_autofree char *at = show(at_text, strlen(at_text));
    g_autofree char *over = show(over_text, strlen(over_text));

    cr_assert(g_str_has_prefix(at, "1-1 FROM"));
    cr_assert_str_eq(over, "error: Dockerfile has more than 10000 instructions\n");
}

Test(dockerfile_parse, the_excerpt_marks_the_lines_as_in_capture_55)
{
    static const char text[] = "FROM 127.0.0.1:5000/t/base:1\nRUN uname -m\n";
    AUTO(dockerfile) dockerfile = dockerfile_parse(text, strlen(text), NULL);

    g_autofree char *excerpt = dockerfile_excerpt(dockerfile, "Dockerfile", 2, 2);

    cr_assert_str_eq(excerpt, "Dockerfile:2\n--------------------\n"
                              "   1 |     FROM 127.0.0.1:5000/t/base:1\n"
                              "   2 | >>> RUN uname -m\n"
                              "   3 |     \n--------------------\n");
}
