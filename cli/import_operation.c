/* One operation as a handler: its annotation, its parameters, and a body that says 501. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "import.h"

enum { PARAMETERS_MAX = 100, WIDTH = 100 };

/* A handler in the making. */
struct handler {
    importer *im;
    const char *at, *name, *method;
    const apus_json *operation;
    struct name_set locals;
    const char *parameters[PARAMETERS_MAX]; /* "int64_t id" */
    const char *names[PARAMETERS_MAX];
    unsigned n;
    struct c_options options; /* of Get(...) */
    const char *result;       /* "pet *", "void", "bool" */
    const char *produces;
};

static apus_str text_of(const apus_json *object, const char *key)
{
    return apus_json_text_or(apus_json_get(object, key), APUS_STR(""));
}

static bool is_text(apus_str text, const char *word)
{
    return apus_str_eq(text, apus_str_of(word));
}

static const char *within(struct handler *h, const char *key)
{
    return import_at(h->im, h->at, apus_str_of(key));
}

/* --- names --- */

/* What apusc appends to a function's name to make an operationId. */
static const char *id_suffix(importer *im, apus_str path, const char *method)
{
    char *text = (char *)(uintptr_t)textf(im->arena, "%.*s", APUS_FMT(path));
    for (char *p = text; *p; p++)
        *p = (char)(isalnum((unsigned char)*p) ? *p : '_');
    return textf(im->arena, "%s_%s", text, method);
}

static void name_handler(struct handler *h, apus_str path)
{
    importer *im = h->im;
    apus_str id = text_of(h->operation, "operationId"), own = id;
    const char *suffix = id_suffix(im, path, h->method);
    bool is_derived = apus_str_ends(id, apus_str_of(suffix)) && id.len > strlen(suffix);
    if (is_derived)
        own.len -= strlen(suffix);
    if (id.len == 0)
        own = apus_str_of(textf(im->arena, "%s%.*s", h->method, APUS_FMT(path)));
    const char *name = name_snake(im->arena, own);
    while (name_is_taken(&im->component_names, name))
        name = textf(im->arena, "%s_%s", h->method, name);
    h->name = name_unique(im->arena, &im->used, name);
    if (id.len && !(is_derived && apus_str_eq(own, apus_str_of(h->name))))
        c_option_text(&h->options, "operation_id", id);
}

/* A parameter's name in C; where it must differ from the one on the wire, *alias says so. */
static const char *local_name(struct handler *h, apus_str wire, bool *needs_alias)
{
    importer *im = h->im;
    const char *name = name_snake(im->arena, wire);
    if (name_is_taken(&im->used, name))
        name = textf(im->arena, "%s_value", name);
    name = name_unique(im->arena, &h->locals, name);
    *needs_alias = !apus_str_eq(wire, apus_str_of(name));
    return name;
}

static void add_parameter(struct handler *h, const char *name, const char *text)
{
    if (h->n == PARAMETERS_MAX) {
        import_note(h->im, h->at, "parameters past the first %d", PARAMETERS_MAX);
        return;
    }
    h->names[h->n] = name;
    h->parameters[h->n++] = text;
}

/* --- path, query, header, cookie --- */

static bool is_header_name(const char *name, apus_str wire)
{
    for (size_t i = 0; i < wire.len; i++) {
        char want = (char)(name[i] == '_' ? '-' : name[i]);
        if (!name[i] || wire.ptr[i] != want)
            return false;
    }
    return name[wire.len] == '\0';
}

static bool say_presence(struct handler *h, struct c_options *o, const import_type *t,
                         bool is_required, const char *at)
{
    bool has_default = import_has_default(h->im, t);
    if (t->kind == IMPORT_list) { /* a list is as long as the client says */
        if (t->is_nullable)
            import_note(h->im, at, "a list of parameters is empty in C, never null");
        if (!is_required && !has_default)
            c_option(o, "default = []");
        return false;
    }
    if (is_required && !has_default) {
        if (t->is_nullable)
            c_option(o, "required");
        return t->is_nullable;
    }
    if (is_required)
        import_note(h->im, at, "is required and has a default: in C it may be left out");
    if (has_default && !t->is_nullable)
        return false;
    if (!has_default && !t->is_nullable)
        c_option(o, "no_null");
    return true;
}

