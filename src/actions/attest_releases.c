/* Which release a reference of the attesting actions names. */
#include "actions/attest.h"

#include <string.h>

/* The commits of their tags: who pins one is given that release. A wrapper and the actions/attest
   that it pins have the same number as far as anything here depends on it (action.yml of each tag).
 */
static const struct release {
    enum attest_kind kind;
    unsigned version;
    const char *commit;
} releases[] = {
    {ATTEST_ANY, ATTEST_VERSION(1, 0, 0), "495f094150e54d72538674c944ca4daf13e7c67d"},
    {ATTEST_ANY, ATTEST_VERSION(1, 1, 0), "d442d85e120905fa5821e76edb1e07a75b94ee7a"},
    {ATTEST_ANY, ATTEST_VERSION(1, 1, 1), "32f49af6653ef9b7d1a40182d53fc9ebd53447d8"},
    {ATTEST_ANY, ATTEST_VERSION(1, 1, 2), "12c083815ed46d5d78222e3824f4a26c42c234d3"},
    {ATTEST_ANY, ATTEST_VERSION(1, 2, 0), "32795ed9174327efe1734fa6d09c9223658ef225"},
    {ATTEST_ANY, ATTEST_VERSION(1, 2, 1), "65e3b8bbb5e42355dfbd47602fcb08a993094def"},
    {ATTEST_ANY, ATTEST_VERSION(1, 3, 0), "b24527d9cbfd6c27196c10f8dccbacaa2a1c53f2"},
    {ATTEST_ANY, ATTEST_VERSION(1, 3, 1), "0fdba851bc306a96f085a0acd31cf892a7e14f2d"},
    {ATTEST_ANY, ATTEST_VERSION(1, 3, 2), "8afbcf6e5e31a04f9ef7ca7ee40a0d91e263da5a"},
    {ATTEST_ANY, ATTEST_VERSION(1, 3, 3), "7305951e905fb742188aa16c1d23409b13565e26"},
    {ATTEST_ANY, ATTEST_VERSION(1, 4, 0), "2da0b136720d14f01f4dbeeafd1d5a4d76cbe21d"},
    {ATTEST_ANY, ATTEST_VERSION(1, 4, 1), "67422f5511b7ff725f4dbd6fb9bd2cd925c65a8d"},
    {ATTEST_ANY, ATTEST_VERSION(2, 0, 0), "4cd38b497a0123730d9f9f4349bf29fd520207c5"},
    {ATTEST_ANY, ATTEST_VERSION(2, 0, 1), "65e34a8aa75f5bde397987b6ffe9822cd7d90247"},
    {ATTEST_ANY, ATTEST_VERSION(2, 1, 0), "63d2e98e267398337e9a17ec68a5c8d936cb9247"},
    {ATTEST_ANY, ATTEST_VERSION(2, 2, 0), "0fae56888724ae3bba68e14ff82712d5c3d8e1f0"},
    {ATTEST_ANY, ATTEST_VERSION(2, 2, 1), "a63cfcc7d1aab266ee064c58250cfc2c7d07bc31"},
    {ATTEST_ANY, ATTEST_VERSION(2, 3, 0), "afd638254319277bb3d7f0a234478733e2e46a73"},
    {ATTEST_ANY, ATTEST_VERSION(2, 4, 0), "ce27ba3b4a9a139d9a20a4a07d69fabb52f1e5bc"},
    {ATTEST_ANY, ATTEST_VERSION(3, 0, 0), "daf44fb950173508f38bd2406030372c1d1162b1"},
    {ATTEST_ANY, ATTEST_VERSION(3, 1, 0), "7667f588f2f73a90cea6c7ac70e78266c4f76616"},
    {ATTEST_ANY, ATTEST_VERSION(3, 2, 0), "e59cbc1ad1ac2d59339667419eb8cdde6eb61e3d"},
    {ATTEST_ANY, ATTEST_VERSION(4, 0, 0), "c32b4b8b198b65d0bd9d63490e847ff7b53989d4"},
    {ATTEST_ANY, ATTEST_VERSION(4, 1, 0), "59d89421af93a897026c735860bf21b6eb4f7b26"},
    {ATTEST_ANY, ATTEST_VERSION(4, 1, 1), "a1948c3f048ba23858d222213b7c278aabede763"},
    {ATTEST_ANY, ATTEST_VERSION(4, 2, 0), "f7c74d28b9d84cb8768d0b8ca14a4bac6ef463e6"},
    {ATTEST_ANY, ATTEST_VERSION(4, 2, 1), "508db95dd578ae2727ebd6217d5ba78e4fbda05d"},
    {ATTEST_ANY, ATTEST_VERSION(4, 2, 2), "1e69f48acb82d1966a394da916b4c1698aa569d6"},
    {ATTEST_PROVENANCE, ATTEST_VERSION(1, 0, 0), "897ed5eab6ed058a474202017ada7f40bfa52940"},
    {ATTEST_PROVENANCE, ATTEST_VERSION(1, 1, 0), "f8d5ea8082b0d9f5ab855907be308fbd7eefb155"},
    {ATTEST_PROVENANCE, ATTEST_VERSION(1, 1, 1), "951c0c5f8e375ad4efad33405ab77f7ded2358e4"},
    {ATTEST_PROVENANCE, ATTEST_VERSION(1, 1, 2), "173725a1209d09b31f9d30a3890cf2757ebbff0d"},
    {ATTEST_PROVENANCE, ATTEST_VERSION(1, 2, 0), "49df96e17e918a15956db358890b08e61c704919"},
    {ATTEST_PROVENANCE, ATTEST_VERSION(1, 3, 0), "3119152b59607c0d91a135e8d80c0d339f241a12"},
    {ATTEST_PROVENANCE, ATTEST_VERSION(1, 3, 1), "534b352d658f90498fd148d231fdbf88f3886a3a"},
    {ATTEST_PROVENANCE, ATTEST_VERSION(1, 3, 2), "bdd51370e0416ac948727f861e03c2f05d32d78e"},
    {ATTEST_PROVENANCE, ATTEST_VERSION(1, 3, 3), "5e9cb68e95676991667494a6a4e59b8a2f13e1d0"},
    {ATTEST_PROVENANCE, ATTEST_VERSION(1, 4, 0), "210c1913531870065f03ce1f9440dd87bc0938cd"},
    {ATTEST_PROVENANCE, ATTEST_VERSION(1, 4, 1), "310b0a4a3b0b78ef57ecda988ee04b132db73ef8"},
    {ATTEST_PROVENANCE, ATTEST_VERSION(1, 4, 2), "6149ea5740be74af77f260b9db67e633f6b0a9a1"},
    {ATTEST_PROVENANCE, ATTEST_VERSION(1, 4, 3), "1c608d11d69870c2092266b3f9a6f3abbf17002c"},
    {ATTEST_PROVENANCE, ATTEST_VERSION(1, 4, 4), "ef244123eb79f2f7a7e75d99086184180e6d0018"},
    {ATTEST_PROVENANCE, ATTEST_VERSION(2, 0, 0), "619dbb2e03e0189af0c55118e7d3c5e129e99726"},
    {ATTEST_PROVENANCE, ATTEST_VERSION(2, 0, 1), "c4fbc648846ca6f503a13a2281a5e7b98aa57202"},
    {ATTEST_PROVENANCE, ATTEST_VERSION(2, 1, 0), "7668571508540a607bdfd90a87a560489fe372eb"},
    {ATTEST_PROVENANCE, ATTEST_VERSION(2, 2, 0), "520d128f165991a6c774bcb264f323e3d70747f4"},
    {ATTEST_PROVENANCE, ATTEST_VERSION(2, 2, 1), "f9eaf234fc1c2e333c1eca18177db0f44fa6ba52"},
    {ATTEST_PROVENANCE, ATTEST_VERSION(2, 2, 2), "bd77c077858b8d561b7a36cbe48ef4cc642ca39d"},
    {ATTEST_PROVENANCE, ATTEST_VERSION(2, 2, 3), "c074443f1aee8d4aeeae555aebba3282517141b2"},
    {ATTEST_PROVENANCE, ATTEST_VERSION(2, 3, 0), "db473fddc028af60658334401dc6fa3ffd8669fd"},
    {ATTEST_PROVENANCE, ATTEST_VERSION(2, 4, 0), "e8998f949152b193b063cb0ec769d69d929409be"},
    {ATTEST_PROVENANCE, ATTEST_VERSION(3, 0, 0), "977bb373ede98d70efdf65b84cb5f73e068dcc2a"},
    {ATTEST_PROVENANCE, ATTEST_VERSION(3, 1, 0), "00014ed6ed5efc5b1ab7f7f34a39eb55d41aa4f8"},
    {ATTEST_PROVENANCE, ATTEST_VERSION(3, 2, 0), "96278af6caaf10aea03fd8d33a09a777ca52d62f"},
    {ATTEST_PROVENANCE, ATTEST_VERSION(4, 0, 0), "e4d4f7c39adfa4c260fb5c147f0622000aa14b99"},
    {ATTEST_PROVENANCE, ATTEST_VERSION(4, 1, 0), "a2bbfa25375fe432b6a289bc6b6cd05ecd0c4c32"},
    {ATTEST_SBOM, ATTEST_VERSION(1, 0, 0), "c168f2354d9bf9a30b63bd0c532cdf3f3bbd6dc3"},
    {ATTEST_SBOM, ATTEST_VERSION(1, 1, 0), "7d87da1e33596bc5503e50993d8f68c7a9bdfb4d"},
    {ATTEST_SBOM, ATTEST_VERSION(1, 1, 1), "c29e4e92259a5ed4629496ec6a5724e444389a1f"},
    {ATTEST_SBOM, ATTEST_VERSION(1, 1, 2), "aaa2d0a82e0853a3aea99fcf632b9b61cdb534c2"},
    {ATTEST_SBOM, ATTEST_VERSION(1, 2, 0), "49e7311f18c5bb4e412963fd12f8c266d7e2132d"},
    {ATTEST_SBOM, ATTEST_VERSION(1, 3, 0), "ab8de8941e9379f0d11c52d884644bd45ede62e6"},
    {ATTEST_SBOM, ATTEST_VERSION(1, 3, 1), "91d05efbc376a456f8abf965e8929c5c04ece8af"},
    {ATTEST_SBOM, ATTEST_VERSION(1, 3, 2), "3d6693daad97553949201f0913efcba833e58d67"},
    {ATTEST_SBOM, ATTEST_VERSION(1, 3, 3), "6d7733f629ce1368bd053e269afa8041a98a2b98"},
    {ATTEST_SBOM, ATTEST_VERSION(1, 4, 0), "f19ab44411e02574a74181cec8eb584319d0f779"},
    {ATTEST_SBOM, ATTEST_VERSION(1, 4, 1), "5026d3663739160db546203eeaffa6aa1c51a4d6"},
    {ATTEST_SBOM, ATTEST_VERSION(2, 0, 0), "1455967b1b6415d3df9fac31a87500523f7b455c"},
    {ATTEST_SBOM, ATTEST_VERSION(2, 0, 1), "34581d8068ef8a325425f122523e4bb9d08932f3"},
    {ATTEST_SBOM, ATTEST_VERSION(2, 1, 0), "cbfd0027ae731a5892db25ecd226930d7ffd19eb"},
    {ATTEST_SBOM, ATTEST_VERSION(2, 2, 0), "115c3be05ff3974bcbd596578934b3f9ce39bf68"},
    {ATTEST_SBOM, ATTEST_VERSION(2, 4, 0), "bd218ad0dbcb3e146bd073d1d9c6d78e08aa8a0b"},
    {ATTEST_SBOM, ATTEST_VERSION(3, 0, 0), "4651f806c01d8637787e274ac3bdf724ef169f34"},
    {ATTEST_SBOM, ATTEST_VERSION(4, 0, 0), "07e74fc4e78d1aad915e867f9a094073a9f71527"},
    {ATTEST_SBOM, ATTEST_VERSION(4, 1, 0), "c604332985a26aa8cf1bdc465b92731239ec6b9e"},
};

