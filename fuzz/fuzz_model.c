/* Any JSON or YAML, into models of every shape: what is taken can be written, and what was written
 * is taken again and written the same; what is refused has a bounded list of reasons, which is
 * JSON.  What apusc's function for a model reads is what its tables say.
 *
 * The first byte says which model; with its high bit set, what follows is YAML. */
#include <apus/decode.h>
#include <apus/encode.h>
#include <apus/yaml.h>
#include <stdlib.h>

#include "models.h"

enum { MEMORY_MAX = 64 << 20, PROBLEMS_MAX = 100 };

static void check_reasons(apus_arena *a, apus_problems *problems, size_t size)
{
    apus_buf b = apus_buf_in(a);
    apus_str answer;
    apus_json *ignored;
    uint32_t n = 0;
    for (const apus_problem *p = problems->first; p; p = p->next)
        n++;
    if (problems->no_memory)
        return;
    apus_problems_write(problems, &b);
    if (n == 0 || n > PROBLEMS_MAX || apus_buf_take(&b, &answer) ||
        answer.len > PROBLEMS_MAX * (8 * size + 4096) ||
        apus_json_parse(a, answer, NULL, &ignored, NULL))
        abort();
}

static bool write(apus_arena *a, const apus_type *type, const void *value, apus_str *text)
{
    apus_buf b = apus_buf_in(a);
    apus_rc rc = apus_encode_json(&b, type, value, APUS_OMIT_nothing);
    apus_rc taken = apus_buf_take(&b, text);
    if (rc != APUS_OK && rc != APUS_NOMEM && rc != APUS_LIMIT)
        abort();
    return !rc && !taken;
}

static void check_round_trip(apus_arena *a, const subject *s, apus_str text)
{
    apus_problems problems;
    apus_str first, second;
    apus_problems_init(&problems, a);
    void *value = s->read(a, text, &problems);
    if (!value) {
        check_reasons(a, &problems, text.len);
        return;
    }
    if (!write(a, s->type, value, &first))
        return;
    apus_problems_init(&problems, a);
    value = s->read(a, first, &problems);
    if (!value && problems.no_memory)
        return;
    if (!value)
        abort();
    if (write(a, s->type, value, &second) && !apus_str_eq(first, second))
        abort();
}

extern const apus_model apus_model_trade;

/* What came of reading it: the value as it is written, or the problems. */
static apus_rc outcome(apus_arena *a, const apus_type *type, apus_str text, apus_str *said)
{
    trade_list value;
    apus_problems problems;
    apus_place body = { .key = APUS_STR("body") };
    apus_problems_init(&problems, a);
    apus_decoder d = { .arena = a, .problems = &problems };
    apus_rc rc = apus_decode_json(&d, type, NULL, text, &body, &value);
    apus_buf b = apus_buf_in(a);
    *said = APUS_STR("");
    if (rc == APUS_OK)
        rc = apus_encode_json(&b, type, &value, APUS_OMIT_nothing);
    else if (rc == APUS_INVALID)
        apus_problems_write(&problems, &b);
    apus_rc taken = apus_buf_take(&b, said);
    return taken ? taken : rc;
}

/* With the model's function and without it. */
static void check_trades(apus_arena *a, apus_str text)
{
    apus_model tables = apus_model_trade;
    apus_type item = *apus_type_of_trade_list.item, list = apus_type_of_trade_list;
    apus_str one, other;
    if (!tables.plain)
        abort();
    tables.plain = NULL;
    item.model = &tables;
    list.item = &item;
    apus_rc by_function = outcome(a, &apus_type_of_trade_list, text, &one);
    apus_rc by_tables = outcome(a, &list, text, &other);
    bool no_memory = by_function == APUS_NOMEM || by_tables == APUS_NOMEM;
    if (!no_memory && (by_function != by_tables || !apus_str_eq(one, other)))
        abort();
}

/* The JSON that YAML says, or nothing. */
static apus_str json_of_yaml(apus_arena *a, apus_str text)
{
    apus_json *value;
    apus_buf b = apus_buf_in(a);
    apus_str json = { NULL, 0 };
    if (apus_yaml_parse(a, text, &value, NULL))
        return json;
    apus_json_write(&b, value);
    return apus_buf_take(&b, &json) ? (apus_str){ NULL, 0 } : json;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size)
        return 0;
    apus_arena a;
    apus_arena_init(&a, &apus_alloc_libc, MEMORY_MAX);
    apus_str text = apus_arena_str(&a, (apus_str){ (const char *)data + 1, size - 1 });
    if (data[0] & 0x80)
        text = json_of_yaml(&a, text);
    const subject *s = &subjects[data[0] % SUBJECTS];
    if (text.ptr)
        check_round_trip(&a, s, text);
    if (text.ptr && s->type == &apus_type_of_trade_list)
        check_trades(&a, text);
    apus_arena_finish(&a);
    return 0;
}
