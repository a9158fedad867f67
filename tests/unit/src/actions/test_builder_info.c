/* What actions read from `docker buildx inspect`. */
#include "actions/toolkit.h"

#include "fake_run.h"

#include <criterion/criterion.h>

static void expect_json(const char *text, const char *expected)
{
    g_autoptr(json_t) builder = builder_info_parse(text);
    g_autofree char *actual = json_text(builder);
    fake_expect_text(actual, expected);
}

Test(builder_info, has_nodes_with_platforms_flags_and_version)
{
    expect_json("Name:          builder-1\n"
                "Driver:        docker-container\n"
                "Last Activity: 2026-01-01 10:20:30 +0000 UTC\n"
                "\n"
                "Nodes:\n"
                "Name:                  builder-10\n"
                "Endpoint:              unix:///var/run/docker.sock\n"
                "Driver Options:        network=\"host\" image=\"moby/buildkit:master\"\n"
                "Status:                running\n"
                "BuildKit daemon flags: --debug\n"
                "BuildKit version:      v0.23.2\n"
                "Platforms:             linux/amd64, linux/386\n",
                "{\"nodes\":[{\"name\":\"builder-10\",\"endpoint\":\"unix:///var/run/docker.sock\","
                "\"driver-opts\":[\"network=host\",\"image=moby/buildkit:master\"],"
                "\"status\":\"running\",\"buildkitd-flags\":\"--debug\",\"buildkit\":\"v0.23.2\","
                "\"platforms\":\"linux/amd64,linux/386\"}],\"name\":\"builder-1\","
                "\"driver\":\"docker-container\",\"lastActivity\":\"2026-01-01T10:20:30.000Z\"}");
}

Test(builder_info, takes_preferred_platforms_alone)
{
    expect_json("Name: b\n\nNodes:\nName: b0\nPlatforms: linux/amd64*, linux/arm64*, linux/386\n",
                "{\"nodes\":[{\"name\":\"b0\",\"platforms\":\"linux/amd64,linux/arm64\"}],"
                "\"name\":\"b\"}");
}

Test(builder_info, has_labels_features_policies_and_files)
{
    expect_json("Name: b\nNodes:\nName: b0\nFeatures:\n Cache export: true\nLabels:\n"
                " org.x: y\nGC Policy rule#0:\n All: false\n Filters: type==source.local\n"
                " Keep Duration: 48h0m0s\nGC Policy rule#1:\n All: true\n"
                "File#buildkitd.toml:\n > debug = true\n >\n > [x]\n",
                "{\"nodes\":[{\"name\":\"b0\",\"features\":{\"Cache export\":true},"
                "\"labels\":{\"org.x\":\"y\"},\"gcPolicy\":[{\"all\":false,"
                "\"filter\":[\"type==source.local\"],\"keepDuration\":\"48h0m0s\"},"
                "{\"all\":true}],\"files\":{\"buildkitd.toml\":\"debug = true\\n\\n[x]\"}}],"
                "\"name\":\"b\"}");
}

Test(builder_info, of_nothing_has_no_nodes)
{
    expect_json("", "{\"nodes\":[]}");
}
