/* Files of a build: COPY, .dockerignore, layers, costs. */
#include "base/archive.h"
#include "base/gzip.h"
#include "base/units.h"
#include "mocks/dockerfile/cost.h"
#include "mocks/dockerfile/expand.h"
#include "mocks/dockerfile/files.h"

#include <criterion/criterion.h>
#include <string.h>

static struct build_files *files_of(const char *paths)
{
    struct build_files *files = build_files_new();
    g_auto(GStrv) list = g_strsplit(paths, " ", -1);
    g_autoptr(GBytes) bytes = g_bytes_new_static("x", 1);
    for (gsize i = 0; list[i] != NULL; i++)
        build_files_put(files, list[i], bytes, 0644, 1);
    return files;
}

static char *paths_of(const struct build_files *files)
{
    g_autoptr(GPtrArray) paths = g_ptr_array_new();
    for (guint i = 0; i < build_files_count(files); i++)
        g_ptr_array_add(paths, build_files_at(files, i)->path);
    g_ptr_array_add(paths, NULL);
    return g_strjoinv(" ", (char **)paths->pdata);
}

static const struct {
    const char *sources;
    const char *destination;
    const char *expected; /* or "! " and the source that is missing */
} copies[] = {
    {"f", "/g", "g"},
    {"f", "/d/", "d/f"},
    {"./f", "/w/.", "w/f"},
    {"d", "/to", "to/a.go to/b.txt to/sub/c.go"},
    {".", "/src/", "src/d/a.go src/d/b.txt src/d/sub/c.go src/f"},
    {"f d/b.txt", "/to/", "to/b.txt to/f"},
    {"d/*.go", "/to/", "to/a.go"},
    {"*", "/to/", "to/a.go to/b.txt to/f to/sub/c.go"},
    {"https://example.com/x.tgz", "/to/", "to/x.tgz"},
    {"none", "/to/", "! /none"},
    {"d/*.c", "/to/", ""},
    {"f go.sum* none?", "/to/", "to/f"},
    {"none/*.c", "/to/", "! /none/*.c"},
    {"../f", "/to", "to"}, /* no ".." leads out of the context */
    {"../../d/../f ./d/../../d/b.txt", "/to/", "to/b.txt to/f"},
    {"../none", "/to", "! /none"},
};

Test(dockerfile_files, copy_takes_what_docker_takes)
{
    AUTO(build_files) context = files_of("f d/a.go d/b.txt d/sub/c.go");

    for (gsize i = 0; i < G_N_ELEMENTS(copies); i++) {
        g_auto(GStrv) sources = g_strsplit(copies[i].sources, " ", -1);
        g_autofree char *missing = NULL;
        const struct build_copy copy = {
            .from = context, .sources = sources, .destination = copies[i].destination};
        AUTO(build_files) taken = build_files_copy(&copy, &missing);
        g_autofree char *shown = taken != NULL ? paths_of(taken) : g_strconcat("! ", missing, NULL);
        cr_assert_str_eq(shown, copies[i].expected, "%s: %s", copies[i].sources, shown);
    }
}

static struct build_files *copy_one(const struct build_files *from, const char *source,
                                    const char *destination, bool unpacks)
{
    char *sources[] = {(char *)(uintptr_t)source, NULL};
    const struct build_copy copy = {
        .from = from, .sources = sources, .destination = destination, .unpacks = unpacks};
    g_autofree char *missing = NULL;
    return build_files_copy(&copy, &missing);
}

Test(dockerfile_files, what_a_source_may_have_besides_comes_along)
{
    AUTO(build_files) made = files_of("out/known out/folder-or-file");
    build_files_open(made, "out");
    build_files_open(made, "out/folder-or-file");
    AUTO(build_files) whole = copy_one(made, "/out", "/", false);
    AUTO(build_files) file = copy_one(made, "/out/known", "/bin/known", false);
    AUTO(build_files) part = copy_one(made, "/out/folder-or-file", "/bin/part", false);
    AUTO(build_files) above = copy_one(made, "/", "/all", false);

    cr_assert(build_files_may_have(whole, "/bin/any"));
    cr_assert_not(build_files_is_open(file));
    cr_assert(build_files_may_have(part, "/bin/part/any") && !build_files_may_have(part, "/etc"));
    cr_assert(build_files_may_have(above, "/all/out/any") &&
              !build_files_may_have(above, "/all/x"));
    cr_assert_null(copy_one(made, "/etc/passwd", "/p", false));
}

