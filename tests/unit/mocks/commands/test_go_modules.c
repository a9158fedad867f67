/* The go command and modules: through the proxy, where faults meet it, and without one. Texts as
   measured with Go 1.21.13 to 1.26.8. */
#include "go.h"

static void require_protobuf(struct bench *bench, const char *version)
{
    g_autofree char *text = g_strconcat("module example.com/x\n\ngo 1.21\n\nrequire " PROTOBUF " ",
                                        version, "\n", NULL);
    put_file(bench, "work/go.mod", text);
}

/* ---- programs of modules ---- */

static void installs(struct bench *bench)
{
    bench->environment[4] = LOCAL;
    expect(bench, "go install " PLUGIN "@v1.36.6", 1, "",
           "go: " PLUGIN "@v1.36.6: " PROTOBUF
           "@v1.36.6 requires go >= 1.22 (running go 1.21.13; GOTOOLCHAIN=local)\n");
    expect(bench, "go install " PLUGIN "@latest", 1, "",
           "go: " PLUGIN "@latest: " PROTOBUF
           "@v1.36.12 requires go >= 1.23 (running go 1.21.13; GOTOOLCHAIN=local)\n");
    expect(bench, "go install " PLUGIN "@v1.34.2", 0, "", "go: downloading " PROTOBUF " v1.34.2\n");
    g_autofree char *program = get_file(bench, "go/bin/protoc-gen-go");
    cr_expect_not_null(program);
    expect(bench, "go install x@y", 1, "",
           "go: x@y: malformed module path \"x\": missing dot in first path element\n");
    expect(bench, "go install github.com/nobody/tool/cmd/tool@latest", 0, "",
           "go: downloading github.com/nobody/tool v1.0.0\n");
    bench->environment[5] = "GOPROXY=off";
    expect(bench, "go install " PLUGIN "@v1.36.6", 1, "",
           "go: " PLUGIN "@v1.36.6: module lookup disabled by GOPROXY=off\n");
}

Test(commands_go_modules, install_looks_at_the_module_s_go_line)
{
    bench_run(&go_21, installs);
}

static void switches(struct bench *bench)
{
    expect(bench, "go install " PLUGIN "@v1.36.6", 0, "",
           "go: " PROTOBUF "@v1.36.6 requires go >= 1.22; switching to go1.26.11\n"
           "go: downloading go1.26.11 (linux/amd64)\n"
           "go: downloading " PROTOBUF " v1.36.6\n");
}

Test(commands_go_modules, install_switches_where_it_may)
{
    bench_run(&go_21, switches);
}

static void install_latest(struct bench *bench)
{
    bench->environment[4] = LOCAL;
    int expected = bench->plan->date_s == DATE_S ? 1 : 0;
    cr_expect_eq(run(bench, "go install " PLUGIN "@latest"), expected, "%s", bench->err->str);
}

Test(commands_go_modules, latest_is_a_time_bomb)
{
    const struct plan before = {.go_version = "1.21.13", .date_s = INT64_C(1720000000)};
    bench_run(&before, install_latest);
    bench_run(&go_21, install_latest);
}

static void revisions(struct bench *bench)
{
    bench->environment[4] = LOCAL;
    expect(bench, "go install github.com/nobody/tool/v3/cmd/tool@main", 0, "",
           "go: downloading github.com/nobody/tool/v3 v3.0.0-20261126104640-b28b7af69320\n");
    expect(bench, "go install " PLUGIN "@master", 1, "",
           "go: " PLUGIN "@master: " PROTOBUF "@v0.0.0-20261126104710-4f26aeafdb23 requires go >= "
           "1.23 (running go 1.22.12; GOTOOLCHAIN=local)\n");
}

Test(commands_go_modules, a_branch_of_a_module_is_its_tip)
{
    bench_run(&go_22, revisions);
}

/* ---- requirements ---- */

static void requirements(struct bench *bench)
{
    bench->environment[4] = LOCAL;
    require_protobuf(bench, "v1.36.6");
    expect(bench, "go mod download", 1, "",
           "go: " PROTOBUF "@v1.36.6: module " PROTOBUF
           "@v1.36.6 requires go >= 1.22 (running go 1.21.13; GOTOOLCHAIN=local)\n");
    expect(bench, "go mod tidy", 1, "",
           "go: " PROTOBUF
           "@v1.36.6 requires go >= 1.22 (running go 1.21.13; GOTOOLCHAIN=local)\n");
    require_protobuf(bench, "v1.36.99");
    expect(bench, "go mod download", 1, "",
           "go: " PROTOBUF "@v1.36.99: reading https://proxy.golang.org/" PROTOBUF
           "/@v/v1.36.99.info: 404 Not Found\n"
           "\tserver response: not found: " PROTOBUF
           "@v1.36.99: invalid version: unknown revision v1.36.99\n");
    require_protobuf(bench, "v1.34.2");
    expect(bench, "go mod download", 0, "", "");
    expect(bench, "go build -o bin/app .", 0, "", "");
    g_autofree char *program = get_file(bench, "work/bin/app");
    cr_expect_not_null(program);
    expect(bench, "go test ./...", 0, "ok  \texample.com/x\t0.350s\n", "");
    expect(bench, "go list -m all", 0, "example.com/x\n" PROTOBUF " v1.34.2\n", "");
    expect(bench, "go get " PROTOBUF "@v1.35.2", 0, "",
           "go: downloading " PROTOBUF " v1.35.2\n"
           "go: upgraded " PROTOBUF " v1.34.2 => v1.35.2\n");
    expect(bench, "go build ./cmd/nosuch", 1, "",
           "stat /home/runner/work/cmd/nosuch: directory not found\n");
}

