/* The go command: what becomes of the programs that it builds and installs. */
#include "go.h"

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

    cr_expect_str_eq(assumed_at(bench, 0)->line, "app serve");
    cr_expect_not(assumed_at(bench, 0)->touches_images);
    cr_expect(assumed_at(bench, 0)->leaves_gap);
    cr_expect(assumed_at(bench, 1)->touches_images);
    cr_expect_str_eq(assumed_at(bench, 2)->line, "go run");
    cr_expect(assumed_at(bench, 2)->touches_images);
    cr_expect_not(assumed_at(bench, 3)->touches_images);
}

Test(commands_go_programs, what_it_has_built_is_assumed_when_it_is_called)
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

    cr_expect_str_eq(assumed_at(bench, 0)->line, "ko build");
    cr_expect(assumed_at(bench, 0)->touches_images);
    cr_expect(assumed_at(bench, 1)->touches_images);
}

Test(commands_go_programs, what_it_has_installed_is_the_command_of_its_name)
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

Test(commands_go_programs, install_without_a_version_makes_programs_too)
{
    bench_run(&go_22, install_of_requirements);
}
