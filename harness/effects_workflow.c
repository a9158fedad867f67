/* What a workflow's run left in the registries, whose it is, and the fates that follow. */
#include "harness/effects.h"

#include "harness/doubt.h"
#include "harness/lack.h"

#include <string.h>

struct survey {
    struct outcome *outcome;
    const struct stage *stage;
    const struct promises *promises; /* NULL: the run in clear weather */
};

/* ---- legs ---- */

static void read_machine(struct leg_outcome *leg, const struct stage *stage)
{
    for (guint i = 0; i < stage->machines->len; i++) {
        const struct machine *machine = g_ptr_array_index(stage->machines, i);
        if (strcmp(machine->leg->id, leg->id) != 0)
            continue;
        leg->disk_free_bytes = disk_free_bytes(machine->disk);
        leg->containers = dockerd_container_list(machine->dockerd);
    }
}

static void add_legs(struct survey *survey)
{
    const struct server_result *server = survey->outcome->server;
    for (guint i = 0; i < server->legs->len; i++) {
        const struct server_leg *each = g_ptr_array_index(server->legs, i);
        struct leg_outcome *leg = g_new0(struct leg_outcome, 1);
        leg->id = g_strdup(each->id);
        leg->server = each;
        leg->refusal = g_hash_table_lookup(survey->outcome->refusals, each->id);
        read_machine(leg, survey->stage);
        g_ptr_array_add(survey->outcome->legs, leg);
    }
}

/* ---- images ---- */

/* The tag's first digest is from before the run unless this run pushed it. Of one that was made up,
   as when a push asks what is there, nobody can say what its users had. */
static GPtrArray *platforms_before(struct registry *registry, const char *repository,
                                   const char *tag)
{
    g_autoptr(GPtrArray) history = registry_tag_history(registry, repository, tag);
    if (history == NULL || history->len == 0 || registry_has_invented(registry, repository, tag))
        return NULL;
    AUTO(image_facts) first = registry_find(registry, repository, g_ptr_array_index(history, 0));
    return first != NULL && first->pushed_by_exchange == 0 ? effects_copy_texts(first->platforms)
                                                           : NULL;
}

static struct effect *add_effect(struct survey *survey, const char *leg, const char *image)
{
    AUTO(reference) reference = reference_parse(image, /* default_tag= */ true, NULL);
    struct registry *registry = effects_registry(survey->stage, image);
    struct effect *effect = g_new0(struct effect, 1);

    effect->service = g_strdup(leg);
    effect->image = g_strdup(image);
    if (registry != NULL && reference != NULL)
        effect->before = platforms_before(registry, reference->path, reference->tag);
    effect_read_after(effect, survey->stage);
    g_ptr_array_add(survey->outcome->effects, effect);
    return effect;
}

static void add_pushed_tag(struct survey *survey, struct registry *registry, const char *repository,
                           const char *tag)
{
    if (!registry_tag_is_pushed(registry, repository, tag))
        return;
    AUTO(image_facts) facts = registry_find(registry, repository, tag);
    if (facts == NULL || facts->platforms->len == 0)
        return;
    g_autofree char *image =
        g_strdup_printf("%s/%s:%s", registry_service_of(registry)->name, repository, tag);
    if (outcome_effect(survey->outcome, image) == NULL)
        (void)add_effect(survey, plan_leg_of_machine(facts->pushed_by_machine), image);
}

static void add_pushed(struct survey *survey, struct registry *registry)
{
    g_autoptr(GPtrArray) repositories = registry_repositories(registry);
    for (guint i = 0; i < repositories->len; i++) {
        const char *repository = g_ptr_array_index(repositories, i);
        g_autoptr(GPtrArray) tags = registry_tags(registry, repository);
        for (guint k = 0; k < tags->len; k++)
            add_pushed_tag(survey, registry, repository, g_ptr_array_index(tags, k));
    }
}

/* ---- promises ---- */

/* A tag made of a time of day is another one when a fault has cost time: digits do not count. */
static bool are_of_one_shape(const char *left, const char *right)
{
    for (; *left != '\0' && *right != '\0'; left++, right++)
        if (*left != *right && !(g_ascii_isdigit(*left) && g_ascii_isdigit(*right)))
            return false;
    return *left == *right;
}

