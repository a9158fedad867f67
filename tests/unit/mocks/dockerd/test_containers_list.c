/* Containers in lists, under names and on networks, and what of them is only assumed. */
#include "bench.h"

/* ---- the list's filters, names, networks ---- */

/* How many containers a list shows. */
static size_t count(struct bench *bench, const char *filters)
{
    g_autofree char *escaped = g_uri_escape_string(filters, NULL, FALSE);
    const char *path = format("/v1.41/containers/json?all=1&filters=%s", escaped);
    cr_assert_eq(ask(bench, "GET", path, NULL), 200u, "%s", filters);
    g_autoptr(json_t) list = json_of(bench);
    return json_array_size(list);
}

static void filter_list(struct bench *bench)
{
    static const struct {
        const char *filters;
        size_t count;
    } cases[] = {
        {"{\"name\":[\"^app$\"]}", 1},       {"{\"name\":[\"^/app$\"]}", 1},
        {"{\"name\":[\"app\"]}", 2},         {"{\"name\":[\"^pp\"]}", 0},
        {"{\"ancestor\":[\"bb:1\"]}", 3},    {"{\"ancestor\":[\"other\"]}", 0},
        {"{\"exited\":[\"1\"]}", 1},         {"{\"exited\":[\"0\"]}", 0},
        {"{\"status\":[\"exited\"]}", 1},    {"{\"health\":[\"none\"]}", 3},
        {"{\"network\":[\"bridge\"]}", 3},   {"{\"network\":[\"x\"]}", 0},
        {"{\"publish\":[\"8080/tcp\"]}", 1}, {"{\"expose\":[\"80\"]}", 1},
        {"{\"publish\":[\"80\"]}", 0},       {"{\"before\":[\"app2\"]}", 1},
        {"{\"since\":[\"app2\"]}", 1},       {"{\"label\":[\"a=b\"]}", 1},
        {"{\"label\":[\"a=c\"]}", 0},        {"{\"is-task\":[\"true\"]}", 3},
    };
    preload_busybox(bench);
    run(bench, "app", "bb:1",
        ",\"Cmd\":[\"sleep\",\"9\"],\"Labels\":{\"a\":\"b\"},\"HostConfig\":{"
        "\"PortBindings\":{\"80/tcp\":[{\"HostPort\":\"8080\"}]}}");
    run(bench, "app2", "bb:1", ",\"Cmd\":[\"sleep\",\"9\"]");
    run(bench, "gone", "bb:1", ",\"Cmd\":[\"false\"]");
    ask(bench, "POST", "/v1.41/containers/gone/wait", NULL);

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        cr_expect_eq(count(bench, cases[i].filters), cases[i].count, "%s", cases[i].filters);
    cr_expect_eq(
        ask(bench, "GET", "/v1.41/containers/json?filters=%7B%22foo%22%3A%5B%22a%22%5D%7D", NULL),
        400u);
    cr_expect_str_eq(message_of(bench), "invalid filter 'foo'");
}

Test(dockerd_containers, the_list_is_filtered_as_moby_does)
{
    bench_run(NULL, filter_list);
}

static const char *address_of(struct bench *bench, const char *name, const char *network)
{
    ask(bench, "GET", format("/v1.41/containers/%s/json", name), NULL);
    g_autoptr(json_t) shape = json_of(bench);
    json_t *networks = json_get_object(json_get_object(shape, "NetworkSettings"), "Networks");
    return format("%s", json_get_string(json_get_object(networks, network), "IPAddress", ""));
}

static void join_networks(struct bench *bench)
{
    preload_busybox(bench);
    run(bench, "c1", "bb:1", ",\"Cmd\":[\"sleep\",\"9\"]");
    run(bench, "c2", "bb:1", ",\"Cmd\":[\"sleep\",\"9\"]");
    ask(bench, "POST", "/v1.41/networks/create", "{\"Name\":\"mine\"}");
    run(bench, "c3", "bb:1",
        ",\"Cmd\":[\"sleep\",\"9\"],\"HostConfig\":{\"NetworkMode\":\"mine\"}");
    cr_expect_str_eq(address_of(bench, "c1", "bridge"), "172.17.0.2");
    cr_expect_str_eq(address_of(bench, "c2", "bridge"), "172.17.0.3");
    cr_expect_str_eq(address_of(bench, "c3", "mine"), "172.18.0.2");
    ask(bench, "POST", "/v1.41/containers/c1/kill", NULL);
    ask(bench, "POST", "/v1.41/containers/c1/wait", NULL);
    run(bench, "c4", "bb:1", ",\"Cmd\":[\"sleep\",\"9\"]");
    cr_expect_str_eq(address_of(bench, "c1", "bridge"), "");
    cr_expect_str_eq(address_of(bench, "c4", "bridge"), "172.17.0.2");

    ask(bench, "GET", "/v1.41/networks?filters=%7B%22name%22%3A%5B%22%5Emi%22%5D%7D", NULL);
    g_autoptr(json_t) list = json_of(bench);
    cr_assert_eq(json_array_size(list), 1);
    json_t *ipam = json_get_object(json_array_get(list, 0), "IPAM");
    cr_expect_str_eq(
        json_get_string(json_array_get(json_get_array(ipam, "Config"), 0), "Subnet", ""),
        "172.18.0.0/16");
    ask(bench, "GET", "/v1.41/networks/mine", NULL);
    g_autoptr(json_t) mine = json_of(bench);
    json_t *members = json_get_object(mine, "Containers");
    cr_assert_eq(json_object_size(members), 1);
    json_t *member = json_object_iter_value(json_object_iter(members));
    cr_expect_str_eq(json_get_string(member, "Name", ""), "c3");
    cr_expect_str_eq(json_get_string(member, "IPv4Address", ""), "172.18.0.2/16");
}

