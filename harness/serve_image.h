/*
 * The images of a served world: a small default set, and what `--image` adds. An image without a
 * registry in its name is on the served registry, under its name and as a mirror of Docker Hub
 * would have it ("library/alpine"), and on Docker Hub.
 */
#pragma once

#include "mocks/puller/puller.h"
#include "mocks/registry/registry.h"

struct served_image {
    struct reference *reference;
    char **platforms;
    bool has_domain; /* the name says its registry */
};

/* "NAME" or "NAME=linux/amd64,linux/arm64". Errors say what is wrong with the text. */
struct served_image *served_image_parse(const char *text, GError **error) MUST_USE;
void served_image_free(struct served_image *image);
CLEANUP(served_image, served_image_free)

/* Adds the image, with one small layer a platform. is_served: it is the served registry. */
void served_image_add(const struct served_image *image, struct registry *registry, bool is_served);
/* The default set: alpine, busybox, hello-world. */
void serve_default_images(struct registry *registry, bool is_served);
