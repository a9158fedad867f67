/* What the files that load compose models share: one load under way (compose-go's loader/). Where
   that one puts a folder in front of a path twice, as it does for files that are included below the
   first, this one does, too. */
#pragma once

#include "mocks/bakefile/compose.h"

/* What is known while a model is loaded. */
struct loading {
    struct composing *composing;
    const struct compose_variables *variables;
    const char *folder;   /* of localResourceLoader */
    const char *name;     /* of the file, for errors */
    const json_t *resets; /* of the file; or NULL */
    GPtrArray *way;       /* "service in file" of all that extend each other; char* */
    GPtrArray *included;
    bool is_alone;    /* neither include nor extends */
    bool is_nameless; /* in errors, as buildx checks each file first */
};

struct bake *loading_bake(const struct loading *loading);
/* localResourceLoader.Load() and Dir(); g_free. */
char *loading_path(const struct loading *loading, const char *path);
char *loading_folder(const struct loading *loading, const char *path);
/* loadYamlFile(): puts the file over the model. */
bool loading_file(const struct loading *loading, const char *path, const char *working_folder,
                  json_t *model);
/* loadYamlModel() of paths; NULL with an error. */
json_t *loading_model(const struct loading *loading, const json_t *paths,
                      const char *working_folder);

/* compose_extends.c: every service of the model, whole. */
bool loading_extend(const struct loading *loading, json_t *model);
/* compose_include.c: takes services and secrets of the files that the model includes. */
bool loading_include(const struct loading *loading, const char *working_folder, json_t *model);
