/* What the tests of crane, skopeo and cosign share: an image at reg.example, a mirror for copies of
   it, and registries in bad weather. */
#pragma once

#include "bench.h"

#define API        "reg.example/acme/api" /* its tag 1 is an index of two platforms */
#define API_MIRROR "mirror.example/acme/api"

/* Both registries. */
extern const struct plan with_mirror;

/* What the registries are asked: true when it was answered in their place. */
typedef bool request_handler(void *context, struct exchange *exchange);

/* Runs body with both registries, a handler before them. */
void run_in_weather(request_handler *handle, void *context, void (*body)(struct bench *bench));

/* The first so many requests of a method are answered so. */
struct outage {
    const char *method;
    unsigned status;
    int left;
};
void run_in_outage(struct outage *outage, void (*body)(struct bench *bench));

/* Asserts that a registry has API:1 whole under this name. */
void expect_copy(struct bench *bench, struct registry *registry, const char *repository,
                 const char *tag);
/* Asserts how many lines were assumed, and which of them touch images, in order: "yes yes no". */
void expect_touching(struct bench *bench, const char *answers);
