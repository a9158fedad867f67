/* chmod(1)'s language, for files. */
#include "mocks/dockerfile/file_mode.h"

#include <glib.h>
#include <string.h>

enum {
    MODE_MAX = 07777,
    MODE_EXECUTE = 0111,
};

/* Where a letter of "rwx" stands for owner, group and others alike. */
static const struct {
    char letter;
    unsigned bits;
} permissions[] = {{'r', 0444}, {'w', 0222}, {'x', MODE_EXECUTE}, {'s', 06000}, {'t', 01000}};

static const struct {
    char letter;
    unsigned mask; /* its own bits, and those that only it may set */
    int shift;
} classes[] = {{'u', 04700, 6}, {'g', 02070, 3}, {'o', 01007, 0}, {'a', MODE_MAX, 0}};

static unsigned mask_of(const char *letters, gsize length)
{
    unsigned mask = 0;
    for (gsize i = 0; i < length; i++)
        for (gsize j = 0; j < G_N_ELEMENTS(classes); j++)
            mask |= classes[j].letter == letters[i] ? classes[j].mask : 0;
    return length > 0 ? mask : MODE_MAX;
}

/* "g=u" copies a class's bits, "X" is x for what somebody may execute already. */
static unsigned bits_of(char letter, unsigned mode)
{
    for (gsize i = 0; i < G_N_ELEMENTS(permissions); i++)
        if (permissions[i].letter == letter)
            return permissions[i].bits;
    for (gsize i = 0; i < G_N_ELEMENTS(classes); i++)
        if (classes[i].letter == letter)
            return ((mode >> classes[i].shift) & 7) * MODE_EXECUTE;
    return letter == 'X' && (mode & MODE_EXECUTE) != 0 ? MODE_EXECUTE : 0;
}

/* "ug+rw-x": classes, then signs with their letters. */
static unsigned apply_clause(const char *clause, unsigned mode)
{
    gsize length = strspn(clause, "ugoa");
    unsigned mask = mask_of(clause, length);
    for (const char *at = clause + length; *at != '\0';) {
        char sign = *at++;
        unsigned bits = 0;
        for (; *at != '\0' && strchr("+-=", *at) == NULL; at++)
            bits |= bits_of(*at, mode) & mask;
        mode = sign == '+' ? mode | bits : sign == '-' ? mode & ~bits : (mode & ~mask) | bits;
    }
    return mode;
}

unsigned file_mode_change(const char *change, unsigned mode)
{
    guint64 number = 0;
    if (g_ascii_string_to_unsigned(change, 8, 0, MODE_MAX, &number, NULL))
        return (unsigned)number;
    g_auto(GStrv) clauses = g_strsplit(change, ",", -1);
    for (char **clause = clauses; *clause != NULL; clause++)
        mode = apply_clause(*clause, mode);
    return mode;
}
