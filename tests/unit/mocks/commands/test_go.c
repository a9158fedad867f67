/* The go command: Go's own texts (measured with 1.21.13 to 1.26.8) for its toolchain rules, and
   modules through the proxy, where faults meet it. */
#include "bench.h"

/* 2026-11-26, the day of the measurements. */
#define DATE_S INT64_C(1795690000)

static const struct plan go_22 = {.go_version = "1.22.12", .date_s = DATE_S};
static const struct plan go_21 = {.go_version = "1.21.13", .date_s = DATE_S};

#define LOCAL "GOTOOLCHAIN=local"

static void versions(struct bench *bench)
{
    expect(bench, "go version", 0, "go version go1.22.12 linux/amd64\n", "");
    expect(bench, "go env GOVERSION GOOS GOARCH GOPATH", 0,
           "go1.22.12\nlinux\namd64\n/home/runner/go\n", "");
    expect(bench, "go env NOSUCH", 0, "\n", "");
    expect(bench, "go frob", 2, "", "go frob: unknown command\nRun 'go help' for usage.\n");
    expect(bench, "go mod frob", 2, "",
           "go mod frob: unknown command\nRun 'go help mod' for usage.\n");
    bench->environment[0] = "PATH=/x/bin:/opt/hostedtoolcache/go/1.24.5/x64/bin:/usr/bin";
    expect(bench, "go version", 0, "go version go1.24.5 linux/amd64\n", "");
    expect(bench, "go env GOROOT", 0, "/opt/hostedtoolcache/go/1.24.5/x64\n", "");
    bench->environment[4] = LOCAL;
    expect(bench, "go env GOTOOLCHAIN", 0, "local\n", "");
}

Test(commands_go, the_toolchain_on_path_runs)
{
    bench_run(&go_22, versions);
}

static void local_toolchain(struct bench *bench)
{
    bench->environment[4] = LOCAL;
    put_file(bench, "work/go.mod", "module example.com/x\n\ngo 1.23\n");
    expect(bench, "go build ./...", 1, "",
           "go: go.mod requires go >= 1.23 (running go 1.22.12; GOTOOLCHAIN=local)\n");
    expect(bench, "go mod download", 1, "",
           "go: go.mod requires go >= 1.23 (running go 1.22.12; GOTOOLCHAIN=local)\n");
    expect(bench, "go version", 0, "go version go1.22.12 linux/amd64\n", "");
    put_file(bench, "work/go.mod", "module example.com/x\n\ngo 1.22.x\n");
    expect(bench, "go build", 1, "",
           "go: errors parsing go.mod:\ngo.mod:3: invalid go version '1.22.x': must match format "
           "1.23.0\n");
    put_file(bench, "work/go.mod", "module example.com/x\n\ngo 1.22\n");
    expect(bench, "go build ./...", 0, "", "");
    cr_expect_eq(bench->elapsed_us, 45 * SECOND_US, "as a RUN step");
    put_file(bench, "work/sub/.keep", "");
    bench->directory = "/home/runner/work/sub";
    expect(bench, "go list -m", 0, "example.com/x\n", "");
}

Test(commands_go, a_local_toolchain_refuses_what_is_newer)
{
    bench_run(&go_22, local_toolchain);
}

static void auto_toolchain(struct bench *bench)
{
    put_file(bench, "work/go.mod", "module example.com/x\n\ngo 1.23\n");
    expect(bench, "go version", 0, "go version go1.23.0 linux/amd64\n",
           "go: downloading go1.23.0 (linux/amd64)\n");
    expect(bench, "go version", 0, "go version go1.23.0 linux/amd64\n", "");
    put_file(bench, "work/go.mod", "module example.com/x\n\ngo 1.21\n\ntoolchain go1.24.3\n");
    expect(bench, "go version", 0, "go version go1.24.3 linux/amd64\n",
           "go: downloading go1.24.3 (linux/amd64)\n");
    put_file(bench, "work/go.mod", "module example.com/x\n\ngo 1.99\n");
    expect(bench, "go build", 1, "",
           "go: downloading go1.99.0 (linux/amd64)\n"
           "go: download go1.99.0 for linux/amd64: toolchain not available\n");
    bench->environment[4] = "GOTOOLCHAIN=go1.25.0";
    expect(bench, "go version", 0, "go version go1.25.0 linux/amd64\n", NULL);
    bench->environment[4] = "GOTOOLCHAIN=bash";
    expect(bench, "go version", 1, "", "go: invalid GOTOOLCHAIN \"bash\"\n");
}

Test(commands_go, auto_downloads_the_toolchain_that_go_mod_asks_for)
{
    bench_run(&go_22, auto_toolchain);
}

