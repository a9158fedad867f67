/* Scripts of `sh -c` in a container: what is known of their ends and words, and what is told. */
#include "bench.h"

#include "mocks/dockerfile/files.h"
#include "mocks/puller/pull.h"

struct script_case {
    const char *script;
    int exit_code;
    const char *output;
    guint assumed_count;
};

static const struct script_case cases[] = {
    /* lists */
    {"true && exit 3", 3, "", 0},
    {"false || echo b", 0, "b\n", 0},
    {"false && echo a || echo b", 0, "b\n", 0},
    {"echo a; exit 4", 4, "a\n", 0},
    {"false; echo a", 0, "a\n", 0},
    {"set -e\nfalse\necho a", 1, "", 0},
    {"set -e; false || true; echo a", 0, "a\n", 0},
    {"! false", 0, "", 0},
    {"test -f a.txt || { echo missing; exit 1; }", 0, "", 0},
    {"(exit 5); echo a", 0, "a\n", 0},
    {"if [ \"$APP\" = hello ]; then echo yes; else echo no; fi", 0, "yes\n", 0},
    {"if false; then echo a; elif true; then echo b; fi", 0, "b\n", 0},
    /* words */
    {"echo \"$APP ${APP}\" '$APP' \\$APP", 0, "hello hello $APP $APP\n", 0},
    {"X=1; echo \"x is $X\" # and no more", 0, "x is 1\n", 0},
    {"echo ${EMPTY:-none}", 0, "none\n", 0},
    /* what the image may set itself decides nothing for sure */
    {"[ -z \"$APP_VERSION\" ] && exit 1", 1, "", 1},
    {"echo -n a; printf '%s-%s\\n' b c", 0, "ab-c\n", 0},
    {"exit 2 # 2 > 1", 2, "", 0},
    /* files */
    {"cat a.txt", 0, "first\nsecond\n", 0},
    {"cd / && cat app/a.txt | grep -c s", 0, "2\n", 0},
    {"grep -q second a.txt && echo found", 0, "found\n", 0},
    {"grep third a.txt", 1, "", 0},
    {"echo b > /tmp/b && cat < /tmp/b", 0, "b\n", 0},
    {"echo c > /tmp/c; echo d >> /tmp/c; cat /tmp/c", 0, "c\nd\n", 0},
    {"[ -d /app ] && [ -x /app/run.sh ] && [ ! -x a.txt ]", 0, "", 0},
    {"echo a 2>/dev/null >&2", 0, "", 0},
    {"test -s a.txt && test 2 -gt 1", 0, "", 0},
    /* loops */
    {"for i in 1 2; do echo $i; done", 0, "1\n2\n", 0},
    {"L='a b'; for i in $L \"c d\"; do echo \"-$i\"; done", 0, "-a\n-b\n-c d\n", 0},
    {"set -- x y; for i; do echo $i; done; shift; echo $# \"$1\"", 0, "x\ny\n1 y\n", 0},
    {"i=0; while [ $i -lt 3 ]; do i=$((i + 1)); done; echo $i", 0, "3\n", 0},
    {"i=5\nuntil [ $i -le 2 ]\ndo\n  i=$((i-1))\ndone\necho $i", 0, "2\n", 0},
    {"for i in 1 2 3; do [ $i = 2 ] && break; done; echo $i", 0, "2\n", 0},
    {"for i in 1 2; do for j in a b; do continue 2; done; echo n; done; echo $i", 0, "2\n", 0},
    {"for ((i = 0; i < 2; i++)); do echo $i; done", 0, "0\n1\n", 0},
    {"i=0; while true; do i=$((i+1)); if [ $i -ge 4 ]; then exit 7; fi; done", 7, "", 0},
    {"while read -r a b; do echo \"$b,$a\"; done < a.txt", 0, ",first\n,second\n", 0},
    {"while IFS=- read x y; do echo $y; done <<X\n1-a\n2-b\nX", 0, "a\nb\n", 0},
    {"n=0; cat a.txt | while read x; do n=1; done; echo $n", 0, "0\n", 0},
    {"for i in 1 2; do echo $i; done > /tmp/l; cat /tmp/l", 0, "1\n2\n", 0},
    {"for i in 1; do false; done", 1, "", 0},
    {"n=0; while [ $n -lt 3 ]; do n=$((n+1)); sleep 1; done; echo $n", 0, "3\n", 0},
    /* choices */
    {"case abc in x|a*) echo 1;; *) echo 2;; esac", 0, "1\n", 0},
    {"case \"$(uname -m)\" in\n x86_64) A=amd64 ;;\n aarch64|arm64) A=arm64 ;;\nesac\necho $A", 0,
     "amd64\n", 0},
    {"case 'a*' in 'a*') echo same;; esac; case ab in \"a*\") echo no;; (a?) echo yes; esac", 0,
     "same\nyes\n", 0},
    {"case x in y) exit 1;; z) ;; esac", 0, "", 0},
    /* functions */
    {"say() { echo \"$1-$#\"; }; say a b; say", 0, "a-2\n-0\n", 0},
    {"f() { [ \"$1\" = 0 ] && return 4; return 1; }; f 0; echo $?; f 1", 1, "4\n", 0},
    {"function f { local x=2; echo $x; }\nx=1\nf\necho $x", 0, "2\n1\n", 0},
    {"die() { echo \"$*\" >&2; exit 9; }; true || die a; die b; echo c", 9, "", 0},
    {"set -e; f() { false; echo in; }; if f; then echo then; fi; f; echo no", 1, "in\nthen\n", 0},
    {"f() { f; }; f", 0, "", 1},
    /* substitutions */
    {"X=$(cat a.txt); echo \"$X.\"", 0, "first\nsecond.\n", 0},
    {"echo $(cat a.txt) `echo b`", 0, "first second b\n", 0},
    {"echo \"a $(echo \"b  $(echo c)\")\"", 0, "a b  c\n", 0},
    {"X=$(exit 3); echo $?; set -e; Y=$(false); echo no", 1, "3\n", 0},
    {"(X=1; echo $X); X=$(X=2; echo $X); echo $X", 0, "1\n2\n", 0},
    {"X=$(app); [ \"$X\" = 1 ] || exit 3; echo \"${X:-none}\"", 0, "", 3},
    /* variables */
    {"f=a.tar.gz; echo ${f%.gz} ${f%%.*} ${f#*.} ${f##*.} ${#f}", 0, "a.tar a tar.gz gz 8\n", 0},
    {"echo ${u-a} ${u:=b} $u ${APP:+set} ${u:+$APP}", 0, "a b b set hello\n", 0},
    {"X=1 true; x=1; x+=2; echo $x ${x}3; APP=b; echo $APP; unset x; echo \"[$x]\"", 0,
     "12 123\nb\n[]\n", 0},
    {"echo $((2 + 3 * 4)) $(( (1+2)*3 % 4 )) $((1 < 2 && 3 != 3)) $((i++)) $i $((-7/2))", 0,
     "14 1 0 0 1 -3\n", 0},
    {"i=3; ((i += 2)); echo $i; ((i == 5)) && echo five; [[ -n $i && -z '' ]]", 0, "5\nfive\n", 2},
    {"echo $((1 / 0))", 0, "", 1},
    {"eval 'X=4; echo $X'; echo $0 ${1:-none}", 0, "4\n/bin/sh none\n", 0},
    /* here-documents */
    {"cat <<X\na $APP $(echo b) \\$APP\n\"q\"\nX\necho c", 0, "a hello b $APP\n\"q\"\nc\n", 0},
    {"cat <<'X' > /tmp/h; cat /tmp/h\n$APP `x`\nX", 0, "$APP `x`\n", 0},
    {"if true; then\n\tcat <<-X\n\t\ta\n\tX\nfi; grep -c b <<<\"abc\"", 0, "a\n1\n", 0},
    {"cat > /tmp/a <<A; cat > /tmp/b <<B\n1\nA\n2\nB\ncat /tmp/b /tmp/a", 0, "2\n1\n", 0},
    /* small programs */
    {"for i in $(seq 1 3); do echo $i; done; seq 4 -2 0 | head -n 2; seq 0", 0, "1\n2\n3\n4\n2\n",
     0},
    {"cat a.txt | wc -l; wc -c a.txt; head -1 a.txt; tail -n 1 a.txt", 0,
     "2\n13 a.txt\nfirst\nsecond\n", 0},
    {"echo a:b:c | cut -d: -f2; echo v1.2.3 | cut -d . -f 1", 0, "b\nv1\n", 0},
    {"basename /a/b.txt .txt; dirname /a/b.txt; i=$(expr 2 '*' 3); echo $i", 0, "b\n/a\n6\n", 0},
    {"touch /tmp/t && [ -f /tmp/t ] && [ ! -s /tmp/t ]", 0, "", 0},
    {"seq 1 9999999", 0, "", 1},
    {"tail -n 2 -f a.txt", 0, "", 1},
    /* what a loop that waits for something unknown would have done is not known either */
    {"until app; do sleep 1; done; echo up", 0, "up\n", 1},
    {"while app; do exit 1; done; echo over", 0, "over\n", 1 + 1},
    {"while true; do app && break; sleep 1; done; echo up", 0, "up\n", 1},
    {"while true; do app || exit 3; sleep 1; done; echo over", 0, "over\n", 1 + 1},
    {"n=0; app | while read x; do exit 1; done; app; [ $n = 0 ]", 0, "", 4},
    {"n=0; while app; do n=1; done; [ $n = 1 ] || exit 1; echo $n", 0, "", 4},
    {"for i in $(app); do exit 1; done; [ \"$i\" = x ] || exit 2", 0, "", 3},
    {"case $(app) in a) X=1;; *) exit 1;; esac; echo $X", 0, "", 3},
    {"while app; do echo a > a.txt; done; cat a.txt", 0, "", 3},
    {"for i in 1 2 3; do app $i; done", 0, "", 3},
    {"app > /tmp/o; [ -s /tmp/o ] || exit 1; app >/dev/null; echo a", 0, "a\n", 3},
    /* what has no end is left */
    {"while :; do :; done; exit 4", 0, "", 1},
    {"X=ab; while :; do X=$X$X; done", 0, "", 1},
    /* what nobody knows succeeds, and is told */
    {"test -f /etc/nothing-known", 0, "", 1},
    {"test -f gone/b.txt", 0, "", 1},
    {"cat /etc/base", 0, "", 1},
    {"app --version | grep 1.2", 0, "", 2},
    {"echo $HOME", 0, "", 1},
    {"echo $(app); exit 1", 1, "", 2},
    {"app && exit 6", 6, "", 1},
    {"echo 'no end", 0, "", 1},
    {"true &", 0, "", 1},
    {"cat <<X\na", 0, "", 1},
    {"echo *.txt", 0, "", 1},
    {"a=(1 2); echo $a", 0, "", 1},
};

