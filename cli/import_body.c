/* What an operation is sent: JSON, forms, files, bytes. */
#include <string.h>

#include "command.h"
#include "import_handler.h"

/* What the client sends as JSON. */
static void say_json_body(struct handler *h, const apus_json *schema, const char *at,
                          bool is_required)
{
    importer *im = h->im;
    bool needs_alias;
    const char *name = handler_local_name(h, APUS_STR("body"), &needs_alias);
    import_type t = import_schema(im, schema, at, textf(im->arena, "%s_body", h->name));
    struct c_options o = { .b = apus_buf_in(im->arena) };
    bool is_model = t.kind == IMPORT_model || t.kind == IMPORT_list || t.kind == IMPORT_map ||
                    t.kind == IMPORT_any;
    if (t.is_nullable)
        import_note(im, at, "a body that may be null is one that may be left out in C");
    if (!is_required) {
        c_option(&o, "optional");
        import_note(im, at, "a body that may be left out may be null as well");
    }
    import_rules(im, &o, &t, "body");
    apus_str description = handler_text_of(t.said, "description");
    if (description.len && t.said != t.schema)
        c_option_text(&o, "description", description);
    apus_buf b = apus_buf_in(im->arena);
    if (is_model)
        apus_buf_addf(&b, "const %s *%s", t.text, name);
    else
        apus_buf_addf(&b, "%s %s%s", t.text, is_required ? "" : "*", name);
    if (o.b.len || !is_model || strcmp(h->method, "get") == 0 || strcmp(h->method, "delete") == 0)
        c_annotation(&b, "Body", &o);
    apus_str text;
    if (apus_buf_take(&b, &text) == APUS_OK)
        handler_add(h, name, text.ptr);
}

static bool is_file(const apus_json *schema)
{
    return handler_is_text(handler_text_of(schema, "format"), "binary") ||
           apus_json_get(schema, "contentMediaType") != NULL;
}

/* A form with files, member by member. */
static void say_multipart(struct handler *h, const apus_json *schema, const char *at)
{
    importer *im = h->im;
    const apus_json *target = import_resolve(im, schema, &at);
    const apus_json *properties = apus_json_get(target, "properties");
    const apus_json *required = apus_json_get(target, "required");
    const char *members_at = import_at(im, at, APUS_STR("properties"));
    const char *own = textf(im->arena, "/components/schemas/Body_%.*s",
                            APUS_FMT(handler_text_of(h->operation, "operationId")));
    if (strcmp(at, own) != 0)
        import_note(im, at, "a form is a component called after its operation");
    for (const apus_json *p = import_first(properties); p; p = p->next) {
        bool is_required = false;
        for (const apus_json *r = import_first(required); r; r = r->next)
            is_required = is_required || apus_str_eq(apus_json_text_or(r, APUS_STR("")), p->name);
        const char *p_at = import_at(im, members_at, p->name);
        apus_json *member = apus_json_object(im->arena);
        bool is_nullable = false;
        const char *core_at = p_at;
        const apus_json *core = import_core(im, p, &core_at, &is_nullable);
        bool is_several = handler_is_text(handler_text_of(core, "type"), "array") &&
                          is_file(apus_json_get(core, "items"));
        if (is_file(core) || is_several) {
            bool needs_alias;
            struct c_options o = { .b = apus_buf_in(im->arena) };
            const char *name = handler_local_name(h, p->name, &needs_alias);
            if (needs_alias)
                c_option_text(&o, "alias", p->name);
            if (!is_required)
                c_option(&o, "optional");
            if (handler_text_of(p, "description").len)
                c_option_text(&o, "description", handler_text_of(p, "description"));
            apus_buf b = apus_buf_in(im->arena);
            apus_buf_addf(&b, is_several ? "const apus_uploads *%s" : "const apus_upload *%s",
                          name);
            c_annotation(&b, "File", &o);
            apus_str text;
            if (apus_buf_take(&b, &text) == APUS_OK)
                handler_add(h, name, text.ptr);
            continue;
        }
        apus_json *schema_copy = APUS_NEW(im->arena, apus_json, 1);
        if (!schema_copy)
            return;
        *schema_copy = *p;
        schema_copy->next = NULL;
        apus_json_set(im->arena, member, "name", apus_json_text(im->arena, p->name));
        apus_json_set(im->arena, member, "in", apus_json_text(im->arena, APUS_STR("form")));
        apus_json_set(im->arena, member, "required", apus_json_bool(im->arena, is_required));
        apus_json_set(im->arena, member, "schema", schema_copy);
        import_parameter(h, member, p_at, "Form");
    }
}

static void say_form(struct handler *h, const apus_json *schema, const char *at)
{
    importer *im = h->im;
    bool needs_alias;
    import_type t = import_schema(im, schema, at, textf(im->arena, "%s_form", h->name));
    const char *name = handler_local_name(h, APUS_STR("form"), &needs_alias);
    if (t.kind != IMPORT_model) {
        import_note(im, at, "a form that is no model");
        return;
    }
    handler_add(h, name, textf(im->arena, "const %s *%s Form()", t.text, name));
}

static void say_raw(struct handler *h, apus_str type, const char *at)
{
    bool needs_alias;
    const char *name = handler_local_name(h, APUS_STR("body"), &needs_alias);
    if (!handler_is_text(type, "application/octet-stream"))
        import_note(h->im, at, "what is neither JSON nor a form is read as bytes of any type");
    handler_add(h, name, textf(h->im->arena, "apus_bytes %s Body(raw)", name));
}

bool handler_is_json(apus_str type)
{
    return apus_str_starts(type, APUS_STR("application/json")) ||
           apus_str_ends(type, APUS_STR("+json"));
}

void import_body(struct handler *h)
{
    static const char *const known[] = { "content", "required", NULL };
    static const char *const media_known[] = { "schema", NULL };
    importer *im = h->im;
    const char *at = handler_within(h, "requestBody");
    const apus_json *body = apus_json_get(h->operation, "requestBody");
    body = body ? import_resolve(im, body, &at) : NULL;
    const apus_json *content = apus_json_get(body, "content"), *chosen = NULL;
    const char *content_at = import_at(im, at, APUS_STR("content"));
    if (!body)
        return;
    import_note_rest(im, body, at, known);
    for (const apus_json *m = import_first(content); m; m = m->next)
        chosen =
            !chosen || (handler_is_json(m->name) && !handler_is_json(chosen->name)) ? m : chosen;
    for (const apus_json *m = import_first(content); m; m = m->next) {
        if (m != chosen)
            import_note(im, import_at(im, content_at, m->name), "a body has one media type in C");
    }
    if (!chosen)
        return;
    const char *media_at = import_at(im, content_at, chosen->name);
    const char *schema_at = import_at(im, media_at, APUS_STR("schema"));
    const apus_json *schema = apus_json_get(chosen, "schema");
    bool is_required = apus_json_bool_or(apus_json_get(body, "required"), false);
    import_note_rest(im, chosen, media_at, media_known);
    if (handler_is_json(chosen->name) && !handler_is_text(chosen->name, "application/json"))
        import_note(im, media_at, "documented as application/json");
    if (!handler_is_json(chosen->name) && !is_required)
        import_note(im, at, "a body that is not JSON must be sent");
    if (handler_is_json(chosen->name))
        say_json_body(h, schema, schema_at, is_required);
    else if (handler_is_text(chosen->name, "multipart/form-data"))
        say_multipart(h, schema, schema_at);
    else if (handler_is_text(chosen->name, "application/x-www-form-urlencoded"))
        say_form(h, schema, schema_at);
    else
        say_raw(h, chosen->name, content_at);
}
