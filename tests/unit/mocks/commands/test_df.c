/* df: coreutils' tables over the virtual disk, and the one-liners by which scripts read them. */
#include "bench.h"

/* Sizes as /dev/vda had when the tables below were printed by df 9.1. */
static const struct plan measured = {
    .disk_bytes = INT64_C(264212084) * 1024,
    .disk_used_bytes = (INT64_C(264212084) - 82747952) * 1024,
};

static void tables(struct bench *bench)
{
    expect(bench, "df -h /", 0,
           "Filesystem      Size  Used Avail Use% Mounted on\n"
           "/dev/root       252G  174G   79G  69% /\n",
           "");
    expect(bench, "df -BG /", 0,
           "Filesystem     1G-blocks  Used Available Use% Mounted on\n"
           "/dev/root           252G  174G       79G  69% /\n",
           "");
    expect(bench, "df -k .", 0,
           "Filesystem     1K-blocks      Used Available Use% Mounted on\n"
           "/dev/root      264212084 181464132  82747952  69% /\n",
           "");
    expect(bench, "df -P /", 0,
           "Filesystem     1024-blocks      Used Available Capacity Mounted on\n"
           "/dev/root        264212084 181464132  82747952      69% /\n",
           "");
    expect(bench, "df -mP /", 0,
           "Filesystem     1048576-blocks   Used Available Capacity Mounted on\n"
           "/dev/root              258020 177212     80809      69% /\n",
           "");
    expect(bench, "df -hT /", 0,
           "Filesystem     Type  Size  Used Avail Use% Mounted on\n"
           "/dev/root      ext4  252G  174G   79G  69% /\n",
           "");
    expect(bench, "df --block-size=1G /", 0,
           "Filesystem     1G-blocks  Used Available Use% Mounted on\n"
           "/dev/root            252   174        79  69% /\n",
           "");
    expect(bench, "df -B 1000 /", 0,
           "Filesystem     1kB-blocks      Used Available Use% Mounted on\n"
           "/dev/root       270553175 185819272  84733903  69% /\n",
           "");
    expect(bench, "df -H /", 0,
           "Filesystem      Size  Used Avail Use% Mounted on\n"
           "/dev/root       271G  186G   85G  69% /\n",
           "");
}

Test(commands_df, tables_are_those_of_coreutils)
{
    bench_run(&measured, tables);
}

static void outputs(struct bench *bench)
{
    expect(bench, "df -h --output=avail /", 0, "Avail\n  79G\n", "");
    expect(bench, "df --output=pcent /", 0, "Use%\n 69%\n", "");
    expect(bench, "df -BG --output=avail /", 0, "Avail\n  79G\n", "");
    expect(bench, "df --output=avail,pcent,size,used,target /", 0,
           "   Avail Use% 1K-blocks      Used Mounted on\n"
           "82747952  69% 264212084 181464132 /\n",
           "");
    expect(bench, "df --output=source,target / /dev/shm", 0,
           "Filesystem     Mounted on\n"
           "/dev/root      /\n"
           "tmpfs          /dev/shm\n",
           "");
}

Test(commands_df, chosen_columns_are_those_of_coreutils)
{
    bench_run(&measured, outputs);
}

#define TRY_DF "Try 'df --help' for more information.\n"

static void refusals(struct bench *bench)
{
    expect(bench, "df -Z", 1, "", "df: invalid option -- 'Z'\n" TRY_DF);
    expect(bench, "df --foo", 1, "", "df: unrecognized option '--foo'\n" TRY_DF);
    expect(bench, "df --output=foo /", 1, "", "df: option --output: field 'foo' unknown\n" TRY_DF);
    expect(bench, "df --output=size,size /", 1, "",
           "df: option --output: field 'size' used more than once\n" TRY_DF);
    expect(bench, "df -P --output=avail /", 1, "",
           "df: options -P and --output are mutually exclusive\n" TRY_DF);
    expect(bench, "df -B x", 1, "", "df: invalid -B argument 'x'\n");
    expect(bench, "df -t nosuch", 1, "", "df: no file systems processed\n");
    expect(bench, "df nosuch", 1, "", "df: nosuch: No such file or directory\n");
    expect(bench, "df --output=avail / nosuch", 1, NULL, "df: nosuch: No such file or directory\n");
}

Test(commands_df, refusals_are_those_of_coreutils)
{
    bench_run(&measured, refusals);
}