Test(dockerfile_files, take_the_mode_that_a_copy_gives_them)
{
    AUTO(build_files) context = files_of("run.sh");
    char *const sources[] = {(char *)(uintptr_t) "run.sh", NULL};
    const struct build_copy copy = {
        .from = context, .sources = sources, .destination = "/run.sh", .file_mode = "+x"};
    g_autofree char *missing = NULL;
    AUTO(build_files) taken = build_files_copy(&copy, &missing);

    cr_assert_eq(build_files_find(taken, "run.sh")->mode, 0755u, "%o",
                 build_files_find(taken, "run.sh")->mode);
}

static GBytes *tar_of(const char *name)
{
    AUTO(archive_writer) writer = archive_writer_new();
    archive_writer_add_file(writer, name, 0644, "x", 1);
    g_autoptr(GBytes) tar = archive_writer_finish(writer);
    gsize length_bytes = 0;
    const void *bytes = g_bytes_get_data(tar, &length_bytes);
    return gzip_compress(bytes, length_bytes);
}

Test(dockerfile_files, add_unpacks_tars_and_copy_does_not)
{
    AUTO(build_files) context = files_of("plain.tgz");
    g_autoptr(GBytes) tar = tar_of("etc/passwd");
    build_files_put(context, "root.tgz", tar, 0644, (int64_t)g_bytes_get_size(tar));
    build_files_put(context, "large.tar.xz", tar, 0644, 1000000);
    AUTO(build_files) added = copy_one(context, "root.tgz", "/r/", true);
    AUTO(build_files) copied = copy_one(context, "root.tgz", "/r/", false);
    AUTO(build_files) plain = copy_one(context, "plain.tgz", "/r/", true);
    AUTO(build_files) large = copy_one(context, "large.tar.xz", "/r/", true);
    g_autofree char *of_added = paths_of(added);
    g_autofree char *of_copied = paths_of(copied);
    g_autofree char *of_plain = paths_of(plain);

    cr_assert_str_eq(of_added, "r/etc/passwd");
    cr_assert_str_eq(of_copied, "r/root.tgz");
    cr_assert_str_eq(of_plain, "r/plain.tgz");
    cr_assert(build_files_may_have(large, "/r/any") && !build_files_may_have(large, "/any"));
    cr_assert_not(build_files_is_open(added));
}

static struct build_files *some_files(void)
{
    static const char *const paths[] = {"package.json", "a/package.json", "a/b/package.json",
                                        "a/main.js"};
    struct build_files *files = build_files_new();
    g_autoptr(GBytes) bytes = g_bytes_new("x", 1);
    for (gsize i = 0; i < G_N_ELEMENTS(paths); i++)
        build_files_put(files, paths[i], bytes, 0644, 1);
    return files;
}

Test(dockerfile_files, parents_are_kept_of_what_a_pattern_includes)
{
    AUTO(build_files) from = some_files();
    char *sources[] = {(char *)(uintptr_t) "**/package.json", (char *)(uintptr_t) "a/./b", NULL};
    const struct build_copy copy = {
        .from = from, .sources = sources, .destination = "/d", .keeps_parents = true};
    g_autofree char *missing = NULL;

    AUTO(build_files) taken = build_files_copy(&copy, &missing);

    cr_assert_eq(build_files_count(taken), 4);
    cr_assert_not_null(build_files_find(taken, "d/package.json"));
    cr_assert_not_null(build_files_find(taken, "d/a/b/package.json"));
    cr_assert_not_null(build_files_find(taken, "d/b/package.json"));
}

