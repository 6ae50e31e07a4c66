/* What WebSocket() says, and Topic() lines. */
#include <inttypes.h>

#include "compiler/emit_c.h"

/* Defines apus__SYMBOL_WHAT; how many texts there are. */
static unsigned emit_texts(struct out *o, const char *symbol, const char *what,
                           const ct_value *list)
{
    unsigned n = 0;
    if (!list || !list->items)
        return 0;
    out_line(o, "static const apus_str apus__%s_%s[] = {", symbol, what);
    for (const ct_value *v = list->items; v; v = v->next, n++)
        out_line(o, "    %s,", out_str_init(o, v->text));
    out_line(o, "};\n");
    return n;
}

static void emit_texts_members(struct out *o, const char *symbol, const char *what, unsigned n)
{
    if (n == 0)
        return;
    out_line(o, "    .%s = apus__%s_%s,", what, symbol, what);
    out_line(o, "    .n_%s = %u,", what, n);
}

void emit_socket(struct out *o, const char *symbol, const ct_socket *s)
{
    unsigned n_subprotocols = emit_texts(o, symbol, "subprotocols", s->subprotocols);
    unsigned n_origins = emit_texts(o, symbol, "origins", s->origins);
    out_line(o, "static const apus_ws_options apus__%s_socket = {", symbol);
    emit_texts_members(o, symbol, "subprotocols", n_subprotocols);
    emit_texts_members(o, symbol, "origins", n_origins);
    out_line(o, "    .queue = %" PRId64 ",", s->queue);
    if (s->message_max)
        out_line(o, "    .message_max = %" PRId64 ",", s->message_max);
    if (s->ping_ns)
        out_line(o, "    .ping = INT64_C(%" PRId64 "),", s->ping_ns);
    if (s->is_plain)
        out_line(o, "    .is_plain = true,");
    out_line(o, "};\n");
}

void emit_topic(struct out *o, const ct_topic *t)
{
    const char *model = out_name(o, "apus_model_%s", t->model->symbol);
    if (out_is_first(o, model))
        out_line(o, "extern const apus_model %s;", model);
    out_line(o, "/* %s */", out_where(o, t->place));
    out_line(o, "const apus_topic %s_topic = {", t->name);
    out_line(o, "    .name = %s,", out_quoted(o, t->name));
    out_line(o, "    .model = &%s,", model);
    if (t->queue)
        out_line(o, "    .queue = %" PRId64 ",", t->queue);
    if (t->disconnects)
        out_line(o, "    .overflow = APUS_OVERFLOW_disconnect,");
    out_line(o, "};\n");
}
