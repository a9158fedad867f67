#include "bench.h"
static void show(struct bench *bench, const char *line)
{
    OUTCOME(o) = run_line(bench, line);
    fprintf(stderr, "$ %s\n%s%s[exit %d, %.1f s]\n", line, o.out, o.err, o.exit_code,
            (double)o.duration_us / 1e6);
}
static void body(struct bench *bench)
{
    write_context(bench);
    show(bench, "docker buildx version");
    show(bench, "docker buildx ls");
    show(bench, "docker buildx create --name X --driver docker-container --use");
    show(bench, "docker buildx ls");
    show(bench, "docker buildx inspect --bootstrap X");
    show(bench, "docker buildx build --platform linux/amd64,linux/arm64 --push -t "
                "localhost:5000/o/app:1 --metadata-file m.json .");
    g_autofree char *m = read_file(bench, "/src/m.json");
    fprintf(stderr, "%s", m);
    g_autofree char *pl = platforms_of(bench, "o/app", "1");
    fprintf(stderr, "platforms %s\n", pl);
    show(bench, "docker buildx build .");
    show(bench, "docker buildx build --load -t app:1 .");
    show(bench, "docker buildx build -q -t app:2 --builder default .");
    show(bench, "docker buildx build -t app:2 --builder default .");
    show(bench, "docker buildx build --builder default --push -t localhost:5000/o/app:3 "
                "--metadata-file m.json .");
    g_autofree char *m2 = read_file(bench, "/src/m.json");
    fprintf(stderr, "%s", m2);
    show(bench, "docker buildx build --builder default --platform linux/amd64,linux/arm64 -t "
                "localhost:5000/o/app:3 .");
    show(bench, "docker buildx du");
    show(bench, "docker buildx prune -f");
    show(bench, "docker buildx rm X");
    g_autofree char *r = engine_requests(bench);
    fprintf(stderr, "%s", r);
}
Test(explore, all)
{
    bench_run(NULL, body);
}
