/* docker compose build: what it asks buildx for. */
#include "compose_bench.h"

static const char with_two_builds[] = "services:\n"
                                      "  app:\n"
                                      "    image: ghcr.io/acme/app:1\n"
                                      "    build:\n"
                                      "      context: ./app\n"
                                      "      dockerfile: Dockerfile.prod\n"
                                      "      target: run\n"
                                      "      args: {A: 1}\n"
                                      "      platforms: [linux/amd64, linux/arm64]\n"
                                      "  web:\n"
                                      "    build: .\n"
                                      "  db: {image: db}\n";

static void build_a_project(struct shell *shell)
{
    type_expect(shell, "compose build --no-cache", 0, "", " app  Built\n web  Built\n");

    cr_assert_str_eq(compose_built(),
                     "docker buildx build --load --tag ghcr.io/acme/app:1 --file " PROJECT
                     "app/Dockerfile.prod --target run --build-arg A=1 "
                     "--platform linux/amd64,linux/arm64 --no-cache " PROJECT "app\n"
                     "docker buildx build --load --tag work-web --no-cache /home/runner/work\n");
}

Test(compose_build, builds_what_has_a_build_section)
{
    compose_run(with_two_builds, build_a_project);
}

static const char with_everything[] =
    "services:\n"
    "  app:\n"
    "    build:\n"
    "      context: .\n"
    "      dockerfile_inline: FROM base\n"
    "      additional_contexts: {base: 'service:base', more: ./more}\n"
    "      secrets: [token, {source: file, target: f}]\n"
    "      ssh: [default]\n"
    "      cache_to: ['type=gha']\n"
    "      entitlements: [network.host]\n"
    "      pull: true\n"
    "  base: {build: ./base, image: 'acme/base:1'}\n"
    "secrets:\n"
    "  token: {environment: TOKEN}\n"
    "  file: {file: ./f.txt}\n";

static void build_all_it_says(struct shell *shell)
{
    type_expect(shell, "compose build --builder b app", 0, "", " base  Built\n app  Built\n");

    cr_assert_str_eq(compose_built(),
                     "docker buildx build --load --tag acme/base:1 --builder b " PROJECT "base\n"
                     "docker buildx build --load --tag work-app --file "
                     "/tmp/compose-work-app.Dockerfile --pull --ssh default --cache-to type=gha "
                     "--allow network.host --build-context base=docker-image://acme/base:1 "
                     "--build-context more=" PROJECT "more --secret id=token,type=env,env=TOKEN "
                     "--secret id=f,type=file,src=" PROJECT "f.txt --builder b "
                     "/home/runner/work\n");
}

Test(compose_build, asks_for_all_that_a_section_says)
{
    compose_run(with_everything, build_all_it_says);
}
