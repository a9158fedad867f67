/* What Docker, BuildKit, registries and runners say when they fail, and what it means. */
#include "docker/failure_table.h"
#include "http/http.h"

#define ROW(ids, pattern, cause, retry)                                                            \
    {                                                                                              \
        WEIGHT_STRONG, "failures.md " ids, pattern, NULL, 0, 0, CAUSE_##cause, RETRY_##retry       \
    }
#define WEAK(ids, pattern, cause, retry)                                                           \
    {                                                                                              \
        WEIGHT_WEAK, "failures.md " ids, pattern, NULL, 0, 0, CAUSE_##cause, RETRY_##retry         \
    }
#define CODES(weight, ids, domain, first, last, cause, retry)                                      \
    {                                                                                              \
        weight, "failures.md " ids, NULL, domain, first, last, CAUSE_##cause, RETRY_##retry        \
    }
#define CODE(weight, ids, domain, code, cause, retry)                                              \
    CODES(weight, ids, domain, code, code, cause, retry)

/* Other folders' error domains by name: this one may not include them all. */
#define HTTP   "seatrial-http-error"
#define FIBER  "seatrial-fiber-error"
#define OCI    "seatrial-oci-error"
#define DOCKER "seatrial-docker-error"

const struct failure_row failure_rows[] = {
    /* ---- our own time limits and cancellation ---- */
    CODE(WEIGHT_EXACT, "M1", FIBER, FIBER_ERROR_TIMED_OUT, RESOURCE, UNKNOWN),
    CODE(WEIGHT_EXACT, "M2", FIBER, FIBER_ERROR_CANCELLED, INFRASTRUCTURE, PERSISTENT),

    /* ---- J: the Go toolchain inside the build; before A, because it may quote network errors ----
     */
    ROW("J1", "go: go.mod requires go >=", TOOLCHAIN, PERSISTENT),
    ROW("J2", "go: *requires go >=", TOOLCHAIN, PERSISTENT),
    ROW("J3", "invalid go version '", TOOLCHAIN, PERSISTENT),
    ROW("J4", "unknown directive: toolchain", TOOLCHAIN, PERSISTENT),
    ROW("J5", "toolchain not available", TOOLCHAIN, PERSISTENT),
    ROW("J5", "is a language version but not a toolchain version", TOOLCHAIN, PERSISTENT),
    ROW("J6", "go: download go*golang.org/toolchain@*: Get ", TOOLCHAIN, TRANSIENT),
    ROW("J7", "is not in GOROOT", TOOLCHAIN, PERSISTENT),
    ROW("J7", "is not in std", TOOLCHAIN, PERSISTENT),

    /* ---- E: disk full, wherever it shows ---- */
    ROW("E6", "System.IO.IOException: No space left on device", RESOURCE, PERSISTENT),
    ROW("E1", "GetImageBlob*no space left on device", RESOURCE, PERSISTENT),
    ROW("E2", "failed to register layer: *no space left on device", RESOURCE, PERSISTENT),
    ROW("E2", "Error processing tar file*no space left on device", RESOURCE, PERSISTENT),
    ROW("E3", "failed to extract layer*no space left on device", RESOURCE, PERSISTENT),
    ROW("E3", "failed to prepare extraction snapshot", RESOURCE, PERSISTENT),
    ROW("E4", "failed to copy: write *no space left on device", RESOURCE, PERSISTENT),
    ROW("E5", "code = Unknown desc = write *no space left on device", RESOURCE, PERSISTENT),
    ROW("E1 E4", "no space left on device", RESOURCE, PERSISTENT),
    ROW("E1 E4", "No space left on device", RESOURCE, PERSISTENT),
    ROW("E9", "a prune operation is already running", INFRASTRUCTURE, TRANSIENT),

    /* ---- L: the cache service; it quotes network errors too ---- */
    ROW("L1", "This legacy service is shutting down", CONFIGURATION, PERSISTENT),
    ROW("L2", "maximum timeout reached", REGISTRY, RATE_LIMIT),
    ROW("L3", "failed to parse error response 429", REGISTRY, RATE_LIMIT),
    ROW("K7", "failed to parse error response 5", REGISTRY, TRANSIENT),
    ROW("L4", "error writing layer blob: not_found", REGISTRY, TRANSIENT),
    ROW("L5", "CacheService/*: dial tcp *i/o timeout", NETWORK, TRANSIENT),
    ROW("L6", ".actions.githubusercontent.com/*TLS handshake timeout", NETWORK, TRANSIENT),
    ROW("L9", "requires token parameter or $ACTIONS_RUNTIME_TOKEN", CONFIGURATION, PERSISTENT),
    ROW("L11", "error writing manifest blob: ", CONFIGURATION, PERSISTENT),

    /* ---- F: dockerd itself ---- */
    ROW("F1", "Cannot connect to the Docker daemon at ", INFRASTRUCTURE, PERSISTENT),
    ROW("F1", "failed to connect to the docker API at ", INFRASTRUCTURE, PERSISTENT),
    ROW("F2", "permission denied while trying to connect to the ", CONFIGURATION, PERSISTENT),
    ROW("F3", "client version *is too old", CONFIGURATION, PERSISTENT),
    ROW("F4", "client version *is too new", CONFIGURATION, PERSISTENT),
    ROW("F6", "check if the server supports the requested API version", INFRASTRUCTURE, PERSISTENT),
    ROW("F7", "but provided no error-message", INFRASTRUCTURE, PERSISTENT),
    ROW("F8", "error during connect: ", INFRASTRUCTURE, TRANSIENT),
    ROW("F8", "desc = error reading from server: EOF", INFRASTRUCTURE, TRANSIENT),
    ROW("F8", "the Engine's stream was cut", INFRASTRUCTURE, TRANSIENT),
    ROW("F8", "the Engine's answer was cut", INFRASTRUCTURE, TRANSIENT),
    ROW("F9", "unknown command: docker buildx", CONFIGURATION, PERSISTENT),
    ROW("F9", "'buildx' is not a docker command", CONFIGURATION, PERSISTENT),

    /* ---- rates; before B, C and D, which put them into their own sentences ---- */
    ROW("B4", "too many failed login attempts", REGISTRY, RATE_LIMIT),
    ROW("C2", "unauthenticated pull rate limit", REGISTRY, RATE_LIMIT),
    ROW("C1", "You have reached your pull rate limit", REGISTRY, RATE_LIMIT),
    ROW("C3", "error parsing HTTP 429 response body", REGISTRY, TRANSIENT),
    ROW("C3", "toomanyrequests: Too Many Requests", REGISTRY, TRANSIENT),
    ROW("D3", "attempts=1: toomanyrequests", REGISTRY, RATE_LIMIT),
    ROW("K19", "toomanyrequests: ", REGISTRY, RATE_LIMIT),
    ROW("K3", "secondary rate limit", REGISTRY, RATE_LIMIT),
    ROW("C2", "429 Too Many Requests", REGISTRY, RATE_LIMIT),

    /* ---- D: blobs; sentences that quote what A, B and C say plainly ---- */
    ROW("D1", "image configuration: download failed *unexpected HTTP status: 5", REGISTRY,
        TRANSIENT),
    ROW("D2", "image configuration: download failed *connection reset by peer", NETWORK, TRANSIENT),
    ROW("D3", "attempts=1: denied", CONFIGURATION, PERSISTENT),
    ROW("D3", "attempts=1: unauthorized", CONFIGURATION, PERSISTENT),
    ROW("D3", "attempts=1: unknown blob", REGISTRY, PERSISTENT),
    ROW("D4", "image config verification failed for digest", REGISTRY, PERSISTENT),
    ROW("D7", "expected HTTP 206 from byte range request", REGISTRY, TRANSIENT),
    ROW("D9", "layer verification failed for digest", REGISTRY, PERSISTENT),
    ROW("D12", "unexpected commit digest", REGISTRY, PERSISTENT),
    ROW("D13", "failed size validation", REGISTRY, PERSISTENT),
    ROW("D14", "httpReadSeeker: failed open: unexpected status *: 5", REGISTRY, TRANSIENT),
    ROW("D15", "httpReadSeeker: failed open: failed to do request: ", NETWORK, TRANSIENT),

    /* ---- B: credentials and tokens ---- */
    ROW("B3", "oauth token: unexpected status *: 401", CONFIGURATION, PERSISTENT),
    ROW("B3", "anonymous token: unexpected status *: 401", CONFIGURATION, PERSISTENT),
    ROW("B2", "token: unexpected status *: 5", REGISTRY, TRANSIENT),
    ROW("B1", ": Get \"*/token?*\": ", NETWORK, TRANSIENT),
    ROW("B6", "login attempt to *failed with status: 5", REGISTRY, TRANSIENT),
    ROW("B7", "login attempt to *failed with status: 401", CONFIGURATION, PERSISTENT),
    ROW("B5", "denied: denied", CONFIGURATION, PERSISTENT),
    ROW("B3", "/v2/\": unauthorized: ", CONFIGURATION, PERSISTENT),
    ROW("B7 K4", "unauthorized: authentication required", CONFIGURATION, PERSISTENT),
    ROW("B5", "/manifests/*\": denied", CONFIGURATION, PERSISTENT),
    ROW("B7", "/manifests/*\": unauthorized", CONFIGURATION, PERSISTENT),
    ROW("B7", "no basic auth credentials", CONFIGURATION, PERSISTENT),
    ROW("B8", "Error loading config file: ", CONFIGURATION, PERSISTENT),

    /* ---- G: builders ---- */
    ROW("G3", "failed to parse config", CONFIGURATION, PERSISTENT),
    ROW("G3", "buildkitd: (*): Can't convert ", CONFIGURATION, PERSISTENT),
    ROW("G4", "additional instances of driver \"docker\" cannot be created", CONFIGURATION,
        PERSISTENT),
    ROW("G4", "failed to find driver \"docker\"", CONFIGURATION, PERSISTENT),
    ROW("G5", "failed to find driver ", CONFIGURATION, PERSISTENT),
    ROW("G6", "existing instance for *but no append mode", CONFIGURATION, PERSISTENT),
    ROW("G7", "existing instance for *but has mismatched driver", CONFIGURATION, PERSISTENT),
    ROW("G8", "already exists as context builder", CONFIGURATION, PERSISTENT),
    ROW("G9", "is a reserved name and cannot be used to identify builder", CONFIGURATION,
        PERSISTENT),
    ROW("G10", "Conflict. The container name *is already in use", INFRASTRUCTURE, PERSISTENT),
    ROW("G11", "TLS data loaded from environment", CONFIGURATION, PERSISTENT),
    ROW("G12", "No such image: ", REGISTRY, TRANSIENT),
    ROW("G12", "An image does not exist locally with the tag: ", CONFIGURATION, PERSISTENT),
    ROW("G13", "Error response from daemon: *operation not permitted", CONFIGURATION, PERSISTENT),
    ROW("G13", "runtime create failed*operation not permitted", CONFIGURATION, PERSISTENT),
    ROW("G14", "buildkitd.sock: connect: no such file", INFRASTRUCTURE, TRANSIENT),
    ROW("G14", "server preface", INFRASTRUCTURE, TRANSIENT),
    ROW("G15", "no builder \"", CONFIGURATION, PERSISTENT),

    /* ---- H: what the docker driver cannot do; CI annotations show only the last line ---- */
    ROW("H1", "ulti-platform build is not supported for the docker driver", CONFIGURATION,
        PERSISTENT),
    ROW("H1", "ultiple platforms feature is currently not supported", CONFIGURATION, PERSISTENT),
    ROW("H1", "docker.com/go/build-multi-platform/", CONFIGURATION, PERSISTENT),
    ROW("H2", "Cache export is not supported for the docker driver", CONFIGURATION, PERSISTENT),
    ROW("H2", "docker.com/go/build-cache-backends/", CONFIGURATION, PERSISTENT),
    ROW("H3", "Attestation is not supported for the docker driver", CONFIGURATION, PERSISTENT),
    ROW("H3", "docker.com/go/attestations/", CONFIGURATION, PERSISTENT),
    ROW("H4", "exporter is not supported for the docker driver", CONFIGURATION, PERSISTENT),
    ROW("H5", "push-by-digest is currently not implemented", CONFIGURATION, PERSISTENT),
    ROW("H6", "auto-push is currently not implemented", CONFIGURATION, PERSISTENT),
    ROW("H8", "does not currently support exporting manifest lists", CONFIGURATION, PERSISTENT),
    ROW("H10", "setting config file is not supported for docker driver", CONFIGURATION, PERSISTENT),

    /* ---- I: other platforms ---- */
    ROW("I1", "exec format error", CONFIGURATION, PERSISTENT),
    ROW("I1", "exec user process caused: exec format", CONFIGURATION, PERSISTENT),
    ROW("I2", "exec /*: no such file or directory", CONFIGURATION, PERSISTENT),
    ROW("I3", "qemu: uncaught target signal", INFRASTRUCTURE, PERSISTENT),
    ROW("I7", "Error while loading /usr/sbin/dpkg-split", CONFIGURATION, PERSISTENT),

    /* ---- K: push and names ---- */
    ROW("K13", "must be lowercase", CONFIGURATION, PERSISTENT),
    ROW("K14", "invalid reference format", CONFIGURATION, PERSISTENT),
    ROW("K15", "tag is needed when pushing to registry", CONFIGURATION, PERSISTENT),
    ROW("K2", "permission_denied: write_package", CONFIGURATION, PERSISTENT),
    ROW("K2", "installation not allowed to ", CONFIGURATION, PERSISTENT),
    ROW("K1", "unexpected status*: 403 Forbidden", CONFIGURATION, PERSISTENT),
    ROW("B7", "unexpected status*: 401 Unauthorized", CONFIGURATION, PERSISTENT),
    ROW("K10", "error parsing HTTP 413 response body", CONFIGURATION, PERSISTENT),
    ROW("K10", "413 Request Entity Too Large", CONFIGURATION, PERSISTENT),
    ROW("K11", "write: broken pipe", NETWORK, TRANSIENT),
    ROW("K12", "read/write on closed pipe", REGISTRY, TRANSIENT),
    ROW("K12", "cannot reuse body, request must be retried", REGISTRY, TRANSIENT),
    ROW("K8", "blob upload unknown", REGISTRY, TRANSIENT),
    ROW("K9", "blob upload invalid", REGISTRY, PERSISTENT),
    ROW("K17", "failed commit on ref \"manifest-*unexpected status", REGISTRY, TRANSIENT),
    ROW("K6", "unexpected status *blobs/uploads/*: 5", REGISTRY, TRANSIENT),

    /* ---- C: manifests ---- */
    ROW("C9", "no matching manifest for ", CONFIGURATION, PERSISTENT),
    ROW("C9", "no match for platform in manifest", CONFIGURATION, PERSISTENT),
    ROW("C10", "schema 1 support has been removed", CONFIGURATION, PERSISTENT),
    ROW("C7 K16", "name unknown: repository name not known", CONFIGURATION, PERSISTENT),
    ROW("C6", "pull access denied for ", CONFIGURATION, PERSISTENT),
    ROW("C6", "requested access to the resource is denied", CONFIGURATION, PERSISTENT),
    ROW("C5", "manifest unknown", CONFIGURATION, PERSISTENT),
    ROW("C8", "error parsing HTTP 403 response body", REGISTRY, PERSISTENT),
    ROW("C8", "denied: <", REGISTRY, PERSISTENT),
    ROW("C4 D5 K5", "received unexpected HTTP status: 5", REGISTRY, TRANSIENT),
    ROW("D11", "says nothing and the Engine answers", NETWORK, TRANSIENT),
    ROW("F5", "says nothing and the Engine does not answer", INFRASTRUCTURE, PERSISTENT),
    ROW("C11", "unexpected status from *: 5", REGISTRY, TRANSIENT),
    ROW("K8", "unexpected status from P* request to */blobs/uploads/*: 404", REGISTRY, TRANSIENT),
    ROW("D10 K18", "unknown blob", REGISTRY, UNKNOWN),
    WEAK("C11", "error from registry: ", REGISTRY, UNKNOWN),

    /* ---- A: on the way; last, because everybody quotes it ---- */
    ROW("A10", "x509: certificate signed by unknown authority", NETWORK, PERSISTENT),
    ROW("A11", "x509: ", NETWORK, PERSISTENT),
    ROW("A12", "server gave HTTP response to HTTPS client", CONFIGURATION, PERSISTENT),
    ROW("A13", "remote error: tls: ", NETWORK, TRANSIENT),
    ROW("A14", "invalid character '<' looking for beginning of value", NETWORK, PERSISTENT),
    ROW("A1", "lookup *: no such host", NETWORK, TRANSIENT),
    ROW("A2", "lookup *: server misbehaving", NETWORK, TRANSIENT),
    ROW("A3", "lookup *: i/o timeout", NETWORK, TRANSIENT),
    ROW("A4", "connect: connection refused", NETWORK, TRANSIENT),
    ROW("A5", "dial tcp *: i/o timeout", NETWORK, TRANSIENT),
    ROW("A6", "Client.Timeout exceeded while awaiting headers", NETWORK, TRANSIENT),
    ROW("A6", "/v2/\": context deadline exceeded", NETWORK, TRANSIENT),
    ROW("A7", "net/http: TLS handshake timeout", NETWORK, TRANSIENT),
    ROW("D8", "^read tcp *connection reset by peer", NETWORK, TRANSIENT),
    ROW("A8", "connection reset by peer", NETWORK, TRANSIENT),
    ROW("D6 F8", "unexpected EOF", NETWORK, TRANSIENT),
    ROW("A9", "\": EOF", NETWORK, TRANSIENT),
    ROW("A9", "/v2/: EOF", NETWORK, TRANSIENT),

    /* ---- M: the runner ---- */
    ROW("M3", "exceeded the maximum execution time", RESOURCE, PERSISTENT),
    ROW("M5", "exit code: 137", RESOURCE, PERSISTENT),
    ROW("M5", "exit code 137", RESOURCE, PERSISTENT),
    ROW("M5", "non-zero code: 137", RESOURCE, PERSISTENT),
    ROW("M6", "lost communication with the server", INFRASTRUCTURE, TRANSIENT),
    ROW("M7", "received a shutdown signal", INFRASTRUCTURE, TRANSIENT),
    ROW("M8", "Failed to download action ", INFRASTRUCTURE, TRANSIENT),
    WEAK("M1", "has timed out after ", RESOURCE, UNKNOWN),
    WEAK("M2", "The operation was canceled", INFRASTRUCTURE, PERSISTENT),

    /* ---- what our own clients know when no text says more ---- */
    CODE(WEIGHT_CODE, "A1", HTTP, HTTP_ERROR_NAME_NOT_FOUND, NETWORK, TRANSIENT),
    CODE(WEIGHT_CODE, "A2", HTTP, HTTP_ERROR_NAME_SERVER, NETWORK, TRANSIENT),
    CODE(WEIGHT_CODE, "A3", HTTP, HTTP_ERROR_NAME_TIMED_OUT, NETWORK, TRANSIENT),
    CODE(WEIGHT_CODE, "A4", HTTP, HTTP_ERROR_REFUSED, NETWORK, TRANSIENT),
    CODES(WEIGHT_CODE, "A5", HTTP, HTTP_ERROR_CONNECT_TIMED_OUT, HTTP_ERROR_UNANSWERED, NETWORK,
          TRANSIENT),
    CODE(WEIGHT_CODE, "A7", HTTP, HTTP_ERROR_TLS_TIMED_OUT, NETWORK, TRANSIENT),
    CODE(WEIGHT_CODE, "A10 A11 A13", HTTP, HTTP_ERROR_TLS_REFUSED, NETWORK, PERSISTENT),
    CODE(WEIGHT_CODE, "A8", HTTP, HTTP_ERROR_RESET, NETWORK, TRANSIENT),
    CODE(WEIGHT_CODE, "A9", HTTP, HTTP_ERROR_EMPTY_REPLY, NETWORK, TRANSIENT),
    CODE(WEIGHT_CODE, "D6", HTTP, HTTP_ERROR_TRUNCATED, NETWORK, TRANSIENT),
    CODES(WEIGHT_CODE, "A12 A14", HTTP, HTTP_ERROR_MALFORMED, HTTP_ERROR_TOO_LARGE, NETWORK,
          PERSISTENT),
    CODE(WEIGHT_CODE, "F2", HTTP, HTTP_ERROR_PERMISSION, CONFIGURATION, PERSISTENT),
    CODE(WEIGHT_CODE, "A8", HTTP, HTTP_ERROR_OTHER, NETWORK, TRANSIENT),
    CODE(WEIGHT_CODE, "D4", OCI, 0, REGISTRY, PERSISTENT),
    CODE(WEIGHT_CODE, "B7", OCI, 401, CONFIGURATION, PERSISTENT),
    CODE(WEIGHT_CODE, "K1", OCI, 403, CONFIGURATION, PERSISTENT),
    CODE(WEIGHT_CODE, "C5", OCI, 404, CONFIGURATION, PERSISTENT),
    CODE(WEIGHT_CODE, "C1", OCI, 429, REGISTRY, RATE_LIMIT),
    CODES(WEIGHT_CODE, "C4", OCI, 500, 599, REGISTRY, TRANSIENT),
    CODE(WEIGHT_CODE, "F8", DOCKER, DOCKER_ERROR_CUT, INFRASTRUCTURE, TRANSIENT),
    CODE(WEIGHT_CODE, "F6", DOCKER, DOCKER_ERROR_FORMAT, INFRASTRUCTURE, PERSISTENT),
    CODE(WEIGHT_CODE, "F8", DOCKER, DOCKER_ERROR_UNREACHABLE, INFRASTRUCTURE, TRANSIENT),

    /* ---- that something failed, or a warning that may have nothing to do with it ---- */
    WEAK("G3", "ontainer *is not running", CONFIGURATION, PERSISTENT),
    WEAK("G2", "ERROR: exit code 1", INFRASTRUCTURE, TRANSIENT),
    WEAK("G2", "BuildKit did not become ready: exit code ", INFRASTRUCTURE, TRANSIENT),
    WEAK("J1 I1", "did not complete successfully: exit code: ", TOOLCHAIN, PERSISTENT),
    WEAK("J1 I1", "returned a non-zero code: ", TOOLCHAIN, PERSISTENT),
    WEAK("E7", "You are running out of disk space", RESOURCE, PERSISTENT),
    WEAK("E8", "Total reclaimed space: 0B", RESOURCE, PERSISTENT),
    WEAK("L8", "hit a rate limit, your rate limit will reset", REGISTRY, RATE_LIMIT),
    WEAK("L8", "(429) Too Many Requests: rate limit exceeded", REGISTRY, RATE_LIMIT),
    WEAK("L7", "Unable to reserve cache with key", REGISTRY, UNKNOWN),
    WEAK("L10", "^#*ERROR: *: not found", CONFIGURATION, PERSISTENT),
    WEAK("M8", "Back off *before retry", INFRASTRUCTURE, TRANSIENT),
    WEAK("G1", "[internal] booting buildkit", INFRASTRUCTURE, UNKNOWN),
    WEAK("M4", "Process completed with exit code ", UNKNOWN, UNKNOWN),
    WEAK("I8", "^#* CANCELED", UNKNOWN, UNKNOWN),
};

const gsize failure_row_count = G_N_ELEMENTS(failure_rows);
