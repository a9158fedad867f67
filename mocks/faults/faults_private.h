/* What faults.c, hooks.c, report.c and actions.c share about the rules at work. */
#pragma once

#include "mocks/faults/rule.h"

/* A firing that has not ended yet. */
struct active_fault {
    uint64_t exchange_number; /* ends with this exchange; 0: by time */
    int64_t until_us;
};

/* One rule in one rehearsal. */
struct rule_state {
    const struct fault_rule *rule;
    struct rng chance; /* one draw for each event that counts */
    struct rng bursts; /* likewise */
    struct rng rng;    /* the kind's own draws */
    void *memory;
    bool is_asleep; /* by the draw of the rehearsal: never strikes */
    bool is_in_burst;
    int64_t matched_count;
    int64_t fired_count;
    int64_t bytes;
    int64_t lasts_until_us; /* strikes everything in its scope before that */
    GArray *active;         /* struct active_fault; NULL unless max_active counts */
    int miss_score;         /* how near the nearest miss was */
    char *miss;             /* its text */
};

/* How near an event came that lay in the scope; less is the number of conditions that held. */
enum {
    MISS_FIT = 100,
    MISS_WINDOW,
    MISS_WHEN,
    MISS_BUDGET,
    MISS_WANTS,
};

/* An engine on its way down or up. */
struct restart {
    struct faults *faults;
    struct timer timer;
    char *machine;
    int64_t down_us;
    bool is_down;
};

struct faults {
    const struct fault_rules *rules;
    struct rule_state *states; /* one for each rule */
    gsize count;
    GHashTable *places;  /* name of a place: bool for each rule, whether its `on` holds there */
    bool *is_deaf;       /* for each rule: to events of places where its `on` does not hold */
    bool counts_active;  /* a rule has max_active */
    struct world *world; /* NULL until attached */
    struct weather weather;
    struct faults_actions actions;
    GPtrArray *restarts; /* struct restart */
};

/* hearing.c: the rules to which an event is shown, in the order of their file. */
struct hearing {
    struct faults *faults;
    const bool *is_near;
    gsize next;
};
struct hearing hearing_begin(struct faults *faults, const struct fault_event *event);
/* NULL: no more. */
struct rule_state *hearing_next(struct hearing *hearing);

/* hooks.c: the functions of the weather. */
extern const struct weather faults_weather;

/* strike.c: counts an event for a rule and says whether the rule strikes. A rule that strikes has
   been counted as fired and traced. is_taken: an earlier rule has taken the answer's place, so this
   one only counts. */
bool rule_strikes(struct faults *faults, struct rule_state *state, struct fault_event *event,
                  bool is_taken);
struct fault_strike rule_strike(struct faults *faults, struct rule_state *state,
                                const struct fault_event *event);
/* What the rule does lasts until then; NEVER: until the exchange ends. */
void rule_keep_active(struct rule_state *state, uint64_t exchange_number, int64_t until_us);
void rule_end_exchange(struct rule_state *state, uint64_t exchange_number);

/* report.c */
/* Whether an event outside its scope may still be the nearest miss. */
bool rule_wants_misses(const struct rule_state *state);
void rule_note_miss(struct rule_state *state, struct fault_event *event);
/* failed is taken over. */
void rule_note_near_miss(struct rule_state *state, const struct fault_event *event, int step,
                         char *failed);

/* actions.c */
void restart_free(struct restart *restart);
