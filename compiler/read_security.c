/* Security(type, ...): where a credential stands, what the document says of it, and the
 * scopes that there are.
 *
 *     Security(api_key, header = "X-API-Key");
 *     Security(user_token, oauth2 = {password: "token"}, scopes = {items: "Read items."}); */
#include <string.h>

#include "compiler/read.h"

/* --- which scheme --- */

static const struct {
    const char *key;
    ct_scheme scheme;
    apus_security_kind kind;
    apus_in in;
} schemes[] = {
    { "header", CT_SCHEME_key, APUS_SECURITY_key, APUS_IN_header },
    { "query", CT_SCHEME_key, APUS_SECURITY_key, APUS_IN_query },
    { "cookie", CT_SCHEME_key, APUS_SECURITY_key, APUS_IN_cookie },
    { "basic", CT_SCHEME_http, APUS_SECURITY_basic, APUS_IN_header },
    { "bearer", CT_SCHEME_http, APUS_SECURITY_bearer, APUS_IN_header },
    { "digest", CT_SCHEME_http, APUS_SECURITY_digest, APUS_IN_header },
    { "oauth2", CT_SCHEME_oauth2, APUS_SECURITY_bearer, APUS_IN_header },
    { "openid", CT_SCHEME_openid, APUS_SECURITY_bearer, APUS_IN_header },
};

static void say_scheme(unit *u, const note *n, unsigned given)
{
    diag *g = given ? diag_error(u->reader->diags, n->place,
                                 "a security scheme is one of header, query, cookie, basic, "
                                 "bearer, digest, oauth2, openid")
                    : diag_error(u->reader->diags, n->place,
                                 "this security scheme does not say where its credential is");
    diag_note(u->reader->diags, g, NULL,
              "write Security(api_key, header = \"X-API-Key\"), or basic, or bearer");
}

/* Whether it is one of them. */
static bool read_scheme(unit *u, ct_security *s, const note *n)
{
    unsigned given = 0;
    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
        const ct_value *v = value_get(n->options, schemes[i].key);
        if (!v)
            continue;
        given++;
        s->scheme = schemes[i].scheme;
        s->kind = schemes[i].kind;
        s->in = schemes[i].in;
        s->key = s->scheme == CT_SCHEME_key && v->kind == CT_VALUE_string ? v->text : NULL;
    }
    if (given != 1)
        say_scheme(u, n, given);
    return given == 1;
}

/* --- oauth2 = {password: "token", authorization_code: {authorization: "...", token: "..."}} --- */

static const struct flow_kind {
    const char *key, *name;
    bool has_authorization, has_token;
} flow_kinds[] = {
    { "password", "password", false, true },
    { "client_credentials", "clientCredentials", false, true },
    { "implicit", "implicit", true, false },
    { "authorization_code", "authorizationCode", true, true },
};

static const struct flow_kind *find_flow(unit *u, const ct_value *v)
{
    near like = near_to(v->key);
    for (size_t i = 0; i < sizeof(flow_kinds) / sizeof(flow_kinds[0]); i++) {
        if (strcmp(flow_kinds[i].key, v->key) == 0)
            return &flow_kinds[i];
        near_offer(&like, flow_kinds[i].key);
    }
    diag *g = diag_error(u->reader->diags, v->key_place, "OAuth2 has no flow '%s'", v->key);
    if (like.best)
        diag_fix(g, like.best);
    else
        diag_note(u->reader->diags, g, NULL,
                  "it has password, client_credentials, authorization_code and implicit");
    return NULL;
}

static void read_url(unit *u, ct_flow *flow, const struct flow_kind *kind, const ct_value *v)
{
    diags *d = u->reader->diags;
    bool is_authorization = strcmp(v->key, "authorization") == 0;
    bool is_token = strcmp(v->key, "token") == 0, is_refresh = strcmp(v->key, "refresh") == 0;
    if ((is_authorization && !kind->has_authorization) || (is_token && !kind->has_token) ||
        (!is_authorization && !is_token && !is_refresh)) {
        diag *g =
            diag_error(d, v->key_place, "the flow '%s' has no URL called '%s'", kind->key, v->key);
        diag_note(d, g, NULL, "it has %s%s and refresh",
                  kind->has_authorization ? "authorization" : "token",
                  kind->has_authorization && kind->has_token ? ", token" : "");
    } else if (v->kind != CT_VALUE_string) {
        diag_error(d, v->place, "'%s' is a URL, not %s", v->key, value_kind_text(v));
    } else {
        *(is_authorization ? &flow->authorization
          : is_token       ? &flow->token
                           : &flow->refresh) = v->text;
    }
}

static void say_incomplete(unit *u, const struct flow_kind *kind, ct_place place)
{
    diag *g = diag_error(u->reader->diags, place, "the flow '%s' lacks a URL", kind->key);
    if (kind->has_authorization && kind->has_token)
        diag_note(u->reader->diags, g, NULL,
                  "write %s: {authorization: \"https://...\", token: \"https://...\"}", kind->key);
    else
        diag_note(u->reader->diags, g, NULL, "write %s: \"%s\"", kind->key,
                  kind->has_token ? "token" : "https://...");
}

