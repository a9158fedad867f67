/* The transparency log, and what is said of it before (cmd/cosign/cli/sign/sign.go of 2.5.3 and
   3.0.2). */
#include "mocks/commands/cosign/cosign_private.h"

#include "base/digest.h"

#include <string.h>

enum {
    LOG_ATTEMPTS_MAX = 4, /* go-retryablehttp, whose pauses cosign leaves at 0 */
};

#define LOG_PATH "/api/v1/log/entries"
#define LOG_URL  "https://rekor.sigstore.dev" LOG_PATH

static const char privacy_statement[] =
    "\n"
    "\tThe sigstore service, hosted by sigstore a Series of LF Projects, LLC, is provided pursuant "
    "to the Hosted Project Tools Terms of Use, available at "
    "https://lfprojects.org/policies/hosted-project-tools-terms-of-use/.\n"
    "\tNote that if your submission includes personal data associated with this signed artifact, "
    "it "
    "will be part of an immutable record.\n"
    "\tThis may include the email address associated with the account with which you authenticate "
    "your contractual Agreement.\n"
    "\tThis information will be used for signing this artifact and will be stored in public "
    "transparency logs and cannot be removed later, and is subject to the Immutable Record notice "
    "at https://lfprojects.org/policies/hosted-project-tools-immutable-records/.\n"
    "\n"
    "By typing 'y', you attest that (1) you are not submitting the personal data of any other "
    "person; and (2) you understand and agree to the statement and the Agreement terms at the URLs "
    "listed above.\n";

static bool read_entry(const struct http_response *response, json_t **bundle, GError **error)
{
    g_autoptr(json_t) answer = json_parse_gbytes(response->body, NULL);
    json_t *entry = json_object_iter_value(json_object_iter(answer));
    if (response->status == 201 && entry != NULL) {
        *bundle = json_incref(entry);
        return true;
    }
    g_autofree char *body = cosign_body_text(response);
    return cosign_fail(error, "[POST %s][%u] %s %s", LOG_PATH, response->status,
                       response->status == 400   ? "createLogEntryBadRequest"
                       : response->status == 409 ? "createLogEntryConflict"
                                                 : "createLogEntry default ",
                       body);
}

bool cosign_put_entry(struct cosign_run *run, const char *body, int attempt_count, json_t **bundle,
                      GError **error)
{
    const struct cosign_question question = {
        .method = "POST", .url = LOG_URL, .type = "application/json", .body = body};
    g_autofree char *why = NULL;
    for (int attempt = 1; attempt <= attempt_count; attempt++) {
        HTTP_RESPONSE(response);
        GError *reason = NULL;
        g_clear_pointer(&why, g_free);
        bool has_answer = cosign_ask(run, &question, &response, &why, &reason);
        if (reason != NULL) {
            g_propagate_error(error, reason);
            return false;
        }
        if (has_answer && response.status != 429 && response.status < 500)
            return read_entry(&response, bundle, error);
    }
    return cosign_fail(error, "Post \"%s\": POST %s giving up after %d attempt(s)%s%s", LOG_URL,
                       LOG_URL, attempt_count, why != NULL ? ": " : "", why != NULL ? why : "");
}

bool cosign_log_entry(struct cosign_run *run, const struct cosign_signer *signer,
                      const char *payload, json_t **bundle, GError **error)
{
    if (!cosign_flag(run, "tlog-upload"))
        return true;
    if (!run->has_told_privacy)
        command_complain(run->call, "%s", privacy_statement);
    /* Without --yes cosign asks, and nobody answers. */
    if (!run->has_told_privacy && !cosign_flag(run, "yes")) {
        command_complain(run->call, "Are you sure you would like to continue? [y/N] ");
        return cosign_fail(error, "should upload to tlog: user declined the prompt");
    }
    run->has_told_privacy = true;
    g_autofree char *signature = cosign_signature_of(signer->id, payload);
    g_autofree char *hash = digest_of(payload, strlen(payload));
    g_autoptr(json_t) body =
        json_pack("{s:s, s:s, s:{s:s, s:s}}", "apiVersion", "0.0.1", "kind", "hashedrekord", "spec",
                  "hash", hash, "signature", signature);
    g_autofree char *text = json_text(body);
    if (!cosign_put_entry(run, text, LOG_ATTEMPTS_MAX, bundle, error))
        return false;
    command_complain(run->call, "tlog entry created with index: %" G_GINT64_FORMAT "\n",
                     json_get_integer(*bundle, "logIndex", 0));
    return true;
}
