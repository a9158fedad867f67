/* Programs that run tasks of the repository: which of these are about images. */
#include "bench.h"

static const char makefile[] = "IMAGE ?= app:1\n"
                               "DOCKER = docker\n"
                               "BUILD := $(DOCKER) build\n"
                               ".PHONY: all\n"
                               "all: test lint\n"
                               "image: generate\n"
                               "\t$(BUILD) \\\n"
                               "\t\t-t $(IMAGE) .\n"
                               "push:: image\n"
                               "release: all\n"
                               "\t$(MAKE) push\n"
                               "test lint:\n"
                               "\ttool $@ # not docker itself\n"
                               "short: ; skopeo copy a b\n"
                               "SHIP := go run github.com/goreleaser/goreleaser/v2@v2.15.2\n"
                               "ship:\n"
                               "\t$(SHIP) release\n"
                               "CHECK := go run github.com/mgechev/revive@v1.15.0\n"
                               "check:\n"
                               "\t$(CHECK) ./...\n"
                               "define build_image\n"
                               "\t$(DOCKER) build -t app-$(1) .\n"
                               "endef\n"
                               "define run_test\n"
                               "\ttool $(1)\n"
                               "endef\n"
                               "call-build:\n"
                               "\t$(call build_image,one)\n"
                               "call-test:\n"
                               "\t$(call run_test,one)\n";

/* Targets whose names are computed (GNU make manual, 4.12 and 10.5). */
static const char patterns[] = "KINDS = one two\n"
                               "PLAIN := img-one img-two\n"
                               "all: $(PLAIN)\n"
                               "$(PLAIN): img-%: src-%\n"
                               "\tdocker build -t $* .\n"
                               "$(PLAIN): VERSION := docker\n"
                               "TESTS := $(patsubst %,test-%,$(KINDS))\n"
                               "tests: $(TESTS)\n"
                               "$(TESTS): test-%: $(SOURCES:.go=.o)\n"
                               "\tgo test ./$*\n"
                               "PUSHES := $(KINDS:%=push-%)\n"
                               "pushes: $(PUSHES)\n"
                               "$(PUSHES): push-%: img-%\n"
                               "deploy-%: push-%\n"
                               "\tkubectl apply $*\n"
                               "unbuilt-%:\n"
                               "\techo $*\n"
                               "lint: Dockerfile.image\n"
                               "\tgo vet\n";

static void write_file(const struct bench *bench, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(bench->root, "work", name, NULL);
    g_autofree char *folder = g_path_get_dirname(path);
    cr_assert_eq(g_mkdir_with_parents(folder, 0755), 0);
    cr_assert(g_file_set_contents(path, text, -1, NULL));
}

static const struct {
    const char *line;
    bool touches_images;
} lines[] = {
    {"make", false},
    {"make image", true},
    {"make push", true},
    {"make IMAGE=x release", true},
    {"make short", true},
    {"make lint", false},
    {"make ship", true},
    {"make ship SHIP=echo", false},
    {"make check", false},
    {"make call-build", true},
    {"make call-test", false},
    {"make check CHECK=goreleaser", true},
    {"make -C other", true},
    {"make -f other/GNUmakefile nothing", false},
    {"make -C patterns", true},
    {"make -C patterns img-two", true},
    {"make -C patterns img-two PLAIN=img-one", false},
    {"make -C patterns PLAIN=src-one", false},
    {"make -C patterns tests", false},
    {"make -C patterns test-one", false},
    {"make -C patterns pushes", true},
    {"make -C patterns push-one", true},
    {"make -C patterns deploy-one", true},
    {"make -C patterns unbuilt-one", false},
    {"make -C patterns lint", false},
    {"make -C computed ship-one", true},
    {"make -C computed main.go", false},
    {"make -C conditions", true},
    {"make -C conditions test", false},
    {"make -C goal", true},
    {"make docker-push-of-an-include", true},
    {"npm run deploy", true},
    {"npm run build", false},
    {"npm run docker:build", true},
    {"yarn optimize-images", false},
    {"task docker:push", true},
    {"task test", false},
    {"task release:prod", true},
    {"task ship", true},
    {"task call", true},
    {"task", true},
    {"just check", false},
    {"just publish 1", true},
    {"just all", true},
    {"terraform plan", false},
    {"terraform apply -auto-approve", true},
    {"mvn -B compile com.google.cloud.tools:jib-maven-plugin:build", true},
    {"gradle bootBuildImage", true},
    {"gradle build", false},
    {"goreleaser release", true},
    {"helm push app-1.tgz oci://ghcr.io/acme/charts", true},
    {"helm push app-1.tgz museum", false},
    {"helm upgrade app oci://ghcr.io/acme/charts/app", false},
    {"heroku container:push web -a app", true},
    {"heroku container:release web -a app", false},
};

