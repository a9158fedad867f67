/*
 * What docker's actions share: docker/actions-toolkit v0.63 to v0.95 (engine-contract.md F).
 * Command lines, their order and what they print are the toolkit's; docker itself is taken to be
 * there.
 */
#pragma once

#include "actions/core.h"

/* What one phase of an action keeps. */
struct toolkit {
    struct action_run *run;
    bool is_bake;         /* bake-action, whose words differ here and there */
    char *buildx_version; /* asked once */
    char *directory;      /* RUNNER_TEMP/docker-actions-toolkit-Qx3fZb, made when asked for */
};
void toolkit_clear(struct toolkit *toolkit);
#define TOOLKIT(variable) __attribute__((cleanup(toolkit_clear))) struct toolkit variable = {0}

/* The group "Docker info": docker version and docker info. is_caught: their failure is a line. */
bool toolkit_docker_info(struct toolkit *toolkit, bool is_caught, GError **error) MUST_USE;
/* The group "GitHub Actions runtime token ACs". */
void toolkit_print_token(struct toolkit *toolkit);
/* The group "Proxy configuration", from docker's config.json. */
void toolkit_print_proxies(struct toolkit *toolkit);

bool toolkit_has_buildx(struct toolkit *toolkit, bool *has, GError **error) MUST_USE;
bool toolkit_print_buildx_version(struct toolkit *toolkit, GError **error) MUST_USE;
/* buildx.versionSatisfies(">=minimum"); commits satisfy all. */
bool toolkit_buildx_is_at_least(struct toolkit *toolkit, const char *minimum, bool *is,
                                GError **error) MUST_USE;
bool toolkit_builder_exists(struct toolkit *toolkit, const char *name, bool *exists,
                            GError **error) MUST_USE;
/* builder.inspect(name or "" for the current one), as JSON; the caller owns it. */
bool toolkit_inspect(struct toolkit *toolkit, const char *name, json_t **builder,
                     GError **error) MUST_USE;
/* buildkit.versionSatisfies(builder, ">=minimum"): inspects again. */
bool toolkit_buildkit_is_at_least(struct toolkit *toolkit, const char *name, const char *minimum,
                                  bool *is, GError **error) MUST_USE;
/* The version for one node of builder.inspect(), asked of its image when inspect does not say;
   NULL: unknown; g_free. */
bool toolkit_buildkit_version(struct toolkit *toolkit, const json_t *node, char **version,
                              GError **error) MUST_USE;
/* docker context inspect --format {{.Name}}; g_free. */
bool toolkit_context(struct toolkit *toolkit, char **name, GError **error) MUST_USE;
/* Docker.pull(): through the cache of the image's archive, with attempts in all; transient
   failures are tried again. */
struct toolkit_pull {
    const char *image;
    bool is_cached;
    unsigned attempts;
};
/* How often an action of version 4 pulls: more than once from its minor version on, which the
   moving tag v4 reached on that date. A commit counts as older. */
unsigned toolkit_pull_attempts(const struct action_run *run, unsigned minor, int64_t date_ms);
bool toolkit_pull(struct toolkit *toolkit, const struct toolkit_pull *pull,
                  GError **error) MUST_USE;

/* "https://github.com/o/r.git#<sha>"; is_pinned: also of a pull request (newer toolkits), which is
   else refs/pull/1/merge; g_free. */
char *toolkit_git_context(const struct action_run *run, bool is_pinned);
bool toolkit_is_remote(const char *text); /* Util.isValidRef */
/* "https://github.com/o/r/actions/runs/1/attempts/1"; g_free. */
char *toolkit_run_url(const struct action_run *run);

/* The temporary folder, as the action sees it; throws when there is no place. Lent. */
const char *toolkit_directory(struct toolkit *toolkit, GError **error);
/* A name in it that no file has; g_free. */
char *toolkit_temporary_name(struct toolkit *toolkit, GError **error);
bool toolkit_write_file(struct toolkit *toolkit, const char *path, const char *text,
                        GError **error) MUST_USE;
/* The text of a file by its path in the action's world; NULL when it is not there; g_free. */
char *toolkit_read_file(struct toolkit *toolkit, const char *path);
/* The group "Removing temp folder …", for a post phase. */
void toolkit_remove_directory(struct action_run *run, const char *path);
/* Where docker keeps its configuration: DOCKER_CONFIG or ~/.docker; g_free. */
char *toolkit_docker_directory(const struct action_run *run);
/* The group "Post cache" that ends the post phases of newer toolkits: an image that was pulled goes
   into the cache. */
bool toolkit_post_cache(struct action_run *run, GError **error) MUST_USE;

/* Builder.parseInspect(); the caller owns it. */
json_t *builder_info_parse(const char *text);
