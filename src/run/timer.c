/* Timers as a pairing heap: a tree whose every node is due no later than its
 * children.  Starting is one comparison; stopping and firing cut a node out and
 * pair up its children, which costs the logarithm of how many there are on the
 * average.  Nothing is allocated, so starting a timer cannot fail.
 *
 *     child: the first child; next: the next sibling;
 *     prev:  the previous sibling, or the parent of a first child */
#include "run/loop.h"

static apus_timer *meld(apus_timer *a, apus_timer *b)
{
    if (!a || !b)
        return a ? a : b;
    if (b->deadline < a->deadline) {
        apus_timer *swap = a;
        a = b;
        b = swap;
    }
    b->next = a->child;
    if (b->next)
        b->next->prev = b;
    b->prev = a;
    a->child = b;
    return a;
}

/* One tree of a list of siblings: in pairs from the left, then from the right. */
static apus_timer *meld_all(apus_timer *list)
{
    apus_timer *pairs = NULL;
    while (list) {
        apus_timer *a = list, *b = a->next;
        list = b ? b->next : NULL;
        a->next = a->prev = NULL;
        if (b)
            b->next = b->prev = NULL;
        apus_timer *pair = meld(a, b);
        pair->next = pairs;
        pairs = pair;
    }
    apus_timer *root = NULL;
    while (pairs) {
        apus_timer *pair = pairs;
        pairs = pair->next;
        pair->next = NULL;
        root = meld(root, pair);
    }
    return root;
}

void apus_timer_stop(apus_loop *l, apus_timer *t)
{
    if (!t->running)
        return;
    t->running = 0;
    apus_timer *children = meld_all(t->child);
    t->child = NULL;
    if (l->timers == t) {
        l->timers = children;
        return;
    }
    if (t->prev->child == t)
        t->prev->child = t->next;
    else
        t->prev->next = t->next;
    if (t->next)
        t->next->prev = t->prev;
    t->next = t->prev = NULL;
    l->timers = meld(l->timers, children);
}

void apus_timer_start(apus_loop *l, apus_timer *t, int64_t deadline)
{
    apus_timer_stop(l, t);
    t->deadline = deadline;
    t->running = 1;
    t->child = t->next = t->prev = NULL;
    l->timers = meld(l->timers, t);
}

int64_t apus__timers_next(const apus_loop *l)
{
    return l->timers ? l->timers->deadline : APUS_NEVER;
}

void apus__timers_fire(apus_loop *l)
{
    while (l->timers && l->timers->deadline <= l->now) {
        apus_timer *t = l->timers;
        apus_timer_stop(l, t);
        t->fn(t->ctx);
    }
}