static void language_version(struct bench *bench)
{
    put_file(bench, "work/go.mod", "module example.com/x\n\ngo 1.23\n");
    expect(bench, "go build", 1, "",
           "go: downloading go1.23 (linux/amd64)\n"
           "go: download go1.23 for linux/amd64: toolchain not available\n");
}

Test(commands_go, an_early_toolchain_asks_for_a_language_version)
{
    const struct plan plan = {.go_version = "1.22.0", .date_s = DATE_S};
    bench_run(&plan, language_version);
}

#define PROTOBUF "google.golang.org/protobuf"
#define PLUGIN   PROTOBUF "/cmd/protoc-gen-go"

static void other_folder(struct bench *bench)
{
    static const char *const lines[] = {"go -C sub env GOMOD", "go env -C sub GOMOD",
                                        "go env -C=sub GOMOD"};
    put_file(bench, "work/sub/go.mod", "module example.com/x\n\ngo 1.22\n");
    for (gsize i = 0; i < G_N_ELEMENTS(lines); i++)
        expect(bench, lines[i], 0, "/home/runner/work/sub/go.mod\n", "");
    expect(bench, "go -C sub/none mod -C x tidy", 1, "",
           "go: chdir sub/none: no such file or directory\n");
    expect(bench, "go mod tidy -C none", 1, "", "go: chdir none: no such file or directory\n");
    expect(bench, "go -C sub install " PLUGIN "@v1.34.2", 0, "",
           "go: downloading " PROTOBUF " v1.34.2\n");
}
Test(commands_go, runs_in_another_folder)
{
    bench_run(&go_22, other_folder);
}

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

Test(commands_go, install_looks_at_the_module_s_go_line)
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

Test(commands_go, install_switches_where_it_may)
{
    bench_run(&go_21, switches);
}

static void install_latest(struct bench *bench)
{
    bench->environment[4] = LOCAL;
    int expected = bench->plan->date_s == DATE_S ? 1 : 0;
    cr_expect_eq(run(bench, "go install " PLUGIN "@latest"), expected, "%s", bench->err->str);
}

Test(commands_go, latest_is_a_time_bomb)
{
    const struct plan before = {.go_version = "1.21.13", .date_s = INT64_C(1720000000)};
    bench_run(&before, install_latest);
    bench_run(&go_21, install_latest);
}

static void requirements(struct bench *bench)
{
    bench->environment[4] = LOCAL;
    put_file(bench, "work/go.mod",
             "module example.com/x\n\ngo 1.21\n\nrequire " PROTOBUF " v1.36.6\n");
    expect(bench, "go mod download", 1, "",
           "go: " PROTOBUF "@v1.36.6: module " PROTOBUF
           "@v1.36.6 requires go >= 1.22 (running go 1.21.13; GOTOOLCHAIN=local)\n");
    expect(bench, "go mod tidy", 1, "",
           "go: " PROTOBUF
           "@v1.36.6 requires go >= 1.22 (running go 1.21.13; GOTOOLCHAIN=local)\n");
    put_file(bench, "work/go.mod",
             "module example.com/x\n\ngo 1.21\n\nrequire " PROTOBUF " v1.36.99\n");
    expect(bench, "go mod download", 1, "",
           "go: " PROTOBUF "@v1.36.99: reading https://proxy.golang.org/" PROTOBUF
           "/@v/v1.36.99.info: 404 Not Found\n"
           "\tserver response: not found: " PROTOBUF
           "@v1.36.99: invalid version: unknown revision v1.36.99\n");
    put_file(bench, "work/go.mod",
             "module example.com/x\n\ngo 1.21\n\nrequire " PROTOBUF " v1.34.2\n");
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

Test(commands_go, requirements_come_through_the_proxy)
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

Test(commands_go, a_requirement_that_is_replaced_is_not_fetched_itself)
{
    bench_run(&go_21, replaced);
}

static void without_mod(struct bench *bench)
{
    expect(bench, "go build", 1, "",
           "go: go.mod file not found in current directory or any parent directory; see 'go help "
           "modules'\n");
    expect(bench, "go mod download", 1, "",
           "go: no modules specified (see 'go help mod download')\n");
    expect(bench, "go mod tidy", 1, "",
           "go: go.mod file not found in current directory or any parent directory; see 'go help "
           "modules'\n");
}

Test(commands_go, a_folder_without_go_mod_is_told)
{
    bench_run(&go_22, without_mod);
}

static void a_huge_mod(struct bench *bench)
{
    g_autofree char *text = g_strnfill(GO_MOD_BYTES_MAX + 1, '\n');
    put_file(bench, "work/go.mod", text);
    expect(bench, "go build", 1, "", "go: /home/runner/work/go.mod: file too large\n");
}

Test(commands_go, go_mod_has_a_ceiling)
{
    bench_run(&go_22, a_huge_mod);
}

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

Test(commands_go, a_fault_of_the_proxy_meets_it)
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
    put_file(bench, "work/go.mod",
             "module example.com/x\n\ngo 1.21\n\nrequire " PROTOBUF " v1.34.2\n");
    expect(bench, "go mod download", 1, "",
           "go: " PROTOBUF "@v1.34.2: Get \"https://proxy.golang.org/" PROTOBUF
           "/@v/v1.34.2.info\": dial tcp: lookup proxy.golang.org on 127.0.0.53:53: no such "
           "host\n");
}