static bool is_promised(const GPtrArray *promises, const char *image)
{
    for (guint i = 0; i < promises->len; i++)
        if (strcmp(((const struct owed_image *)g_ptr_array_index(promises, i))->image, image) == 0)
            return true;
    return false;
}

/* What this leg pushed in place of a promised tag that is not there, or NULL. */
static struct effect *stand_in(const struct survey *survey, const GPtrArray *promises,
                               const struct owed_image *owed)
{
    for (guint i = 0; i < survey->outcome->effects->len; i++) {
        struct effect *effect = g_ptr_array_index(survey->outcome->effects, i);
        if (effect->promised == NULL && strcmp(effect->service, owed->leg) == 0 &&
            are_of_one_shape(effect->image, owed->image) && !is_promised(promises, effect->image))
            return effect;
    }
    return NULL;
}

/* Whose row stands for a leg: its own, or, when its job was left out before it had a matrix, or
   before it called a workflow, that of the job ("push" for "push_api" and for "push/build"). */
static const char *leg_in_charge(const struct survey *survey, const char *id)
{
    const char *found = NULL;
    for (guint i = 0; i < survey->outcome->legs->len; i++) {
        const struct leg_outcome *leg = g_ptr_array_index(survey->outcome->legs, i);
        gsize length = strlen(leg->id);
        if (strcmp(leg->id, id) == 0)
            return leg->id;
        bool is_above = strncmp(leg->id, id, length) == 0 && strchr("_/", id[length]) != NULL;
        if (is_above && !leg_outcome_has_run(leg) && (found == NULL || strlen(found) < length))
            found = leg->id;
    }
    return found != NULL ? found : id;
}

static void add_promise(struct survey *survey, const GPtrArray *promises,
                        const struct owed_image *owed)
{
    struct effect *effect = (struct effect *)outcome_effect(survey->outcome, owed->image);
    if (effect == NULL)
        effect = stand_in(survey, promises, owed);
    if (effect == NULL)
        effect = add_effect(survey, owed->leg, owed->image);
    effect->promised = effects_copy_texts(owed->platforms);
    effect->owed = attachments_copy(owed->attachments);
    for (guint i = 0; i < effect->owed->len; i++) {
        struct attachment *each = g_ptr_array_index(effect->owed, i);
        char *leg = g_strdup(leg_in_charge(survey, each->leg));
        g_free(each->leg);
        each->leg = leg;
    }
    g_free(effect->service);
    effect->service = g_strdup(leg_in_charge(survey, owed->leg));
}

/* "ghcr.io/acme/api" of "ghcr.io/acme/api:main". */
static gsize repository_length(const char *image)
{
    const char *colon = strrchr(image, ':');
    return colon != NULL ? (gsize)(colon - image) : strlen(image);
}

/* A fallback that pushes a tag of its own beside the promised one, which it leaves alone. */
static void find_side(const struct survey *survey, struct effect *effect)
{
    gsize length = repository_length(effect->image) + 1;
    for (guint i = 0; i < survey->outcome->effects->len; i++) {
        const struct effect *other = g_ptr_array_index(survey->outcome->effects, i);
        if (other->promised != NULL || !other->is_from_this_run ||
            strcmp(other->service, effect->service) != 0 ||
            strncmp(other->image, effect->image, length) != 0)
            continue;
        effect->side_image = g_strdup(other->image);
        effect->side = effects_copy_texts(other->after);
        effect->is_side_complete = other->is_complete;
        return;
    }
}

static void find_sides(const struct survey *survey)
{
    for (guint i = 0; i < survey->outcome->effects->len; i++) {
        struct effect *effect = g_ptr_array_index(survey->outcome->effects, i);
        if (effect->promised != NULL && !effect->is_from_this_run)
            find_side(survey, effect);
    }
}