Test(dockerfile_files, what_a_copy_excludes_stays)
{
    AUTO(build_files) from = some_files();
    AUTO(ignore) excluded = ignore_parse("*.js\n", 5);
    char *sources[] = {(char *)(uintptr_t) "a", NULL};
    const struct build_copy copy = {
        .from = from, .sources = sources, .destination = "/d", .excluded = excluded};
    g_autofree char *missing = NULL;

    AUTO(build_files) taken = build_files_copy(&copy, &missing);

    cr_assert_eq(build_files_count(taken), 2);
    cr_assert_null(build_files_find(taken, "d/main.js"));
}

static const struct {
    const char *patterns;
    const char *kept; /* of "a.go d/a.go d/e/b.md README.md .git/config" */
} ignored[] = {
    {"", ".git/config README.md a.go d/a.go d/e/b.md"},
    {"*.go", ".git/config README.md d/a.go d/e/b.md"},
    {"**/*.go", ".git/config README.md d/e/b.md"},
    {"/d/", ".git/config README.md a.go"},
    {"*\n!README.md", "README.md"},
    {"**/*.md\n!d/e/*.md", ".git/config a.go d/a.go d/e/b.md"},
    {"# comment\n.git\n\n  d  ", "README.md a.go"},
    {"d\n!d/a.go", ".git/config README.md a.go d/a.go"},
    {"?.go", ".git/config README.md d/a.go d/e/b.md"},
    {"[", ".git/config README.md a.go d/a.go d/e/b.md"},
    {"d/e", ".git/config README.md a.go d/a.go"},
    {"d/?", ".git/config README.md a.go d/a.go"},
    {"*/*.go", ".git/config README.md a.go d/e/b.md"},
    {"a", ".git/config README.md a.go d/a.go d/e/b.md"},
    {"a.g", ".git/config README.md a.go d/a.go d/e/b.md"},
    {"**/e", ".git/config README.md a.go d/a.go"},
    {"**", ""},
    {"README\\.md", ".git/config a.go d/a.go d/e/b.md"},
};

Test(dockerfile_files, dockerignore_reads_as_mobys_pattern_matcher_does)
{
    AUTO(build_files) files = files_of("a.go d/a.go d/e/b.md README.md .git/config");

    for (gsize i = 0; i < G_N_ELEMENTS(ignored); i++) {
        AUTO(ignore) ignore = ignore_parse(ignored[i].patterns, strlen(ignored[i].patterns));
        AUTO(build_files) kept = build_files_filter(files, ignore);
        g_autofree char *shown = paths_of(kept);
        cr_assert_str_eq(shown, ignored[i].kept, "%s: %s", ignored[i].patterns, shown);
    }
}

Test(dockerfile_files, equal_files_make_equal_layers)
{
    AUTO(build_files) one = files_of("b a");
    AUTO(build_files) two = files_of("a b");
    struct packed_layer left = {0};
    struct packed_layer right = {0};

    build_files_pack(one, &left);
    build_files_pack(two, &right);

    cr_assert_str_eq(left.digest, right.digest);
    cr_assert_str_neq(left.digest, left.diff_id);
    packed_layer_clear(&left);
    packed_layer_clear(&right);
}

Test(dockerfile_files, commands_cost_what_the_table_says)
{
    struct run_cost one = cost_of_run("/bin/sh -c go build ./...");
    struct run_cost two = cost_of_run("/bin/sh -c apt-get update && apt-get install -y x; echo y");

    cr_assert_eq(one.duration_us, 45 * SECOND_US);
    cr_assert_eq(two.duration_us, (6 + 15) * SECOND_US + 100 * MILLISECOND_US);
    cr_assert_gt(two.bytes, 50 * MIB_BYTES);
    cr_assert_gt(cost_of_copy_us(200 * MIB_BYTES), SECOND_US);
}

