/* Services and programs that tests of several actions have around them. */
#include "fake_services.h"

void fake_results_service(struct action_run *run)
{
    fake_variable(run, "ACTIONS_RESULTS_URL", FAKE_RESULTS);
    fake_variable(run, "ACTIONS_RUNTIME_TOKEN", "t");
}

void fake_empty_cache(struct action_run *run)
{
    fake_results_service(run);
    fake_reply(run, FAKE_CACHE "GetCacheEntryDownloadURL", 200, "{\"ok\": false}");
    fake_reply(run, FAKE_CACHE "CreateCacheEntry", 200,
               "{\"ok\": true, \"signed_upload_url\": \"" FAKE_BLOB "\"}");
    fake_reply(run, "PUT " FAKE_BLOB, 201, "");
    fake_reply(run, FAKE_CACHE "FinalizeCacheEntryUpload", 200,
               "{\"ok\": true, \"entry_id\": \"7\"}");
}

void fake_cache_entry(struct action_run *run, const char *key)
{
    g_autofree char *reply = g_strdup_printf(
        "{\"ok\": true, \"signed_download_url\": \"" FAKE_BLOB "\", \"matched_key\": \"%s\"}", key);
    fake_reply(run, FAKE_CACHE "GetCacheEntryDownloadURL", 200, reply);
}

#define BUILDER "Name: b\nDriver: docker-container\n\nNodes:\nName: b0\n"

void fake_builder(struct action_run *run)
{
    fake_prints(run, "docker buildx version", "github.com/docker/buildx v0.26.1 1a8287f\n");
    fake_prints(run, "docker buildx inspect", BUILDER "BuildKit version: v0.23.2\n");
}

void fake_builder_to_come(struct action_run *run)
{
    fake_builder(run);
    fake_prints(run, "docker context inspect --format {{.Name}}", "default\n");
    fake_prints(run, "docker context inspect --format=json default",
                "[{\"Name\": \"default\", \"TLSMaterial\": {},"
                " \"Endpoints\": {\"docker\": {\"Host\": \"unix:///x\"}}}]\n");
    fake_prints(run, "docker buildx inspect b",
                BUILDER "Endpoint: unix:///var/run/docker.sock\nStatus: running\n"
                        "BuildKit version: v0.23.2\nPlatforms: linux/amd64, linux/386\n");
    fake_answer(run, (struct fake_answer){.pattern = "docker buildx inspect b",
                                          .exit_code = 1,
                                          .errors = "ERROR: no builder \"b\" found\n",
                                          .times = 1});
    fake_input(run, "name", "b");
}
