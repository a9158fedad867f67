/* Keys: pairs that this cosign makes, and what is taken for one. */
#include "mocks/commands/cosign/cosign_private.h"

#include "base/digest.h"
#include "base/limits.h"

#include <string.h>

#define PRIVATE_LABEL "ENCRYPTED SIGSTORE PRIVATE KEY"
#define PUBLIC_LABEL  "PUBLIC KEY"

/* A PEM block round base64 of JSON; g_free. */
static char *pem_of(const char *label, const json_t *value)
{
    g_autofree char *text = json_text(value);
    g_autofree char *body = g_base64_encode((const guchar *)text, strlen(text));
    return g_strdup_printf("-----BEGIN %s-----\n%s\n-----END %s-----\n", label, body, label);
}

/* What stands in it as JSON; NULL: none of this world's. */
static json_t *pem_read(const char *text)
{
    const char *start = strstr(text, "-----\n");
    const char *end = start != NULL ? strstr(start, "\n-----END ") : NULL;
    if (end == NULL)
        return NULL;
    start += strlen("-----\n");
    g_autofree char *body = g_strndup(start, end > start ? (gsize)(end - start) : 0);
    gsize length = 0;
    g_autofree guchar *bytes = g_base64_decode(body, &length);
    return json_parse_bytes(bytes, length, NULL);
}

bool cosign_certificate_read(const char *pem, char **identity, char **issuer)
{
    g_autoptr(json_t) names = pem_read(pem);
    if (json_get_string(names, "identity", NULL) == NULL)
        return false;
    *identity = g_strdup(json_get_string(names, "identity", ""));
    *issuer = g_strdup(json_get_string(names, "issuer", ""));
    return true;
}

char *cosign_signature_of(const char *signer_id, const char *payload)
{
    g_autofree char *text = g_strconcat(signer_id, "\n", payload, NULL);
    g_autofree char *digest = digest_of(text, strlen(text));
    return g_base64_encode((const guchar *)digest, strlen(digest));
}

static char *hash_of(const char *text)
{
    return digest_of(text, strlen(text));
}

/* ---- reading ---- */

static bool read_reference(struct cosign_run *run, const char *reference, char **text,
                           GError **error)
{
    static const char variable[] = "env://";
    if (g_str_has_prefix(reference, variable)) {
        const char *name = reference + strlen(variable);
        const char *value = command_variable(run->call, name);
        if (value == NULL)
            return cosign_fail(error, "loading URL: env var $%s not found", name);
        *text = g_strdup(value);
        return true;
    }
    if (strstr(reference, "://") != NULL)
        return cosign_fail_unknown(error);
    *text = cosign_read_file(run, reference);
    return *text != NULL || cosign_fail(error, "open %s: no such file or directory", reference);
}

static bool is_blank(const char *text)
{
    return text[strspn(text, " \t\r\n")] == '\0';
}

/* COSIGN_PASSWORD, else what comes by stdin (pkg/cosign/common.go). */
static char *read_password(struct cosign_run *run)
{
    const char *variable = command_variable(run->call, "COSIGN_PASSWORD");
    if (variable != NULL)
        return g_strdup(variable);
    g_autoptr(GBytes) bytes = command_read_all(run->call, SIGNED_FILE_BYTES_MAX, NULL);
    gsize length = 0;
    const char *data = bytes != NULL ? g_bytes_get_data(bytes, &length) : NULL;
    return g_strchomp(g_strndup(data != NULL ? data : "", length));
}

/* Secrets are made-up words here: one that says anything is taken for the key that it stands for.
 */
bool cosign_private_key(struct cosign_run *run, const char *reference, char **id, GError **error)
{
    g_autofree char *text = NULL;
    if (!read_reference(run, reference, &text, error))
        return false;
    if (is_blank(text))
        return cosign_fail(error, "invalid pem block");
    g_autoptr(json_t) key = pem_read(text);
    const char *own = json_get_string(key, "id", NULL);
    if (own == NULL) {
        *id = hash_of(text);
        return true;
    }
    g_autofree char *password = read_password(run);
    g_autofree char *hash = hash_of(password);
    if (!g_str_equal(hash, json_get_string(key, "password", "")))
        return cosign_fail(error, "decrypt: encrypted: decryption failed");
    *id = g_strdup(own);
    return true;
}

