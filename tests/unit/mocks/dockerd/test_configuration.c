/* daemon.json: what dockerd refuses, what is taken, what is told as not modelled. */
#include "mocks/dockerd/configuration.h"

#include <criterion/criterion.h>
#include <string.h>

static struct configuration *parse(const char *text, enum puller_kind kind, GError **error)
{
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
    const struct configuration_source source = {
        .path = DOCKERD_SETTINGS_FILE, .text = bytes, .flags = configuration_unit_flags};
    return configuration_parse(&source, personality_find(kind), error);
}

#define FILE_WORDS "unable to configure the Docker daemon with file /etc/docker/daemon.json: "
#define MERGED     "merged configuration validation from file and command line flags failed: "

/* The first six measured with dockerd 20.10.24. */
static const struct {
    const char *text;
    const char *error; /* NULL: taken */
    enum puller_kind kind;
} files[] = {
    {"", FILE_WORDS "EOF", PULLER_DOCKER_20_10},
    {"{\"foo\": 1}",
     FILE_WORDS "the following directives don't match any configuration option: foo",
     PULLER_DOCKER_20_10},
    {"{\"hosts\": [\"unix:///x\", \"tcp://y\"]}",
     FILE_WORDS "the following directives are specified both as a flag and in the configuration "
                "file: hosts: (from flag: [fd://], from file: [unix:///x tcp://y])",
     PULLER_DOCKER_20_10},
    {"{\"debug\": \"yes\"}",
     FILE_WORDS "json: cannot unmarshal string into Go struct field Config.debug of type bool",
     PULLER_DOCKER_20_10},
    {"{\"log-opts\": {\"max-size\": 10}}",
     FILE_WORDS "json: cannot unmarshal number into Go struct field Config.log-opts of type string",
     PULLER_DOCKER_20_10},
    {"{\"proxies\": {\"http-proxy\": \"x\"}}",
     FILE_WORDS "the following directives don't match any configuration option: http-proxy",
     PULLER_DOCKER_20_10},
    {"[]", FILE_WORDS "json: cannot unmarshal array into Go value of type map[string]interface {}",
     PULLER_DOCKER_28},
    {"{\"registry-mirrors\": \"https://x\"}",
     FILE_WORDS "json: cannot unmarshal string into Go struct field Config.registry-mirrors of "
                "type []string",
     PULLER_DOCKER_28},
    {"{\"features\": {\"containerd-snapshotter\": \"true\"}}",
     FILE_WORDS "json: cannot unmarshal string into Go struct field Config.features of type bool",
     PULLER_DOCKER_28},
    {"{\"registry-mirrors\": [\"mirror.gcr.io\"]}",
     FILE_WORDS MERGED "invalid mirror: no scheme specified for \"mirror.gcr.io\": must use either "
                       "'https://' or 'http://'",
     PULLER_DOCKER_28},
    {"{\"max-concurrent-downloads\": -1}", FILE_WORDS MERGED "invalid max concurrent downloads: -1",
     PULLER_DOCKER_28},
    {"{\"firewall-backend\": \"iptables\"}",
     FILE_WORDS "the following directives don't match any configuration option: firewall-backend",
     PULLER_DOCKER_28},
    {"{\"firewall-backend\": \"iptables\"}", NULL, PULLER_CONTAINERD},
    {"", NULL, PULLER_DOCKER_28},
    {"null", NULL, PULLER_DOCKER_28},
    {"{\"exec-opts\": [\"native.cgroupdriver=cgroupfs\"], \"cgroup-parent\": \"/actions_job\"}",
     NULL, PULLER_DOCKER_28},
    {"{\"default-ulimits\": {\"nofile\": {\"Name\": \"nofile\", \"Hard\": 1}}, \"mtu\": null}",
     NULL, PULLER_DOCKER_28},
};

Test(dockerd_configuration, what_dockerd_refuses_is_refused_in_its_words)
{
    for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autoptr(GError) error = NULL;
        AUTO(configuration) taken = parse(files[i].text, files[i].kind, &error);
        cr_expect_eq(taken != NULL, files[i].error == NULL, "%s", files[i].text);
        cr_expect_str_eq(error != NULL ? error->message : "",
                         files[i].error != NULL ? files[i].error : "");
    }
}

Test(dockerd_configuration, what_is_no_json_is_refused)
{
    static const char *const texts[] = {"{", "{\"a\": 1,}", "experimental: true", "{} x", "{a: 1}"};
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GError) error = NULL;
        cr_expect_null(parse(texts[i], PULLER_DOCKER_28, &error));
        cr_expect(g_str_has_prefix(error->message, FILE_WORDS), "%s", error->message);
    }
}

Test(dockerd_configuration, settings_are_taken)
{
    g_autoptr(GError) error = NULL;
    AUTO(configuration)
    taken =
        parse("{\"features\": {\"containerd-snapshotter\": true}, \"debug\": true,"
              " \"registry-mirrors\": [\"https://a\", \"https://b\"], \"data-root\": \"/mnt/d\","
              " \"max-concurrent-downloads\": 10, \"max-download-attempts\": 2}",
              PULLER_DOCKER_28, &error);

    cr_assert_null(error);
    g_autofree char *mirrors = g_strjoinv(" ", taken->registry_mirrors);
    cr_expect(taken->says_store && taken->wants_containerd_store && taken->is_debug);
    cr_expect_str_eq(mirrors, "https://a https://b");
    cr_expect_str_eq(taken->data_root, "/mnt/d");
    cr_expect_eq(taken->downloads, 10u);
    cr_expect_eq(taken->uploads, 5u);
    cr_expect_eq(taken->layer_tries, 2u);
    cr_expect_null(taken->unmodelled[0]);
}

Test(dockerd_configuration, what_nothing_here_follows_is_named)
{
    g_autoptr(GError) error = NULL;
    AUTO(configuration)
    taken = parse("{\"userns-remap\": \"default\", \"mtu\": 1400, \"storage-driver\": \"overlay2\","
                  " \"tls\": false, \"proxies\": {\"https-proxy\": \"http://p\"}}",
                  PULLER_DOCKER_28, &error);

    cr_assert_null(error);
    g_autofree char *names = g_strjoinv(" ", taken->unmodelled);
    cr_expect_str_eq(names, "userns-remap https-proxy");
}