Test(commands_go_modules, requirements_come_through_the_proxy)
{
    bench_run(&go_21, requirements);
}

static void replaced(struct bench *bench)
{
    put_file(bench, "work/go.mod",
             "module example.com/x\n\ngo 1.21\n\n"
             "require (\n\texample.com/x/apis v0.0.0\n\texample.com/fork v1.0.0\n)\n\n"
             "replace (\n\texample.com/x/apis => ./apis\n"
             "\texample.com/fork => golang.org/x/text v0.0.1\n"
             "\texample.com/fork v1.0.0 => golang.org/x/tools v0.24.0\n)\n");
    expect(bench, "go mod download", 1, "",
           "go: example.com/x/apis@v0.0.0 (replaced by ./apis): reading apis/go.mod: open "
           "/home/runner/work/apis/go.mod: no such file or directory\n");
    put_file(bench, "work/apis/go.mod", "module example.com/x/apis\n");
    expect(bench, "go mod download", 0, "", "");
    expect(bench, "go list -m all", 0,
           "example.com/x\nexample.com/x/apis v0.0.0 => ./apis\n"
           "example.com/fork v1.0.0 => golang.org/x/tools v0.24.0\n",
           "");
}

Test(commands_go_modules, a_requirement_that_is_replaced_is_not_fetched_itself)
{
    bench_run(&go_21, replaced);
}

/* ---- weather ---- */

static bool on_request(void *context, struct exchange *exchange)
{
    (void)context;
    exchange_reply_text(exchange, 502, "text/html", "<html>");
    return true;
}

static void bad_gateway(struct bench *bench)
{
    expect(bench, "go install " PLUGIN "@v1.36.6", 1, "",
           "go: " PLUGIN "@v1.36.6: " PLUGIN "@v1.36.6: reading https://proxy.golang.org/" PLUGIN
           "/@v/v1.36.6.info: 502 Bad Gateway\n");
}

Test(commands_go_modules, a_fault_of_the_proxy_meets_it)
{
    const struct weather weather = {.on_request = on_request};
    const struct plan plan = {.go_version = "1.22.12", .date_s = DATE_S, .weather = &weather};
    bench_run(&plan, bad_gateway);
}

static void on_connect(void *context, const char *site, const char *role, struct http_route *route)
{
    (void)context;
    (void)site;
    (void)role;
    route->way = HTTP_WAY_NAME_NOT_FOUND;
}

static void no_name(struct bench *bench)
{
    require_protobuf(bench, "v1.34.2");
    expect(bench, "go mod download", 1, "",
           "go: " PROTOBUF "@v1.34.2: Get \"https://proxy.golang.org/" PROTOBUF
           "/@v/v1.34.2.info\": dial tcp: lookup proxy.golang.org on 127.0.0.53:53: no such "
           "host\n");
}

Test(commands_go_modules, a_missing_name_is_told_in_go_s_words)
{
    const struct weather weather = {.on_connect = on_connect};
    const struct plan plan = {.go_version = "1.22.12", .date_s = DATE_S, .weather = &weather};
    bench_run(&plan, no_name);
}

static void no_proxy(struct bench *bench)
{
    bench->environment[4] = LOCAL;
    expect(bench, "go install " PLUGIN "@v1.36.6", 1, "",
           "go: " PLUGIN "@v1.36.6: " PROTOBUF
           "@v1.36.6 requires go >= 1.22 (running go 1.21.13; GOTOOLCHAIN=local)\n");
    expect(bench, "go install " PLUGIN "@v1.34.2", 0, "", NULL);
    cr_expect_eq(assumed_count(bench), 1);
}

Test(commands_go_modules, without_a_proxy_in_the_world_the_table_speaks)
{
    const struct plan plan = {.go_version = "1.21.13", .date_s = DATE_S, .has_no_proxy = true};
    bench_run(&plan, no_proxy);
}