/* Where the tags of the major versions stand: those of 3 were never moved. */
static const unsigned moving[][3] = {
    [1] = {ATTEST_VERSION(1, 4, 1), ATTEST_VERSION(1, 4, 4), ATTEST_VERSION(1, 4, 1)},
    [2] = {ATTEST_VERSION(2, 4, 0), ATTEST_VERSION(2, 4, 0), ATTEST_VERSION(2, 4, 0)},
    [3] = {ATTEST_VERSION(3, 0, 0), ATTEST_VERSION(3, 0, 0), ATTEST_VERSION(3, 0, 0)},
    [4] = {ATTEST_VERSION(4, 2, 2), ATTEST_VERSION(4, 1, 0), ATTEST_VERSION(4, 1, 0)},
};

/* "v4.2.1"; 0: it is no such tag. */
static unsigned tagged(const char *reference)
{
    unsigned numbers[3] = {0};
    if (!g_regex_match_simple("^v[0-9]{1,2}\\.[0-9]{1,2}\\.[0-9]{1,2}$", reference, 0, 0))
        return 0;
    g_auto(GStrv) parts = g_strsplit(reference + 1, ".", -1);
    for (gsize i = 0; i < G_N_ELEMENTS(numbers); i++)
        numbers[i] = (unsigned)g_ascii_strtoull(parts[i], NULL, 10);
    return ATTEST_VERSION(numbers[0], numbers[1], numbers[2]);
}

unsigned attest_version_of(const struct action_run *run, enum attest_kind kind)
{
    const char *reference = action_ref(run);
    unsigned version = tagged(reference);
    for (gsize i = 0; version == 0 && i < G_N_ELEMENTS(releases); i++)
        if (releases[i].kind == kind && g_str_equal(releases[i].commit, reference))
            version = releases[i].version;
    return version != 0 ? version : moving[action_major(run)][kind];
}
