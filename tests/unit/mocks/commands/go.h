/* What the tests of the go command share: machines with Go, and a module with a program. */
#pragma once

#include "bench.h"

/* 2026-11-26, the day of the measurements. */
#define DATE_S INT64_C(1795690000)

#define LOCAL    "GOTOOLCHAIN=local"
#define PROTOBUF "google.golang.org/protobuf"
#define PLUGIN   PROTOBUF "/cmd/protoc-gen-go"

extern const struct plan go_21, go_22;
