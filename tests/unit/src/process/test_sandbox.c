/* What a script may do, under each layer alone and under all of them; and hostile scripts. */
#include "src/process/rig.h"

#include "base/units.h"
#include "loop/vclock.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static const unsigned layer_sets[] = {
    SANDBOX_ALL,
    SANDBOX_NAMESPACES,
    SANDBOX_LANDLOCK,
    SANDBOX_SECCOMP,
    SANDBOX_LANDLOCK | SANDBOX_SECCOMP,
    SANDBOX_LANDLOCK | SANDBOX_SECCOMP | SANDBOX_ORDINARY_USER,
};

/* Runs the script under a set of layers and gives its stdout; g_free. */
static char *output_with(unsigned layers, const char *script)
{
    struct rig rig;
    if (!rig_has(layers))
        return NULL;
    rig_init_with(&rig, layers);
    rig_run(&rig, script);
    char *output = g_strdup(rig.output[1]->str);
    rig_close(&rig);
    return output;
}

static void expect_with(unsigned layers, const char *script, const char *expected)
{
    g_autofree char *output = output_with(layers, script);
    if (output != NULL)
        cr_assert_str_eq(output, expected, "layers %u say\n%s", layers, output);
}

Test(sandbox, commands_are_answered_under_every_set_of_layers)
{
    for (gsize i = 0; i < G_N_ELEMENTS(layer_sets); i++)
        expect_with(layer_sets[i], "docker pull a; echo x | count; cat <(echo sub); date +%T",
                    "pulled a\n2 bytes\nsub\n09:00:07\n");
}

/* By path, where seccomp refuses that as well. */
/* "signer" is none of the private PATH's commands. */
static void put_signer(unsigned layers)
{
    struct rig rig;
    if (!rig_has(layers))
        return;
    rig_init_with(&rig, layers);
    rig_run(&rig, "mkdir -p ~/tools; ln -s / ~/out; ! command -v signer");
    cr_expect(sandbox_put_command(rig.sandbox, "/home/runner/tools", "signer", NULL));
    cr_expect_not(sandbox_put_command(rig.sandbox, "/home/runner/none", "signer", NULL));
    rig_run(&rig, "PATH=$HOME/tools:$PATH; command -v signer; sh -c 'signer a b'");
    cr_expect(g_str_has_suffix(rig.output[1]->str, "/home/runner/tools/signer\n"), "%s",
              rig.output[1]->str);
    cr_expect(strstr(rig.log->str, "signer a b"), "%s", rig.log->str);
    rig_close(&rig);
}

Test(sandbox, a_command_that_is_put_into_a_folder_is_found_there)
{
    put_signer(SANDBOX_ALL);
}

Test(sandbox, modes_times_and_owners_of_own_files_change_under_every_set_of_layers)
{
    for (gsize i = 0; i < G_N_ELEMENTS(layer_sets); i++)
        expect_with(
            layer_sets[i],
            "echo a >a; chmod 600 a; stat -c %a a; chmod +x a; stat -c %a a\n"
            "touch -d @86400 a; stat -c %Y a; cp -p a b; stat -c '%a %Y' b\n"
            "perl -e 'utime 7, 8, \"a\"; chmod 0444, \"a\"'; stat -c '%a %Y' a\n"
            "chown $(id -u):$(id -g) a && mkdir -m 750 d && stat -c %a d; chmod 700 d/. d\n"
            "ln -s a l; touch -h -d @5 l; chmod u+w l; stat -c %a a; chmod 1 gone || echo no",
            "600\n711\n86400\n711 86400\n444 8\n750\n644\nno\n");
}

Test(sandbox, root_gives_files_to_whom_it_likes)
{
    expect_with(SANDBOX_ALL,
                "echo a >a; mkdir d; export SUDO_USER=runner\n"
                "chown 200:200 a && chown -R nobody:nogroup d && chgrp 999 a && echo given\n"
                "install -o www-data -g 33 a b && echo made; chown 200 gone || echo gone\n"
                "unset SUDO_USER; chown 200:200 a 2>&1 || echo kept",
                "given\nmade\ngone\n"
                "chown: changing ownership of 'a': Operation not permitted\nkept\n");
}

