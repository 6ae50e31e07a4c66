/* JSON: what is read and written is read again as the same value, and says so again byte
 * for byte; and the typed decoder accepts no text that the plain reader refuses. */
#include <stdint.h>
#include <stdlib.h>

#include "apus/decode.h"
#include "apus/json.h"

struct point {
    int32_t x;
    double *y;
    apus_strs names;
    struct apus_json any;
};

static const apus_field fields[] = {
    { APUS_FIELD_NAME("x"), .type = &apus_type_int32, .offset = offsetof(struct point, x),
      .flags = APUS_FIELD_required },
    { APUS_FIELD_NAME("y"), .type = &apus_type_double, .offset = offsetof(struct point, y),
      .flags = APUS_FIELD_pointer | APUS_FIELD_nullable },
    { APUS_FIELD_NAME("names"), .type = &apus_type_strs, .offset = offsetof(struct point, names) },
    { APUS_FIELD_NAME("any"), .type = &apus_type_json, .offset = offsetof(struct point, any) },
};
static const apus_model model = {
    .name = "Point",
    .size = sizeof(struct point),
    .align = _Alignof(struct point),
    .fields = fields,
    .n_fields = 4,
    .extra = APUS_EXTRA_forbid,
};
static const apus_type type = {
    .kind = APUS_KIND_model,
    .size = sizeof(struct point),
    .align = _Alignof(struct point),
    .model = &model,
};

static apus_str print(apus_arena *a, const apus_json *v)
{
    apus_buf b = apus_buf_in(a);
    apus_str text;
    apus_json_write(&b, v);
    if (apus_buf_take(&b, &text))
        abort();
    return text;
}

static void check_round_trip(apus_arena *a, const apus_json *v)
{
    apus_json *again;
    apus_str first = print(a, v);
    if (apus_json_parse(a, first, NULL, &again, NULL))
        abort();
    if (!apus_str_eq(first, print(a, again)))
        abort();
}

static void check_typed(apus_arena *a, apus_str text, bool is_json)
{
    struct point p;
    apus_problems problems;
    apus_place body = { .key = APUS_STR("body") };
    apus_problems_init(&problems, a);
    apus_decoder d = { .arena = a, .problems = &problems };
    apus_rc rc = apus_decode_json(&d, &type, NULL, text, &body, &p);
    if ((rc == APUS_OK || rc == APUS_INVALID) != is_json)
        abort();
    if (rc == APUS_INVALID) {
        apus_buf b = apus_buf_in(a);
        apus_str answer;
        apus_json *ignored;
        apus_problems_write(&problems, &b);
        if (apus_buf_take(&b, &answer) || apus_json_parse(a, answer, NULL, &ignored, NULL))
            abort();
    }
    if ((rc == APUS_OK) != (is_json && problems.n == 0))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    apus_arena a;
    apus_arena_init(&a, &apus_alloc_libc, 64 << 20);
    apus_str text = { (const char *)data, size };
    apus_json *v;
    apus_rc rc = apus_json_parse(&a, text, NULL, &v, NULL);
    if (rc == APUS_OK)
        check_round_trip(&a, v);
    check_typed(&a, text, rc == APUS_OK);
    apus_arena_finish(&a);
    return 0;
}
