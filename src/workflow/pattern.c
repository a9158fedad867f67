/* Filter patterns as a set of states that moves over the text: no backtracking. */
#include "workflow/pattern.h"
#include "base/limits.h"

#include <string.h>

enum atom_kind {
    ATOM_CHARACTER,
    ATOM_CLASS,
    ATOM_NO_SLASH, /* of `*` */
    ATOM_ANY,      /* of `**` */
    /* A double star with a '/' after it: any folders or none. Two atoms, so that nothing is skipped
       once a character was taken. */
    ATOM_ENTER_FOLDERS,
    ATOM_LEAVE_FOLDERS,
};

enum repeat {
    REPEAT_ONCE,
    REPEAT_MAYBE,
    REPEAT_SOME,
    REPEAT_FREELY,
};

struct atom {
    enum atom_kind kind;
    enum repeat repeat;
    gunichar character;
    const char *class_start; /* between the brackets */
    const char *class_end;
};

static gunichar read_escaped(const char **at)
{
    if (**at == '\\' && (*at)[1] != '\0')
        (*at)++;
    gunichar character = g_utf8_get_char(*at);
    *at = g_utf8_next_char(*at);
    return character;
}

static struct atom read_atom(const char **at)
{
    struct atom atom = {.kind = ATOM_CHARACTER};
    const char *end = **at == '[' ? strchr(*at + 1, ']') : NULL;
    if (g_str_has_prefix(*at, "**")) {
        atom.kind = ATOM_ANY;
        atom.repeat = REPEAT_FREELY;
        *at += strspn(*at, "*");
    } else if (**at == '*') {
        atom.kind = ATOM_NO_SLASH;
        atom.repeat = REPEAT_FREELY;
        (*at)++;
    } else if (end != NULL) {
        atom.kind = ATOM_CLASS;
        atom.class_start = *at + 1;
        atom.class_end = end;
        *at = end + 1;
    } else {
        atom.character = read_escaped(at);
    }
    return atom;
}

static void read_repeat(struct atom *atom, const char **at)
{
    if (atom->repeat == REPEAT_FREELY || (**at != '?' && **at != '+'))
        return;
    atom->repeat = **at == '?' ? REPEAT_MAYBE : REPEAT_SOME;
    (*at)++;
}

static GArray *atoms_of(const char *pattern)
{
    GArray *atoms = g_array_new(FALSE, TRUE, sizeof(struct atom));
    const char *at = pattern;
    while (*at != '\0') {
        bool is_at_start = at == pattern || at[-1] == '/';
        struct atom atom = read_atom(&at);
        read_repeat(&atom, &at);
        if (atom.kind == ATOM_ANY && is_at_start && *at == '/') {
            struct atom leave = {.kind = ATOM_LEAVE_FOLDERS};
            atom.kind = ATOM_ENTER_FOLDERS;
            g_array_append_val(atoms, atom);
            g_array_append_val(atoms, leave);
            at++;
        } else {
            g_array_append_val(atoms, atom);
        }
    }
    return atoms;
}

static bool class_has(const struct atom *atom, gunichar character)
{
    for (const char *at = atom->class_start; at < atom->class_end;) {
        gunichar first = g_utf8_get_char(at);
        gunichar last = first;
        at = g_utf8_next_char(at);
        if (*at == '-' && at + 1 < atom->class_end) {
            last = g_utf8_get_char(at + 1);
            at = g_utf8_next_char(at + 1);
        }
        if (character >= first && character <= last)
            return true;
    }
    return false;
}

static bool atom_takes(const struct atom *atom, gunichar character)
{
    switch (atom->kind) {
    case ATOM_CHARACTER:
        return character == atom->character;
    case ATOM_CLASS:
        return class_has(atom, character);
    case ATOM_NO_SLASH:
        return character != '/';
    case ATOM_ANY:
        return true;
    case ATOM_ENTER_FOLDERS:
        return false;
    case ATOM_LEAVE_FOLDERS:
        return character == '/';
    }
    g_assert_not_reached();
}

/* State i: the first i atoms are done. Adds what follows without a character. */
static void close_states(const GArray *atoms, bool *states)
{
    for (guint i = 0; i < atoms->len; i++) {
        const struct atom *atom = &g_array_index(atoms, struct atom, i);
        if (!states[i])
            continue;
        if (atom->repeat == REPEAT_MAYBE || atom->repeat == REPEAT_FREELY)
            states[i + 1] = true;
        if (atom->kind == ATOM_ENTER_FOLDERS)
            states[i + 2] = true;
    }
}

static void step_states(const GArray *atoms, const bool *states, bool *after, gunichar character)
{
    memset(after, 0, (atoms->len + 1) * sizeof *after);
    for (guint i = 0; i < atoms->len; i++) {
        const struct atom *atom = &g_array_index(atoms, struct atom, i);
        if (states[i] && atom->kind == ATOM_LEAVE_FOLDERS)
            after[i] = true;
        if (!states[i] || !atom_takes(atom, character))
            continue;
        after[i + 1] = true;
        if (atom->repeat == REPEAT_SOME || atom->repeat == REPEAT_FREELY)
            after[i] = true;
    }
    close_states(atoms, after);
}

bool pattern_fits(const char *pattern, const char *text)
{
    if (strlen(pattern) > FILTER_PATTERN_BYTES_MAX)
        return false;
    g_autoptr(GArray) atoms = atoms_of(pattern);
    bool states[2][FILTER_PATTERN_BYTES_MAX + 2] = {0};
    int now = 0;
    states[now][0] = true;
    close_states(atoms, states[now]);
    for (; *text != '\0'; text = g_utf8_next_char(text)) {
        step_states(atoms, states[now], states[1 - now], g_utf8_get_char(text));
        now = 1 - now;
    }
    return states[now][atoms->len];
}

bool patterns_fit(const char *const *patterns, const char *text)
{
    bool is_fitting = false;
    for (; *patterns != NULL; patterns++) {
        bool is_taken_back = **patterns == '!';
        if (pattern_fits(*patterns + is_taken_back, text))
            is_fitting = !is_taken_back;
    }
    return is_fitting;
}
