/* Scenario files: from bytes to a record, or to an error with its place. */
#include "fuzz.h"
#include "fuzz_record.h"

#include "harness/scenario.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length_bytes)
{
    fuzz_record(scenario_record(), bytes, length_bytes);
    return 0;
}