Test(sandbox, modes_of_files_outside_do_not_change_by_landlock_and_seccomp)
{
    struct rig rig;
    struct stat status;
    rig_init(&rig);
    g_autofree char *outside = g_build_filename(rig.folder, "outside", NULL);
    cr_assert(g_file_set_contents_full(outside, "", 0, G_FILE_SET_CONTENTS_NONE, 0640, NULL));
    g_autofree char *script = g_strdup_printf(
        "chmod 777 %s || echo one\ntouch -d @5 %s || echo two\n"
        "perl -e 'my $path = shift; print \"three\\n\" if syscall(90, $path, 511) != 0; "
        "my ($name, $value) = (\"user.a\", \"b\"); "
        "print \"four\\n\" if syscall(188, $path, $name, $value, 1, 0) != 0' %s\n",
        outside, outside, outside);
    if ((rig.options.layers & SANDBOX_ALL) == SANDBOX_ALL) {
        rig.options.layers = SANDBOX_LANDLOCK | SANDBOX_SECCOMP;
        rig_run(&rig, script);
        cr_expect_str_eq(rig.output[1]->str, "one\ntwo\nthree\nfour\n");
        cr_expect_eq(stat(outside, &status), 0);
        cr_expect_eq(status.st_mode & 07777, 0640, "%o", status.st_mode);
        cr_expect_neq(status.st_mtime, 5);
    }
    rig_close(&rig);
}

Test(sandbox, nobody_kills_the_keeper_where_it_has_no_namespace)
{
    expect_with(
        SANDBOX_LANDLOCK | SANDBOX_SECCOMP,
        "kill -9 $PPID || echo one; kill -9 -- -$(ps -o pgid= $PPID | tr -d ' ') || echo two; "
        "perl -e 'my $limit = pack(\"QQ\", 99, 99); "
        "print \"three\\n\" if syscall(302, $ARGV[0] + 0, 0, $limit, 0) != 0' $PPID; "
        "sleep 0.1 & kill $! && echo four",
        "one\ntwo\nthree\nfour\n");
}

Test(sandbox, a_stub_finds_its_sandbox_without_any_environment)
{
    expect_with(SANDBOX_ALL, "env -i /usr/bin/docker pull a; exec -a docker docker pull b",
                "pulled a\npulled b\n");
}

Test(sandbox, absolute_names_lead_to_commands_where_there_is_a_private_root)
{
    expect_with(SANDBOX_NAMESPACES, "/usr/bin/docker pull a; /bin/sleep 1; /bin/bash -c 'echo b'",
                "pulled a\nb\n");
}

Test(sandbox, a_program_past_the_path_is_a_command_when_the_host_has_it)
{
    g_autofree char *git = g_find_program_in_path("git");
    if (git == NULL)
        cr_skip_test("git is not installed");
    for (gsize i = 0; i < G_N_ELEMENTS(layer_sets); i++) {
        struct rig rig;
        if (!rig_has(layer_sets[i]))
            continue;
        rig_init_with(&rig, layer_sets[i]);
        rig.options.git_configuration = "[url \"https://a/\"]\n\tinsteadOf = short:\n";
        rig_run(&rig, "git ls-remote short:b || true");
        cr_expect(strstr(rig.log->str, "git-remote-https short:b https://a/b") != NULL,
                  "layers %u: %s", layer_sets[i], rig.log->str);
        rig_close(&rig);
    }
}

Test(sandbox, files_outside_cannot_be_written)
{
    const unsigned sets[] = {SANDBOX_ALL, SANDBOX_NAMESPACES, SANDBOX_LANDLOCK};
    g_autofree char *outside = g_strdup("/usr/share/seatrial-test");
    g_autofree char *script = g_strdup_printf(
        "(echo x > %s) 2>/dev/null || echo no; (echo x > /etc/x) 2>/dev/null || echo no\n"
        "echo y > ~/mine; cat ~/mine",
        outside);
    for (gsize i = 0; i < G_N_ELEMENTS(sets); i++)
        expect_with(sets[i], script, "no\nno\ny\n");
    cr_assert_neq(access(outside, F_OK), 0);
}

