/* What WebSocket() says, and Topic() lines. */
#include <inttypes.h>

#include "compiler/emit_c.h"

static unsigned emit_subprotocols(struct out *o, const char *symbol, const ct_value *list)
{
    unsigned n = 0;
    if (!list || !list->items)
        return 0;
    out_line(o, "static const apus_str apus__%s_subprotocols[] = {", symbol);
    for (const ct_value *v = list->items; v; v = v->next, n++)
        out_line(o, "    %s,", out_str_init(o, v->text));
    out_line(o, "};\n");
    return n;
}

void emit_socket(struct out *o, const char *symbol, const ct_socket *s)
{
    unsigned n = emit_subprotocols(o, symbol, s->subprotocols);
    out_line(o, "static const apus_ws_options apus__%s_socket = {", symbol);
    if (n) {
        out_line(o, "    .subprotocols = apus__%s_subprotocols,", symbol);
        out_line(o, "    .n_subprotocols = %u,", n);
    }
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
