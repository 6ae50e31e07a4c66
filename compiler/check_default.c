/* Defaults and examples: what stands in for a value, or shows one, must be a value that
 * could have been sent. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "apus/text.h"
#include "compiler/check_parts.h"
#include "compiler/names.h"

/* A default or an example, or an item of one. */
enum role { ROLE_default, ROLE_example };

struct subject {
    checker *k;
    enum role role;
    const ct_field *field;
    const ct_value *value;
};

static diag *say(const struct subject *s, const char *why)
{
    return diag_error(s->k->diags, s->value->place, "the %s of '%s' %s",
                      s->role == ROLE_example ? "example" : "default", s->field->c_name, why);
}

static bool mismatch(const struct subject *s, const char *wanted)
{
    const char *word = value_word(s->value);
    say(s, memory_textf(s->k->arena, "must be %s, not %s%s%s%s", wanted, value_kind_text(s->value),
                        word ? " ('" : "", word ? word : "", word ? "')" : ""));
    return false;
}

/* --- kinds --- */

static bool fits_integer(const struct subject *s, apus_kind kind)
{
    int64_t least, greatest;
    const ct_value *v = s->value;
    if (v->kind != CT_VALUE_int)
        return mismatch(s, "a whole number");
    integer_range(kind, &least, &greatest);
    bool is_past = v->number > 9.3e18 && kind != APUS_KIND_uint64;
    if (v->integer >= least && v->integer <= greatest && !is_past)
        return true;
    diag *g = say(s, memory_textf(s->k->arena, "does not fit in '%s'", s->field->type->c_name));
    diag_note(s->k->diags, g, NULL, "its values run from %" PRId64 " to %" PRId64, least, greatest);
    return false;
}

static bool fits_enum(const struct subject *s, const ct_enum *e)
{
    const ct_value *v = s->value;
    const char *name = v->kind == CT_VALUE_string ? v->text : value_word(v);
    near like = near_to(name ? name : "");
    const char *list = "";
    for (const ct_enum_value *one = e->values; one; one = one->next) {
        if (v->kind == CT_VALUE_int && v->integer == one->value)
            return true;
        if (s->role == ROLE_example && v->kind == CT_VALUE_string &&
            strcmp(v->text, one->name) == 0)
            return true;
        near_offer(&like, v->kind == CT_VALUE_string ? one->name : one->c_name);
        list = memory_textf(s->k->arena, "%s%s%s", list, *list ? ", " : "", one->c_name);
    }
    diag *g = say(s, memory_textf(s->k->arena, "is no value of '%s'", e->c_name));
    if (name && like.best)
        diag_note(s->k->diags, g, &e->place, "did you mean %s?", like.best);
    else
        diag_note(s->k->diags, g, &e->place, "its values are %s", list);
    return false;
}

static bool fits_special(const struct subject *s, apus_kind kind)
{
    if (s->value->kind != CT_VALUE_string)
        return mismatch(s, "a text");
    apus_str text = apus_str_of(s->value->text);
    apus_time t;
    apus_date d;
    apus_duration span;
    apus_uuid id;
    apus_decimal n;
    apus_ip ip;
    apus_clock_time clock;
    apus_ip_network network;
    apus_ip_interface interface;
    apus_name_email mailbox;
    const char *why = NULL, *what = NULL;
    bool ok = true;
    switch (kind) {
    case APUS_KIND_time:
        ok = apus_time_parse(text, &t, &why), what = "a moment";
        break;
    case APUS_KIND_date:
        ok = apus_date_parse(text, &d, &why), what = "a date";
        break;
    case APUS_KIND_duration:
        ok = apus_duration_parse(text, &span, &why), what = "a length of time";
        break;
    case APUS_KIND_uuid:
        ok = apus_uuid_parse(text, &id, &why), what = "a UUID";
        break;
    case APUS_KIND_decimal:
        ok = apus_decimal_parse(text, &n, &why), what = "a decimal number";
        break;
    case APUS_KIND_ip:
        ok = apus_ip_parse(text, &ip, &why), what = "an address";
        break;
    case APUS_KIND_clock_time:
        ok = apus_clock_time_parse(text, &clock, &why), what = "a time of day";
        break;
    case APUS_KIND_ip_network:
        ok = apus_ip_network_parse(text, &network), what = "a network";
        break;
    case APUS_KIND_ip_interface:
        ok = apus_ip_interface_parse(text, &interface), what = "an interface";
        break;
    case APUS_KIND_name_email:
        ok = apus_name_email_parse(text, &mailbox, &why), what = "an e-mail address";
        break;
    case APUS_KIND_url:
        ok = apus_url_check(text, &why), what = "a URL";
        break;
    case APUS_KIND_email:
        ok = apus_email_check(text, &why), what = "an e-mail address";
        break;
    default:
        break;
    }
    if (ok)
        return true;
    diag *g = say(s, memory_textf(s->k->arena, "is not %s", what));
    if (why)
        diag_note(s->k->diags, g, NULL, "%s", why);
    return false;
}

