/* Reading policies, from files of their own or from inside a scenario. */
#include "engine/policy.h"

#include "base/platform.h"

static void read_passwords(struct policy *policy)
{
    for (guint i = 0; i < policy->credentials->len; i++) {
        struct policy_credentials *each = g_ptr_array_index(policy->credentials, i);
        if (each->password == NULL && each->password_env != NULL)
            each->password = g_strdup(g_getenv(each->password_env));
    }
}

static struct policy *complete(struct policy *policy, const char *directory)
{
    policy->directory = g_strdup(directory);
    read_passwords(policy);
    return policy;
}

struct policy *policy_read(const struct node *node, const char *directory, GError **error)
{
    g_autofree struct policy *policy = g_new0(struct policy, 1);
    if (!record_read(policy_inline_record(), node, policy, error))
        return NULL;
    return complete(g_steal_pointer(&policy), directory);
}

struct policy *policy_load(const char *path, GError **error)
{
    AUTO(doc) doc = doc_load_file(path, DOC_DEFAULT, error);
    g_autofree char *directory = g_path_get_dirname(path);
    g_autofree struct policy *policy = g_new0(struct policy, 1);
    if (doc == NULL || !record_read_file(policy_record(), doc, policy, error))
        return NULL;
    policy->doc = g_steal_pointer(&doc);
    return complete(g_steal_pointer(&policy), directory);
}

void policy_free(struct policy *policy)
{
    if (policy == NULL)
        return;
    g_free(policy->directory);
    doc_free(policy->doc);
    policy->directory = NULL;
    policy->doc = NULL;
    record_clear(policy_inline_record(), policy);
    g_free(policy);
}

bool policy_check_platforms(const struct field *field, const struct node *node, const void *place,
                            GError **error)
{
    (void)field;
    for (char *const *each = *(char *const *const *)place; *each != NULL; each++) {
        if (platform_is_valid(*each))
            continue;
        node_error(error, node, "'%s' is no platform; write one such as linux/amd64", *each);
        return false;
    }
    return true;
}
