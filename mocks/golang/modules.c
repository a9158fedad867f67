/* The bundled modules: released versions with their dates and the go lines of their go.mod files,
   as the public proxy told on 2026-11-26. A choice: the last patch of each minor release, and the
   versions in which the go line changed. */
#include "mocks/golang/golang.h"

#include <string.h>

/* clang-format off */
static const struct go_module_version versions[] = {
    {"google.golang.org/protobuf", "v1.26.0", INT64_C(1616027273), "1.9"},   /* 2021-03-18 */
    {"google.golang.org/protobuf", "v1.27.1", INT64_C(1624904736), "1.9"},   /* 2021-06-28 */
    {"google.golang.org/protobuf", "v1.28.0", INT64_C(1647935783), "1.11"},  /* 2022-03-22 */
    {"google.golang.org/protobuf", "v1.28.1", INT64_C(1659011959), "1.11"},  /* 2022-07-28 */
    {"google.golang.org/protobuf", "v1.29.1", INT64_C(1678785635), "1.11"},  /* 2023-03-14 */
    {"google.golang.org/protobuf", "v1.30.0", INT64_C(1678955574), "1.11"},  /* 2023-03-16 */
    {"google.golang.org/protobuf", "v1.31.0", INT64_C(1687778258), "1.11"},  /* 2023-06-26 */
    {"google.golang.org/protobuf", "v1.32.0", INT64_C(1703237425), "1.17"},  /* 2023-12-22 */
    {"google.golang.org/protobuf", "v1.33.0", INT64_C(1709665220), "1.17"},  /* 2024-03-05 */
    {"google.golang.org/protobuf", "v1.34.1", INT64_C(1714997860), "1.17"},  /* 2024-05-06 */
    {"google.golang.org/protobuf", "v1.34.2", INT64_C(1718090316), "1.20"},  /* 2024-06-11 */
    {"google.golang.org/protobuf", "v1.35.1", INT64_C(1728305518), "1.21"},  /* 2024-10-07 */
    {"google.golang.org/protobuf", "v1.35.2", INT64_C(1731576512), "1.21"},  /* 2024-11-14 */
    {"google.golang.org/protobuf", "v1.36.0", INT64_C(1734367592), "1.21"},  /* 2024-12-16 */
    {"google.golang.org/protobuf", "v1.36.5", INT64_C(1738840995), "1.21"},  /* 2025-02-06 */
    {"google.golang.org/protobuf", "v1.36.6", INT64_C(1742812498), "1.22"},  /* 2025-03-24 */
    {"google.golang.org/protobuf", "v1.36.8", INT64_C(1755700706), "1.23"},  /* 2025-08-20 */
    {"google.golang.org/protobuf", "v1.36.9", INT64_C(1757412781), "1.23"},  /* 2025-09-09 */
    {"google.golang.org/protobuf", "v1.36.10", INT64_C(1759395370), "1.23"}, /* 2025-10-02 */
    {"google.golang.org/protobuf", "v1.36.11", INT64_C(1765529311), "1.23"}, /* 2025-12-12 */
    {"google.golang.org/protobuf", "v1.36.12", INT64_C(1786368585), "1.23"}, /* 2026-08-10 */
    {"google.golang.org/grpc", "v1.64.0", INT64_C(1715727283), "1.19"},      /* 2024-05-14 */
    {"google.golang.org/grpc", "v1.66.0", INT64_C(1724837930), "1.21"},      /* 2024-08-28 */
    {"google.golang.org/grpc", "v1.67.0", INT64_C(1726814624), "1.21"},      /* 2024-09-20 */
    {"google.golang.org/grpc", "v1.70.0", INT64_C(1737654236), "1.22"},      /* 2025-01-23 */
    {"google.golang.org/grpc", "v1.71.0", INT64_C(1741115132), "1.22.0"},    /* 2025-03-04 */
    {"google.golang.org/grpc", "v1.72.2", INT64_C(1748241001), "1.23"},      /* 2025-05-26 */
    {"google.golang.org/grpc", "v1.73.0", INT64_C(1749121922), "1.23.0"},    /* 2025-06-05 */
    {"google.golang.org/grpc", "v1.74.3", INT64_C(1757493943), "1.23.0"},    /* 2025-09-10 */
    {"google.golang.org/grpc", "v1.75.1", INT64_C(1757326138), "1.23.0"},    /* 2025-09-08 */
    {"google.golang.org/grpc", "v1.76.0", INT64_C(1759783111), "1.24.0"},    /* 2025-10-06 */
    {"google.golang.org/grpc", "v1.77.0", INT64_C(1763421058), "1.24.0"},    /* 2025-11-17 */
    {"google.golang.org/grpc", "v1.78.0", INT64_C(1766481842), "1.24.0"},    /* 2025-12-23 */
    {"google.golang.org/grpc", "v1.79.3", INT64_C(1773789203), "1.24.0"},    /* 2026-03-17 */
    {"google.golang.org/grpc", "v1.80.0", INT64_C(1775030222), "1.24.0"},    /* 2026-04-01 */
    {"google.golang.org/grpc", "v1.81.1", INT64_C(1778649557), "1.25.0"},    /* 2026-05-13 */
    {"google.golang.org/grpc", "v1.82.1", INT64_C(1784158272), "1.25.0"},    /* 2026-07-15 */
    {"google.golang.org/grpc", "v1.83.2", INT64_C(1787672836), "1.25.0"},    /* 2026-08-25 */
    {"google.golang.org/grpc", "v1.84.0", INT64_C(1789675405), "1.25.0"},    /* 2026-09-17 */
    {"google.golang.org/grpc", "v1.85.0", INT64_C(1793093224), "1.26.0"},    /* 2026-10-27 */
    {"google.golang.org/grpc/cmd/protoc-gen-go-grpc", "v1.1.0", INT64_C(1610663305),
     "1.9"}, /* 2021-01-14 */
    {"google.golang.org/grpc/cmd/protoc-gen-go-grpc", "v1.2.0", INT64_C(1640106219),
     "1.9"}, /* 2021-12-21 */
    {"google.golang.org/grpc/cmd/protoc-gen-go-grpc", "v1.3.0", INT64_C(1677693500),
     "1.17"}, /* 2023-03-01 */
    {"google.golang.org/grpc/cmd/protoc-gen-go-grpc", "v1.4.0", INT64_C(1717195368),
     "1.21"}, /* 2024-05-31 */
    {"google.golang.org/grpc/cmd/protoc-gen-go-grpc", "v1.5.0", INT64_C(1722032938),
     "1.21"}, /* 2024-07-26 */
    {"google.golang.org/grpc/cmd/protoc-gen-go-grpc", "v1.5.1", INT64_C(1722272652),
     "1.21"}, /* 2024-07-29 */
    {"google.golang.org/grpc/cmd/protoc-gen-go-grpc", "v1.6.0", INT64_C(1764228556),
     "1.24.0"}, /* 2025-11-27 */
    {"google.golang.org/grpc/cmd/protoc-gen-go-grpc", "v1.6.1", INT64_C(1770199499),
     "1.24.0"}, /* 2026-02-04 */
    {"google.golang.org/grpc/cmd/protoc-gen-go-grpc", "v1.6.2", INT64_C(1778130473),
     "1.25.0"},                                                                    /* 2026-05-07 */
    {"github.com/golang/protobuf", "v1.4.3", INT64_C(1602742709), "1.9"},          /* 2020-10-15 */
    {"github.com/golang/protobuf", "v1.5.0", INT64_C(1616026531), "1.9"},          /* 2021-03-18 */
    {"github.com/golang/protobuf", "v1.5.4", INT64_C(1709707540), "1.17"},         /* 2024-03-06 */
    {"github.com/golangci/golangci-lint", "v1.39.0", INT64_C(1616712775), "1.14"}, /* 2021-03-25 */
    {"github.com/golangci/golangci-lint", "v1.40.1", INT64_C(1620942548), "1.15"}, /* 2021-05-13 */
    {"github.com/golangci/golangci-lint", "v1.41.1", INT64_C(1624118397), "1.15"}, /* 2021-06-19 */
    {"github.com/golangci/golangci-lint", "v1.42.1", INT64_C(1630766349), "1.15"}, /* 2021-09-04 */
    {"github.com/golangci/golangci-lint", "v1.47.2", INT64_C(1658360394), "1.18"}, /* 2022-07-20 */
    {"github.com/golangci/golangci-lint", "v1.50.1", INT64_C(1666435728), "1.19"}, /* 2022-10-22 */
    {"github.com/golangci/golangci-lint", "v1.51.2", INT64_C(1676840092), "1.19"}, /* 2023-02-19 */
    {"github.com/golangci/golangci-lint", "v1.57.1", INT64_C(1710951922), "1.21"}, /* 2024-03-20 */
    {"github.com/golangci/golangci-lint", "v1.59.1", INT64_C(1717884349), "1.21"}, /* 2024-06-08 */
    {"github.com/golangci/golangci-lint", "v1.60.3", INT64_C(1724363124),
     "1.22.1"}, /* 2024-08-22 */
    {"github.com/golangci/golangci-lint", "v1.61.0", INT64_C(1725892399),
     "1.22.1"}, /* 2024-09-09 */
    {"github.com/golangci/golangci-lint", "v1.62.2", INT64_C(1732543943),
     "1.22.1"}, /* 2024-11-25 */
    {"github.com/golangci/golangci-lint", "v1.63.4", INT64_C(1735932577),
     "1.22.1"}, /* 2025-01-03 */
    {"github.com/golangci/golangci-lint", "v1.64.8", INT64_C(1742230442),
     "1.23.0"}, /* 2025-03-17 */
    {"github.com/golangci/golangci-lint/v2", "v2.1.6", INT64_C(1746373001),
     "1.23.0"}, /* 2025-05-04 */
    {"github.com/golangci/golangci-lint/v2", "v2.3.1", INT64_C(1754152951),
     "1.23.0"}, /* 2025-08-02 */
    {"github.com/golangci/golangci-lint/v2", "v2.4.0", INT64_C(1755117900),
     "1.24.0"}, /* 2025-08-13 */
    {"github.com/golangci/golangci-lint/v2", "v2.5.0", INT64_C(1758480793),
     "1.24.0"}, /* 2025-09-21 */
    {"github.com/golangci/golangci-lint/v2", "v2.6.2", INT64_C(1763088466),
     "1.24.0"}, /* 2025-11-14 */
    {"github.com/golangci/golangci-lint/v2", "v2.7.2", INT64_C(1765126337),
     "1.24.0"}, /* 2025-12-07 */
    {"github.com/golangci/golangci-lint/v2", "v2.8.0", INT64_C(1767821002),
     "1.24.0"}, /* 2026-01-07 */
    {"github.com/golangci/golangci-lint/v2", "v2.9.0", INT64_C(1770764817),
     "1.25.0"}, /* 2026-02-10 */
    {"github.com/golangci/golangci-lint/v2", "v2.10.1", INT64_C(1771341707),
     "1.25.0"}, /* 2026-02-17 */
    {"github.com/golangci/golangci-lint/v2", "v2.11.4", INT64_C(1774200586),
     "1.25.0"}, /* 2026-03-22 */
    {"github.com/golangci/golangci-lint/v2", "v2.12.2", INT64_C(1778065285),
     "1.25.0"}, /* 2026-05-06 */
    {"github.com/golangci/golangci-lint/v2", "v2.13.2", INT64_C(1787871121),
     "1.26.0"}, /* 2026-08-27 */
    {"github.com/golangci/golangci-lint/v2", "v2.14.0", INT64_C(1790247293),
     "1.26.0"}, /* 2026-09-24 */
    {"github.com/golangci/golangci-lint/v2", "v2.15.0", INT64_C(1792147914),
     "1.26.0"},                                                       /* 2026-10-16 */
    {"golang.org/x/tools", "v0.24.0", INT64_C(1722971538), "1.19"},   /* 2024-08-06 */
    {"golang.org/x/tools", "v0.30.0", INT64_C(1739206799), "1.22.0"}, /* 2025-02-10 */
    {"golang.org/x/tools", "v0.33.0", INT64_C(1746479176), "1.23.0"}, /* 2025-05-05 */
    {"golang.org/x/tools", "v0.36.0", INT64_C(1754599378), "1.23.0"}, /* 2025-08-07 */
    {"golang.org/x/tools", "v0.39.0", INT64_C(1762985802), "1.24.0"}, /* 2025-11-12 */
    {"golang.org/x/tools", "v0.40.0", INT64_C(1765233746), "1.24.0"}, /* 2025-12-08 */
    {"golang.org/x/tools", "v0.41.0", INT64_C(1768238549), "1.24.0"}, /* 2026-01-12 */
    {"golang.org/x/tools", "v0.42.0", INT64_C(1770661702), "1.24.0"}, /* 2026-02-09 */
    {"golang.org/x/tools", "v0.43.0", INT64_C(1773285411), "1.25.0"}, /* 2026-03-12 */
    {"golang.org/x/tools", "v0.44.0", INT64_C(1775768441), "1.25.0"}, /* 2026-04-09 */
    {"golang.org/x/tools", "v0.45.0", INT64_C(1778273345), "1.25.0"}, /* 2026-05-08 */
    {"golang.org/x/tools", "v0.46.0", INT64_C(1781191959), "1.25.0"}, /* 2026-06-11 */
    {"golang.org/x/tools", "v0.47.0", INT64_C(1782406952), "1.25.0"}, /* 2026-06-25 */
    {"golang.org/x/tools", "v0.48.0", INT64_C(1783564961), "1.25.0"}, /* 2026-07-09 */
    {"golang.org/x/tools", "v0.49.0", INT64_C(1786632806), "1.25.0"}, /* 2026-08-13 */
    {"golang.org/x/tools", "v0.50.0", INT64_C(1788897596), "1.26.0"}, /* 2026-09-08 */
    {"golang.org/x/tools", "v0.51.0", INT64_C(1790966985), "1.26.0"}, /* 2026-10-02 */
    {"golang.org/x/tools", "v0.52.0", INT64_C(1791660557), "1.26.0"}, /* 2026-10-10 */
    {"golang.org/x/vuln", "v1.0.4", INT64_C(1707247609), "1.18"},     /* 2024-02-06 */
    {"golang.org/x/vuln", "v1.1.3", INT64_C(1721151404), "1.21"},     /* 2024-07-16 */
    {"golang.org/x/vuln", "v1.1.4", INT64_C(1736191586), "1.22.0"},   /* 2025-01-06 */
    {"golang.org/x/vuln", "v1.2.0", INT64_C(1775814731), "1.25.0"},   /* 2026-04-10 */
    {"golang.org/x/vuln", "v1.3.0", INT64_C(1776895384), "1.25.0"},   /* 2026-04-22 */
    {"golang.org/x/vuln", "v1.4.0", INT64_C(1781722686), "1.25.0"},   /* 2026-06-17 */
    {"golang.org/x/vuln", "v1.5.0", INT64_C(1782411883), "1.25.0"},   /* 2026-06-25 */
    {"golang.org/x/vuln", "v1.6.0", INT64_C(1783617782), "1.25.0"},   /* 2026-07-09 */
    {"golang.org/x/vuln", "v1.7.0", INT64_C(1786644064), "1.25.0"},   /* 2026-08-13 */
    {"golang.org/x/vuln", "v1.8.0", INT64_C(1788900762), "1.26.0"},   /* 2026-09-08 */
    {"golang.org/x/vuln", "v1.9.0", INT64_C(1791689993), "1.26.0"},   /* 2026-10-11 */
    {"github.com/grpc-ecosystem/grpc-gateway/v2", "v2.19.1", INT64_C(1706555140),
     "1.19"}, /* 2024-01-29 */
    {"github.com/grpc-ecosystem/grpc-gateway/v2", "v2.20.0", INT64_C(1715804212),
     "1.20"}, /* 2024-05-15 */
    {"github.com/grpc-ecosystem/grpc-gateway/v2", "v2.22.0", INT64_C(1723843430),
     "1.21"}, /* 2024-08-16 */
    {"github.com/grpc-ecosystem/grpc-gateway/v2", "v2.23.0", INT64_C(1730486388),
     "1.21"}, /* 2024-11-01 */
    {"github.com/grpc-ecosystem/grpc-gateway/v2", "v2.24.0", INT64_C(1732300034),
     "1.22.7"}, /* 2024-11-22 */
    {"github.com/grpc-ecosystem/grpc-gateway/v2", "v2.25.1", INT64_C(1734668745),
     "1.22.0"}, /* 2024-12-20 */
    {"github.com/grpc-ecosystem/grpc-gateway/v2", "v2.26.7", INT64_C(1769718243),
     "1.24.0"}, /* 2026-01-29 */
    {"github.com/grpc-ecosystem/grpc-gateway/v2", "v2.27.8", INT64_C(1770741287),
     "1.24.0"}, /* 2026-02-10 */
    {"github.com/grpc-ecosystem/grpc-gateway/v2", "v2.28.0", INT64_C(1771347599),
     "1.24.0"}, /* 2026-02-17 */
    {"github.com/grpc-ecosystem/grpc-gateway/v2", "v2.29.0", INT64_C(1776278567),
     "1.25.0"}, /* 2026-04-15 */
    {"github.com/grpc-ecosystem/grpc-gateway/v2", "v2.30.0", INT64_C(1785905909),
     "1.25.0"}, /* 2026-08-05 */
    {"github.com/grpc-ecosystem/grpc-gateway/v2", "v2.31.0", INT64_C(1790363150),
     "1.26.0"}, /* 2026-09-25 */
    {"github.com/grpc-ecosystem/grpc-gateway/v2", "v2.32.0", INT64_C(1792018791),
     "1.26.0"}, /* 2026-10-14 */
    {"github.com/grpc-ecosystem/grpc-gateway/v2", "v2.33.0", INT64_C(1793100880),
     "1.26.0"},                                                              /* 2026-10-27 */
    {"github.com/swaggo/swag", "v1.8.12", INT64_C(1680002361), "1.18"},      /* 2023-03-28 */
    {"github.com/swaggo/swag", "v1.16.6", INT64_C(1753671697), "1.18"},      /* 2025-07-28 */
    {"github.com/go-delve/delve", "v1.22.1", INT64_C(1708547346), "1.21"},   /* 2024-02-21 */
    {"github.com/go-delve/delve", "v1.24.1", INT64_C(1741265917), "1.21"},   /* 2025-03-06 */
    {"github.com/go-delve/delve", "v1.25.2", INT64_C(1756321389), "1.22.0"}, /* 2025-08-27 */
    {"github.com/go-delve/delve", "v1.26.2", INT64_C(1776695515), "1.24"},   /* 2026-04-20 */
    {"github.com/go-delve/delve", "v1.27.2", INT64_C(1788968897), "1.25.0"}, /* 2026-09-09 */
    {"github.com/air-verse/air", "v1.52.3", INT64_C(1719239943), "1.22"},    /* 2024-06-24 */
    {"github.com/air-verse/air", "v1.61.5", INT64_C(1734403985), "1.23"},    /* 2024-12-17 */
    {"github.com/air-verse/air", "v1.62.0", INT64_C(1748676951), "1.24"},    /* 2025-05-31 */
    {"github.com/air-verse/air", "v1.63.8", INT64_C(1768117615), "1.25"},    /* 2026-01-11 */
    {"github.com/air-verse/air", "v1.64.5", INT64_C(1769954431), "1.25"},    /* 2026-02-01 */
    {"github.com/air-verse/air", "v1.65.3", INT64_C(1779375040), "1.25"},    /* 2026-05-21 */
    {"github.com/air-verse/air", "v1.66.1", INT64_C(1784545543), "1.25"},    /* 2026-07-20 */
    {"github.com/air-verse/air", "v1.67.4", INT64_C(1785595176), "1.26.0"},  /* 2026-08-01 */
};
/* clang-format on */

const struct go_module_version *go_module_versions(gsize *count)
{
    *count = G_N_ELEMENTS(versions);
    return versions;
}

const struct go_module_version *go_module_find(const char *path, const char *version)
{
    for (gsize i = 0; i < G_N_ELEMENTS(versions); i++)
        if (strcmp(versions[i].path, path) == 0 && strcmp(versions[i].version, version) == 0)
            return &versions[i];
    return NULL;
}

const struct go_module_version *go_module_latest(const char *path, int64_t date_s)
{
    const struct go_module_version *latest = NULL;
    for (gsize i = 0; i < G_N_ELEMENTS(versions); i++)
        if (strcmp(versions[i].path, path) == 0 && versions[i].date_s <= date_s &&
            (latest == NULL || go_semver_compare(versions[i].version, latest->version) > 0))
            latest = &versions[i];
    return latest;
}

bool go_module_is_known(const char *path)
{
    for (gsize i = 0; i < G_N_ELEMENTS(versions); i++)
        if (strcmp(versions[i].path, path) == 0)
            return true;
    return false;
}