/* Styles other than the usual ones change what is sent. */
static void note_style(struct handler *h, const apus_json *p, const char *at, bool is_query)
{
    apus_str style = text_of(p, "style");
    const apus_json *explode = apus_json_get(p, "explode");
    if (style.len && !is_text(style, is_query ? "form" : "simple") &&
        !(is_text(style, "form") && is_text(text_of(p, "in"), "cookie")))
        import_note(h->im, import_at(h->im, at, APUS_STR("style")), "only the usual style is read");
    if (explode && apus_json_bool_or(explode, is_query) != is_query)
        import_note(h->im, import_at(h->im, at, APUS_STR("explode")),
                    "only the usual form of lists is read");
}

static void say_parameter(struct handler *h, const apus_json *p, const char *at, const char *word)
{
    static const char *const known[] = { "name",        "in",       "required", "schema",
                                         "description", "example",  "style",    "deprecated",
                                         "explode",     "examples", NULL };
    importer *im = h->im;
    apus_str wire = text_of(p, "name");
    const char *schema_at = import_at(im, at, APUS_STR("schema"));
    bool needs_alias, is_path = strcmp(word, "Path") == 0;
    const char *name = local_name(h, wire, &needs_alias);
    import_type t = import_schema(im, apus_json_get(p, "schema"), schema_at,
                                  textf(im->arena, "%s_%s", h->name, name));
    import_note_rest(im, p, at, known);
    note_style(h, p, at, strcmp(word, "Query") == 0 || strcmp(word, "Cookie") == 0);
    if (t.kind == IMPORT_model || t.kind == IMPORT_map || t.kind == IMPORT_any ||
        (t.kind == IMPORT_list &&
         (is_path || t.item->kind == IMPORT_model || t.item->kind == IMPORT_any || t.item->item))) {
        import_note(im, schema_at, "a parameter of that shape is read as text");
        t = (import_type){ .kind = IMPORT_text,
                           .text = "apus_str",
                           .said = apus_json_object(im->arena),
                           .schema = apus_json_object(im->arena),
                           .at = schema_at };
    }
    struct c_options o = { .b = apus_buf_in(im->arena) };
    if (strcmp(word, "Header") == 0 ? !is_header_name(name, wire) : needs_alias)
        c_option_text(&o, "alias", wire);
    bool required = apus_json_bool_or(apus_json_get(p, "required"), false);
    bool is_pointer = !is_path && say_presence(h, &o, &t, required, schema_at);
    if (is_path && t.is_nullable)
        import_note(im, schema_at, "what stands in the path is never null");
    import_rules(im, &o, &t, wire.ptr);
    const apus_json *example = apus_json_get(p, "example");
    if (example && (!import_value_fits(im, &t, example) || !c_option_value(&o, "example", example)))
        import_note(im, import_at(im, at, APUS_STR("example")), "an example that is not kept");
    else if (example)
        import_note(im, at, "an example of a parameter stands in its schema as well");
    if (apus_json_get(p, "examples"))
        import_note(im, import_at(im, at, APUS_STR("examples")), "named examples are not kept");
    apus_str description = text_of(p, "description");
    if (!description.len)
        description = text_of(t.said, "description");
    if (description.len)
        c_option_text(&o, "description", description);
    if (apus_json_bool_or(apus_json_get(p, "deprecated"), false))
        c_option(&o, "deprecated");
    apus_buf b = apus_buf_in(im->arena);
    apus_buf_addf(&b, "%s %s%s", t.text, is_pointer ? "*" : "", name);
    bool is_plain = is_path || (strcmp(word, "Query") == 0 && t.kind != IMPORT_list);
    if (o.b.len || !is_plain)
        c_annotation(&b, word, &o);
    apus_str text;
    if (apus_buf_take(&b, &text) == APUS_OK)
        add_parameter(h, name, text.ptr);
}

static bool is_same_parameter(const apus_json *a, const apus_json *b)
{
    return apus_str_eq(text_of(a, "name"), text_of(b, "name")) &&
           apus_str_eq(text_of(a, "in"), text_of(b, "in"));
}

