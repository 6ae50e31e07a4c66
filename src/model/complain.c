#include <math.h>

#include "apus/text.h"
#include "model/decoder.h"

/* Bytes that are no text cannot stand in JSON. */
static bool can_be_told(const struct apus__input *in)
{
    return !in->secret && (in->token != APUS__TOKEN_text || apus_str_is_utf8(in->raw));
}

apus_rc apus__complain(apus_decoder *d, const apus_place *place, const struct apus__input *in,
                       const char *type, apus_str ctx, const char *msg, ...)
{
    apus_str echo = { NULL, 0 };
    if (apus__problems_full(d->problems))
        return apus__problem_count(d->problems);
    if (!in->secret && in->echo_as) {
        echo = apus__echo(d, in->echo_as, in->raw);
    } else if (can_be_told(in)) {
        apus_buf b = apus_buf_in(d->arena);
        if (in->token == APUS__TOKEN_text)
            apus_json_quote(&b, in->raw);
        else
            apus_json_compact(&b, in->raw);
        if (apus_buf_take(&b, &echo))
            return APUS_NOMEM;
        echo = apus__echo_readable(echo);
    }
    va_list args;
    va_start(args, msg);
    apus_str text = apus_arena_vstrf(d->arena, msg, args);
    va_end(args);
    if (!text.ptr)
        return APUS_NOMEM;
    apus_problems_add(d->problems, place, type, echo, ctx, "%s", text.ptr);
    return d->problems->no_memory ? APUS_NOMEM : APUS_INVALID;
}

static apus_str ctx(apus_decoder *d, const char *key, const char *value)
{
    if (apus__problems_full(d->problems))
        return APUS_STR("");
    apus_str s = apus_arena_strf(d->arena, "{\"%s\":%s}", key, value);
    d->problems->no_memory = d->problems->no_memory || !s.ptr;
    return s.ptr ? s : APUS_STR("");
}

apus_str apus__ctx_int(apus_decoder *d, const char *key, int64_t value)
{
    char text[APUS_TEXT_INT_MAX + 1];
    text[apus_int_print(value, text)] = '\0';
    return ctx(d, key, text);
}

apus_str apus__ctx_number(apus_decoder *d, const char *key, double value)
{
    char text[APUS_TEXT_DOUBLE_MAX + 1];
    text[isfinite(value) ? apus_double_print(value, text) : 0] = '\0';
    return ctx(d, key, *text ? text : "null");
}

apus_str apus__ctx_text(apus_decoder *d, const char *key, apus_str value)
{
    if (apus__problems_full(d->problems))
        return APUS_STR("");
    apus_buf b = apus_buf_in(d->arena);
    apus_str out;
    apus_buf_addf(&b, "{\"%s\":", key);
    apus_json_quote(&b, value);
    apus_buf_addc(&b, '}');
    if (!apus_buf_take(&b, &out))
        return out;
    d->problems->no_memory = true;
    return APUS_STR("");
}

static bool is_below(const apus_problem *problem, const apus_place *at, uint32_t depth)
{
    if (problem->depth < depth)
        return false;
    for (uint32_t i = depth; at; at = at->up) {
        if (problem->order[--i] != at->order)
            return false;
    }
    return true;
}

void apus__problems_drop(apus_problems *p, const apus_place *at)
{
    uint32_t depth = 0;
    for (const apus_place *up = at; up; up = up->up)
        depth++;
    apus_problem **link = &p->first;
    p->last = NULL;
    while (*link) {
        if (is_below(*link, at, depth)) {
            *link = (*link)->next;
            p->n--;
        } else {
            p->last = *link;
            link = &(*link)->next;
        }
    }
}
