/* Text of every sort: strings, bytes, enums. */
#include "apus/text.h"
#include "apus/pattern.h"
#include "model/scalar.h"

static const char *plural(uint32_t n)
{
    return n == 1 ? "" : "s";
}

/* --- strings --- */

apus_rc apus__store_text(apus_decoder *d, apus_str text, void *at)
{
    apus_str copy = apus_arena_str(d->arena, text);
    if (!copy.ptr)
        return APUS_NOMEM;
    memcpy(at, &copy, sizeof(copy));
    return APUS_OK;
}

static apus_rc check_str(apus_decoder *d, const apus_rules *r, const struct apus__input *in,
                         const apus_place *place, apus_str text)
{
    if (r->has & (APUS_RULE_min_length | APUS_RULE_max_length)) {
        size_t n = apus_str_codepoints(text);
        if (r->has & APUS_RULE_min_length && n < r->min_length)
            return apus__complain(
                d, place, in, "string_too_short", apus__ctx_int(d, "min_length", r->min_length),
                "String should have at least %u character%s", r->min_length, plural(r->min_length));
        if (r->has & APUS_RULE_max_length && n > r->max_length)
            return apus__complain(
                d, place, in, "string_too_long", apus__ctx_int(d, "max_length", r->max_length),
                "String should have at most %u character%s", r->max_length, plural(r->max_length));
    }
    if (!(r->has & APUS_RULE_pattern))
        return APUS_OK;
    apus_rc rc = apus_pattern_match(r->pattern, text);
    if (rc != APUS_INVALID)
        return rc;
    return apus__complain(d, place, in, "string_pattern_mismatch",
                          apus__ctx_text(d, "pattern", apus_str_of(r->pattern->text)),
                          "String should match pattern '%s'", r->pattern->text);
}

/* In place: what is stored is a copy of what came. */
static void change_case(const apus_rules *r, char *text, size_t len)
{
    char first = r->has & APUS_RULE_lower ? 'A' : 'a';
    for (size_t i = 0; i < len; i++) {
        if (text[i] >= first && text[i] <= first + 25)
            text[i] ^= 0x20;
    }
}

static apus_rc store_str(apus_decoder *d, const apus_type *type, const apus_rules *rules,
                         const struct apus__input *in, const apus_place *place, apus_str text,
                         void *at)
{
    bool folds = rules->has & (APUS_RULE_lower | APUS_RULE_upper);
    if (type->kind == APUS_KIND_chars) {
        if (text.len >= type->n)
            return apus__complain(
                d, place, in, "string_too_long", apus__ctx_int(d, "max_length", type->n - 1),
                "String should have at most %u character%s", type->n - 1, plural(type->n - 1));
        memset(at, 0, type->n);
        memcpy(at, text.ptr, text.len);
        if (folds)
            change_case(rules, at, text.len);
        return APUS_OK;
    }
    apus_str copy = apus_arena_str(d->arena, text);
    if (!copy.ptr)
        return APUS_NOMEM;
    if (folds)
        change_case(rules, (char *)(uintptr_t)copy.ptr, copy.len);
    if (type->kind == APUS_KIND_str)
        memcpy(at, &copy, sizeof(copy));
    else
        memcpy(at, &copy.ptr, sizeof(copy.ptr));
    return APUS_OK;
}

/* A C string ends at its first NUL: what looks longer on the wire is refused. */
static bool fits_c_string(const apus_type *type, apus_str text)
{
    return type->kind == APUS_KIND_str || apus_str_find(text, '\0') == SIZE_MAX;
}

APUS__SETTER(str)
{
    if (!apus__has_text(in))
        return apus__complain(d, place, in, "string_type", APUS_STR(""),
                              "Input should be a valid string");
    apus_str text = rules->has & APUS_RULE_strip ? apus_str_trim(in->text) : in->text;
    if ((in->token == APUS__TOKEN_text && !apus_str_is_utf8(text)) || !fits_c_string(type, text))
        return apus__complain(d, place, in, "string_unicode", APUS_STR(""),
                              "Input should be a valid string, unable to parse raw data as a "
                              "unicode string");
    apus_rc rc = check_str(d, rules, in, place, text);
    if (!rc && rules->has & APUS_RULE_one_of)
        rc = apus__check_choice(d, type, rules, in, place, text, 0);
    return rc ? rc : store_str(d, type, rules, in, place, text, at);
}

/* As a string, but nothing of it is told. */
APUS__SETTER(secret)
{
    (void)type;
    struct apus__input hidden = *in;
    hidden.secret = true;
    return apus__set_str(d, &apus_type_str, rules, &hidden, place, at);
}

APUS__SETTER(bytes)
{
    (void)type;
    if (!apus__has_text(in))
        return apus__complain(d, place, in, "bytes_type", APUS_STR(""),
                              "Input should be a valid bytes");
    apus_buf b = apus_buf_in(d->arena);
    apus_str out;
    if (!apus_base64_read(&b, in->text))
        return apus__complain(
            d, place, in, "bytes_invalid_encoding",
            APUS_STR("{\"encoding\":\"base64\",\"encoding_error\":\"not base64\"}"),
            "Data should be valid base64: not base64");
    if (apus_buf_take(&b, &out))
        return APUS_NOMEM;
    if (rules->has & APUS_RULE_min_length && out.len < rules->min_length)
        return apus__complain(
            d, place, in, "bytes_too_short", apus__ctx_int(d, "min_length", rules->min_length),
            "Data should have at least %u byte%s", rules->min_length, plural(rules->min_length));
    if (rules->has & APUS_RULE_max_length && out.len > rules->max_length)
        return apus__complain(
            d, place, in, "bytes_too_long", apus__ctx_int(d, "max_length", rules->max_length),
            "Data should have at most %u byte%s", rules->max_length, plural(rules->max_length));
    apus_bytes bytes = { (const uint8_t *)out.ptr, out.len };
    memcpy(at, &bytes, sizeof(bytes));
    return APUS_OK;
}

/* --- enums --- */

/* 'a', 'b' or 'c' */
static apus_str expected_names(apus_decoder *d, const apus_enum *e)
{
    if (apus__problems_full(d->problems))
        return APUS_STR("");
    apus_buf b = apus_buf_in(d->arena);
    apus_str out;
    for (uint32_t i = 0; i < e->n_values; i++) {
        if (i)
            apus_buf_add(&b, i + 1 == e->n_values ? APUS_STR(" or ") : APUS_STR(", "));
        apus_buf_addf(&b, "'%.*s'", APUS_FMT(e->values[i].name));
    }
    return apus_buf_take(&b, &out) ? APUS_STR("") : out;
}

APUS__SETTER(enum)
{
    (void)rules;
    const apus_enum *e = type->enumeration;
    for (uint32_t i = 0; apus__has_text(in) && i < e->n_values; i++) {
        if (apus_str_eq(e->values[i].name, in->text)) {
            apus__store_whole(at, type->size, (uint64_t)e->values[i].value);
            return APUS_OK;
        }
    }
    apus_str names = expected_names(d, e);
    return apus__complain(d, place, in, e->is_inline ? "literal_error" : "enum",
                          apus__ctx_text(d, "expected", names), "Input should be %.*s",
                          APUS_FMT(names));
}

/* A parameter of any shape is its text. */
APUS__SETTER(json)
{
    (void)type;
    (void)rules;
    (void)place;
    apus_json v = { .kind = APUS_JSON_string };
    v.text = apus_arena_str(d->arena, in->text);
    if (!v.text.ptr)
        return APUS_NOMEM;
    memcpy(at, &v, sizeof(v));
    return APUS_OK;
}