/* Those of the operation, and those of the path that it does not replace. */
static void say_parameters(struct handler *h, const apus_json *list, const char *at,
                           const apus_json *replaced)
{
    static const struct {
        const char *in, *word;
    } sources[] = {
        { "path", "Path" }, { "query", "Query" }, { "header", "Header" }, { "cookie", "Cookie" }
    };
    size_t i = 0;
    for (const apus_json *one = import_first(list); one; one = one->next, i++) {
        const char *one_at = import_at_index(h->im, at, i), *word = NULL;
        const apus_json *p = import_resolve(h->im, one, &one_at);
        bool is_replaced = false;
        for (const apus_json *r = import_first(replaced); p && r; r = r->next)
            is_replaced = is_replaced || is_same_parameter(p, r);
        for (size_t k = 0; p && k < 4; k++)
            word = is_text(text_of(p, "in"), sources[k].in) ? sources[k].word : word;
        if (p && !word)
            import_note(h->im, one_at, "a parameter from nowhere that is known");
        if (p && word && !is_replaced)
            say_parameter(h, p, one_at, word);
    }
}

/* --- the body --- */

/* What the client sends as JSON. */
static void say_json_body(struct handler *h, const apus_json *schema, const char *at,
                          bool is_required)
{
    importer *im = h->im;
    bool needs_alias;
    const char *name = local_name(h, APUS_STR("body"), &needs_alias);
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
    apus_str description = text_of(t.said, "description");
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
        add_parameter(h, name, text.ptr);
}

static bool is_file(const apus_json *schema)
{
    return is_text(text_of(schema, "format"), "binary") ||
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
                            APUS_FMT(text_of(h->operation, "operationId")));
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
        bool is_several =
            is_text(text_of(core, "type"), "array") && is_file(apus_json_get(core, "items"));
        if (is_file(core) || is_several) {
            bool needs_alias;
            struct c_options o = { .b = apus_buf_in(im->arena) };
            const char *name = local_name(h, p->name, &needs_alias);
            if (needs_alias)
                c_option_text(&o, "alias", p->name);
            if (!is_required)
                c_option(&o, "optional");
            if (text_of(p, "description").len)
                c_option_text(&o, "description", text_of(p, "description"));
            apus_buf b = apus_buf_in(im->arena);
            apus_buf_addf(&b, is_several ? "const apus_uploads *%s" : "const apus_upload *%s",
                          name);
            c_annotation(&b, "File", &o);
            apus_str text;
            if (apus_buf_take(&b, &text) == APUS_OK)
                add_parameter(h, name, text.ptr);
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
        say_parameter(h, member, p_at, "Form");
    }
}

static void say_form(struct handler *h, const apus_json *schema, const char *at)
{
    importer *im = h->im;
    bool needs_alias;
    import_type t = import_schema(im, schema, at, textf(im->arena, "%s_form", h->name));
    const char *name = local_name(h, APUS_STR("form"), &needs_alias);
    if (t.kind != IMPORT_model) {
        import_note(im, at, "a form that is no model");
        return;
    }
    add_parameter(h, name, textf(im->arena, "const %s *%s Form()", t.text, name));
}

static void say_raw(struct handler *h, apus_str type, const char *at)
{
    bool needs_alias;
    const char *name = local_name(h, APUS_STR("body"), &needs_alias);
    if (!is_text(type, "application/octet-stream"))
        import_note(h->im, at, "what is neither JSON nor a form is read as bytes of any type");
    add_parameter(h, name, textf(h->im->arena, "apus_bytes %s Body(raw)", name));
}

static bool is_json(apus_str type)
{
    return apus_str_starts(type, APUS_STR("application/json")) ||
           apus_str_ends(type, APUS_STR("+json"));
}

static void say_body(struct handler *h)
{
    static const char *const known[] = { "content", "required", NULL };
    static const char *const media_known[] = { "schema", NULL };
    importer *im = h->im;
    const char *at = within(h, "requestBody");
    const apus_json *body = apus_json_get(h->operation, "requestBody");
    body = body ? import_resolve(im, body, &at) : NULL;
    const apus_json *content = apus_json_get(body, "content"), *chosen = NULL;
    const char *content_at = import_at(im, at, APUS_STR("content"));
    if (!body)
        return;
    import_note_rest(im, body, at, known);
    for (const apus_json *m = import_first(content); m; m = m->next)
        chosen = !chosen || (is_json(m->name) && !is_json(chosen->name)) ? m : chosen;
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
    if (is_json(chosen->name) && !is_text(chosen->name, "application/json"))
        import_note(im, media_at, "documented as application/json");
    if (!is_json(chosen->name) && !is_required)
        import_note(im, at, "a body that is not JSON must be sent");
    if (is_json(chosen->name))
        say_json_body(h, schema, schema_at, is_required);
    else if (is_text(chosen->name, "multipart/form-data"))
        say_multipart(h, schema, schema_at);
    else if (is_text(chosen->name, "application/x-www-form-urlencoded"))
        say_form(h, schema, schema_at);
    else
        say_raw(h, chosen->name, content_at);
}