static void count_assumed(void *count, const char *what, bool touches_images, bool leaves_gap)
{
    (void)what;
    (void)touches_images;
    cr_expect(leaves_gap);
    (*(guint *)count)++;
}

static void add_layer(GPtrArray *layers, const char *const *files)
{
    AUTO(build_files) tree = build_files_new();
    struct packed_layer packed = {0};
    struct layer *layer = g_new0(struct layer, 1);
    for (; *files != NULL; files += 2) {
        g_autoptr(GBytes) bytes = g_bytes_new(files[1], strlen(files[1]));
        unsigned mode = g_str_has_suffix(files[0], ".sh") ? 0755 : 0644;
        build_files_put(tree, files[0], bytes, mode, (int64_t)strlen(files[1]));
    }
    build_files_pack(tree, &packed);
    layer->digest = g_steal_pointer(&packed.digest);
    layer->diff_id = g_steal_pointer(&packed.diff_id);
    layer->bytes = g_steal_pointer(&packed.bytes);
    g_ptr_array_add(layers, layer);
}

static const char *diff_id(const GPtrArray *layers, guint index)
{
    return ((const struct layer *)g_ptr_array_index(layers, index))->diff_id;
}

/* An image of a build: a base, two layers of COPY, one of RUN. */
static void store_image(struct bench *bench)
{
    static const char *const of_base[] = {"etc/base", "b", NULL};
    static const char *const copied[] = {"app/a.txt", "first\nsecond\n", "app/run.sh",
                                         "#!/bin/sh\n", NULL};
    static const char *const gone[] = {"app/gone/b.txt", "b", NULL};
    static const char *const tags[] = {"app:1", NULL};
    g_autoptr(GPtrArray) layers = g_ptr_array_new_with_free_func((GDestroyNotify)layer_free);
    add_layer(layers, of_base);
    add_layer(layers, copied);
    add_layer(layers, gone);
    add_layer(layers, of_base);
    g_autoptr(json_t) config = json_pack(
        "{s:s, s:s, s:{s:[s, s], s:s}, s:{s:s, s:[s, s, s, s]}, s:[{s:s}, {s:s, s:b}, {s:s}, "
        "{s:s}]}",
        "architecture", "amd64", "os", "linux", "config", "Env", "APP=hello",
        "EMPTY=", "WorkingDir", "/app", "rootfs", "type", "layers", "diff_ids", diff_id(layers, 0),
        diff_id(layers, 1), diff_id(layers, 2), diff_id(layers, 3), "history", "created_by",
        "COPY a.txt run.sh ./ # buildkit", "created_by", "ENV APP=hello", "empty_layer", 1,
        "created_by", "COPY gone ./gone # buildkit", "created_by",
        "RUN /bin/sh -c rm -rf gone # buildkit");
    g_autofree char *text = json_text(config);
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
    g_autofree char *id = NULL;
    cr_assert(dockerd_store_image(bench->dockerd, tags, bytes, layers, &id, NULL));
}

