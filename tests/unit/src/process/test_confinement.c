/* What hostile scripts cannot do, under each layer alone and under all of them, and how those that
   do not end are ended. */
#include "src/process/rig.h"

#include "base/units.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

Test(confinement, layers_that_leave_a_gap_do_not_suffice)
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

Test(confinement, processes_of_root_without_namespaces_are_an_ordinary_users)
{
    const unsigned layers = SANDBOX_LANDLOCK | SANDBOX_SECCOMP | SANDBOX_ORDINARY_USER;
    rig_expect_under(LAYER_SETS(layers),
                     "id -u; id -G; echo own >a; stat -c '%u %a' . a; cat /etc/shadow || echo no",
                     "61001\n61001\n61001 755\n61001 644\nno\n");
    if (geteuid() == 0)
        cr_assert(rig_has(SANDBOX_ORDINARY_USER) && sandbox_layers_suffice(layers));
}

Test(confinement, files_outside_cannot_be_written)
{
    const unsigned *sets = LAYER_SETS(SANDBOX_ALL, SANDBOX_NAMESPACES, SANDBOX_LANDLOCK);
    g_autofree char *outside = g_strdup("/usr/share/seatrial-test");
    g_autofree char *script = g_strdup_printf(
        "(echo x > %s) 2>/dev/null || echo no; (echo x > /etc/x) 2>/dev/null || echo no\n"
        "echo y > ~/mine; cat ~/mine",
        outside);
    rig_expect_under(sets, script, "no\nno\ny\n");
    cr_assert_neq(access(outside, F_OK), 0);
}

Test(confinement, modes_of_files_outside_do_not_change_by_landlock_and_seccomp)
{
    struct rig rig;
    struct stat status;
    if (!rig_has(SANDBOX_ALL))
        cr_skip_test("not all layers are here");
    rig_init_with(&rig, SANDBOX_LANDLOCK | SANDBOX_SECCOMP);
    g_autofree char *outside = g_build_filename(rig.folder, "outside", NULL);
    cr_assert(g_file_set_contents_full(outside, "", 0, G_FILE_SET_CONTENTS_NONE, 0640, NULL));
    g_autofree char *script = g_strdup_printf(
        "chmod 777 %s || echo one\ntouch -d @5 %s || echo two\n"
        "perl -e 'my $path = shift; print \"three\\n\" if syscall(90, $path, 511) != 0; "
        "my ($name, $value) = (\"user.a\", \"b\"); "
        "print \"four\\n\" if syscall(188, $path, $name, $value, 1, 0) != 0' %s\n",
        outside, outside, outside);

    rig_run(&rig, script);

    cr_expect_str_eq(rig.output[1]->str, "one\ntwo\nthree\nfour\n");
    cr_expect_eq(stat(outside, &status), 0);
    cr_expect_eq(status.st_mode & 07777, 0640, "%o", status.st_mode);
    cr_expect_neq(status.st_mtime, 5);
    rig_close(&rig);
}

Test(confinement, removing_everything_removes_the_home_alone)
{
    rig_expect_under(LAYER_SETS(SANDBOX_ALL),
                     "echo a > a; mkdir -p b/c; rm -rf --no-preserve-root / 2>/dev/null || true; "
                     "echo alive; ls ~",
                     "alive\n");
    cr_assert_eq(access("/usr/bin/env", X_OK), 0);
}

static const char connecting[] =
    "python3 -c 'import socket,sys\n"
    "s=socket.socket(socket.AF_UNIX)\n"
    "s.connect(sys.argv[1])' %s 2>/dev/null && echo reached || echo safe";

/* The path stands for /var/run/docker.sock. */
Test(confinement, a_socket_of_the_host_cannot_be_reached)
{
    const unsigned *sets = LAYER_SETS(SANDBOX_ALL, SANDBOX_NAMESPACES, SANDBOX_SECCOMP);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    g_autofree char *folder = g_dir_make_tmp("seatrial-socket-XXXXXX", NULL);
    g_snprintf(address.sun_path, sizeof(address.sun_path), "%s/docker.sock", folder);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_assert_eq(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    cr_assert_eq(listen(fd, 5), 0);
    g_autofree char *script = g_strdup_printf(connecting, address.sun_path);

    rig_expect_under(sets, script, "safe\n");

    close(fd);
    unlink(address.sun_path);
    rmdir(folder);
}

Test(confinement, there_is_no_network)
{
    const unsigned *sets =
        LAYER_SETS(SANDBOX_ALL, SANDBOX_NAMESPACES, SANDBOX_SECCOMP, SANDBOX_LANDLOCK);
    rig_expect_under(sets, "(echo > /dev/tcp/127.0.0.1/1) 2>/dev/null && echo reached || echo safe",
                     "safe\n");
}

Test(confinement, nobody_kills_the_keeper_where_it_has_no_namespace)
{
    rig_expect_under(
        LAYER_SETS(SANDBOX_LANDLOCK | SANDBOX_SECCOMP),
        "kill -9 $PPID || echo one; kill -9 -- -$(ps -o pgid= $PPID | tr -d ' ') || echo two; "
        "perl -e 'my $limit = pack(\"QQ\", 99, 99); "
        "print \"three\\n\" if syscall(302, $ARGV[0] + 0, 0, $limit, 0) != 0' $PPID; "
        "sleep 0.1 & kill $! && echo four",
        "one\ntwo\nthree\nfour\n");
}

/* Under seccomp alone kill(-1) is refused; with Landlock's scope it meets the sandbox alone. */
Test(confinement, killing_everybody_does_not_meet_us)
{
    for (const unsigned *layers = rig_layer_sets; *layers != 0; layers++) {
        if (*layers == SANDBOX_LANDLOCK || !rig_has(*layers))
            continue;
        struct rig rig;
        rig_init_with(&rig, *layers);
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

Test(confinement, a_script_that_computes_for_ever_is_ended)
{
    g_autofree char *complaint = complaint_of("while :; do :; done", 200 * MILLISECOND_US, 0);
    cr_assert_str_eq(complaint, "processes used more than 200ms of real time");
}

Test(confinement, a_fork_bomb_is_ended)
{
    g_autofree char *complaint = complaint_of(
        "b() { b | b & }; for i in $(seq 600); do read x < <(sleep 1000) & done; wait", 0, 0);
    cr_assert(strstr(complaint, "more than 512 processes") != NULL ||
                  strstr(complaint, "more than 256 commands at once") != NULL,
              "%s", complaint);
}

Test(confinement, a_real_fork_bomb_is_ended)
{
    g_autofree char *complaint = complaint_of("b() { b | b & b; }; b", 10 * SECOND_US, 0);
    cr_assert_not_null(complaint);
}

Test(confinement, endless_output_is_ended)
{
    g_autofree char *complaint = complaint_of("yes", 0, 4 * 1024 * 1024);
    cr_assert_str_eq(complaint, "processes wrote more than 4MiB");
}

Test(confinement, a_daemon_that_hides_is_found_and_killed)
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
