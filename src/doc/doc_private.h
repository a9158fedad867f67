/* What the files of this folder share. Nobody else includes this. */
#pragma once

#include "doc/doc.h"

struct doc {
    struct source *source;
    struct node *root; /* owned by nodes, like all */
    GPtrArray *nodes;
};

/* A fresh node of the document. */
struct node *doc_add_node(struct doc *doc, enum node_kind kind, struct position position);
/* Whether the text can be given to libfyaml at all. */
bool doc_check_text(struct source *source, GError **error) MUST_USE;
/* Builds the tree from libfyaml's events. */
bool doc_parse(struct doc *doc, enum doc_flags flags, GError **error) MUST_USE;

/* Resolves a plain scalar by YAML 1.2's core schema (10.3.2): sets kind and value from text. */
void scalar_resolve(struct node *node);
