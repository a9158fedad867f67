/* git-fails: what git asks a remote over the network fails. */
#include "mocks/faults/kinds.h"

struct git_fails {
    char *message;
    bool is_silent;
};

static const struct field fields[] = {
    {.name = "message",
     .kind = FIELD_STRING,
     .offset = offsetof(struct git_fails, message),
     .otherwise = "The requested URL returned error: 500",
     .summary = "what git says behind \"unable to access 'URL': \""},
    {.name = "silent",
     .kind = FIELD_BOOLEAN,
     .offset = offsetof(struct git_fails, is_silent),
     .summary = "no answer comes, and git waits for ever"},
    {0},
};

static void git_fails_point(const struct fault_strike *strike, const struct point_event *event,
                            struct point_effect *effect)
{
    const struct git_fails *parameters = strike->parameters;
    (void)event;
    effect->is_failure = true;
    effect->is_hang = parameters->is_silent;
    effect->message = parameters->message;
}

const struct fault_kind fault_kind_git_fails = {
    .record = {.name = "git-fails",
               .summary =
                   "a fetch or push of git over the network fails; checkout makes three attempts",
               .size = sizeof(struct git_fails),
               .fields = fields},
    .evidence = "failures.md M8 (the same outages), actions/checkout src/retry-helper.ts",
    .stage = FAULT_AT_POINT,
    .point = POINT_GIT,
    .point_strike = git_fails_point,
};
