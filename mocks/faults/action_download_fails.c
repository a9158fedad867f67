/* action-download-fails: GitHub does not give the runner an action. */
#include "mocks/faults/kinds.h"

struct action_download_fails {
    char *message;
    bool is_silent;
};

static const struct field fields[] = {
    {.name = "message",
     .kind = FIELD_STRING,
     .offset = offsetof(struct action_download_fails, message),
     .otherwise = "Response status code does not indicate success: 502 (Bad Gateway).",
     .summary = "what the runner's HTTP client says"},
    {.name = "silent",
     .kind = FIELD_BOOLEAN,
     .offset = offsetof(struct action_download_fails, is_silent),
     .summary = "no answer comes, until the client's time-out of 100 s"},
    {0},
};

static void action_download_fails_point(const struct fault_strike *strike,
                                        const struct point_event *event,
                                        struct point_effect *effect)
{
    const struct action_download_fails *parameters = strike->parameters;
    (void)event;
    effect->is_failure = true;
    effect->is_hang = parameters->is_silent;
    effect->message = parameters->message;
}

const struct fault_kind fault_kind_action_download_fails = {
    .record = {.name = "action-download-fails",
               .summary = "an attempt of the runner to fetch an action fails; it makes three",
               .size = sizeof(struct action_download_fails),
               .fields = fields},
    .evidence = "failures.md M8",
    .stage = FAULT_AT_POINT,
    .point = POINT_ACTION_DOWNLOAD,
    .point_strike = action_download_fails_point,
};