static void run_tasks(struct bench *bench)
{
    const struct command_host *host = command_set_host(bench->set);
    write_file(bench, "Makefile", makefile);
    write_file(bench, "conditions/Makefile",
               "ifeq ($(ID),a:b)\n    ID := 1000\nendif\n\tifneq ($(X),)\n\t\toverride T := x\n"
               "\tendif\n%.o: %.c\n\tcc $<\nall: build\nbuild:\n\tdocker build .\n"
               "test:\n\tgo test\n");
    write_file(bench, "patterns/Makefile", patterns);
    write_file(bench, "patterns/Dockerfile.image", "FROM scratch\n");
    write_file(bench, "computed/Makefile",
               "include $(CURDIR)/more.mk\n$(addprefix ship-,$(APPS)):\n\t$(SHIP) $@\n");
    write_file(bench, "computed/more.mk", "SHIP := docker push\n");
    write_file(bench, "computed/main.go", "");
    write_file(bench, "goal/Makefile",
               ".DEFAULT_GOAL := image\ntest:\n\tgo test\nimage:\n\tdocker build .\n");
    write_file(bench, "other/GNUmakefile", "first:\n\tpodman push x\nnothing:\n");
    write_file(bench, "Taskfile.yml",
               "version: '3'\nvars:\n  APP: app\ntasks:\n  test:\n    cmds:\n      - go test\n"
               "  # docker\n  release:prod:\n    cmds:\n      - goreleaser\n"
               "  ship:\n    cmds:\n      - cmd: docker push app\n"
               "  call:\n    deps: [ship]\n");
    write_file(bench, "main.tf",
               "terraform {\n  required_providers {\n    apko = {\n"
               "      source = \"chainguard-dev/apko\"\n    }\n  }\n}\n");
    write_file(bench, "justfile",
               "version := '1'\ncheck arg='':\n    go vet\n"
               "@publish TAG:\n    podman push app:{{TAG}}\nall: check\n");
    write_file(bench, "package.json",
               "{\"scripts\": {\"deploy\": \"docker push x\", \"build\": \"vite build\"}}");
    for (guint i = 0; i < G_N_ELEMENTS(lines); i++) {
        host->begin_step(host->self, i);
        expect(bench, lines[i].line, 0, "", "");
        cr_assert_eq(assumed_count(bench), i + 1, "%s", lines[i].line);
        const struct assumed_use *use = assumed_at(bench, i);
        cr_expect_eq(use->touches_images, lines[i].touches_images, "%s", lines[i].line);
    }
}

Test(commands_task_runners, tasks_about_images_are_told_from_the_others)
{
    static const struct plan plan = {.has_no_processes = true};
    bench_run(&plan, run_tasks);
}

static void run_more_tasks(struct bench *bench)
{
    static const struct {
        const char *line;
        bool touches_images;
    } rows[] = {
        {"make", true},
        {"make lint", false},
        {"make publish", true},
        {"make VERSION=1 release", true},
        {"make -f tools.mk all", true},
        {"make unknown", false},
        {"make docker-anything", true},
        {"npm ci", false},
        {"az acr build -t a .", true},
        {"gcloud container clusters list", false},
        {"gcloud builds submit", true},
    };
    put_file(bench, "work/Makefile",
             "include tools.mk more-*.mk\nIMG ?= acme/docker:1\n.PHONY: all\nall: lint\n"
             "lint:\n\tgolangci-lint run\npublish: lint\n\t$(CONTAINER_TOOL) push \\\n\t $(IMG)\n"
             "release:\n\t$(MAKE) publish\n");
    put_file(bench, "work/tools.mk", "all:\n\t@docker version\n");
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        expect(bench, rows[i].line, 0, "", "");
        const struct assumed_use *use = assumed_at(bench, assumed_count(bench) - 1);
        cr_expect_eq(use->touches_images, rows[i].touches_images, "%s", rows[i].line);
    }
}

Test(commands_task_runners, makefiles_include_others_and_clouds_build)
{
    bench_run(NULL, run_more_tasks);
}
