/* curl's command line: one table of options, and curl's words for what is wrong. */
#include "mocks/commands/curl_private.h"

#include "base/units.h"

#include <string.h>

enum {
    EXIT_USAGE = 2,
    EXIT_READ = 26,
};

enum option_kind {
    ALONE, /* sets a boolean at offset */
    TEXT,  /* a const char* at offset */
    SECONDS,
    NUMBER,
    SPECIAL,      /* take_special() */
    IGNORED,      /* alone, without effect here */
    IGNORED_TEXT, /* with a value, without effect here */
};

struct option {
    char letter;
    const char *name;
    enum option_kind kind;
    gsize offset;
};

#define AT(member) offsetof(struct curl_options, member)

static const struct option table[] = {
    {'s', "silent", ALONE, AT(is_silent)},
    {'S', "show-error", ALONE, AT(shows_errors)},
    {'f', "fail", ALONE, AT(fails)},
    {0, "fail-with-body", ALONE, AT(fails_with_body)},
    {0, "fail-early", ALONE, AT(fails_early)},
    {'L', "location", ALONE, AT(follows)},
    {0, "location-trusted", ALONE, AT(follows)},
    {'I', "head", ALONE, AT(is_head)},
    {'i', "include", ALONE, AT(includes_headers)},
    {0, "show-headers", ALONE, AT(includes_headers)},
    {'G', "get", ALONE, AT(is_get)},
    {'k', "insecure", ALONE, AT(ignores_tls)},
    {0, "create-dirs", ALONE, AT(creates_dirs)},
    {0, "retry-all-errors", ALONE, AT(retries_all)},
    {0, "retry-connrefused", ALONE, AT(retries_refused)},
    {'X', "request", TEXT, AT(method)},
    {'u', "user", TEXT, AT(user)},
    {'A', "user-agent", TEXT, AT(agent)},
    {'w', "write-out", TEXT, AT(write_out)},
    {'T', "upload-file", TEXT, AT(upload)},
    {'D', "dump-header", TEXT, AT(header_file)},
    {'b', "cookie", TEXT, AT(cookie)},
    {'e', "referer", TEXT, AT(referer)},
    {'r', "range", TEXT, AT(range)},
    {0, "unix-socket", TEXT, AT(unix_socket)},
    {0, "output-dir", TEXT, AT(output_dir)},
    {'m', "max-time", SECONDS, AT(time_max_us)},
    {0, "connect-timeout", SECONDS, AT(connect_time_max_us)},
    {0, "retry-delay", SECONDS, AT(retry_delay_us)},
    {0, "retry-max-time", SECONDS, AT(retry_time_max_us)},
    {0, "retry", NUMBER, AT(retry_count)},
    {0, "max-redirs", NUMBER, AT(redirects_max)},
    {'o', "output", SPECIAL, 'o'},
    {'H', "header", SPECIAL, 'H'},
    {'d', "data", SPECIAL, 'd'},
    {0, "data-ascii", SPECIAL, 'd'},
    {0, "data-raw", SPECIAL, 'r'},
    {0, "data-binary", SPECIAL, 'b'},
    {0, "data-urlencode", SPECIAL, 'e'},
    {0, "json", SPECIAL, 'j'},
    {0, "oauth2-bearer", SPECIAL, 't'},
    {0, "url", SPECIAL, 'u'},
    {'F', "form", SPECIAL, 'F'},
    {'O', "remote-name", SPECIAL, 'O'},
    {'V', "version", SPECIAL, 'V'},
    {'#', "progress-bar", IGNORED, 0},
    {'0', "http1.0", IGNORED, 0},
    {'1', "tlsv1", IGNORED, 0},
    {'2', "sslv2", IGNORED, 0},
    {'3', "sslv3", IGNORED, 0},
    {'4', "ipv4", IGNORED, 0},
    {'6', "ipv6", IGNORED, 0},
    {'a', "append", IGNORED, 0},
    {'g', "globoff", IGNORED, 0},
    {'J', "remote-header-name", IGNORED, 0},
    {'j', "junk-session-cookies", IGNORED, 0},
    {'N', "no-buffer", IGNORED, 0},
    {'n', "netrc", IGNORED, 0},
    {'q', "disable", IGNORED, 0},
    {'R', "remote-time", IGNORED, 0},
    {'v', "verbose", IGNORED, 0},
    {'Z', "parallel", IGNORED, 0},
    {0, "anyauth", IGNORED, 0},
    {0, "basic", IGNORED, 0},
    {0, "compressed", IGNORED, 0},
    {0, "http1.1", IGNORED, 0},
    {0, "http2", IGNORED, 0},
    {0, "http3", IGNORED, 0},
    {0, "no-alpn", IGNORED, 0},
    {0, "no-keepalive", IGNORED, 0},
    {0, "no-progress-meter", IGNORED, 0},
    {0, "path-as-is", IGNORED, 0},
    {0, "ssl", IGNORED, 0},
    {0, "ssl-no-revoke", IGNORED, 0},
    {0, "ssl-reqd", IGNORED, 0},
    {0, "tcp-nodelay", IGNORED, 0},
    {0, "tlsv1.0", IGNORED, 0},
    {0, "tlsv1.1", IGNORED, 0},
    {0, "tlsv1.2", IGNORED, 0},
    {0, "tlsv1.3", IGNORED, 0},
    {'c', "cookie-jar", IGNORED_TEXT, 0},
    {'C', "continue-at", IGNORED_TEXT, 0},
    {'E', "cert", IGNORED_TEXT, 0},
    {'K', "config", IGNORED_TEXT, 0},
    {'x', "proxy", IGNORED_TEXT, 0},
    {'y', "speed-time", IGNORED_TEXT, 0},
    {'Y', "speed-limit", IGNORED_TEXT, 0},
    {'z', "time-cond", IGNORED_TEXT, 0},
    {0, "cacert", IGNORED_TEXT, 0},
    {0, "capath", IGNORED_TEXT, 0},
    {0, "ciphers", IGNORED_TEXT, 0},
    {0, "connect-to", IGNORED_TEXT, 0},
    {0, "dns-servers", IGNORED_TEXT, 0},
    {0, "doh-url", IGNORED_TEXT, 0},
    {0, "expect100-timeout", IGNORED_TEXT, 0},
    {0, "interface", IGNORED_TEXT, 0},
    {0, "keepalive-time", IGNORED_TEXT, 0},
    {0, "key", IGNORED_TEXT, 0},
    {0, "limit-rate", IGNORED_TEXT, 0},
    {0, "max-filesize", IGNORED_TEXT, 0},
    {0, "noproxy", IGNORED_TEXT, 0},
    {0, "parallel-max", IGNORED_TEXT, 0},
    {0, "proto", IGNORED_TEXT, 0},
    {0, "proto-default", IGNORED_TEXT, 0},
    {0, "proto-redir", IGNORED_TEXT, 0},
    {0, "resolve", IGNORED_TEXT, 0},
    {0, "stderr", IGNORED_TEXT, 0},
    {0, "tls-max", IGNORED_TEXT, 0},
};

