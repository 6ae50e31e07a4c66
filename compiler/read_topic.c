/* Topic(prices, price): a name to publish under, and what it carries. */
#include <string.h>

#include "compiler/read.h"

static bool is_declared(unit *u, const note *n, const char *name)
{
    for (const ct_topic *t = u->reader->out->topics; t; t = t->next) {
        if (strcmp(t->name, name) != 0)
            continue;
        (void)declared_again(u, n, &t->place, "there are two topics called '%s'", name);
        return true;
    }
    return false;
}

static int64_t read_queue(unit *u, const ct_value *options)
{
    enum { QUEUE_MAX = 1 << 16 };
    const ct_value *v = value_get(options, "queue");
    if (!v || v->kind != CT_VALUE_int || (v->integer >= 1 && v->integer <= QUEUE_MAX))
        return v && v->kind == CT_VALUE_int ? v->integer : 0;
    diag *g = diag_error(u->reader->diags, v->place, "queue = %s is out of range", v->text);
    diag_note(u->reader->diags, g, NULL, "it is 1 at the least, and %d at the most", QUEUE_MAX);
    return 0;
}

/* Whether a full queue ends the subscription. */
static bool read_overflow(unit *u, const ct_value *options)
{
    const ct_value *v = value_get(options, "overflow");
    const char *word = value_word(v);
    if (!v || (word && strcmp(word, "drop_oldest") == 0))
        return false;
    if (!word || strcmp(word, "disconnect") != 0)
        diag_error(u->reader->diags, v->place, "overflow is drop_oldest or disconnect, not %s",
                   word ? word : value_kind_text(v));
    return true;
}

static void read_topic(unit *u, const note *n)
{
    const char *name = value_word(value_unnamed(n->options, 0));
    const ct_value *what = value_unnamed(n->options, 1);
    if (!name || !what || is_declared(u, n, name))
        return;
    ct_type *type = type_called(u, what);
    if (!type)
        return;
    if (type->kind != APUS_KIND_model) {
        diag *g = diag_error(u->reader->diags, what->place,
                             "a topic carries a model, and '%s' is none", value_word(what));
        diag_note(u->reader->diags, g, NULL, "put it into a struct");
        return;
    }
    ct_topic *t = NEW(u->reader->arena, ct_topic);
    *t = (ct_topic){ .name = name,
                     .model = type->model,
                     .queue = read_queue(u, n->options),
                     .disconnects = read_overflow(u, n->options),
                     .source = u->source,
                     .place = n->place };
    APPEND(u->reader->out->topics, t);
}

void items_read_topics(unit *u)
{
    declarations_each(u, "Topic", read_topic);
}