static void all_mounts(struct bench *bench)
{
    cr_assert_eq(run(bench, "df"), 0);
    cr_expect(g_str_has_prefix(bench->out->str, "Filesystem     1K-blocks"), "%s", bench->out->str);
    cr_expect(printed(bench, "\n/dev/root "));
    cr_expect(printed(bench, " /boot/efi\n"));
    cr_expect(strstr(bench->out->str, " /mnt\n") == NULL);
    cr_assert_eq(run(bench, "df -x tmpfs -x vfat --output=target"), 0);
    cr_expect_str_eq(bench->out->str, "Mounted on\n/\n");
}

Test(commands_df, every_mount_of_a_hosted_runner_is_there)
{
    bench_run(NULL, all_mounts);
}

/* A line of a real awk or tail over df's output. */
static int64_t pipe_through(const struct bench *bench, const char *filter)
{
    g_autofree char *path = g_build_filename(bench->root, "work", "out", NULL);
    g_autofree char *quoted = g_shell_quote(path);
    g_autofree char *script = g_strdup_printf("< %s %s", quoted, filter);
    const char *const words[] = {"/bin/sh", "-c", script, NULL};
    g_autofree char *text = NULL;
    int status;

    cr_assert(g_file_set_contents(path, bench->out->str, -1, NULL));
    cr_assert(g_spawn_sync(NULL, (char **)words, NULL, G_SPAWN_DEFAULT, NULL, NULL, &text, NULL,
                           &status, NULL));
    cr_assert_eq(status, 0, "%s", filter);
    return g_ascii_strtoll(text, NULL, 10);
}

struct one_liner {
    const char *line;
    const char *filter;
    int64_t expected;
};

/* As found in workflows that look after their disk; 14 GiB of 72 are free. */
static const struct one_liner one_liners[] = {
    {"df -BG /", "awk 'NR==2 {print $4}' | tr -d G", 14},
    {"df -BG --output=avail /", "tail -1 | tr -dc '0-9'", 14},
    {"df --output=avail -BG /", "tail -n1 | sed 's/G//'", 14},
    {"df -h /", "awk 'NR==2 {print $4}' | sed 's/G//'", 14},
    {"df /", "tail -1 | awk '{print $4}'", 14 * 1024 * 1024},
    {"df -k /", "awk 'END {print $4}'", 14 * 1024 * 1024},
    {"df -m .", "awk 'NR==2 {print $4}'", 14 * 1024},
    {"df --output=pcent /", "tail -1 | tr -dc 0-9", 81},
    {"df /", "awk '$NF==\"/\" {print $5}' | tr -d %", 81},
    {"df -P /", "awk 'NR==2 {gsub(\"%\",\"\"); print $5}'", 81},
    {"df -P", "grep -w / | awk '{print $3}'", 58 * 1024 * 1024},
    {"df --output=size,used -B1 /", "awk 'NR>1 {printf \"%d\", ($1-$2)/1048576}'", 14 * 1024},
};

static void scripts_read_it(struct bench *bench)
{
    for (gsize i = 0; i < G_N_ELEMENTS(one_liners); i++) {
        expect(bench, one_liners[i].line, 0, NULL, "");
        int64_t got = pipe_through(bench, one_liners[i].filter);
        cr_expect_eq(got, one_liners[i].expected, "%s | %s: %" G_GINT64_FORMAT "\n%s",
                     one_liners[i].line, one_liners[i].filter, got, bench->out->str);
    }
}

Test(commands_df, scripts_read_it_as_they_do)
{
    bench_run(NULL, scripts_read_it);
}

/* Whatever the disk: the columns line up, and size is used and free. */
static void columns_hold(struct bench *bench)
{
    cr_assert_eq(run(bench, "df -B1 --output=size,used,avail,target /"), 0);
    g_auto(GStrv) lines = g_strsplit(bench->out->str, "\n", -1);
    char *place = lines[1];
    int64_t size = g_ascii_strtoll(place, &place, 10);
    int64_t used = g_ascii_strtoll(place, &place, 10);
    int64_t free = g_ascii_strtoll(place, &place, 10);

    cr_expect_eq(size, used + free, "%s", bench->out->str);
    cr_expect_eq(size, disk_size_bytes(bench->disk));
    cr_expect_eq(free, disk_free_bytes(bench->disk));
    cr_expect_str_eq(place, " /");
}

Test(commands_df, sizes_add_up_on_any_disk)
{
    for (int64_t size = 1; size < INT64_C(1) << 45; size *= 7) {
        const struct plan plan = {.disk_bytes = size, .disk_used_bytes = size / 3};
        bench_run(&plan, columns_hold);
    }
}