static const char *words_of(const char *script)
{
    g_autoptr(json_t) words = json_pack("[s, s, s]", "/bin/sh", "-c", script);
    g_autofree char *text = json_text(words);
    return format("%s", text);
}

static void run_scripts(struct bench *bench)
{
    guint count = 0;
    store_image(bench);
    run(bench, "c1", "app:1", ",\"Cmd\":[\"sleep\",\"infinity\"]");
    dockerd_on_assumed(bench->dockerd, count_assumed, &count);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        int exit_code = -1;
        count = 0;
        const char *words = words_of(cases[i].script);
        g_autofree char *output = run_exec(bench, "c1", words, 1, &exit_code);
        cr_expect_eq(exit_code, cases[i].exit_code, "%s: %d", cases[i].script, exit_code);
        cr_expect_str_eq(output, cases[i].output, "%s: '%s'", cases[i].script, output);
        cr_expect_eq(count, cases[i].assumed_count, "%s: %u", cases[i].script, count);
    }
    dockerd_on_assumed(bench->dockerd, NULL, NULL);
}

Test(dockerd_shell, scripts_do_what_is_known_of_them)
{
    bench_run(NULL, run_scripts);
}

static void ask_for_users(struct bench *bench)
{
    static const struct {
        const char *user;
        const char *words;
        const char *output;
    } users[] = {
        {"", "[\"id\",\"-u\"]", "0\n"},           {"1000:1000", "[\"id\",\"-u\"]", "1000\n"},
        {"app", "[\"whoami\"]", "app\n"},         {"0", "[\"whoami\"]", "root\n"},
        {"rooted:x", "[\"whoami\"]", "rooted\n"},
    };
    preload_busybox(bench);
    for (gsize i = 0; i < G_N_ELEMENTS(users); i++) {
        int exit_code = -1;
        const char *name = format("user-%d", (int)i);
        run(bench, name, "bb:1",
            format(",\"Cmd\":[\"sleep\",\"9\"],\"User\":\"%s\"", users[i].user));
        g_autofree char *output = run_exec(bench, name, users[i].words, 1, &exit_code);
        cr_expect_str_eq(output, users[i].output, "%s", users[i].user);
        cr_expect_eq(exit_code, 0);
    }
}

