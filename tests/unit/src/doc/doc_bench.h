/* Loading texts and comparing what becomes of them, for the tests of documents. */
#pragma once

#include "base/limits.h"
#include "doc/doc.h"

#include <criterion/criterion.h>
#include <string.h>

static inline struct doc *load_named(const char *name, const char *text, GError **error)
{
    return doc_load_text(name, text, strlen(text), DOC_DEFAULT, error);
}

static inline struct doc *load(const char *text)
{
    g_autoptr(GError) error = NULL;
    struct doc *doc = load_named("a.yaml", text, &error);
    cr_assert_not_null(doc, "%s", error != NULL ? error->message : "");
    return doc;
}

/* The first line of the message with which the text is refused. */
static inline char *refusal(const char *text, gsize length_bytes)
{
    g_autoptr(GError) error = NULL;
    AUTO(doc) doc = doc_load_text("a.yaml", text, length_bytes, DOC_DEFAULT, &error);
    if (doc != NULL)
        return g_strdup("taken");
    return g_strndup(error->message, strcspn(error->message, "\n"));
}

static inline void expect_refusal(const char *text, const char *message)
{
    g_autofree char *got = refusal(text, strlen(text));
    cr_expect_str_eq(got, message);
}

static inline char *json_of(const char *text)
{
    AUTO(doc) doc = load(text);
    g_autoptr(json_t) value = node_json(doc_root(doc));
    return json_text(value);
}

static inline void expect_json(const char *text, const char *json)
{
    g_autofree char *got = json_of(text);
    cr_expect_str_eq(got, json);
}
