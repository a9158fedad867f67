/* What a script finds in its sandbox: commands, its own files, root's folders; under each layer
   alone and under all of them. */
#include "src/process/rig.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

Test(sandbox, commands_are_answered_under_every_set_of_layers)
{
    rig_expect_under(rig_layer_sets, "docker pull a; echo x | count; cat <(echo sub); date +%T",
                     "pulled a\n2 bytes\nsub\n09:00:07\n");
}

/* "signer" is none of the private PATH's commands. */
Test(sandbox, a_command_that_is_put_into_a_folder_is_found_there)
{
    struct rig rig;
    if (!rig_has(SANDBOX_ALL))
        cr_skip_test("no namespaces here");
    rig_init(&rig);
    rig_run(&rig, "mkdir -p ~/tools; ln -s / ~/out; ! command -v signer");
    cr_expect(sandbox_put_command(rig.sandbox, "/home/runner/tools", "signer", NULL));
    cr_expect_not(sandbox_put_command(rig.sandbox, "/home/runner/none", "signer", NULL));
    rig_run(&rig, "PATH=$HOME/tools:$PATH; command -v signer; sh -c 'signer a b'");
    cr_expect(g_str_has_suffix(rig.output[1]->str, "/home/runner/tools/signer\n"), "%s",
              rig.output[1]->str);
    cr_expect(strstr(rig.log->str, "signer a b"), "%s", rig.log->str);
    rig_close(&rig);
}

Test(sandbox, a_stub_finds_its_sandbox_without_any_environment)
{
    rig_expect_under(LAYER_SETS(SANDBOX_ALL),
                     "env -i /usr/bin/docker pull a; exec -a docker docker pull b",
                     "pulled a\npulled b\n");
}

Test(sandbox, absolute_names_lead_to_commands_where_there_is_a_private_root)
{
    rig_expect_under(LAYER_SETS(SANDBOX_NAMESPACES),
                     "/usr/bin/docker pull a; /bin/sleep 1; /bin/bash -c 'echo b'",
                     "pulled a\nb\n");
}

Test(sandbox, a_program_past_the_path_is_a_command_when_the_host_has_it)
{
    g_autofree char *git = g_find_program_in_path("git");
    if (git == NULL)
        cr_skip_test("git is not installed");
    for (const unsigned *layers = rig_layer_sets; *layers != 0; layers++) {
        struct rig rig;
        if (!rig_has(*layers))
            continue;
        rig_init_with(&rig, *layers);
        rig.options.git_configuration = "[url \"https://a/\"]\n\tinsteadOf = short:\n";
        rig_run(&rig, "git ls-remote short:b || true");
        cr_expect(strstr(rig.log->str, "git-remote-https short:b https://a/b") != NULL,
                  "layers %u: %s", *layers, rig.log->str);
        rig_close(&rig);
    }
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

Test(sandbox, modes_times_and_owners_of_own_files_change_under_every_set_of_layers)
{
    rig_expect_under(
        rig_layer_sets,
        "echo a >a; chmod 600 a; stat -c %a a; chmod +x a; stat -c %a a\n"
        "touch -d @86400 a; stat -c %Y a; cp -p a b; stat -c '%a %Y' b\n"
        "perl -e 'utime 7, 8, \"a\"; chmod 0444, \"a\"'; stat -c '%a %Y' a\n"
        "chown $(id -u):$(id -g) a && mkdir -m 750 d && stat -c %a d; chmod 700 d/. d\n"
        "ln -s a l; touch -h -d @5 l; chmod u+w l; stat -c %a a; chmod 1 gone || echo no",
        "600\n711\n86400\n711 86400\n444 8\n750\n644\nno\n");
}

Test(sandbox, root_gives_files_to_whom_it_likes)
{
    rig_expect_under(LAYER_SETS(SANDBOX_ALL),
                     "echo a >a; mkdir d; export SUDO_USER=runner\n"
                     "chown 200:200 a && chown -R nobody:nogroup d && chgrp 999 a && echo given\n"
                     "install -o www-data -g 33 a b && echo made; chown 200 gone || echo gone\n"
                     "unset SUDO_USER; chown 200:200 a 2>&1 || echo kept",
                     "given\nmade\ngone\n"
                     "chown: changing ownership of 'a': Operation not permitted\nkept\n");
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
