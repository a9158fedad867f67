/*
 * What a fuzz target is: one function over foreign bytes that returns 0 and never crashes, leaks or
 * breaks a promise of the header it tests (it says so with g_assert). Each target is one file,
 * fuzz_NAME.c, with its corpus in corpus/NAME. driver.c feeds it the corpus and mutations of it;
 * libFuzzer does so for as long as one likes (tests/fuzz/run).
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length_bytes);