Test(commands_go, a_missing_name_is_told_in_go_s_words)
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
    cr_expect_eq(command_set_assumed(bench->set)->len, 1);
}

Test(commands_go, without_a_proxy_in_the_world_the_table_speaks)
{
    const struct plan plan = {.go_version = "1.21.13", .date_s = DATE_S, .has_no_proxy = true};
    bench_run(&plan, no_proxy);
}

static const struct assumed_use *use_at(struct bench *bench, guint index)
{
    const GPtrArray *uses = command_set_assumed(bench->set);
    cr_assert_lt(index, uses->len);
    return g_ptr_array_index(uses, index);
}

static void own_programs(struct bench *bench)
{
    put_file(bench, "work/go.mod", "module example.com/x\n\ngo 1.22\n");
    put_file(bench, "work/cmd/push/main.go", "package main\n");

    expect(bench, "go build -o bin/app ./cmd/push", 0, "", "");
    g_autofree char *program = get_file(bench, "work/bin/app");
    cr_expect_str_eq(program, "#!/bin/sh\nexec go-program \"$0\" \"$@\"\n");
    expect(bench, "go-program bin/app serve", 0, "", "");
    expect(bench, "go-program bin/app push-image", 0, "", "");
    expect(bench, "go run ./cmd/push --container", 0, "", "");
    put_file(bench, "work/core/image.go", "package core\n");
    expect(bench, "go-program bin/fmt core/image.go", 0, "", "");
    expect(bench, "go-program", 2, "", "");

    cr_expect_str_eq(use_at(bench, 0)->line, "app serve");
    cr_expect_not(use_at(bench, 0)->touches_images);
    cr_expect(use_at(bench, 0)->leaves_gap);
    cr_expect(use_at(bench, 1)->touches_images);
    cr_expect_str_eq(use_at(bench, 2)->line, "go run");
    cr_expect(use_at(bench, 2)->touches_images);
    cr_expect_not(use_at(bench, 3)->touches_images);
}

Test(commands_go, what_it_has_built_is_assumed_when_it_is_called)
{
    bench_run(&go_22, own_programs);
}

static void installed_programs(struct bench *bench)
{
    bench->environment[4] = LOCAL;
    expect(bench, "go install github.com/google/ko@latest", 0, "", NULL);
    g_autofree char *program = get_file(bench, "go/bin/ko");
    cr_expect_str_eq(program, "#!/bin/sh\nexec go-program 'ko' \"$@\"\n");
    expect(bench, "go-program ko build", 0, "", "");
    expect(bench, "go run github.com/google/go-containerregistry/cmd/crane@v0.20.0 copy a b", 0, "",
           NULL);
    expect(bench, "go-program nproc", 0, "4\n", "");

    cr_expect_str_eq(use_at(bench, 0)->line, "ko build");
    cr_expect(use_at(bench, 0)->touches_images);
    cr_expect(use_at(bench, 1)->touches_images);
}

Test(commands_go, what_it_has_installed_is_the_command_of_its_name)
{
    bench_run(&go_22, installed_programs);
}

static void install_of_requirements(struct bench *bench)
{
    put_file(bench, "work/go.mod", "module example.com/x\n\ngo 1.22\n");
    put_file(bench, "work/lib/lib.go", "package lib\n");

    expect(bench, "go install example.org/tools/gen ./lib", 0, "", NULL);

    g_autofree char *program = get_file(bench, "go/bin/gen");
    g_autofree char *library = get_file(bench, "go/bin/lib");
    cr_expect_not_null(program);
    cr_expect_null(library);
}

Test(commands_go, install_without_a_version_makes_programs_too)
{
    bench_run(&go_22, install_of_requirements);
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

Test(commands_go, a_branch_of_a_module_is_its_tip)
{
    bench_run(&go_22, revisions);
}
