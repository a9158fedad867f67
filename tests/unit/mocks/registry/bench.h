/* A world with one registry and a client on the virtual clock; the test's body runs in a fiber. */
#pragma once

#include "base/digest.h"
#include "base/json.h"
#include "base/units.h"
#include "loop/vclock.h"
#include "mocks/registry/registry.h"

#include <criterion/criterion.h>
#include <string.h>

#define PLAIN     "http://localhost:5000"
#define HUB       "https://registry-1.docker.io"
#define HUB_TOKEN "https://auth.docker.io/token"

/* Logins of octo: with the password "good", and with another one. */
#define OCTO_GOOD "Authorization: Basic b2N0bzpnb29k"
#define OCTO_BAD  "Authorization: Basic b2N0bzpiYWQ="

#define MANIFEST_TYPE "Content-Type: application/vnd.oci.image.manifest.v1+json"
#define INDEX_TYPE    "Content-Type: application/vnd.oci.image.index.v1+json"

struct bench {
    struct loop *loop;
    struct trace *trace;
    struct world *world;
    struct registry *registry;
    struct http *http;
    struct http_response response; /* of the last ask() */
    void (*body)(struct bench *bench);
    bool is_over;
};

/* Runs body in a world with this registry; a plain one at localhost:5000 when options is NULL. */
void bench_run(const struct registry_options *options, void (*body)(struct bench *bench));
/* The same, and the digest of the trace; g_free. */
char *bench_run_traced(const struct registry_options *options, void (*body)(struct bench *bench));
/* A registry of the named service without further ado. */
struct registry_options bench_options(const char *service);

/* Sends one request and keeps its answer; headers "Name: value" until NULL. Gives the status. */
unsigned ask(struct bench *bench, const char *method, const char *url, GBytes *body,
             ...) G_GNUC_NULL_TERMINATED;
unsigned get(struct bench *bench, const char *url);
/* Headers and body of the last answer: "" for a header that is not there; body lent. */
const char *header(const struct bench *bench, const char *name);
GBytes *body_of(const struct bench *bench);
char *text_of(const struct bench *bench);
json_t *json_of(const struct bench *bench);
/* The code of the first error of the last answer, and its detail; lent from *answer. */
void check_error(const struct bench *bench, const char *code);

GBytes *bytes_of(const char *text);
/* printf into a string that lives as long as the test's process. */
const char *format(const char *format, ...) G_GNUC_PRINTF(1, 2);
/* The digest of a text, as format() keeps it. */
const char *digest_text(const char *content);
/* A dozen lines of golang:1.22: index of amd64 and arm64, two layers. */
struct image_spec golang_spec(void);

/* Pushes a blob with one POST; its digest, as format() keeps it. */
const char *push_blob(struct bench *bench, const char *repository, const char *content);
/* Pushes config and one layer of an image and then its manifest; the manifest's digest. */
const char *push_image(struct bench *bench, const char *repository, const char *reference,
                       const char *content);
/* The token of the last answer, as a header. */
const char *last_token(const struct bench *bench);
/* Anonymous token of Docker Hub for a scope, as a header. */
const char *hub_token(struct bench *bench, const char *scope);
