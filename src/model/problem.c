/* Problems are kept in the order they were found and sorted when they are written: by
 * the order of each step of their places, so that the answer follows the declaration,
 * not the client's text. */
#include "apus/problem.h"

#include <stdlib.h>

#include "apus/json_scan.h"
#include "apus/text.h"

enum { MAX_DEFAULT = 100 };

void apus_problems_init(apus_problems *p, apus_arena *a)
{
    *p = (apus_problems){ .arena = a, .max = MAX_DEFAULT };
}

static void write_place(apus_buf *to, const apus_place *at)
{
    if (at->up) {
        write_place(to, at->up);
        apus_buf_addc(to, ',');
    }
    if (at->is_index)
        apus_buf_addf(to, "%u", at->index);
    else
        apus_json_quote(to, at->key);
}

static apus_str print_place(apus_arena *a, const apus_place *at)
{
    apus_buf b = apus_buf_in(a);
    apus_str out = { NULL, 0 };
    apus_buf_addc(&b, '[');
    if (at)
        write_place(&b, at);
    apus_buf_addc(&b, ']');
    return apus_buf_take(&b, &out) ? (apus_str){ NULL, 0 } : out;
}

static bool keep_order(apus_problem *problem, apus_arena *a, const apus_place *at)
{
    for (const apus_place *p = at; p; p = p->up)
        problem->depth++;
    uint32_t *order = APUS_NEW(a, uint32_t, problem->depth);
    if (!order)
        return false;
    uint32_t i = problem->depth;
    for (const apus_place *p = at; p; p = p->up)
        order[--i] = p->order;
    problem->order = order;
    return true;
}

void apus_problems_add(apus_problems *p, const apus_place *at, const char *type, apus_str input,
                       apus_str ctx, const char *msg, ...)
{
    p->n++;
    if (p->n > p->max)
        return;
    apus_problem *problem = APUS_NEW(p->arena, apus_problem, 1);
    va_list args;
    va_start(args, msg);
    if (problem && keep_order(problem, p->arena, at)) {
        problem->type = apus_str_of(type);
        problem->loc = print_place(p->arena, at);
        problem->msg = apus_arena_vstrf(p->arena, msg, args);
        /* a NULL input stays NULL: it is left out */
        problem->input = input.ptr && input.len ? apus_arena_str(p->arena, input) : input;
        problem->ctx = ctx.len ? apus_arena_str(p->arena, ctx) : ctx;
    }
    va_end(args);
    if (!problem || !problem->loc.ptr || !problem->msg.ptr || (input.len && !problem->input.ptr) ||
        (ctx.len && !problem->ctx.ptr)) {
        p->no_memory = true;
        return;
    }
    if (p->last)
        p->last->next = problem;
    else
        p->first = problem;
    p->last = problem;
}

void apus_problems_cut(apus_problems *p, uint32_t n)
{
    if (n == 0)
        p->first = NULL;
    apus_problem *last = NULL;
    uint32_t i = 0;
    for (apus_problem *problem = p->first; problem && i < n; problem = problem->next, i++)
        last = problem;
    if (last)
        last->next = NULL;
    p->last = last;
    p->n = n;
}

static int compare(const void *x, const void *y)
{
    const apus_problem *a = *(apus_problem *const *)x, *b = *(apus_problem *const *)y;
    for (uint32_t i = 0; i < a->depth && i < b->depth; i++) {
        if (a->order[i] != b->order[i])
            return a->order[i] < b->order[i] ? -1 : 1;
    }
    if (a->depth != b->depth)
        return a->depth < b->depth ? -1 : 1;
    return 0;
}

/* Insertion sort: stable, and there are few, nearly in order. */
static void sort(apus_problem **list, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        apus_problem *moved = list[i];
        size_t j = i;
        for (; j && compare(&list[j - 1], &moved) > 0; j--)
            list[j] = list[j - 1];
        list[j] = moved;
    }
}

static void write_problem(apus_buf *to, const apus_problem *p)
{
    apus_buf_lit(to, "{\"type\":");
    apus_json_quote(to, p->type);
    apus_buf_lit(to, ",\"loc\":");
    apus_buf_add(to, p->loc);
    apus_buf_lit(to, ",\"msg\":");
    apus_json_quote(to, p->msg);
    if (p->input.ptr) {
        apus_buf_lit(to, ",\"input\":");
        apus_buf_add(to, p->input.len ? p->input : APUS_STR("null"));
    }
    if (p->ctx.len) {
        apus_buf_lit(to, ",\"ctx\":");
        apus_buf_add(to, p->ctx);
    }
    apus_buf_addc(to, '}');
}

void apus_problems_write_list(apus_problems *p, apus_buf *to)
{
    size_t n = 0;
    for (const apus_problem *problem = p->first; problem; problem = problem->next)
        n++;
    apus_problem **list = APUS_NEW(p->arena, apus_problem *, n);
    if (!list) {
        to->failed = APUS_NOMEM;
        return;
    }
    n = 0;
    for (apus_problem *problem = p->first; problem; problem = problem->next)
        list[n++] = problem;
    sort(list, n);
    apus_buf_addc(to, '[');
    for (size_t i = 0; i < n; i++) {
        if (i)
            apus_buf_addc(to, ',');
        write_problem(to, list[i]);
    }
    apus_buf_addc(to, ']');
}

void apus_problems_write(apus_problems *p, apus_buf *to)
{
    apus_buf_lit(to, "{\"detail\":");
    apus_problems_write_list(p, to);
    apus_buf_addc(to, '}');
}