static void read_flow(unit *u, ct_security *s, const ct_value *v)
{
    unsigned errors = u->reader->diags->n_errors;
    const struct flow_kind *kind = find_flow(u, v);
    if (!kind)
        return;
    ct_flow *flow = NEW(u->reader->arena, ct_flow);
    flow->name = kind->name;
    bool has_one = kind->has_authorization != kind->has_token;
    if (v->kind == CT_VALUE_string && has_one)
        *(kind->has_token ? &flow->token : &flow->authorization) = v->text;
    for (const ct_value *item = v->kind == CT_VALUE_map ? v->items : NULL; item; item = item->next)
        read_url(u, flow, kind, item);
    bool is_whole =
        (flow->token || !kind->has_token) && (flow->authorization || !kind->has_authorization);
    if (!is_whole && errors == u->reader->diags->n_errors)
        say_incomplete(u, kind, v->key_place);
    APPEND(s->flows, flow);
}

/* --- options that only some schemes have --- */

/* What stands between quotes in WWW-Authenticate. */
static bool is_quotable(const char *text)
{
    for (const char *p = text; *p; p++) {
        unsigned char c = (unsigned char)*p;
        if (c < 0x20 || c >= 0x7f || c == '"' || c == '\\')
            return false;
    }
    return true;
}

static void check_options(unit *u, const ct_security *s, const note *n)
{
    diags *d = u->reader->diags;
    const ct_value *realm = value_get(n->options, "realm");
    const ct_value *format = value_get(n->options, "format");
    if (realm && s->scheme == CT_SCHEME_key)
        diag_error(d, realm->key_place, "a key has no realm: it belongs to basic, bearer, digest");
    else if (realm && s->realm && !is_quotable(s->realm))
        diag_error(d, realm->place,
                   "this realm cannot be sent: take quotes, backslashes and "
                   "whatever is not ASCII out of it");
    if (format && !(s->scheme == CT_SCHEME_http && s->kind == APUS_SECURITY_bearer))
        diag_error(d, format->key_place, "only a bearer token has a format");
}

/* --- scopes --- */

/* scope-token of RFC 6749 section 3.3. */
static bool is_scope(const char *text)
{
    for (const char *p = text; *p; p++) {
        if (*p < 0x21 || *p == 0x7f || *p == '"' || *p == '\\')
            return false;
    }
    return *text != '\0';
}

static void check_scope(unit *u, const char *text, ct_place place, const char *advice)
{
    if (is_scope(text))
        return;
    diag *g = diag_error(u->reader->diags, place, "\"%s\" is no scope", text);
    diag_note(u->reader->diags, g, NULL, "%s", advice);
}

static const char one_word[] = "a scope is one word without quotes (RFC 6749 section 3.3)";
static const char a_list[] = "several are a list: scopes = [\"read\", \"write\"]";

ct_value *scopes_read(unit *u, const ct_value *options)
{
    const ct_value *given = value_get(options, "scopes");
    ct_value *list = read_texts(u, options, "scopes");
    if (given && !list)
        diag_error(u->reader->diags, given->place, "'scopes' is a text or a list of texts, not %s",
                   value_kind_text(given));
    for (const ct_value *v = list ? list->items : NULL; v; v = v->next) {
        if (v->kind == CT_VALUE_string)
            check_scope(u, v->text, v->place, strchr(v->text, ' ') ? a_list : one_word);
        else
            diag_error(u->reader->diags, v->place, "a scope is a text, not %s", value_kind_text(v));
    }
    return list;
}

static void check_declared(unit *u, const ct_value *scopes)
{
    for (const ct_value *v = scopes ? scopes->items : NULL; v; v = v->next) {
        check_scope(u, v->key, v->key_place, one_word);
        if (v->kind != CT_VALUE_string)
            diag_error(u->reader->diags, v->place, "what the scope '%s' allows is a text, not %s",
                       v->key, value_kind_text(v));
    }
}

/* --- the declaration --- */

void security_read(unit *u, const file_item *it, const note *n)
{
    reader *r = u->reader;
    const char *c_name = record_name(u, type_canonical(clang_getCursorType(it->cursor)));
    const char *name = value_word(value_unnamed(n->options, 0));
    if (!c_name || !name || names_find(&r->securities, c_name))
        return;
    ct_security *s = NEW(r->arena, ct_security);
    const char *called = value_text(n->options, "name");
    const char *description = value_text(n->options, "description");
    *s = (ct_security){ .c_name = c_name,
                        .name = called ? called : name,
                        .realm = value_text(n->options, "realm"),
                        .format = value_text(n->options, "format"),
                        .openid = value_text(n->options, "openid"),
                        .description = description ? description
                                                   : doc_read(u, it->cursor, it->notes).description,
                        .place = n->place,
                        .source = u->source };
    bool is_known = read_scheme(u, s, n);
    const ct_value *flows = value_get(n->options, "oauth2");
    for (const ct_value *v = flows && flows->kind == CT_VALUE_map ? flows->items : NULL; v;
         v = v->next)
        read_flow(u, s, v);
    const ct_value *scopes = value_get(n->options, "scopes");
    if (scopes && scopes->kind == CT_VALUE_map)
        s->scopes = (ct_value *)(uintptr_t)scopes;
    check_declared(u, s->scopes);
    if (is_known)
        check_options(u, s, n);
    names_put(&r->securities, c_name, s);
    APPEND(r->out->securities, s);
}

ct_security *security_find(unit *u, CXType t, bool *is_pointer)
{
    CXType canonical = type_canonical(t);
    *is_pointer = canonical.kind == CXType_Pointer;
    if (*is_pointer)
        canonical = type_canonical(clang_getPointeeType(canonical));
    if (canonical.kind != CXType_Record)
        return NULL;
    const char *c_name = record_name(u, canonical);
    return c_name ? names_find(&u->reader->securities, c_name) : NULL;
}
