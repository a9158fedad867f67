/* What goes into the Engine's paths, queries and bodies: names, lists, credentials. */
#include "docker/docker_private.h"

#include <string.h>

bool docker_reference_split(const char *reference, char **name, char **tag, GError **error)
{
    const char *digest = strchr(reference, '@');
    g_autofree char *tagged =
        digest != NULL ? g_strndup(reference, (gsize)(digest - reference)) : g_strdup(reference);
    char *slash = strrchr(tagged, '/');
    char *colon = strchr(slash != NULL ? slash : tagged, ':');
    if (colon != NULL)
        *colon++ = '\0';
    const char *wanted = digest != NULL ? digest + 1 : colon != NULL ? colon : "latest";

    if (*tagged == '\0' || *wanted == '\0') {
        g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID,
                    "'%s' is no image reference; write name, name:tag or name@digest", reference);
        return false;
    }
    *tag = g_strdup(wanted);
    *name = g_steal_pointer(&tagged);
    return true;
}

char *docker_path_escape(const char *name)
{
    return g_uri_escape_string(name, "/:@", /* allow_utf8= */ FALSE);
}

void docker_query_append(GString *path, const char *key, const char *value)
{
    if (value == NULL)
        return;
    g_autofree char *escaped = g_uri_escape_string(value, NULL, /* allow_utf8= */ FALSE);
    g_string_append_printf(path, "%c%s=%s", strchr(path->str, '?') != NULL ? '&' : '?', key,
                           escaped);
}

json_t *docker_json_texts(const char *const *texts)
{
    if (texts == NULL)
        return json_null();
    json_t *list = json_array();
    for (gsize i = 0; texts[i] != NULL; i++)
        json_array_append_new(list, json_text_or_null(texts[i]));
    return list;
}

json_t *docker_json_pairs(const char *const *pairs)
{
    json_t *object = json_object();
    for (gsize i = 0; pairs != NULL && pairs[i] != NULL; i++) {
        const char *equals = strchr(pairs[i], '=');
        gsize key_length = equals != NULL ? (gsize)(equals - pairs[i]) : strlen(pairs[i]);
        g_autofree char *key = g_utf8_make_valid(pairs[i], (gssize)key_length);
        json_object_set_new(object, key,
                            equals != NULL ? json_text_or_null(equals + 1) : json_null());
    }
    return object;
}

static json_t *credentials_json(const struct docker_credentials *credentials)
{
    if (credentials == NULL)
        return json_object();
    return json_pack("{s:o, s:o, s:o}", "username", json_text_or_null(credentials->username),
                     "password", json_text_or_null(credentials->password), "serveraddress",
                     json_text_or_null(credentials->registry));
}

/* base64url with padding, as Go's base64.URLEncoding writes it. */
static char *header_line(const char *name, const json_t *value)
{
    g_autofree char *text = json_text(value);
    g_autofree char *encoded = g_base64_encode((const guchar *)text, strlen(text));
    g_strdelimit(encoded, "+", '-');
    g_strdelimit(encoded, "/", '_');
    return g_strconcat(name, ": ", encoded, NULL);
}

char *docker_auth_header(const struct docker_credentials *credentials)
{
    g_autoptr(json_t) value = credentials_json(credentials);
    return header_line("X-Registry-Auth", value);
}

char *docker_config_header(const struct docker_credentials *credentials, gsize count)
{
    g_autoptr(json_t) value = json_object();
    for (gsize i = 0; i < count; i++)
        json_object_set_new(value, credentials[i].registry, credentials_json(&credentials[i]));
    return header_line("X-Registry-Config", value);
}