/* --- answers --- */

static bool is_success(apus_str status)
{
    return status.len == 3 && status.ptr[0] == '2';
}

static const apus_json *first_success(const apus_json *responses)
{
    const apus_json *best = NULL;
    for (const apus_json *r = import_first(responses); r; r = r->next) {
        if (is_success(r->name) && (!best || apus_str_cmp(r->name, best->name) < 0))
            best = r;
    }
    return best;
}

static void note_response_rest(struct handler *h, const apus_json *response, const char *at)
{
    static const char *const media_known[] = { "schema", NULL };
    const apus_json *content = apus_json_get(response, "content");
    const char *content_at = import_at(h->im, at, APUS_STR("content"));
    for (const apus_json *m = import_first(content); m; m = m->next) {
        const char *m_at = import_at(h->im, content_at, m->name);
        import_note_rest(h->im, m, m_at, media_known);
        if (m != content->first)
            import_note(h->im, m_at, "an answer has one media type in C");
    }
}

static void say_result(struct handler *h, const apus_json *response, const char *at, int status)
{
    importer *im = h->im;
    const apus_json *media = apus_json_at(apus_json_get(response, "content"), 0);
    h->result = "void ";
    if (!media) {
        if (status != 204 && status != 304 && status >= 200)
            c_option(&h->options, "produces = false");
        return;
    }
    const char *media_at = import_at(im, import_at(im, at, APUS_STR("content")), media->name);
    const char *schema_at = import_at(im, media_at, APUS_STR("schema"));
    if (!is_text(media->name, "application/json")) {
        c_option_text(&h->options, "produces", media->name);
        h->result = "apus_response *";
        if (!is_text(text_of(apus_json_get(media, "schema"), "type"), "string") ||
            apus_json_get(media, "schema")->n > 1)
            import_note(im, schema_at, "what is not JSON is documented as text");
        return;
    }
    import_type t = import_schema(im, apus_json_get(media, "schema"), schema_at,
                                  textf(im->arena, "%s_result", h->name));
    struct c_options lost = { .b = apus_buf_in(im->arena) };
    import_rules(im, &lost, &t, "");
    size_t only_title = lost.b.len;
    if (t.is_nullable)
        import_note(im, schema_at, "an answer is not null in C, unless it is void");
    else if (only_title &&
             !(t.said == t.schema && apus_str_starts(apus_str_of(lost.b.ptr), APUS_STR("title"))))
        import_note(im, schema_at, "an answer has the rules of its type, and no others");
    bool is_object = t.kind == IMPORT_model || t.kind == IMPORT_list || t.kind == IMPORT_map ||
                     t.kind == IMPORT_any;
    h->result = textf(im->arena, "%s %s", t.text, is_object ? "*" : "");
}

static void say_other_response(struct handler *h, apus_buf *b, const apus_json *response,
                               const char *at, apus_str status)
{
    importer *im = h->im;
    const apus_json *media = apus_json_at(apus_json_get(response, "content"), 0);
    apus_str description = text_of(response, "description");
    apus_buf_addf(b, "%s%.*s: ", b->len ? ", " : "", APUS_FMT(status));
    if (!media) {
        c_text(b, description);
        return;
    }
    const char *schema_at = import_at(
        im, import_at(im, import_at(im, at, APUS_STR("content")), media->name), APUS_STR("schema"));
    import_type t = import_schema(im, apus_json_get(media, "schema"), schema_at,
                                  textf(im->arena, "%s_%.*s", h->name, APUS_FMT(status)));
    bool is_model = t.kind == IMPORT_model && is_json(media->name);
    apus_buf_addc(b, '{');
    if (is_model)
        apus_buf_addf(b, "model: %s, ", t.text);
    else
        import_note(im, schema_at, "other answers are models in C");
    apus_buf_lit(b, "description: ");
    c_text(b, description);
    if (!is_text(media->name, "application/json")) {
        apus_buf_lit(b, ", produces: ");
        c_text(b, media->name);
    }
    apus_buf_addc(b, '}');
}

