/* APUS_RULE_one_of: what pydantic calls a Literal. */
#include <inttypes.h>

#include "model/kept.h"
#include "model/scalar.h"

static bool is_text(const apus_type *type)
{
    return type->kind == APUS_KIND_str || type->kind == APUS_KIND_cstr ||
           type->kind == APUS_KIND_chars;
}

bool apus__choice_kept(const apus_rules *r, const apus_str *text, int64_t value)
{
    for (uint32_t i = 0; i < r->n_one_of; i++) {
        if (text ? apus_str_eq(r->one_of[i].name, *text) : r->one_of[i].value == value)
            return true;
    }
    return false;
}

/* 'a', 'b' or 'c'; 1 or 2 */
static apus_str expected(apus_decoder *d, const apus_rules *r, bool text)
{
    apus_buf b = apus_buf_in(d->arena);
    apus_str out;
    for (uint32_t i = 0; i < r->n_one_of; i++) {
        if (i)
            apus_buf_add(&b, i + 1U == r->n_one_of ? APUS_STR(" or ") : APUS_STR(", "));
        if (text)
            apus_buf_addf(&b, "'%.*s'", APUS_FMT(r->one_of[i].name));
        else
            apus_buf_addf(&b, "%" PRId64, r->one_of[i].value);
    }
    return apus_buf_take(&b, &out) ? APUS_STR("") : out;
}

apus_rc apus__check_choice(apus_decoder *d, const apus_type *type, const apus_rules *rules,
                           const struct apus__input *in, const apus_place *place, apus_str text,
                           int64_t value)
{
    bool of_text = is_text(type);
    if (apus__choice_kept(rules, of_text ? &text : NULL, value))
        return APUS_OK;
    if (apus__problems_full(d->problems))
        return apus__problem_count(d->problems);
    apus_str names = expected(d, rules, of_text);
    return apus__complain(d, place, in, "literal_error", apus__ctx_text(d, "expected", names),
                          "Input should be %.*s", APUS_FMT(names));
}
