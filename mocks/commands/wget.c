/* wget towards the sites of the world: the transfers are curl's, tries and words its own. */
#include "mocks/commands/curl.h"
#include "mocks/commands/flags.h"

#include "base/units.h"
#include "http/status.h"

#include <string.h>

enum {
    EXIT_GENERIC = 1,
    EXIT_PARSE = 2,
    EXIT_FILE = 3,
    EXIT_NETWORK = 4,
    EXIT_TLS = 5,
    EXIT_SERVER = 8,
};

enum {
    QUIET = 1,
    NO_SOMETHING, /* -nv, -nc, -nd … */
    NO_VERBOSE,
    OUTPUT,
    FOLDER,
    TRIES,
    TIMEOUT,
    WAIT_RETRY,
    RETRY_REFUSED,
    RETRY_STATUS,
    HEADER,
    POST,
    METHOD,
    AGENT,
    SPIDER,
    SERVER_RESPONSE,
    IGNORED,
    VERSION,
};

static const struct flag flags[] = {
    {QUIET, 'q', "quiet", FLAG_ALONE},
    {NO_SOMETHING, 'n', NULL, FLAG_WITH_VALUE},
    {NO_VERBOSE, 0, "no-verbose", FLAG_ALONE},
    {OUTPUT, 'O', "output-document", FLAG_WITH_VALUE},
    {FOLDER, 'P', "directory-prefix", FLAG_WITH_VALUE},
    {TRIES, 't', "tries", FLAG_WITH_VALUE},
    {TIMEOUT, 'T', "timeout", FLAG_WITH_VALUE},
    {TIMEOUT, 0, "read-timeout", FLAG_WITH_VALUE},
    {IGNORED, 0, "connect-timeout", FLAG_WITH_VALUE},
    {IGNORED, 0, "dns-timeout", FLAG_WITH_VALUE},
    {WAIT_RETRY, 0, "waitretry", FLAG_WITH_VALUE},
    {RETRY_REFUSED, 0, "retry-connrefused", FLAG_ALONE},
    {RETRY_STATUS, 0, "retry-on-http-error", FLAG_WITH_VALUE},
    {HEADER, 0, "header", FLAG_WITH_VALUE},
    {POST, 0, "post-data", FLAG_WITH_VALUE},
    {METHOD, 0, "method", FLAG_WITH_VALUE},
    {AGENT, 'U', "user-agent", FLAG_WITH_VALUE},
    {SPIDER, 0, "spider", FLAG_ALONE},
    {SERVER_RESPONSE, 'S', "server-response", FLAG_ALONE},
    {IGNORED, 'c', "continue", FLAG_ALONE},
    {IGNORED, 'N', "timestamping", FLAG_ALONE},
    {IGNORED, 'v', "verbose", FLAG_ALONE},
    {IGNORED, '4', "inet4-only", FLAG_ALONE},
    {IGNORED, '6', "inet6-only", FLAG_ALONE},
    {IGNORED, 0, "no-check-certificate", FLAG_ALONE},
    {IGNORED, 0, "content-disposition", FLAG_ALONE},
    {IGNORED, 0, "show-progress", FLAG_ALONE},
    {IGNORED, 0, "https-only", FLAG_ALONE},
    {IGNORED, 0, "progress", FLAG_WITH_VALUE},
    {VERSION, 'V', "version", FLAG_ALONE},
    {0},
};

struct wget {
    struct command_set *set;
    const struct command_call *call;
    struct curl_options options;
    enum {
        LOUD,
        TERSE,
        SILENT
    } verbosity;
    const char *output;
    const char *folder;
    const char *retry_statuses;
    int64_t tries;       /* 0: for ever */
    int64_t wait_max_us; /* the waits grow by a second each */
    bool retries_refused, shows_response;
};