Test(sandbox, removing_everything_removes_the_home_alone)
{
    g_autofree char *output = output_with(
        SANDBOX_ALL, "echo a > a; mkdir -p b/c; rm -rf --no-preserve-root / 2>/dev/null || true; "
                     "echo alive");
    cr_assert_str_eq(output, "alive\n");
    cr_assert_eq(access("/usr/bin/env", X_OK), 0);
}

static const char connecting[] =
    "python3 -c 'import socket,sys\n"
    "s=socket.socket(socket.AF_UNIX)\n"
    "s.connect(sys.argv[1])' %s 2>/dev/null && echo reached || echo safe";

/* The path stands for /var/run/docker.sock. */
Test(sandbox, a_socket_of_the_host_cannot_be_reached)
{
    const unsigned sets[] = {SANDBOX_ALL, SANDBOX_NAMESPACES, SANDBOX_SECCOMP};
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    g_autofree char *folder = g_dir_make_tmp("seatrial-socket-XXXXXX", NULL);
    g_snprintf(address.sun_path, sizeof(address.sun_path), "%s/docker.sock", folder);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_assert_eq(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    cr_assert_eq(listen(fd, 5), 0);
    g_autofree char *script = g_strdup_printf(connecting, address.sun_path);

    for (gsize i = 0; i < G_N_ELEMENTS(sets); i++)
        expect_with(sets[i], script, "safe\n");

    close(fd);
    unlink(address.sun_path);
    rmdir(folder);
}

Test(sandbox, there_is_no_network)
{
    const unsigned sets[] = {SANDBOX_ALL, SANDBOX_NAMESPACES, SANDBOX_SECCOMP, SANDBOX_LANDLOCK};
    for (gsize i = 0; i < G_N_ELEMENTS(sets); i++)
        expect_with(sets[i],
                    "(echo > /dev/tcp/127.0.0.1/1) 2>/dev/null && echo reached || echo safe",
                    "safe\n");
}

Test(sandbox, processes_of_root_without_namespaces_are_an_ordinary_users)
{
    const unsigned layers = SANDBOX_LANDLOCK | SANDBOX_SECCOMP | SANDBOX_ORDINARY_USER;
    expect_with(layers,
                "id -u; id -G; echo own >a; stat -c '%u %a' . a; cat /etc/shadow || echo no",
                "61001\n61001\n61001 755\n61001 644\nno\n");
    if (geteuid() == 0)
        cr_assert(rig_has(SANDBOX_ORDINARY_USER) && sandbox_layers_suffice(layers));
}

Test(sandbox, layers_that_leave_a_gap_do_not_suffice)
{
    cr_assert(sandbox_layers_suffice(SANDBOX_NAMESPACES));
    cr_assert_eq(sandbox_layers_suffice(SANDBOX_LANDLOCK | SANDBOX_SECCOMP), geteuid() != 0,
                 "root is not held by the kernel's limit of processes");
    cr_assert_not(sandbox_layers_suffice(SANDBOX_LANDLOCK));
    cr_assert_not(sandbox_layers_suffice(SANDBOX_SECCOMP));
    cr_assert_eq(sandbox_root_is_the_trouble(SANDBOX_LANDLOCK | SANDBOX_SECCOMP), geteuid() == 0);
    cr_assert_not(sandbox_root_is_the_trouble(SANDBOX_NAMESPACES));
    cr_assert_not(sandbox_root_is_the_trouble(SANDBOX_LANDLOCK));
    cr_assert_not(sandbox_layers_suffice(0));
}

/* Under seccomp alone kill(-1) is refused; with Landlock's scope it meets the sandbox alone. */
Test(sandbox, killing_everybody_does_not_meet_us)
{
    for (gsize i = 0; i < G_N_ELEMENTS(layer_sets); i++) {
        if (layer_sets[i] == SANDBOX_LANDLOCK || !rig_has(layer_sets[i]))
            continue;
        struct rig rig;
        rig_init_with(&rig, layer_sets[i]);
        rig_run(&rig, "kill -9 -1 || true; kill -9 $PPID || true");
        rig_close(&rig);
    }
}

static char *complaint_of(const char *script, int64_t real_time_us_max, int64_t output_bytes_max)
{
    struct rig rig;
    rig_init(&rig);
    rig.options.real_time_us_max = real_time_us_max;
    rig.options.output_bytes_max = output_bytes_max;
    cr_assert_eq(rig_run(&rig, script), 128 + SIGKILL);
    char *complaint = g_strdup(sandbox_complaint(rig.sandbox));
    rig_close(&rig);
    return complaint;
}

Test(sandbox, a_script_that_computes_for_ever_is_ended)
{
    g_autofree char *complaint = complaint_of("while :; do :; done", 200 * MILLISECOND_US, 0);
    cr_assert_str_eq(complaint, "processes used more than 200ms of real time");
}

Test(sandbox, a_fork_bomb_is_ended)
{
    g_autofree char *complaint = complaint_of(
        "b() { b | b & }; for i in $(seq 600); do read x < <(sleep 1000) & done; wait", 0, 0);
    cr_assert(strstr(complaint, "more than 512 processes") != NULL ||
                  strstr(complaint, "more than 256 commands at once") != NULL,
              "%s", complaint);
}

Test(sandbox, a_real_fork_bomb_is_ended)
{
    g_autofree char *complaint = complaint_of("b() { b | b & b; }; b", 10 * SECOND_US, 0);
    cr_assert_not_null(complaint);
}

Test(sandbox, endless_output_is_ended)
{
    g_autofree char *complaint = complaint_of("yes", 0, 4 * 1024 * 1024);
    cr_assert_str_eq(complaint, "processes wrote more than 4MiB");
}

Test(sandbox, a_daemon_that_hides_is_found_and_killed)
{
    struct rig rig;
    g_autoptr(GError) error = NULL;
    rig_init(&rig);
    rig_run(&rig, "(setsid bash -c 'exec >/dev/null 2>&1 <&-; sleep 999' &) & "
                  "(env -i bash -c 'exec >/dev/null 2>&1; cat < <(sleep 9999)' &); wait");

    g_autoptr(GPtrArray) leftovers = sandbox_leftovers(rig.sandbox);

    cr_assert_geq(leftovers->len, 3);
    cr_assert_eq(((struct leftover *)g_ptr_array_index(leftovers, 0))->number, 1);
    cr_assert(sandbox_kill_leftovers(rig.sandbox, &error));
    g_autoptr(GPtrArray) none = sandbox_leftovers(rig.sandbox);
    cr_assert_eq(none->len, 0);
    rig_close(&rig);
}

Test(sandbox, a_command_may_touch_the_home_and_follows_no_link_out)
{
    struct rig rig;
    rig_init(&rig);
    cr_assert_eq(rig_run(&rig, "maketouch ~/a; cat ~/a; ln -s /etc out; "
                               "maketouch out/x || echo \"link $?\"; "
                               "maketouch /etc/x || echo \"outside $?\"; maketouch /tmp/t; "
                               "cat /tmp/t"),
                 0);
    cr_assert_str_eq(rig.output[1]->str, "made outside\nlink 3\noutside 3\nmade outside\n");
    g_autoptr(GError) error = NULL;
    cr_assert_eq(sandbox_open(rig.sandbox, "/home/runner/out/passwd", O_RDONLY, 0, &error), -1);
    cr_assert_str_eq(error->message, "/home/runner/out/passwd: a link leads out of the sandbox");
    int fd = sandbox_open(rig.sandbox, "/home/runner/a", O_RDONLY, 0, NULL);
    cr_assert_geq(fd, 0);
    close(fd);
    rig_close(&rig);
}

/* As docker under sudo keeps its builders in root's home: sudo sets HOME there (Ubuntu's, since
   1.8.31). */
Test(sandbox, a_command_has_roots_home_and_processes_have_not)
{
    struct rig rig;
    rig_init(&rig);
    cr_assert_eq(rig_run(&rig, "maketouch /root/a && echo \"made\"; maketouch /roots || echo $?; "
                               "cat /root/a 2>/dev/null || echo \"not seen\""),
                 0);
    cr_assert_str_eq(rig.output[1]->str, "made\n3\nnot seen\n");
    rig_close(&rig);
}

Test(sandbox, a_program_that_is_not_there_is_an_error_with_the_systems_words)
{
    struct rig rig;
    g_autoptr(GError) error = NULL;
    rig_init(&rig);
    rig_open(&rig);
    const char *const arguments[] = {"no-such-program", NULL};
    const struct child_options options = {.arguments = arguments, .directory = "/"};

    cr_assert_null(child_start(rig.sandbox, &options, &error));

    cr_assert_str_eq(error->message, "no-such-program: No such file or directory");
    rig_close(&rig);
}

/* Commands are what runs as root. */
static int fake_root(void *self, const struct command_call *call)
{
    int exit_code = 1;
    (void)self;
    call->seam->let_root_write(call->self, true);
    if (call->seam->start_child(call->self, call->arguments + 1, call->environment, NULL))
        (void)call->seam->wait_child(call->self, &exit_code, NULL);
    call->seam->let_root_write(call->self, false);
    return exit_code;
}

Test(sandbox, a_folder_of_settings_is_read_by_all_and_written_by_root)
{
    static const char *const names[] = {"root", NULL};
    struct rig rig;
    if (!rig_has(SANDBOX_ALL))
        cr_skip_test("no namespaces here");
    rig_init(&rig);
    rig.host = (struct command_host){.names = names, .run = fake_root};
    rig.options.settings_folder = "/etc/docker";
    rig_run(&rig, "cd /etc/docker; exec 2>&1; echo a >x || true\n"
                  "echo '{}' | root tee daemon.json; cat daemon.json; echo b >daemon.json || true\n"
                  "root sh -c 'echo c >daemon.json'; cat daemon.json; rm -f daemon.json || true\n"
                  "root chmod 666 daemon.json; echo d >daemon.json; cat daemon.json\n"
                  "root rm daemon.json; ls");
    g_autofree char *output = g_strdup(rig.output[1]->str);
    rig_close(&rig);
    cr_assert(strstr(output, "x: Permission denied\n{}\n{}\n") != NULL, "%s", output);
    cr_assert(strstr(output, "daemon.json: Permission denied\nc\n") != NULL, "%s", output);
    cr_assert(strstr(output, "rm: cannot remove 'daemon.json': Permission denied\nd\n") != NULL,
              "%s", output);
    cr_assert(g_str_has_suffix(output, "\nd\n"), "%s", output);
}

Test(sandbox, folders_that_are_open_on_githubs_images_take_programs_and_are_the_sandboxes_own)
{
    struct rig rig;
    if (!rig_has(SANDBOX_ALL))
        cr_skip_test("no namespaces here");
    rig_init(&rig);
    rig.options.has_open_folders = true;
    rig_run(&rig,
            "printf '#!/bin/sh\\necho ran' >/usr/local/bin/tool; chmod +x /usr/local/bin/tool\n"
            "PATH=/usr/local/bin:$PATH; tool; mkdir -p /opt/a/b; ls /opt; jq --version >/dev/null\n"
            "touch /usr/local/lib/x 2>/dev/null || echo closed");
    g_autofree char *path = sandbox_host_path(rig.sandbox, "/usr/local/bin/tool");
    bool is_there = path != NULL && g_file_test(path, G_FILE_TEST_IS_REGULAR);
    g_autofree char *output = g_strdup(rig.output[1]->str);
    rig_close(&rig);
    cr_assert_str_eq(output, "ran\na\nclosed\n");
    cr_assert(is_there);
    cr_assert_not(g_file_test("/usr/local/bin/tool", G_FILE_TEST_EXISTS));
}