static const struct {
    const char *command;
    const char *running;
    const char *toolchain;
    const char *go_mod;
    const char *expected; /* NULL: goes on */
} toolchains[] = {
    {"go mod download", "1.21.13", "local", "module m\n\ngo 1.22\n",
     "go: go.mod requires go >= 1.22 (running go 1.21.13; GOTOOLCHAIN=local)"},
    {"go mod download", "1.22.12", "local", "module m\n\ngo 1.22\n", NULL},
    {"go build ./...", "1.22.5", "local", "go 1.22.6\n",
     "go: go.mod requires go >= 1.22.6 (running go 1.22.5; GOTOOLCHAIN=local)"},
    {"go build ./...", "1.21.13", "auto", "go 1.22\n", NULL},
    {"echo go", "1.21.13", "local", "go 1.22\n", NULL},
    {"go build", "1.20.1", "local", "module m\n\ngo 1.22.0\n",
     "go: errors parsing go.mod:\n/src/go.mod:3: invalid go version '1.22.0': must match format "
     "1.23"},
    {"go build", "1.20.1", "local", "go 1.22\n", NULL},
    {"go build", "1.20.1", "local", "module m\n\ngo 1.20\n\ntoolchain go1.22.8\n",
     "go: errors parsing go.mod:\n/src/go.mod:5: unknown directive: toolchain"},
    {"go mod tidy", "1.22.12", "local", "module m\n\ngo 1.22.x\n",
     "go: errors parsing go.mod:\ngo.mod:3: invalid go version '1.22.x': must match format "
     "1.23.0"},
    {"go install google.golang.org/protobuf/cmd/protoc-gen-go@v1.36.6", "1.21.13", "local",
     "go 1.20\n",
     "go: google.golang.org/protobuf/cmd/protoc-gen-go@v1.36.6: google.golang.org/protobuf@v1.36.6 "
     "requires go >= 1.22 (running go 1.21.13; GOTOOLCHAIN=local)"},
    {"go install google.golang.org/protobuf/cmd/protoc-gen-go@latest", "1.21.13", "local",
     "go 1.20\n",
     "go: google.golang.org/protobuf/cmd/protoc-gen-go@latest: "
     "google.golang.org/protobuf@v1.36.12 requires go >= 1.23 (running go 1.21.13; "
     "GOTOOLCHAIN=local)"},
    {"go install $TOOL", "1.21.13", "local", "go 1.20\n",
     "go: google.golang.org/protobuf/cmd/protoc-gen-go@v1.36.6: google.golang.org/protobuf@v1.36.6 "
     "requires go >= 1.22 (running go 1.21.13; GOTOOLCHAIN=local)"},
    {"go install google.golang.org/protobuf/cmd/protoc-gen-go@v1.36.6", "1.21.13", "auto",
     "go 1.20\n", NULL},
    {"go install example.com/tool@latest && go version", "1.21.13", "local", "go 1.20\n", NULL},
};

/* 2026-11-26: what @latest is. */
#define DATE_S INT64_C(1795690000)

Test(dockerfile_files, a_toolchain_refuses_what_is_newer_than_itself)
{
    for (gsize i = 0; i < G_N_ELEMENTS(toolchains); i++) {
        g_autoptr(GPtrArray) variables = variables_new();
        AUTO(build_files) files = build_files_new();
        g_autoptr(GBytes) bytes =
            g_bytes_new_static(toolchains[i].go_mod, strlen(toolchains[i].go_mod));
        build_files_put(files, "src/go.mod", bytes, 0644, 1);
        variables_set(variables, "GOLANG_VERSION", toolchains[i].running);
        variables_set(variables, "GOTOOLCHAIN", toolchains[i].toolchain);
        variables_set(variables, "TOOL", "google.golang.org/protobuf/cmd/protoc-gen-go@v1.36.6");
        g_autofree char *refusal =
            toolchain_refusal(toolchains[i].command, variables, files, "/src", DATE_S);
        cr_assert_eq(g_strcmp0(refusal, toolchains[i].expected), 0, "%s: %s", toolchains[i].command,
                     refusal != NULL ? refusal : "goes on");
    }
}
