/* Webhooks and callbacks: what would stand twice in the document. */
#include <string.h>

#include "compiler/check_parts.h"

static void say_twice(checker *k, const ct_route *r, const ct_route *first)
{
    diag *g = diag_error(k->diags, value_unnamed(r->options, 0)->place,
                         "there are two webhooks \"%s\" of this method", r->path);
    diag_note(k->diags, g, &first->place, "the first stands here");
}

static void check_webhooks(checker *k, const ct_router *webhooks)
{
    for (const ct_route *r = webhooks->routes; r; r = r->next) {
        for (const ct_route *first = webhooks->routes; first != r; first = first->next) {
            if (r->method == first->method && strcmp(r->path, first->path) == 0)
                say_twice(k, r, first);
        }
    }
}

static void check_each(checker *k, const ct_router *calls)
{
    for (const ct_route *r = calls->routes; r; r = r->next) {
        check_status(k, r);
        check_params(k, r->function->params);
        check_no_worker(k, r->function);
        check_events(k, r->function->params, false, r->function->name);
        check_streamed(k, r->function->params, r->function->name);
    }
}

void check_calls(checker *k)
{
    if (k->contract->callbacks)
        check_each(k, k->contract->callbacks);
    for (const ct_app *app = k->contract->apps; app; app = app->next) {
        if (!app->webhooks)
            continue;
        check_each(k, app->webhooks);
        check_webhooks(k, app->webhooks);
    }
}
