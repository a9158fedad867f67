/* wrong-digest: the Docker-Content-Digest header of a manifest names something else, or is missing.
 */
#include "base/digest.h"
#include "mocks/faults/kinds.h"

struct wrong_digest {
    char *digest;
    bool is_missing;
};

static bool check_digest(const struct field *field, const struct node *node, const void *place,
                         GError **error)
{
    const char *digest = *(const char *const *)place;
    (void)field;
    if (digest == NULL || digest_is_valid(digest))
        return true;
    node_error(error, node, "'%s' is no digest: sha256: and 64 hexadecimal digits", digest);
    return false;
}

static const struct field fields[] = {
    {.name = "digest",
     .kind = FIELD_STRING,
     .offset = offsetof(struct wrong_digest, digest),
     .otherwise = "sha256:0000000000000000000000000000000000000000000000000000000000000000",
     .check = check_digest,
     .summary = "what the header says"},
    {.name = "missing",
     .kind = FIELD_BOOLEAN,
     .offset = offsetof(struct wrong_digest, is_missing),
     .summary = "there is no such header at all"},
    {0},
};

static const char *wrong_digest_misfit(const struct fault_rule *rule, struct exchange *exchange)
{
    (void)rule;
    return exchange_reply_header(exchange, "Docker-Content-Digest") != NULL
               ? NULL
               : "the reply has no Docker-Content-Digest";
}

static void wrong_digest_reply(const struct fault_strike *strike, struct exchange *exchange)
{
    const struct wrong_digest *parameters = strike->parameters;
    exchange_remove_header(exchange, "Docker-Content-Digest");
    if (!parameters->is_missing)
        exchange_set_header(exchange, "Docker-Content-Digest", parameters->digest);
}

const struct fault_kind fault_kind_wrong_digest = {
    .record = {.name = "wrong-digest",
               .summary = "Docker-Content-Digest names another manifest, or is missing",
               .size = sizeof(struct wrong_digest),
               .fields = fields},
    .evidence = "registry.md 4 wrong Docker-Content-Digest on tag",
    .stage = FAULT_AT_REPLY,
    .misfit = wrong_digest_misfit,
    .reply = wrong_digest_reply,
};