bool cosign_public_key_id(struct cosign_run *run, const char *reference, char **id, GError **error)
{
    g_autofree char *text = NULL;
    if (!read_reference(run, reference, &text, error)) {
        g_prefix_error_literal(error, "loading public key: ");
        return false;
    }
    if (is_blank(text))
        return cosign_fail(error, "loading public key: pem to public key: PEM decoding failed");
    g_autoptr(json_t) key = pem_read(text);
    *id = g_strdup(json_get_string(key, "id", NULL));
    return true;
}

/* ---- generate-key-pair ---- */

static const struct flag_row pair_flags[] = {
    {"kms", 0, FLAG_TEXT, NULL},
    {"output-key-prefix", 0, FLAG_TEXT, "cosign"},
    {0},
};
static const struct flag_row *const pair_tables[] = {pair_flags, cosign_common_flags, NULL};

static bool write_file(struct cosign_run *run, const char *path, const char *text, int mode,
                       const char *what, GError **error)
{
    if (!cosign_write_file(run, path, text, mode))
        return cosign_fail(error, "open %s: no such file or directory", path);
    command_complain(run->call, "%s written to %s\n", what, path);
    return true;
}

static bool run_generate(struct cosign_run *run, GError **error)
{
    const struct cosign_options *options = run->options;
    const char *prefix = flags_text(run->flags, "output-key-prefix");
    g_autofree char *private_path = g_strconcat(prefix, ".key", NULL);
    g_autofree char *public_path = g_strconcat(prefix, ".pub", NULL);
    g_autofree char *place = command_host_path(run->call, private_path);
    g_autofree char *seed =
        g_strdup_printf("%" G_GUINT64_FORMAT " %s %" G_GINT64_FORMAT " %s", options->seed,
                        options->machine, options->date_us, private_path);
    if (place != NULL && g_file_test(place, G_FILE_TEST_EXISTS)) {
        command_complain(run->call,
                         "WARNING: File %s already exists. Overwrite?\n"
                         "Are you sure you would like to continue? [y/N] ",
                         private_path);
        return cosign_fail(error, "user declined the prompt");
    }
    g_autofree char *password = read_password(run);
    g_autofree char *hash = hash_of(password);
    g_autofree char *id = hash_of(seed);
    g_autoptr(json_t) private_key = json_pack("{s:s, s:s}", "id", id, "password", hash);
    g_autoptr(json_t) public_key = json_pack("{s:s}", "id", id);
    g_autofree char *private_text = pem_of(PRIVATE_LABEL, private_key);
    g_autofree char *public_text = pem_of(PUBLIC_LABEL, public_key);
    return write_file(run, private_path, private_text, 0600, "Private key", error) &&
           write_file(run, public_path, public_text, 0644, "Public key", error);
}

static const char *const pair_unmodelled[] = {"kms", NULL};

const struct cosign_command cosign_generate_key_pair = {
    .name = "generate-key-pair",
    .flags = pair_tables,
    .unmodelled = pair_unmodelled,
    .arguments_max = G_MAXSIZE,
    .run = run_generate,
};

/* ---- public-key ---- */

static const struct flag_row public_flags[] = {
    {"key", 0, FLAG_TEXT, NULL},
    {"outfile", 0, FLAG_TEXT, NULL},
    {"sk", 0, FLAG_BOOLEAN, NULL},
    {"slot", 0, FLAG_TEXT, NULL},
    {0},
};
static const struct flag_row *const public_tables[] = {public_flags, cosign_common_flags, NULL};

static bool run_public(struct cosign_run *run, GError **error)
{
    g_autofree char *id = NULL;
    const char *path = flags_text(run->flags, "outfile");
    if (!cosign_private_key(run, flags_text(run->flags, "key"), &id, error))
        return false;
    g_autoptr(json_t) key = json_pack("{s:s}", "id", id);
    g_autofree char *text = pem_of(PUBLIC_LABEL, key);
    if (*path == '\0')
        return command_print(run->call, "%s", text) || true;
    return write_file(run, path, text, 0600, "Public key", error);
}

static const char *const public_unmodelled[] = {"sk", "slot", NULL};

const struct cosign_command cosign_public_key = {
    .name = "public-key",
    .flags = public_tables,
    .unmodelled = public_unmodelled,
    .arguments_max = G_MAXSIZE,
    .run = run_public,
};
