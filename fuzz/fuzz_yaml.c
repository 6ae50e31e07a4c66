/* YAML: whatever comes is a value within the limits, or refused with a sentence. */
#include <stdint.h>
#include <stdlib.h>

#include "apus/yaml.h"

enum { TYPED_DEPTH = 24 };

static unsigned count(const apus_json *v, unsigned depth)
{
    unsigned n = 1;
    if (depth > TYPED_DEPTH + 1)
        abort();
    if (v->kind == APUS_JSON_object || v->kind == APUS_JSON_list)
        for (const apus_json *c = v->first; c; c = c->next)
            n += count(c, depth + 1);
    return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    apus_arena a;
    apus_json *value = NULL;
    apus_err err = { 0 };
    apus_arena_init(&a, &apus_alloc_libc, 64 << 20);
    apus_rc rc = apus_yaml_parse(&a, (apus_str){ (const char *)data, size }, &value, &err);
    if (rc == APUS_OK && count(value, 0) > APUS_YAML_NODES_MAX + 1)
        abort();
    if (rc == APUS_OK && value->kind == APUS_JSON_object && value->n &&
        !apus_yaml_line_of((apus_str){ (const char *)data, size }, value->first->name))
        abort(); /* what was read stands somewhere */
    if (rc != APUS_OK && !err.msg[0])
        abort();
    const apus_yaml_options typed = { .depth_max = TYPED_DEPTH, .is_typed = true };
    apus_rc other =
        apus_yaml_parse_as(&a, (apus_str){ (const char *)data, size }, &typed, &value, &err);
    if (rc == APUS_OK && other != APUS_OK)
        abort(); /* it takes no less */
    if (other == APUS_OK && count(value, 0) > APUS_YAML_NODES_MAX + 1)
        abort();
    apus_arena_finish(&a);
    return 0;
}
