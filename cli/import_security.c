/* Security schemes as types. */
#include <string.h>

#include "command.h"
#include "import.h"

static apus_str text_of(const apus_json *object, const char *key)
{
    return apus_json_text_or(apus_json_get(object, key), APUS_STR(""));
}

/* --- where the credential comes from; false: C has no word for it --- */

static bool say_key(struct c_options *o, const apus_json *scheme)
{
    static const char *const places[] = { "header", "query", "cookie" };
    apus_str in = text_of(scheme, "in");
    for (size_t i = 0; i < 3; i++) {
        if (apus_str_eq(in, apus_str_of(places[i]))) {
            c_option_text(o, places[i], text_of(scheme, "name"));
            return true;
        }
    }
    return false;
}

static bool say_http(struct c_options *o, const apus_json *scheme)
{
    static const char *const words[] = { "basic", "bearer", "digest" };
    apus_str http = text_of(scheme, "scheme"), format = text_of(scheme, "bearerFormat");
    size_t i = 0;
    while (i < 3 && !apus_str_eq_nocase(http, apus_str_of(words[i])))
        i++;
    if (i == 3)
        return false;
    c_option(o, "%s", words[i]);
    if (format.len && strcmp(words[i], "bearer") == 0)
        c_option_text(o, "format", format);
    return true;
}

static bool say_openid(struct c_options *o, const apus_json *scheme)
{
    c_option_text(o, "openid", text_of(scheme, "openIdConnectUrl"));
    return true;
}

static bool say_url(struct c_options *o, const apus_json *flow, const char *key, const char *word)
{
    apus_str url = text_of(flow, key);
    if (url.len == 0)
        return false;
    c_option(o, "%s: ", word);
    c_text(&o->b, url);
    return true;
}

static bool say_flow(importer *im, struct c_options *flows, const apus_json *flow)
{
    static const struct {
        const char *name, *word;
        bool has_authorization, has_token;
    } kinds[] = {
        { "password", "password", false, true },
        { "clientCredentials", "client_credentials", false, true },
        { "implicit", "implicit", true, false },
        { "authorizationCode", "authorization_code", true, true },
    };
    size_t i = 0;
    while (i < 4 && !apus_str_eq(flow->name, apus_str_of(kinds[i].name)))
        i++;
    if (i == 4)
        return false;
    struct c_options urls = { .b = apus_buf_in(im->arena) };
    apus_str text;
    bool is_whole = true;
    if (kinds[i].has_authorization)
        is_whole = say_url(&urls, flow, "authorizationUrl", "authorization");
    if (kinds[i].has_token)
        is_whole = say_url(&urls, flow, "tokenUrl", "token") && is_whole;
    say_url(&urls, flow, "refreshUrl", "refresh");
    if (!is_whole || apus_buf_take(&urls.b, &text))
        return false;
    c_option(flows, "%s: {%s}", kinds[i].word, text.ptr);
    return true;
}

/* scope-token of RFC 6749 section 3.3 */
static bool is_scope(apus_str name)
{
    for (size_t i = 0; i < name.len; i++) {
        unsigned char c = (unsigned char)name.ptr[i];
        if (c < 0x21 || c >= 0x7f || c == '"' || c == '\\')
            return false;
    }
    return name.len > 0;
}

static void say_scopes(importer *im, struct c_options *o, const apus_json *flows, const char *at)
{
    apus_json *all = apus_json_object(im->arena);
    for (const apus_json *flow = import_first(flows); flow; flow = flow->next) {
        for (const apus_json *s = import_first(apus_json_get(flow, "scopes")); s; s = s->next) {
            if (is_scope(s->name) && s->kind == APUS_JSON_string)
                apus_json_set(im->arena, all, s->name.ptr, apus_json_text(im->arena, s->text));
            else
                import_note(im, at, "a scope that RFC 6749 does not know is not kept");
        }
    }
    if (all->n)
        c_option_value(o, "scopes", all);
}

static bool say_oauth2(importer *im, struct c_options *o, const apus_json *scheme, const char *at)
{
    const apus_json *flows = apus_json_get(scheme, "flows");
    struct c_options said = { .b = apus_buf_in(im->arena) };
    apus_str text;
    for (const apus_json *flow = import_first(flows); flow; flow = flow->next) {
        if (!say_flow(im, &said, flow))
            import_note(im, at, "a flow that is not known, or lacks a URL, is not kept");
    }
    if (apus_buf_take(&said.b, &text))
        return false;
    c_option(o, "oauth2 = {%s}", text.ptr);
    say_scopes(im, o, flows, at);
    return true;
}