/* In clear weather what was pushed is what is promised, and what the scenario declares beside. */
static void add_promises(struct survey *survey)
{
    AUTO(promises) own = survey->promises == NULL ? promises_of(survey->outcome) : NULL;
    const struct promises *promises = survey->promises == NULL ? own : survey->promises;
    const GPtrArray *images = promises->images;
    for (guint i = 0; i < images->len; i++)
        add_promise(survey, images, g_ptr_array_index(images, i));
}

/* ---- fates ---- */

/* A leg that did not run is as green as the run it was left out of. */
static bool is_green(const struct outcome *outcome, const struct leg_outcome *leg)
{
    return leg_outcome_has_run(leg) ? leg->server->result->conclusion == RESULT_SUCCESS
                                    : outcome->server->conclusion == RESULT_SUCCESS;
}

/* A leg that never ran because others were cancelled is as cancelled as the run: GitHub calls the
   leg skipped, and the run a failure only if some job failed (actions-semantics.md 2.2). */
static bool is_cancelled(const struct outcome *outcome, const struct leg_outcome *leg)
{
    return leg_outcome_has_run(leg) ? leg->server->result->result == RESULT_CANCELLED
                                    : outcome->server->conclusion == RESULT_CANCELLED;
}

static bool has_assumed_images(const struct leg_outcome *leg)
{
    const GPtrArray *assumptions = leg->server->result->assumptions;
    for (guint i = 0; i < assumptions->len; i++)
        if (((const struct assumption *)g_ptr_array_index(assumptions, i))->touches_images)
            return true;
    return false;
}

static enum fate fate_without_images(const struct leg_outcome *leg)
{
    if (!leg_outcome_has_run(leg))
        return FATE_SKIPPED;
    if (leg->server->result->result == RESULT_CANCELLED)
        return FATE_CANCELLED;
    return leg->server->result->conclusion == RESULT_SUCCESS ? FATE_DELIVERED : FATE_FAILED;
}

/* The worst of what it lacks is told, once. */
static void note_lack(struct leg_outcome *leg, enum fate fate, char *lack)
{
    if (lack != NULL && (leg->lack == NULL || fate > leg->fate)) {
        g_free(leg->lack);
        leg->lack = lack;
    } else {
        g_free(lack);
    }
    leg->fate = fate_worse(leg->fate, fate);
}

/* An image without what the leg attaches to it is as good as none to those who verify. */
static void judge_effect(const struct survey *survey, struct leg_outcome *leg,
                         struct effect *effect)
{
    bool green = is_green(survey->outcome, leg);
    char *unattached = green ? lack_of_attachment(effect, leg->id) : NULL;
    if (unattached != NULL)
        note_lack(leg, FATE_HOLLOW, unattached);
    if (strcmp(effect->service, leg->id) != 0)
        return;
    effect->fate = effect_judge(effect, green, is_cancelled(survey->outcome, leg));
    note_lack(leg, effect->fate, lack_of_image(effect));
}

static void judge_leg(const struct survey *survey, struct leg_outcome *leg)
{
    const GPtrArray *effects = survey->outcome->effects;
    bool may_have_pushed = is_green(survey->outcome, leg) || !leg_outcome_has_run(leg);

    leg->fate = fate_without_images(leg);
    for (guint i = 0; i < effects->len; i++)
        judge_effect(survey, leg, g_ptr_array_index(effects, i));
    leg->doubt = leg_doubt(survey->outcome, survey->promises, leg);
    if (leg->doubt != NULL || (may_have_pushed && has_assumed_images(leg)))
        leg->fate = FATE_UNKNOWN;
}

void effects_of_workflow(struct outcome *outcome, const struct stage *stage,
                         const struct promises *promises)
{
    struct survey survey = {outcome, stage, promises};

    add_legs(&survey);
    for (guint i = 0; i < stage->registries->len; i++)
        add_pushed(&survey, g_ptr_array_index(stage->registries, i));
    add_promises(&survey);
    find_sides(&survey);
    for (guint i = 0; i < outcome->legs->len; i++) {
        struct leg_outcome *leg = g_ptr_array_index(outcome->legs, i);
        judge_leg(&survey, leg);
        outcome->fate = fate_worse(outcome->fate, leg->fate);
    }
}
