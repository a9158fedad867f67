/* Files by which steps speak (actions-semantics.md 5.3; the runner's SetEnvFileCommandL0.cs and
   SetOutputFileCommandL0.cs). */
#include "runner/file_command.h"

#include <criterion/criterion.h>

struct row {
    const char *text;
    const char *pairs; /* "name=value;" each */
    const char *error; /* NULL: none */
};

static const struct row rows[] = {
    {"", "", NULL},
    {"\n\n", "", NULL},
    {"A=b\n", "A=b;", NULL},
    {"A=b", "A=b;", NULL},
    {"A=\n", "A=;", NULL},
    {"=b\n", "=b;", NULL},
    {"A=b=c\n", "A=b=c;", NULL},
    {"A=b\n\nC=d\n", "A=b;C=d;", NULL},
    {"A = b \n", "A = b ;", NULL},
    {"A=b\r\n", "A=b\r;", NULL},
    {"A=b<<c\n", "A=b<<c;", NULL},
    {"A=1\nA=2\n", "A=1;A=2;", NULL},
    {"A<<EOF\nEOF\n", "A=;", NULL},
    {"A<<EOF\n\nEOF\n", "A=;", NULL},
    {"A<<EOF\n\n\nEOF\n", "A=\n;", NULL},
    {"A<<EOF\none\nEOF", "A=one;", NULL},
    {"A<<EOF\none\ntwo=2\nEOF\nB=c\n", "A=one\ntwo=2;B=c;", NULL},
    {"A<<EOF\n EOF\nEOF \nEOF\n", "A= EOF\nEOF ;", NULL},
    {"A<<=EOF\none\n=EOF\n", "A=one;", NULL},
    {"A<<EOF\r\none\r\nEOF\r\n", "A=one\r;", NULL},
    {"A<<B<<C\none\nB<<C\n", "A=one;", NULL},
    {"bad\n", "", "Invalid format 'bad'"},
    {"A=b\nbad\nC=d\n", "A=b;", "Invalid format 'bad'"},
    {"<<EOF\none\nEOF\n", "",
     "Invalid format '<<EOF'. Name must not be empty and delimiter must not be empty"},
    {"A<<\none\n\n", "",
     "Invalid format 'A<<'. Name must not be empty and delimiter must not be empty"},
    {"A<<EOF\n", "", "Invalid value. Matching delimiter not found 'EOF'"},
    {"A<<EOF", "", "Invalid value. Matching delimiter not found 'EOF'"},
    {"A<<EOF\none\n", "", "Invalid value. Matching delimiter not found 'EOF'"},
    {"A<<EOF\none", "", "Invalid value. EOF marker missing new line."},
    {"A<<EOF\noneEOF", "", "Invalid value. EOF marker missing new line."},
};

static void add(void *context, const char *name, const char *value)
{
    g_string_append_printf(context, "%s=%s;", name, value);
}

Test(file_command, is_read_as_the_runner_reads_it)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GString) pairs = g_string_new(NULL);
        g_autoptr(GError) error = NULL;

        bool is_fine = file_command_read(rows[i].text, add, pairs, &error);

        cr_expect_eq(is_fine, rows[i].error == NULL, "%s", rows[i].text);
        cr_expect_str_eq(pairs->str, rows[i].pairs, "%s gives %s", rows[i].text, pairs->str);
        if (error != NULL && rows[i].error != NULL)
            cr_expect_str_eq(error->message, rows[i].error, "%s: %s", rows[i].text, error->message);
    }
}
