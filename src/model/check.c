/* Checks of the program's own, and what they say. */
#include "apus/check.h"

#include "model/decoder.h"

bool apus_checking_failed(const apus_checking *c)
{
    return c->n > 0;
}

apus_arena *apus_checking_arena(apus_checking *c)
{
    return c->d->arena;
}

void *apus_checking_context(apus_checking *c)
{
    return c->d->context;
}

/* The echo is made once, however much is wrong. */
static apus_str echo_of(apus_checking *c)
{
    if (c->secret || c->echo.ptr || !c->raw.ptr)
        return c->echo;
    if (c->model) {
        apus_type whole = { .kind = APUS_KIND_model };
        whole.model = c->model;
        c->echo = apus__echo(c->d, &whole, c->raw);
    } else if (c->echo_as) {
        c->echo = apus__echo(c->d, c->echo_as, c->raw);
    }
    return c->echo;
}

static void add(apus_checking *c, const apus_place *place, const char *type, apus_str input,
                apus_str ctx, const char *prefix, const char *fmt, va_list args)
{
    c->n++;
    apus_str text = apus_arena_vstrf(c->d->arena, fmt, args);
    if (text.ptr)
        apus_problems_add(c->d->problems, place, type, input, ctx, "%s%s", prefix, text.ptr);
    else
        c->d->problems->no_memory = true;
}

void apus_wrong(apus_checking *c, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    add(c, c->place, "value_error", echo_of(c), APUS_STR("{\"error\":{}}"), "Value error, ", fmt,
        args);
    va_end(args);
}

static apus_str ctx_text(apus_checking *c, const apus_wrong_options *o)
{
    apus_buf b = apus_buf_in(c->d->arena);
    apus_str out;
    if (!o->ctx)
        return o->type ? APUS_STR("") : APUS_STR("{\"error\":{}}");
    apus_json_write(&b, o->ctx);
    return apus_buf_take(&b, &out) ? APUS_STR("") : out;
}

/* A member's place, in its order; of its value nothing is told. */
static apus_place member_place(const apus_checking *c, const char *member)
{
    apus_place at = { .up = c->place, .key = apus_str_of(member) };
    at.order = c->model ? apus_model_find(c->model, at.key) : 0;
    return at;
}

void apus_wrong_as(apus_checking *c, const apus_wrong_options *o, const char *fmt, ...)
{
    apus_place at = o->member ? member_place(c, o->member) : *c->place;
    apus_str input = o->member ? (apus_str){ NULL, 0 } : echo_of(c);
    va_list args;
    va_start(args, fmt);
    add(c, &at, o->type ? o->type : "value_error", input, ctx_text(c, o),
        o->type ? "" : "Value error, ", fmt, args);
    va_end(args);
}

apus_rc apus__check_run(apus_checking *c, apus_check *check, void *value)
{
    check(c, value);
    if (c->d->problems->no_memory)
        return APUS_NOMEM;
    return c->n ? APUS_INVALID : APUS_OK;
}
