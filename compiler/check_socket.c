/* WebSockets: who talks over one, and what it cannot have. */
#include "compiler/check_parts.h"

void check_talks(checker *k, const ct_param *params, const char *name)
{
    for (const ct_param *p = params; p; p = p->next) {
        if (p->kind != CT_PARAM_ws)
            continue;
        diag *g = diag_error(k->diags, p->place, "'%s' talks over no WebSocket", name);
        diag_note(k->diags, g, NULL, "apus_ws * is for functions behind WebSocket(\"/path\")");
    }
}

static bool reads_body(const ct_param *p)
{
    return p->kind == CT_PARAM_body ||
           (p->kind == CT_PARAM_value &&
            (p->in == APUS_IN_body || p->in == APUS_IN_form || p->in == APUS_IN_file));
}

void check_socket(checker *k, const ct_route *r)
{
    const ct_function *f = r->function;
    bool talks = f->is_broken, reads = false;
    for (const ct_param *p = f->params; p; p = p->next) {
        talks = talks || p->kind == CT_PARAM_ws;
        if (!reads_body(p))
            continue;
        reads = true;
        diag *g = diag_error(k->diags, p->place, "'%s' reads the body, and a WebSocket has none",
                             p->c_name);
        diag_note(k->diags, g, NULL, "receive it: apus_ws_recv(ws, model); or say Query()");
    }
    if (!reads && r->body != APUS_BODY_none)
        diag_error(k->diags, r->place,
                   "a dependency of '%s' reads the body, and a WebSocket has none", f->name);
    if (talks)
        return;
    diag *g = diag_error(k->diags, f->place, "'%s' has nothing to talk with", f->name);
    diag_note(k->diags, g, NULL, "take the WebSocket: void %s(apus_req *req, apus_ws *ws)",
              f->name);
}