enum {
    REDIRECTS_MAX = 50,
};

void curl_options_init(struct curl_options *options)
{
    options->urls = g_ptr_array_new();
    options->outputs = g_ptr_array_new();
    options->headers = g_ptr_array_new_with_free_func(g_free);
    options->agent = "curl/8.5.0";
    options->redirects_max = REDIRECTS_MAX;
}

void curl_options_clear(struct curl_options *options)
{
    g_clear_pointer(&options->urls, g_ptr_array_unref);
    g_clear_pointer(&options->outputs, g_ptr_array_unref);
    g_clear_pointer(&options->headers, g_ptr_array_unref);
    g_clear_pointer(&options->data, g_byte_array_unref);
}

bool curl_reading_complain(struct curl_reading *reading, const char *what)
{
    command_complain(reading->call,
                     "curl: option %s: %s\n"
                     "curl: try 'curl --help' or 'curl --manual' for more information\n",
                     reading->shown, what);
    reading->exit_code = EXIT_USAGE;
    return false;
}

static bool take_special(struct curl_reading *reading, char which, const char *value)
{
    struct curl_options *options = reading->options;
    switch (which) {
    case 'o':
        g_ptr_array_add(options->outputs, (void *)value);
        return true;
    case 'O':
        g_ptr_array_add(options->outputs, (void *)"");
        return true;
    case 'H':
        g_ptr_array_add(options->headers, g_strdup(value));
        return true;
    case 't':
        g_ptr_array_add(options->headers, g_strconcat("Authorization: Bearer ", value, NULL));
        return true;
    case 'u':
        g_ptr_array_add(options->urls, (void *)value);
        return true;
    case 'F':
        return curl_take_form(reading, value);
    case 'V':
        command_print(reading->call,
                      "curl 8.5.0 (%s-pc-linux-gnu) libcurl/8.5.0 OpenSSL/3.0.13 zlib/1.3\n",
                      "x86_64");
        reading->is_over = true;
        return true;
    default:
        return curl_take_data(reading, value, which);
    }
}

