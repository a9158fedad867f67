/*
 * What the machines of a world would each make alike, and is made once because it takes us long:
 * values by a name that says all that they come of. None of it is a machine's own: what it costs
 * there in time and on disk is reckoned as if it had been made there.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

struct common_work;

/* bytes_max: what is beyond it is not kept, and made anew. */
struct common_work *common_work_new(gsize bytes_max);
void common_work_free(struct common_work *work);
/* NULL: it is not there. Lent, for as long as the world. */
const void *common_work_find(const struct common_work *work, const char *name);
/* Takes the value over where it is kept; false: no room is left for its bytes. */
bool common_work_put(struct common_work *work, const char *name, void *value, gsize length_bytes,
                     GDestroyNotify drop);