static bool fits_text(const struct subject *s, const ct_type *t)
{
    if (s->value->kind != CT_VALUE_string)
        return mismatch(s, "a text");
    if (t->kind != APUS_KIND_chars || strlen(s->value->text) < t->n)
        return true;
    say(s, memory_textf(s->k->arena, "does not fit: there is room for %u bytes", t->n - 1));
    return false;
}

/* --- rules --- */

static bool breaks(const struct subject *s, const char *key, const char *rule)
{
    ct_place there = value_place(s->field->rules.options, key, s->field->place);
    diag *g = say(s, rule);
    diag_note(s->k->diags, g, &there, "the rule stands here");
    return false;
}

static bool is_listed(const ct_value *list, const ct_value *value)
{
    for (const ct_value *v = list->items; v; v = v->next) {
        if (v->kind == value->kind && (v->kind == CT_VALUE_string ? !strcmp(v->text, value->text)
                                                                  : v->integer == value->integer))
            return true;
    }
    return false;
}

static bool keeps_bounds(const struct subject *s)
{
    const ct_rules *r = &s->field->rules;
    const ct_value *v = s->value;
    apus_arena *a = s->k->arena;
    double n = v->kind == CT_VALUE_string ? strtod(v->text, NULL) : v->number;
    if (r->one_of && v->kind == CT_VALUE_int && !is_listed(r->one_of, v))
        return breaks(s, "one_of", "is none of those that are admitted");
    if ((r->has & APUS_RULE_gt) && !(n > r->gt.number))
        return breaks(s, "gt", memory_textf(a, "is not greater than %s", r->gt_text));
    if ((r->has & APUS_RULE_ge) && !(n >= r->ge.number))
        return breaks(s, "ge", memory_textf(a, "is less than %s", r->ge_text));
    if ((r->has & APUS_RULE_lt) && !(n < r->lt.number))
        return breaks(s, "lt", memory_textf(a, "is not less than %s", r->lt_text));
    if ((r->has & APUS_RULE_le) && !(n <= r->le.number))
        return breaks(s, "le", memory_textf(a, "is greater than %s", r->le_text));
    double rest = r->has & APUS_RULE_multiple_of ? remainder(n, r->multiple_of.number) : 0;
    if (fabs(rest) > 1e-9 * fabs(r->multiple_of.number))
        return breaks(s, "multiple_of",
                      memory_textf(a, "is no multiple of %s", r->multiple_of_text));
    return true;
}

static bool keeps_lengths(const struct subject *s)
{
    const ct_rules *r = &s->field->rules;
    apus_arena *a = s->k->arena;
    if (s->value->kind != CT_VALUE_string)
        return true;
    size_t n = apus_str_codepoints(apus_str_of(s->value->text));
    if ((r->has & APUS_RULE_min_length) && n < r->min_length)
        return breaks(s, "min_length",
                      memory_textf(a, "has fewer than %u characters", r->min_length));
    if ((r->has & APUS_RULE_max_length) && n > r->max_length)
        return breaks(s, "max_length",
                      memory_textf(a, "has more than %u characters", r->max_length));
    if (r->one_of && !is_listed(r->one_of, s->value))
        return breaks(s, "one_of", "is none of those that are admitted");
    if ((r->has & APUS_RULE_pattern) && !pattern_matches(r->pattern, s->value->text))
        return breaks(s, "pattern", "does not match its pattern");
    return true;
}

static bool keeps_counts(const struct subject *s)
{
    const ct_rules *r = &s->field->rules;
    apus_arena *a = s->k->arena;
    size_t n = value_count(s->value);
    if ((r->has & APUS_RULE_min_items) && n < r->min_items)
        return breaks(s, "min_items", memory_textf(a, "has fewer than %u items", r->min_items));
    if ((r->has & APUS_RULE_max_items) && n > r->max_items)
        return breaks(s, "max_items", memory_textf(a, "has more than %u items", r->max_items));
    return true;
}

/* --- all together --- */

static bool fits(const struct subject *s, const ct_type *t);