/* ---- options ---- */

static bool takes_value(const struct option *option)
{
    bool is_alone = option->kind == ALONE || option->kind == IGNORED ||
                    (option->kind == SPECIAL && (option->offset == 'O' || option->offset == 'V'));
    return !is_alone;
}

static bool take_number(struct curl_reading *reading, const struct option *option,
                        const char *value, int64_t *place)
{
    char *end;
    double number = g_ascii_strtod(value, &end);
    if (end == value || *end != '\0' || !(number >= 0))
        return curl_reading_complain(reading, "expected a proper numerical parameter");
    double scaled = option->kind == SECONDS ? number * (double)SECOND_US : number;
    *place = (int64_t)MIN(scaled, (double)VIRTUAL_TIME_US_MAX);
    return true;
}

static bool take_option(struct curl_reading *reading, const struct option *option,
                        const char *value)
{
    void *place = (char *)reading->options + option->offset;
    switch (option->kind) {
    case ALONE:
        *(bool *)place = true;
        return true;
    case TEXT:
        *(const char **)place = value;
        return true;
    case SECONDS:
    case NUMBER:
        return take_number(reading, option, value, place);
    case SPECIAL:
        return take_special(reading, (char)option->offset, value);
    case IGNORED:
    case IGNORED_TEXT:
        return true;
    }
    g_assert_not_reached();
}

static const struct option *find_letter(char letter)
{
    for (gsize i = 0; i < G_N_ELEMENTS(table); i++)
        if (table[i].letter != 0 && table[i].letter == letter)
            return &table[i];
    return NULL;
}

/* Unambiguous beginnings count, as in curl before 8.10. */
static const struct option *find_name(const char *name)
{
    const struct option *found = NULL;
    for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
        if (strcmp(table[i].name, name) == 0)
            return &table[i];
        if (g_str_has_prefix(table[i].name, name))
            found = found == NULL ? &table[i] : found;
    }
    return found;
}

static bool read_long(struct curl_reading *reading, const char *const **next)
{
    const char *name = reading->shown + 2;
    const struct option *option = find_name(name);
    const char *value = NULL;

    if (option == NULL && g_str_has_prefix(name, "no-") && find_name(name + 3) != NULL)
        return true;
    if (option == NULL)
        return curl_reading_complain(reading, "is unknown");
    if (takes_value(option) && (value = **next) == NULL)
        return curl_reading_complain(reading, "requires parameter");
    if (value != NULL)
        (*next)++;
    return take_option(reading, option, value);
}

static bool read_letters(struct curl_reading *reading, const char *letters,
                         const char *const **next)
{
    for (; *letters != '\0'; letters++) {
        const struct option *option = find_letter(*letters);
        const char *value = NULL;

        reading->letter[0] = '-';
        reading->letter[1] = *letters;
        reading->shown = reading->letter;
        if (option == NULL)
            return curl_reading_complain(reading, "is unknown");
        if (!takes_value(option)) {
            if (!take_option(reading, option, NULL))
                return false;
            continue;
        }
        value = letters[1] != '\0' ? letters + 1 : **next;
        if (value == NULL)
            return curl_reading_complain(reading, "requires parameter");
        if (letters[1] == '\0')
            (*next)++;
        return take_option(reading, option, value);
    }
    return true;
}

static bool read_words(struct curl_reading *reading)
{
    const char *const *next = reading->call->arguments + 1;
    while (*next != NULL && !reading->is_over) {
        const char *word = *next++;
        reading->shown = word;
        if (word[0] != '-' || word[1] == '\0')
            g_ptr_array_add(reading->options->urls, (void *)word);
        else if (word[1] == '-' ? !read_long(reading, &next)
                                : !read_letters(reading, word + 1, &next))
            return false;
    }
    return true;
}

int curl_options_read(struct curl_options *options, const struct command_call *call, bool *is_over)
{
    struct curl_reading reading = {.options = options, .call = call};
    bool is_fine = read_words(&reading);

    *is_over = reading.is_over || !is_fine;
    if (!is_fine)
        return reading.exit_code != 0 ? reading.exit_code : EXIT_READ;
    if (!*is_over && options->urls->len == 0) {
        command_complain(call,
                         "%scurl: try 'curl --help' or 'curl --manual' for more "
                         "information\n",
                         call->arguments[1] != NULL ? "curl: no URL specified!\n" : "");
        *is_over = true;
        return EXIT_USAGE;
    }
    return 0;
}
