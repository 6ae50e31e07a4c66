/* WebSocket("/chat"): a route that talks, and what it may say besides. */
#include <string.h>

#include "compiler/read.h"

static void say_no_answer(unit *u, const function_decl *f)
{
    if (type_canonical(clang_getCursorResultType(f->cursor)).kind == CXType_Void)
        return;
    diag *g = diag_error(u->reader->diags, cursor_place(u, f->cursor),
                         "'%s' talks over a WebSocket: it returns void", f->name);
    diag_note(u->reader->diags, g, NULL, "send with apus_ws_send(ws, model, object)");
}

/* A whole number from 1 to `most`; 0: not said. */
static int64_t read_limit(unit *u, const ct_value *options, const char *key, int64_t most)
{
    const ct_value *v = value_get(options, key);
    if (!v || v->kind != CT_VALUE_int)
        return 0;
    if (v->integer >= 1 && v->integer <= most)
        return v->integer;
    diag *g = diag_error(u->reader->diags, v->place, "%s = %s is out of range", key, v->text);
    diag_note(u->reader->diags, g, NULL, "it is 1 at the least, and %lld at the most",
              (long long)most);
    return 0;
}

/* "20s", or false. */
static int64_t read_ping(unit *u, const ct_value *options)
{
    const ct_value *v = value_get(options, "ping");
    return v && v->kind != CT_VALUE_string ? -1 : duration_option(u, options, "ping");
}

/* Names travel in a header: tokens (RFC 6455 section 4.1). */
static void check_subprotocols(unit *u, const ct_value *list)
{
    for (const ct_value *v = list ? list->items : NULL; v; v = v->next) {
        const char *bad = v->text;
        while (*bad > ' ' && *bad < 0x7f && !strchr("()<>@,;:\\\"/[]?={}", *bad))
            bad++;
        if (*v->text && !*bad)
            continue;
        diag *g =
            diag_error(u->reader->diags, v->place, "\"%s\" is no name of a subprotocol", v->text);
        diag_note(u->reader->diags, g, NULL,
                  "names are made of letters, digits, '.', '-' and the like: \"v1.chat\"");
    }
}

/* scheme "://" host, perhaps a port, and nothing behind it (RFC 6454 section 6.2). */
static void check_origins(unit *u, const ct_value *list)
{
    for (const ct_value *v = list ? list->items : NULL; v; v = v->next) {
        const char *scheme = strstr(v->text, "://");
        if (scheme && scheme != v->text && scheme[3] && !strpbrk(scheme + 3, "/*? "))
            continue;
        diag *g = diag_error(u->reader->diags, v->place, "\"%s\" is no origin", v->text);
        diag_note(u->reader->diags, g, NULL,
                  "write scheme, host and port, and no path: \"https://shop.example\"");
    }
}

void socket_read(unit *u, ct_route *route, const function_decl *f)
{
    enum { MESSAGE_MAX = 1 << 30, QUEUE_MAX = 1 << 16 };
    const ct_value *o = route->options, *deflate = value_get(o, "deflate");
    ct_socket *s = NEW(u->reader->arena, ct_socket);
    *s = (ct_socket){ .origins = read_texts(u, o, "origins"),
                      .subprotocols = read_texts(u, o, "subprotocols"),
                      .message_max = read_limit(u, o, "message_max", MESSAGE_MAX),
                      .queue = read_limit(u, o, "queue", QUEUE_MAX),
                      .ping_ns = read_ping(u, o),
                      .is_plain = deflate && !value_flag(o, "deflate") };
    say_no_answer(u, f);
    check_subprotocols(u, s->subprotocols);
    check_origins(u, s->origins);
    route->socket = s;
    route->hidden = true; /* OpenAPI has no word for it */
}
