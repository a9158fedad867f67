/* The go command: Go's own texts (measured with 1.21.13 to 1.26.8) for its toolchains and its
 * go.mod. */
#include "go.h"

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

static void put_mod_of(struct bench *bench, gsize length_bytes)
{
    static const char start[] = "module example.com/x\n// ";
    g_autofree char *text = g_strnfill(length_bytes, '-');
    memcpy(text, start, strlen(start));
    put_file(bench, "work/go.mod", text);
}

static void huge_mods(struct bench *bench)
{
    put_mod_of(bench, GO_MOD_BYTES_MAX);
    expect(bench, "go build", 0, "", "");
    put_mod_of(bench, GO_MOD_BYTES_MAX + 1);
    expect(bench, "go build", 1, "", "go: /home/runner/work/go.mod: file too large\n");
}

Test(commands_go, go_mod_has_a_ceiling)
{
    bench_run(&go_22, huge_mods);
}