static bool say_source(importer *im, struct c_options *o, const apus_json *scheme, const char *at)
{
    apus_str type = text_of(scheme, "type");
    if (apus_str_eq(type, APUS_STR("apiKey")))
        return say_key(o, scheme);
    if (apus_str_eq(type, APUS_STR("http")))
        return say_http(o, scheme);
    if (apus_str_eq(type, APUS_STR("openIdConnect")))
        return say_openid(o, scheme);
    return apus_str_eq(type, APUS_STR("oauth2")) && say_oauth2(im, o, scheme, at);
}

static bool is_in(const apus_json *security, apus_str scheme)
{
    for (const apus_json *one = import_first(security); one; one = one->next) {
        for (const apus_json *s = import_first(one); s; s = s->next) {
            if (apus_str_eq(s->name, scheme))
                return true;
        }
    }
    return false;
}

/* Whether an operation asks for it: the document that apusc writes names no others. */
static bool is_asked(const apus_json *document, apus_str scheme)
{
    const apus_json *paths = apus_json_get(document, "paths");
    if (is_in(apus_json_get(document, "security"), scheme))
        return true;
    for (const apus_json *path = import_first(paths); path; path = path->next) {
        for (const apus_json *one = import_first(path); one; one = one->next) {
            if (is_in(apus_json_get(one, "security"), scheme))
                return true;
        }
    }
    return false;
}

void import_security(importer *im, apus_buf *to)
{
    static const char *const known[] = {
        "type", "in", "name", "scheme", "description", "bearerFormat", "flows", "openIdConnectUrl",
        NULL,
    };
    const char *list_at = "/components/securitySchemes";
    const apus_json *list =
        apus_json_get(apus_json_get(im->document, "components"), "securitySchemes");
    im->security_types = apus_json_object(im->arena);
    for (const apus_json *one = import_first(list); one; one = one->next) {
        const char *at = import_at(im, list_at, one->name);
        const apus_json *scheme = import_resolve(im, one, &at);
        struct c_options o = { .b = apus_buf_in(im->arena) };
        if (!scheme || !say_source(im, &o, scheme, at)) {
            import_note(im, at, "a scheme that C has no word for");
            continue;
        }
        const char *name = name_unique(im->arena, &im->used, name_snake(im->arena, one->name));
        if (!apus_str_eq(one->name, apus_str_of(name)))
            c_option_text(&o, "name", one->name);
        apus_str description = text_of(scheme, "description"), options;
        if (description.len)
            c_option_text(&o, "description", description);
        import_note_rest(im, scheme, at, known);
        if (!is_asked(im->document, one->name))
            import_note(im, at, "no operation asks for it");
        if (apus_buf_take(&o.b, &options) == APUS_OK)
            apus_buf_addf(to, "Security(%s, %s);\n", name, options.ptr);
        apus_json_set(im->arena, im->security_types, one->name.ptr,
                      apus_json_text(im->arena, apus_str_of(name)));
    }
}

const char *import_security_type(importer *im, apus_str scheme)
{
    apus_str name = text_of(im->security_types, textf(im->arena, "%.*s", APUS_FMT(scheme)));
    return name.len ? name.ptr : NULL;
}

bool import_security_knows(importer *im, apus_str scheme, apus_str scope)
{
    const apus_json *schemes =
        apus_json_get(apus_json_get(im->document, "components"), "securitySchemes");
    const char *at = "/components/securitySchemes";
    const apus_json *named = apus_json_get(schemes, textf(im->arena, "%.*s", APUS_FMT(scheme)));
    const apus_json *known = named ? import_resolve(im, named, &at) : NULL;
    const apus_json *flows = known ? apus_json_get(known, "flows") : NULL;
    if (!known || !is_scope(scope))
        return false;
    for (const apus_json *flow = import_first(flows); flow; flow = flow->next) {
        if (apus_json_get(apus_json_get(flow, "scopes"), textf(im->arena, "%.*s", APUS_FMT(scope))))
            return true;
    }
    return !flows; /* OpenID Connect and HTTP declare none here */
}