static void say(const struct wget *wget, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void say(const struct wget *wget, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    if (wget->verbosity == LOUD)
        command_write(wget->call, 2, text, -1);
}

static char *date_text(const struct wget *wget)
{
    g_autoptr(GDateTime) date =
        g_date_time_new_from_unix_utc(command_set_date_us(wget->set) / SECOND_US);
    return g_date_time_format(date, "%Y-%m-%d %H:%M:%S");
}

/* ---- how a try ended ---- */

/* What wget says of curl's exit codes, and whether it tries again. */
struct ending {
    int curl_code;
    const char *message; /* how curl's begins; NULL: any */
    const char *text;
    int exit_code;
    bool is_fatal;
};

static const struct ending endings[] = {
    {6, NULL, NULL, EXIT_NETWORK, true},
    {7, NULL, "failed: Connection refused.", EXIT_NETWORK, true},
    {18, NULL, "Connection closed.", EXIT_NETWORK, false},
    {28, "Failed to connect ", "failed: Connection timed out.", EXIT_NETWORK, false},
    {28, NULL, "Read error (Connection timed out) in headers.", EXIT_NETWORK, false},
    {35, NULL, "Unable to establish SSL connection.", EXIT_TLS, true},
    {52, NULL, "No data received.", EXIT_NETWORK, false},
    {56, NULL, "Read error (Connection reset by peer) in headers.", EXIT_NETWORK, false},
    {60, NULL, "ERROR: cannot verify the server's certificate.", EXIT_TLS, true},
    {0, NULL, "Unable to connect.", EXIT_NETWORK, true},
};

static bool is_end_of(const struct ending *ending, const struct curl_transfer *transfer)
{
    return ending->curl_code == transfer->exit_code &&
           (ending->message == NULL ||
            (transfer->message != NULL && g_str_has_prefix(transfer->message, ending->message)));
}

static const struct ending *ending_of(const struct curl_transfer *transfer)
{
    const struct ending *ending = endings;
    while (ending->curl_code != 0 && !is_end_of(ending, transfer))
        ending++;
    return ending;
}

static void say_lookup_failed(const struct wget *wget, const char *url)
{
    g_autofree char *host = NULL;
    g_autoptr(GError) error = NULL;
    int port;
    if (!http_url_split(url, &host, &port, &error))
        return;
    g_autofree char *quoted = command_quoted(wget->call, host);
    say(wget, "Resolving %s (%s)... failed: Name or service not known.\n", host, host);
    if (wget->verbosity != SILENT)
        command_complain(wget->call, "wget: unable to resolve host address %s\n", quoted);
}

static void say_attempt(const struct wget *wget, const char *url, int64_t number)
{
    g_autofree char *date = date_text(wget);
    if (number == 1)
        say(wget, "--%s--  %s\n", date, url);
    else
        say(wget, "--%s--  (try:%2d)  %s\n", date, (int)number, url);
}

static void say_status(const struct wget *wget, const struct curl_transfer *transfer)
{
    g_autofree char *date = date_text(wget);
    const char *reason = http_status_text(transfer->status);
    say(wget, "HTTP request sent, awaiting response... %u %s\n", transfer->status, reason);
    if (wget->shows_response)
        say(wget, "  %s", transfer->head->str);
    if (transfer->status < 400 || wget->verbosity == SILENT)
        return;
    if (wget->verbosity == TERSE)
        command_complain(wget->call, "%s:\n", transfer->url);
    command_complain(wget->call, "%s ERROR %u: %s.\n", date, transfer->status, reason);
    say(wget, "\n");
}

static bool retries_status(const struct wget *wget, unsigned status)
{
    g_autofree char *number = g_strdup_printf("%u", status);
    g_auto(GStrv) statuses =
        g_strsplit(wget->retry_statuses != NULL ? wget->retry_statuses : "", ",", -1);
    return g_strv_contains((const char *const *)statuses, number);
}

/* ---- the file ---- */

static char *path_of(const struct wget *wget, const struct curl_transfer *transfer)
{
    if (wget->output != NULL)
        return g_strdup(wget->output);
    g_autofree char *name = curl_remote_name(transfer->url);
    return g_build_filename(wget->folder != NULL ? wget->folder : ".",
                            *name != '\0' ? name : "index.html", NULL);
}

static int save(const struct wget *wget, struct curl_transfer *transfer)
{
    const GByteArray *body = transfer->body;
    g_autofree char *path = path_of(wget, transfer);
    curl_transfer_stand_in(transfer, path);
    g_autofree char *date = date_text(wget);
    const char *shown = g_str_has_prefix(path, "./") ? path + 2 : path;
    g_autofree char *quoted = command_quoted(wget->call, shown);

    if (wget->options.is_head)
        return 0;
    if (strcmp(path, "-") == 0) {
        command_write(wget->call, 1, (const char *)body->data, (gssize)body->len);
        return 0;
    }
    if (!curl_write_file(wget->call, path, body->data, body->len,
                         /* creates_dirs= */ wget->folder != NULL)) {
        command_complain(wget->call, "%s: No such file or directory\n", shown);
        return EXIT_FILE;
    }
    say(wget, "Length: %u\nSaving to: %s\n\n%s - %s saved [%u/%u]\n\n", body->len, quoted, date,
        quoted, body->len, body->len);
    if (wget->verbosity == TERSE)
        command_complain(wget->call, "%s URL:%s [%u/%u] -> \"%s\" [1]\n", date, transfer->url,
                         body->len, body->len, shown);
    return 0;
}

/* ---- tries ---- */

enum outcome {
    DONE,
    AGAIN
};

static enum outcome judge(const struct wget *wget, struct curl_transfer *transfer, int *exit_code)
{
    if (transfer->exit_code == 0) {
        say_status(wget, transfer);
        *exit_code = transfer->status >= 400 ? EXIT_SERVER : save(wget, transfer);
        return transfer->status >= 400 && retries_status(wget, transfer->status) ? AGAIN : DONE;
    }
    const struct ending *ending = ending_of(transfer);
    *exit_code = ending->exit_code;
    if (ending->text == NULL)
        say_lookup_failed(wget, transfer->url);
    else
        say(wget, "%s\n", ending->text);
    bool may_retry = !ending->is_fatal || (transfer->is_os_refusal && wget->retries_refused);
    return may_retry ? AGAIN : DONE;
}

static int fetch(struct wget *wget, const char *url)
{
    int exit_code = 0;
    for (int64_t number = 1;; number++) {
        g_autoptr(GError) error = NULL;
        CURL_TRANSFER(transfer);

        curl_transfer_init(&transfer, wget->set, wget->call, &wget->options, url);
        say_attempt(wget, transfer.url, number);
        curl_transfer_run(&transfer);
        if (judge(wget, &transfer, &exit_code) == DONE)
            return exit_code;
        if (wget->tries > 0 && number >= wget->tries) {
            say(wget, "Giving up.\n\n");
            return exit_code;
        }
        say(wget, "Retrying.\n\n");
        if (!fiber_sleep(wget->set->options.loop, MIN(number * SECOND_US, wget->wait_max_us),
                         &error))
            return exit_code;
    }
}

/* ---- the command line ---- */

static int64_t seconds_of(const char *text)
{
    const int64_t seconds_max = VIRTUAL_TIME_US_MAX / SECOND_US;
    double seconds = g_ascii_strtod(text, NULL);
    return (int64_t)(CLAMP(seconds, 0, (double)seconds_max) * (double)SECOND_US);
}

static void take_option(struct wget *wget, int option, const char *value)
{
    switch (option) {
    case QUIET:
        wget->verbosity = SILENT;
        break;
    case NO_SOMETHING:
    case NO_VERBOSE:
        if (value == NULL || strchr(value, 'v') != NULL)
            wget->verbosity = TERSE;
        break;
    case OUTPUT:
        wget->output = value;
        break;
    case FOLDER:
        wget->folder = value;
        break;
    case TRIES:
        wget->tries = strcmp(value, "inf") == 0 ? 0 : g_ascii_strtoll(value, NULL, 10);
        break;
    case TIMEOUT:
        wget->options.time_max_us = seconds_of(value);
        wget->options.connect_time_max_us = wget->options.time_max_us;
        break;
    case WAIT_RETRY:
        wget->wait_max_us = seconds_of(value);
        break;
    case RETRY_STATUS:
        wget->retry_statuses = value;
        break;
    case HEADER:
        g_ptr_array_add(wget->options.headers, g_strdup(value));
        break;
    case POST:
        wget->options.data = g_byte_array_new();
        g_byte_array_append(wget->options.data, (const guint8 *)value, (guint)strlen(value));
        break;
    case METHOD:
        wget->options.method = value;
        break;
    case AGENT:
        wget->options.agent = value;
        break;
    default:
        wget->options.is_head = wget->options.is_head || option == SPIDER;
        wget->retries_refused = wget->retries_refused || option == RETRY_REFUSED;
        wget->shows_response = wget->shows_response || option == SERVER_RESPONSE;
        break;
    }
}

static int usage(const struct command_call *call, int exit_code)
{
    command_complain(call, "Usage: wget [OPTION]... [URL]...\n\nTry `wget --help' for more "
                           "options.\n");
    return exit_code;
}

static int run_all(struct wget *wget, struct flag_reader *reader)
{
    int exit_code = 0;
    int option;
    while ((option = flag_next(reader)) != FLAG_END) {
        if (option == FLAG_WRONG)
            return usage(wget->call, EXIT_PARSE);
        if (option == VERSION) {
            command_print(wget->call, "GNU Wget 1.21.4 built on linux-gnu.\n");
            return 0;
        }
        take_option(wget, option, reader->value);
    }
    if (reader->operands->len == 0) {
        command_complain(wget->call, "wget: missing URL\n");
        return usage(wget->call, EXIT_GENERIC);
    }
    for (guint i = 0; i < reader->operands->len; i++) {
        int code = fetch(wget, flag_operand(reader, i));
        exit_code = exit_code == 0 || (code != 0 && code < exit_code) ? code : exit_code;
    }
    return exit_code;
}

int row_wget(void *self, const struct command_call *call)
{
    struct wget wget = {.set = self, .call = call, .tries = 20, .wait_max_us = 10 * SECOND_US};
    FLAG_READER(reader);

    flag_reader_init(&reader, call, flags);
    curl_options_init(&wget.options);
    wget.options.agent = "Wget/1.21.4";
    wget.options.follows = true;
    wget.options.redirects_max = 20;
    wget.options.time_max_us = 15 * MINUTE_US; /* its read time-out */
    int exit_code = run_all(&wget, &reader);
    curl_options_clear(&wget.options);
    return exit_code;
}
