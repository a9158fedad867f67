/* The inside of a fake Docker Engine, for the files of this folder. */
#pragma once

#include "base/json.h"
#include "base/units.h"
#include "mocks/dockerd/configuration.h"
#include "mocks/dockerd/dockerd.h"
#include "mocks/dockerd/image_store.h"
#include "mocks/dockerd/personality.h"

struct dockerd {
    struct dockerd_options options; /* with copies of everything it points to but programs */
    struct world *world;
    struct loop *loop;
    struct disk *disk;
    const struct personality *personality;
    struct configuration *configuration;
    char *refusal;                /* why it did not start the last time; NULL: it did */
    unsigned configuration_count; /* how often another one was taken up */
    struct site *site;
    struct site *own_site; /* of a daemon that stands in its place (replace.c); or NULL */
    struct machine_profile own_profile; /* then */
    struct puller *puller;
    GPtrArray *old_pullers;       /* of earlier configurations, until the end */
    GPtrArray *hidden;            /* struct hidden_store (stores.h): what another store holds */
    struct http *http;            /* for login */
    struct rng rng;               /* ids */
    char *id;                     /* of the engine, in /info */
    json_t *info_defaults;        /* what every answer of /info begins as; NULL: not yet asked */
    json_t *host_config_defaults; /* of containers that are looked at; the same */
    struct image_store images;
    GPtrArray *containers;  /* struct container, in order of creation; the list holds a reference */
    GPtrArray *volumes;     /* struct volume, sorted by name */
    GPtrArray *networks;    /* struct engine_network, in order of creation */
    GPtrArray *build_cache; /* struct build_record, in order of creation */
    GPtrArray *subscribers; /* struct outlet of GET /events */
    GPtrArray *emulators;   /* char*: platforms the host kernel can run besides its own */
    GHashTable *running_prunes;  /* names of prunes that run now */
    struct fiber *restart_fiber; /* brings the daemon up again, or NULL */
    struct container *builder;   /* engine_builder.h; NULL before it is first asked for */
    dockerd_assume_fn *assume;   /* or NULL */
    void *assume_context;
    struct dockerd_host *hosts; /* those who can tell now, the last one first; or NULL */
    int next_pid;
    int next_port;           /* how many of the ephemeral ones are given away */
    unsigned activity_count; /* requests and fibers that still hold this dockerd */
    bool is_idle;            /* activity_count == 0 */
    bool is_down;            /* stopped, or being freed */
    bool is_dormant;         /* stopped; its socket listens, and starts it when somebody comes */
    bool is_starting;
    struct fiber_queue started; /* or refused */
};

/* Every fiber and request that may outlive its caller's frame holds the dockerd between these. */
void dockerd_enter(struct dockerd *dockerd);
void dockerd_leave(struct dockerd *dockerd);

/* 64 lower-case hex digits from the machine's own stream of chance; g_free. */
char *dockerd_new_id(struct dockerd *dockerd);
/* The time of the world as the Engine writes it: "2026-01-05T09:00:00.000000000Z"; g_free. */
char *dockerd_time_text(int64_t now_us);
int64_t dockerd_now_us(const struct dockerd *dockerd);
/* Seconds since 1970, of a moment and of now. */
int64_t dockerd_unix_time(int64_t now_us);
int64_t dockerd_unix_now(const struct dockerd *dockerd);
/* A state change: a trace event "engine" {machine, kind, action, name, detail} and an event for GET
   /events. name and detail may be NULL. Never waits. */
void dockerd_note(struct dockerd *dockerd, const char *kind, const char *action, const char *name,
                  const char *detail);
/* Disk of one account; the error is DISK_ERROR, "no space left on device". */
bool dockerd_take_disk(struct dockerd *dockerd, enum disk_account account, const char *purpose,
                       int64_t bytes, GError **error) MUST_USE;
void dockerd_give_disk(struct dockerd *dockerd, enum disk_account account, int64_t bytes);
/* Asks the weather about a point of this machine. */
struct point_effect dockerd_consult(struct dockerd *dockerd, enum point point, const char *subject,
                                    const char *detail);

/* "overlay2" */
const char *dockerd_storage_driver(const struct dockerd *dockerd);
struct puller *dockerd_make_puller(struct dockerd *dockerd);
/* From the start of the process to its taking connections. */
#define DOCKERD_START_US (1500 * MILLISECOND_US)
/* Takes it over. */
void dockerd_configure(struct dockerd *dockerd, struct configuration *configuration);
void dockerd_come_up(struct dockerd *dockerd);
/* What is not modelled and decides on images. */
void dockerd_tell_unknown(struct dockerd *dockerd, const char *what);
void dockerd_listen(struct dockerd *dockerd, bool is_listening);
/* Cuts connections, ends processes and containers, closes the socket. */
void dockerd_halt(struct dockerd *dockerd);

/* An error with the HTTP status that the daemon answers: the one domain that handlers use. */
#define ENGINE_ERROR (engine_error_quark())
GQuark engine_error_quark(void);
/* Sets the error and returns false, for `return engine_fail(…)`. */
bool engine_fail(GError **error, int status, const char *format, ...) G_GNUC_PRINTF(3, 4);

/* ---- import.c ---- */
struct request;
/* The "config" of an image that --change asks for; NULL when nothing does; the caller unrefs. */
bool import_changes(struct request *request, json_t **config, GError **error) MUST_USE;

/* ---- pull.c ---- */
/* "image with reference NAME was found but …", as this version words it; g_free. */
char *dockerd_mismatch_words(const struct dockerd *dockerd, const char *name, const char *actual,
                             const char *wanted);
