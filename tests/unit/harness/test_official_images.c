/* The table of Docker Hub's official images. */
#include "harness/official_images.h"

#include <criterion/criterion.h>
#include <glib.h>

Test(official_images, are_found_by_their_whole_names)
{
    static const struct {
        const char *name;
        bool is_known;
    } cases[] = {
        {"adminer", true}, {"alpine", true},    {"centos", true},   {"php-zendserver", true},
        {"php", true},     {"zookeeper", true}, {"builder", false}, {"alpin", false},
        {"", false},       {"zz", false},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        cr_expect_eq(official_image_is_known(cases[i].name), cases[i].is_known, "%s",
                     cases[i].name);
}