/* The 422 that apusc writes by itself. */
static bool is_own_422(const apus_json *response)
{
    const apus_json *media = apus_json_at(apus_json_get(response, "content"), 0);
    return apus_str_ends(text_of(apus_json_get(media, "schema"), "$ref"),
                         APUS_STR("/HTTPValidationError"));
}

static void say_responses(struct handler *h)
{
    importer *im = h->im;
    const apus_json *responses = apus_json_get(h->operation, "responses");
    const apus_json *success = first_success(responses);
    const char *list_at = within(h, "responses");
    apus_buf others = apus_buf_in(im->arena);
    if (!success)
        say_result(h, NULL, list_at, 200);
    for (const apus_json *r = import_first(responses); r; r = r->next) {
        const char *at = import_at(im, list_at, r->name);
        const apus_json *response = import_resolve(im, r, &at);
        long status = strtol(r->name.ptr, NULL, 10);
        if (!response || (status == 422 && is_own_422(response))) {
            if (response && h->n == 0)
                import_note(im, at, "a route that takes nothing refuses nothing");
            continue;
        }
        if (status < 100 || status > 599 || r->name.len != 3) {
            import_note(im, at, "only statuses are declared in C");
            continue;
        }
        note_response_rest(h, response, at);
        if (r != success) {
            say_other_response(h, &others, response, at, r->name);
            continue;
        }
        apus_str description = text_of(response, "description");
        if (status != 200)
            c_option(&h->options, "status = %ld", status);
        if (description.len && !is_text(description, "Successful Response"))
            c_option_text(&h->options, "response_description", description);
        say_result(h, response, at, (int)status);
    }
    apus_str text;
    if (others.len && apus_buf_take(&others, &text) == APUS_OK)
        c_option(&h->options, "responses = {%s}", text.ptr);
}

/* --- who may call --- */

static bool has_scheme(const apus_json *alternative, apus_str scheme)
{
    for (const apus_json *s = import_first(alternative); s; s = s->next) {
        if (apus_str_eq(s->name, scheme))
            return true;
    }
    return false;
}

/* Whether no alternative does without that scheme. */
static bool is_needed(const apus_json *list, apus_str scheme)
{
    for (const apus_json *one = import_first(list); one; one = one->next) {
        if (!has_scheme(one, scheme))
            return false;
    }
    return true;
}

static bool lists(const apus_json *list, const apus_json *text)
{
    for (const apus_json *v = import_first(list); v; v = v->next) {
        if (apus_json_eq(v, text))
            return true;
    }
    return false;
}

static bool same_scopes(const apus_json *a, const apus_json *b)
{
    for (const apus_json *v = import_first(a); v; v = v->next) {
        if (!lists(b, v))
            return false;
    }
    return a->n == b->n;
}

/* What all schemes of all alternatives ask for alike, as C does; NULL where they differ. */
static const apus_json *common_scopes(const apus_json *list)
{
    const apus_json *common = NULL;
    for (const apus_json *one = import_first(list); one; one = one->next) {
        for (const apus_json *scheme = import_first(one); scheme; scheme = scheme->next) {
            if (common && !same_scopes(common, scheme))
                return NULL;
            common = scheme;
        }
    }
    return common;
}

static void note_scopes(struct handler *h, const apus_json *list, const char *at)
{
    size_t i = 0;
    for (const apus_json *one = import_first(list); one; one = one->next, i++) {
        for (const apus_json *scheme = import_first(one); scheme; scheme = scheme->next) {
            if (scheme->n)
                import_note(h->im, import_at(h->im, import_at_index(h->im, at, i), scheme->name),
                            "scopes that only some of the schemes ask for are not said");
        }
    }
}