Test(dockerd_containers, containers_have_addresses_on_their_networks)
{
    bench_run(NULL, join_networks);
}

static void refuse_to_join(struct bench *bench)
{
    static const char port[] = ",\"Cmd\":[\"sleep\",\"9\"],\"HostConfig\":{\"PortBindings\":{"
                               "\"80/tcp\":[{\"HostPort\":\"8080\"}]}}";
    preload_busybox(bench);
    run(bench, "c1", "bb:1", port);
    cr_expect_str_eq(dockerd_port_holder(bench->dockerd, 8080), "bb:1");
    cr_expect_null(dockerd_port_holder(bench->dockerd, 80));
    create(bench, "c2", "bb:1", port);
    cr_expect_eq(ask(bench, "POST", "/v1.41/containers/c2/start", NULL), 500u);
    cr_expect(g_str_has_suffix(message_of(bench),
                               "Bind for 0.0.0.0:8080 failed: port is already allocated"),
              "%s", message_of(bench));
    create(bench, "c3", "bb:1", ",\"HostConfig\":{\"NetworkMode\":\"none-such\"}");
    cr_expect_eq(ask(bench, "POST", "/v1.41/containers/c3/start", NULL), 404u);
    cr_expect_str_eq(message_of(bench), "network none-such not found");
}

Test(dockerd_containers, ports_of_others_and_networks_that_are_not_there_are_refused)
{
    bench_run(NULL, refuse_to_join);
}

static void rename_it(struct bench *bench)
{
    preload_busybox(bench);
    create(bench, "old", "bb:1", "");
    create(bench, "held", "bb:1", "");
    cr_expect_eq(ask(bench, "POST", "/v1.41/containers/old/rename?name=new", NULL), 204u);
    cr_expect_eq(ask(bench, "GET", "/v1.41/containers/new/json", NULL), 200u);
    cr_expect_eq(ask(bench, "POST", "/v1.41/containers/new/rename?name=held", NULL), 409u);
    cr_expect_eq(ask(bench, "POST", "/v1.41/containers/new/rename?name=", NULL), 400u);
    cr_expect_eq(ask(bench, "POST", "/v1.41/containers/new/rename?name=new", NULL), 400u);
    cr_expect_eq(ask(bench, "POST", "/v1.41/containers/old/rename?name=x1", NULL), 404u);
}

Test(dockerd_containers, a_container_gets_another_name)
{
    bench_run(NULL, rename_it);
}

/* ---- what is only assumed ---- */

static void note_assumed(void *list, const char *what, bool touches_images, bool leaves_gap)
{
    (void)touches_images;
    (void)leaves_gap;
    g_ptr_array_add(list, g_strdup(what));
}

static void copy_unknown(struct bench *bench)
{
    g_autoptr(GPtrArray) assumed = g_ptr_array_new_with_free_func(g_free);
    preload_busybox(bench);
    create(bench, "c1", "bb:1", "");
    cr_expect_eq(ask(bench, "GET", "/v1.41/containers/c1/archive?path=/app/a.txt", NULL), 404u);
    dockerd_on_assumed(bench->dockerd, note_assumed, assumed);
    cr_expect_eq(ask(bench, "HEAD", "/v1.41/containers/c1/archive?path=/app/a.txt", NULL), 404u);
    cr_expect_eq(ask(bench, "GET", "/v1.41/containers/c1/archive?path=/app/a.txt", NULL), 200u);
    cr_expect_eq(ask(bench, "GET", "/v1.41/containers/c1/archive?path=/app/dist", NULL), 200u);
    cr_expect_eq(ask(bench, "HEAD", "/v1.41/containers/c1/archive?path=/app/conf/", NULL), 200u);
    dockerd_on_assumed(bench->dockerd, NULL, NULL);
    cr_assert_eq(assumed->len, 3);
    cr_expect_str_eq(g_ptr_array_index(assumed, 0), "cp bb:1: that it has /app/a.txt");
}

Test(dockerd_containers, files_that_an_image_may_have_are_assumed_to_be_there)
{
    bench_run(NULL, copy_unknown);
}

static void run_plain_commands(struct bench *bench)
{
    static const struct {
        const char *words;
        int exit_code;
        const char *output;
    } cases[] = {
        {"[\"sh\",\"-c\",\"exit 4\"]", 4, ""},
        {"[\"sh\",\"-c\",\"echo 'a  b' c\"]", 0, "a  b c\n"},
        {"[\"pwd\"]", 0, "/\n"},
        {"[\"printenv\",\"NOT_THERE\"]", 1, ""},
    };
    preload_busybox(bench);
    run(bench, "c1", "bb:1", ",\"Cmd\":[\"sleep\",\"9\"]");
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        int exit_code = -1;
        g_autofree char *output = run_exec(bench, "c1", cases[i].words, 1, &exit_code);
        cr_expect_eq(exit_code, cases[i].exit_code, "%s", cases[i].words);
        cr_expect_str_eq(output, cases[i].output, "%s", cases[i].words);
    }
}

Test(dockerd_containers, a_shell_with_one_plain_command_runs_it)
{
    bench_run(NULL, run_plain_commands);
}