Test(dockerd_shell, a_user_is_known_by_its_number_or_its_name)
{
    bench_run(NULL, ask_for_users);
}

static void serve_on(struct bench *bench)
{
    guint count = 0;
    preload_busybox(bench);
    dockerd_on_assumed(bench->dockerd, count_assumed, &count);
    run(bench, "known", "bb:1", ",\"Cmd\":[\"sh\",\"-c\",\"echo a; exit 3\"]");
    run(bench, "server", "bb:1",
        ",\"Entrypoint\":[\"tini\",\"--\"],\"Cmd\":[\"sh\",\"-c\",\"migrate && serve\"]");
    cr_assert(fiber_sleep(bench->loop, SECOND_US, NULL));
    ask(bench, "GET", "/v1.41/containers/known/json", NULL);
    g_autoptr(json_t) known = json_of(bench);
    ask(bench, "GET", "/v1.41/containers/server/json", NULL);
    g_autoptr(json_t) server = json_of(bench);
    json_t *end = json_get_object(known, "State");
    cr_expect_str_eq(json_get_string(end, "Status", ""), "exited");
    cr_expect_eq(json_get_integer(end, "ExitCode", -1), 3);
    cr_expect_str_eq(json_get_string(json_get_object(server, "State"), "Status", ""), "running");
    cr_expect_eq(count, 1u);
    dockerd_on_assumed(bench->dockerd, NULL, NULL);
}

Test(dockerd_shell, a_container_that_nobody_waits_for_serves_by_what_is_not_known)
{
    bench_run(NULL, serve_on);
}