/* scopes = [...] where C can say the same. */
static void say_scopes(struct handler *h, const apus_json *list, const char *at)
{
    const apus_json *scopes = common_scopes(list);
    apus_buf b = apus_buf_in(h->im->arena);
    apus_str text;
    if (!scopes) {
        note_scopes(h, list, at);
        return;
    }
    for (const apus_json *v = import_first(scopes); v; v = v->next) {
        if (v->kind != APUS_JSON_string || !import_security_knows(h->im, scopes->name, v->text)) {
            import_note(h->im, at, "a scope that its scheme does not declare is not kept");
            continue;
        }
        if (b.len)
            apus_buf_lit(&b, ", ");
        c_text(&b, v->text);
    }
    if (b.len && apus_buf_take(&b, &text) == APUS_OK)
        c_option(&h->options, "scopes = [%s]", text.ptr);
}

/* What each alternative needs is a parameter; what only some need is a pointer. */
static void say_security(struct handler *h)
{
    importer *im = h->im;
    const apus_json *list = apus_json_get(h->operation, "security");
    const char *at = list ? within(h, "security") : "/security";
    list = list ? list : apus_json_get(im->document, "security");
    struct name_set seen = { { NULL } };
    size_t i = 0;
    for (const apus_json *one = import_first(list); one; one = one->next, i++) {
        const char *one_at = import_at_index(im, at, i);
        if (one->kind != APUS_JSON_object || one->n == 0)
            import_note(im, one_at, "that nobody need say who calls");
        else if (one->n > 1 && import_first(list)->next)
            import_note(im, one_at, "of schemes that are needed together only with some others");
        for (const apus_json *scheme = import_first(one); scheme; scheme = scheme->next) {
            const char *type = import_security_type(im, scheme->name);
            bool needs_alias;
            if (!type) {
                import_note(im, import_at(im, one_at, scheme->name),
                            "a scheme that C has no word for");
                continue;
            }
            if (name_is_taken(&seen, type))
                continue;
            name_unique(im->arena, &seen, type);
            const char *name = local_name(h, APUS_STR("credential"), &needs_alias);
            const char *star = is_needed(list, scheme->name) ? "" : "*";
            add_parameter(h, name, textf(im->arena, "%s %s%s", type, star, name));
        }
    }
    say_scopes(h, list, at);
}

/* --- texts --- */

static void say_tags(struct handler *h, apus_str file_tag)
{
    const apus_json *tags = apus_json_get(h->operation, "tags");
    apus_buf b = apus_buf_in(h->im->arena);
    unsigned n = 0;
    for (const apus_json *tag = import_first(tags); tag; tag = tag->next) {
        if (tag->kind != APUS_JSON_string ||
            (tag == tags->first && file_tag.len && apus_str_eq(tag->text, file_tag)))
            continue;
        if (n++)
            apus_buf_lit(&b, ", ");
        c_text(&b, tag->text);
    }
    apus_str text;
    if (n && apus_buf_take(&b, &text) == APUS_OK)
        c_option(&h->options, "tags = [%s]", text.ptr);
}

/* read_items -> "Read Items" */
static bool is_own_summary(const char *name, apus_str summary)
{
    bool inside = false;
    for (size_t i = 0; i < summary.len; i++) {
        unsigned char c = (unsigned char)name[i];
        char want = (char)(c == '_' ? ' ' : inside ? c : toupper(c));
        if (!c || summary.ptr[i] != want)
            return false;
        inside = isalpha(c);
    }
    return name[summary.len] == '\0';
}

static void say_texts(struct handler *h, apus_buf *to)
{
    apus_str summary = text_of(h->operation, "summary");
    apus_str description = text_of(h->operation, "description");
    if (summary.len && !is_own_summary(h->name, summary))
        c_option_text(&h->options, "summary", summary);
    if (description.len && !c_comment(to, "", description))
        c_option_text(&h->options, "description", description);
    if (apus_json_bool_or(apus_json_get(h->operation, "deprecated"), false))
        c_option(&h->options, "deprecated");
}

/* What is documented and means nothing to the program: extensions, callbacks, headers and links
 * of answers. */
