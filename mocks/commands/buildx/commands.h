/* The commands of the plugin, one function each; the table is commands.c. */
#pragma once

#include "mocks/commands/buildx/node.h"

#define COMMAND(name) int command_##name(struct plugin_run *run, GError **error)
COMMAND(build);
COMMAND(bake);
COMMAND(create);
COMMAND(use);
COMMAND(rm);
COMMAND(stop);
COMMAND(ls);
COMMAND(inspect);
COMMAND(prune);
COMMAND(du);
COMMAND(version);
COMMAND(install);
COMMAND(uninstall);
COMMAND(dial);
COMMAND(history);
COMMAND(imagetools);

/* The fields of one CSV line, quotes taken off (char*); caller unrefs. */
GPtrArray *csv_fields(const char *text);
/* "linux/amd64*, linux/arm64" in groups, the node's own first; g_free. */
char *platforms_text(const struct builder_node *node, bool is_short);