static bool fits_items(const struct subject *s, const ct_type *t)
{
    if (s->value->kind != CT_VALUE_list)
        return mismatch(s, "a list such as []");
    if (t->kind == APUS_KIND_array && value_count(s->value) != t->n) {
        say(s, memory_textf(s->k->arena, "must have %u items", t->n));
        return false;
    }
    if (s->role == ROLE_default && t->kind == APUS_KIND_counted && s->value->items) {
        say(s, "can only be []");
        return false;
    }
    for (const ct_value *v = s->value->items; v; v = v->next) {
        struct subject one = { s->k, s->role, s->field, v };
        if (!fits(&one, t->item))
            return false;
    }
    return keeps_counts(s);
}

static bool fits_map(const struct subject *s, const ct_type *t)
{
    if (s->value->kind != CT_VALUE_map || (s->role == ROLE_default && s->value->items))
        return mismatch(s, s->role == ROLE_default ? "{}" : "a map such as {a: 1}");
    for (const ct_value *v = s->value->items; v; v = v->next) {
        struct subject one = { s->k, s->role, s->field, v };
        if (!fits(&one, t->item))
            return false;
    }
    return keeps_counts(s);
}

static bool fits_json(const struct subject *s)
{
    if (s->value->kind == CT_VALUE_word)
        return mismatch(s, "a JSON value");
    if (!s->value->items || s->role == ROLE_example)
        return true;
    say(s, "can only be a plain value, [] or {}");
    return false;
}

static bool fits(const struct subject *s, const ct_type *t)
{
    switch (t->kind) {
    case APUS_KIND_bool:
        return s->value->kind == CT_VALUE_bool || mismatch(s, "true or false");
    case APUS_KIND_float:
    case APUS_KIND_double:
        if (s->value->kind != CT_VALUE_int && s->value->kind != CT_VALUE_double)
            return mismatch(s, "a number");
        return keeps_bounds(s);
    case APUS_KIND_enum:
        return fits_enum(s, t->enumeration);
    case APUS_KIND_str:
    case APUS_KIND_cstr:
    case APUS_KIND_chars:
        return fits_text(s, t) && keeps_lengths(s);
    case APUS_KIND_bytes:
        return fits_text(s, t);
    case APUS_KIND_decimal:
        return fits_special(s, t->kind) && keeps_bounds(s);
    case APUS_KIND_list:
    case APUS_KIND_counted:
    case APUS_KIND_array:
        return fits_items(s, t);
    case APUS_KIND_map:
        return fits_map(s, t);
    case APUS_KIND_json:
        return fits_json(s);
    case APUS_KIND_model:
        if (s->role == ROLE_example) /* may show what is refused */
            return true;
        say(s, "cannot be written: it is a model");
        return false;
    default:
        if (is_integer_kind(t->kind))
            return fits_integer(s, t->kind) && keeps_bounds(s);
        return fits_special(s, t->kind) && (!is_text_kind(t->kind) || keeps_lengths(s));
    }
}

static bool can_be_null(const ct_field *f)
{
    return (f->flags & APUS_FIELD_pointer) || f->type->kind == APUS_KIND_cstr ||
           f->type->kind == APUS_KIND_json;
}

static void check_example(checker *k, const ct_field *f, const ct_value *v)
{
    struct subject s = { k, ROLE_example, f, v };
    if (f->type->kind != APUS_KIND_none && (v->kind != CT_VALUE_null || !can_be_null(f)))
        fits(&s, f->type);
}

/* Those in a map carry a summary and more beside the value, and may show what is refused. */
void check_examples(checker *k, const ct_field *f)
{
    const ct_rules *r = &f->rules;
    if (r->example)
        check_example(k, f, r->example);
    if (r->examples && r->examples->kind == CT_VALUE_map)
        check_named_examples(k, r->examples);
    if (!r->examples || r->examples->kind != CT_VALUE_list)
        return;
    for (const ct_value *v = r->examples->items; v; v = v->next)
        check_example(k, f, v);
}

void check_default(checker *k, const ct_field *f)
{
    const ct_value *v = f->default_value;
    if (!v)
        return;
    struct subject s = { k, ROLE_default, f, v };
    if (v->kind == CT_VALUE_null && can_be_null(f))
        return;
    if (v->kind == CT_VALUE_null) {
        diag *g = say(&s, "cannot be null: it is no pointer");
        diag_note(k->diags, g, NULL, "'%s *%s' would be NULL when it is absent", f->type->c_name,
                  f->c_name);
        return;
    }
    fits(&s, f->type);
}