static void say_extra(struct handler *h, const char *const *known)
{
    static const char *const response_known[] = { "description", "content", "$ref", NULL };
    importer *im = h->im;
    apus_json *extra = import_extra(im, h->operation, h->at, known);
    apus_json *answers = apus_json_object(im->arena);
    const apus_json *responses = apus_json_get(h->operation, "responses");
    for (const apus_json *r = import_first(responses); r; r = r->next) {
        const char *at = import_at(im, within(h, "responses"), r->name);
        const apus_json *response = import_resolve(im, r, &at);
        apus_json *rest = response ? import_extra(im, response, at, response_known) : NULL;
        if (rest && rest->n && r->name.len == 3)
            apus_json_set(im->arena, answers, r->name.ptr, rest);
    }
    if (answers && answers->n)
        apus_json_set(im->arena, extra, "responses", answers);
    const apus_json *docs = apus_json_get(h->operation, "externalDocs");
    if (docs && !c_option_value(&h->options, "external_docs", docs))
        import_note(im, within(h, "externalDocs"), "is not said in C");
    if (extra && extra->n)
        c_option_value(&h->options, "openapi_extra", extra);
}

/* --- all of it --- */

static void write_head(struct handler *h, apus_buf *to, apus_str path)
{
    char word[16] = { 0 };
    for (size_t i = 0; h->method[i] && i + 1 < sizeof(word); i++)
        word[i] = (char)(i ? h->method[i] : toupper((unsigned char)h->method[i]));
    apus_str options = APUS_STR("");
    apus_buf_addf(to, "%s(", word);
    c_text(to, path);
    if (h->options.b.len && apus_buf_take(&h->options.b, &options) == APUS_OK) {
        apus_buf_lit(to, ", ");
        c_wrapped(to, options, strlen(word) + path.len + 5, 4);
    }
    apus_buf_addf(to, ")\n%s%s(apus_req *req", h->result, h->name);
    size_t width = strlen(h->result) + strlen(h->name) + 15;
    for (unsigned i = 0; i < h->n; i++) {
        bool is_long = width + strlen(h->parameters[i]) + 2 > WIDTH;
        apus_buf_addf(to, ",%s%s", is_long ? "\n        " : " ", h->parameters[i]);
        width = (is_long ? 8 : width + 2) + strlen(h->parameters[i]);
    }
    apus_buf_lit(to, ")\n");
}

static void write_body(struct handler *h, apus_buf *to)
{
    bool is_pointer = h->result[strlen(h->result) - 1] == '*';
    apus_buf_lit(to, "{\n");
    for (unsigned i = 0; i < h->n; i++)
        apus_buf_addf(to, "    (void)%s;\n", h->names[i]);
    apus_buf_addf(to, "    %sapus_fail(req, 501, NULL, \"%s is not written yet\");\n",
                  is_pointer ? "return " : "", h->name);
    if (!is_pointer && strcmp(h->result, "void ") != 0) {
        apus_str type = apus_str_trim(apus_str_of(h->result));
        bool is_struct = apus_str_starts(type, APUS_STR("apus_"));
        if (is_struct)
            apus_buf_addf(to, "    return (%.*s){ 0 };\n", APUS_FMT(type));
        else
            apus_buf_lit(to, "    return 0;\n");
    }
    apus_buf_lit(to, "}\n\n");
}

void import_operation(importer *im, apus_buf *to, apus_str path, const apus_json *item,
                      const apus_json *operation, const char *at, apus_str tag)
{
    static const char *const known[] = { "tags",       "summary",   "description", "operationId",
                                         "parameters", "responses", "requestBody", "deprecated",
                                         "security",   NULL };
    struct handler *h = APUS_NEW(im->arena, struct handler, 1);
    if (!h)
        return;
    *h = (struct handler){ .im = im,
                           .at = at,
                           .method = textf(im->arena, "%.*s", APUS_FMT(operation->name)),
                           .operation = operation,
                           .result = "void ",
                           .options = { .b = apus_buf_in(im->arena) } };
    name_unique(im->arena, &h->locals, "req");
    name_handler(h, path);
    say_texts(h, to);
    say_tags(h, tag);
    const apus_json *own = apus_json_get(operation, "parameters");
    const apus_json *shared = apus_json_get(item, "parameters");
    size_t cut = strlen(at) - operation->name.len - 1;
    const char *item_at = textf(im->arena, "%.*s", (int)cut, at);
    say_parameters(h, own, within(h, "parameters"), NULL);
    say_parameters(h, shared, import_at(im, item_at, APUS_STR("parameters")), own);
    say_body(h);
    say_security(h);
    say_responses(h);
    say_extra(h, known);
    write_head(h, to, path);
    write_body(h, to);
}
