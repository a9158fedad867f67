/* Secrets as a value whose members are looked up when they are asked for. */
#include "runner/secrets.h"

#include "runner/leg.h"

static bool get(void *self, const char *name, struct value *out)
{
    struct secrets *secrets = self;
    if (secrets->members.type->get(secrets->members.self, name, out))
        return true;
    g_autofree char *text = secrets->make != NULL ? secrets->make(secrets->self, name) : NULL;
    if (text == NULL)
        return false;
    if (secrets->masks != NULL)
        (void)masks_add(secrets->masks, text);
    *out = value_of_string(text);
    return true;
}

static void list(void *self, GPtrArray *names)
{
    struct secrets *secrets = self;
    secrets->members.type->list(secrets->members.self, names);
}

static const struct object_type secrets_type = {
    .kind_text = "the secrets",
    .get = get,
    .list = list,
};

void secrets_init(struct secrets *secrets, const json_t *given, make_secret_fn *make, void *self)
{
    struct value members = json_is_object(given) ? folded_value(given) : value_of_folded_map();
    *secrets = (struct secrets){.members = members, .make = make, .self = self};
}

void secrets_clear(struct secrets *secrets)
{
    value_clear(&secrets->members);
}

struct value secrets_value(struct secrets *secrets)
{
    return value_of_object(&secrets_type, secrets);
}
