/* The attestations that build-push-action asks for (src/context.ts getAttestArgs). */
#include "actions/docker_build_arguments.h"
#include "actions/list.h"

/* Whether the default provenance is to be asked for: the builder must know attestations, and the
   image must not go to docker. */
static bool wants_default(struct build_maker *maker, bool *wants, GError **error)
{
    bool is_off = false, is_load = false, is = false;
    *wants = false;
    if (!core_variable_boolean(maker->run, "BUILDX_NO_DEFAULT_ATTESTATIONS", false, &is_off,
                               error) ||
        !core_input_boolean(maker->run, "load", &is_load, error))
        return false;
    if (is_off && action_major(maker->run) >= 6)
        return true;
    if (!toolkit_buildkit_is_at_least(maker->toolkit, action_input(maker->run, "builder"), "0.11.0",
                                      &is, error))
        return false;
    *wants = is && !is_load && !build_has_exporter(maker->outputs, "docker");
    return true;
}

static bool add_provenance(struct build_maker *maker, const char *given, bool is_listed,
                           bool *is_set, GError **error)
{
    bool wants = false;
    *is_set = *given != '\0';
    if (*is_set) {
        g_autofree char *attributes = g_strconcat("type=provenance,", given, NULL);
        g_autofree char *text = build_attestation(attributes, error);
        if (text != NULL)
            core_arguments_add(maker->arguments, "--attest", text, NULL);
        return text != NULL;
    }
    if (is_listed)
        return true;
    if (!wants_default(maker, &wants, error))
        return false;
    if (!wants)
        return true;
    g_autofree char *standard = build_default_provenance(maker->run, error);
    if (standard == NULL)
        return false;
    g_autofree char *text = g_strconcat("type=provenance,", standard, NULL);
    core_arguments_add(maker->arguments, "--attest", text, NULL);
    return true;
}

static bool add_bill(struct build_maker *maker, bool *is_set, GError **error)
{
    const char *given = action_input(maker->run, "sbom");
    *is_set = *given != '\0';
    if (!*is_set)
        return true;
    g_autofree char *attributes = g_strconcat("type=sbom,", given, NULL);
    g_autofree char *text = build_attestation(attributes, error);
    if (text != NULL)
        core_arguments_add(maker->arguments, "--attest", text, NULL);
    return text != NULL;
}

/* One of the input `attests`; the inputs provenance and sbom go before it. */
static bool add_listed(struct build_maker *maker, const char *attest, bool has_provenance,
                       bool has_bill, GError **error)
{
    bool is_provenance = build_has_attestation(attest, "provenance");
    bool is_bill = build_has_attestation(attest, "sbom");
    g_autofree char *text = NULL;
    if ((is_provenance && has_provenance) || (!is_provenance && is_bill && has_bill))
        return true;
    if (is_provenance)
        text = build_provenance(maker->run, attest, error);
    else
        text = is_bill ? g_strdup(attest) : build_attestation(attest, error);
    if (text != NULL)
        core_arguments_add(maker->arguments, "--attest", text, NULL);
    return text != NULL;
}

static bool add_attestations_of(struct build_maker *maker, const GPtrArray *listed, GError **error)
{
    bool has_provenance = false, has_bill = false, is_listed = false;
    for (guint i = 0; i < listed->len; i++)
        if (build_has_attestation(g_ptr_array_index(listed, i), "provenance"))
            is_listed = true;
    g_autofree char *given = build_provenance_input(maker->run, error);
    if (given == NULL || !add_provenance(maker, given, is_listed, &has_provenance, error) ||
        !add_bill(maker, &has_bill, error))
        return false;
    for (guint i = 0; i < listed->len; i++)
        if (!add_listed(maker, g_ptr_array_index(listed, i), has_provenance, has_bill, error))
            return false;
    return true;
}

/* Version 4 had options of their own for provenance and sbom. */
static bool add_old_attestations(struct build_maker *maker, GError **error)
{
    g_autofree char *given = build_provenance_input(maker->run, error);
    bool wants = false;
    if (given == NULL)
        return false;
    if (*given == '\0' && !wants_default(maker, &wants, error))
        return false;
    g_autofree char *standard = wants ? build_default_provenance(maker->run, error) : NULL;
    if (wants && standard == NULL)
        return false;
    const char *provenance = standard != NULL ? standard : given;
    if (*provenance != '\0')
        core_arguments_add(maker->arguments, "--provenance", provenance, NULL);
    build_add_text(maker, "sbom", "--sbom");
    return true;
}

bool build_add_attestations(struct build_maker *maker, GError **error)
{
    bool is = false;
    if (!build_is_buildx(maker, "0.10.0", &is, error))
        return false;
    if (!is) {
        if (action_major(maker->run) >= 5)
            action_warn(maker->run, "Attestations are only supported by buildx >= 0.10.0; the "
                                    "inputs 'attests', 'provenance' and 'sbom' are ignored.");
        return true;
    }
    if (action_major(maker->run) < 5)
        return add_old_attestations(maker, error);
    g_autoptr(GPtrArray) listed = list_input(maker->run, "attests", LIST_KEEPS_COMMAS, error);
    return listed != NULL && add_attestations_of(maker, listed, error);
}
