/* Packed models: whatever the bytes, nothing is read beyond them, and what was taken packs to as
 * many bytes, which are taken whole. */
#include <stdint.h>
#include <stdlib.h>

#include "apus/pack.h"
#include "tests/model/animal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    apus_arena a;
    apus_arena_init(&a, &apus_alloc_libc, 64 << 20);
    apus_str rest = { (const char *)data, size }, packed;
    struct animal *one = apus_model_unpack(&a, &animal_model, &rest);
    if (one) {
        apus_buf b = apus_buf_in(&a);
        if (!apus_model_pack(&a, &animal_model, one, &b) || apus_buf_take(&b, &packed) ||
            packed.len != size - rest.len || !apus_model_unpack(&a, &animal_model, &packed) ||
            packed.len)
            abort();
    }
    apus_arena_finish(&a);
    return 0;
}
