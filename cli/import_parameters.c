/* Parameters in the path, the query, headers and cookies. */
#include <string.h>

#include "command.h"
#include "import_handler.h"

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
    apus_str style = handler_text_of(p, "style");
    const apus_json *explode = apus_json_get(p, "explode");
    if (style.len && !handler_is_text(style, is_query ? "form" : "simple") &&
        !(handler_is_text(style, "form") && handler_is_text(handler_text_of(p, "in"), "cookie")))
        import_note(h->im, import_at(h->im, at, APUS_STR("style")), "only the usual style is read");
    if (explode && apus_json_bool_or(explode, is_query) != is_query)
        import_note(h->im, import_at(h->im, at, APUS_STR("explode")),
                    "only the usual form of lists is read");
}

void import_parameter(struct handler *h, const apus_json *p, const char *at, const char *word)
{
    static const char *const known[] = { "name",        "in",       "required", "schema",
                                         "description", "example",  "style",    "deprecated",
                                         "explode",     "examples", NULL };
    importer *im = h->im;
    apus_str wire = handler_text_of(p, "name");
    const char *schema_at = import_at(im, at, APUS_STR("schema"));
    bool needs_alias, is_path = strcmp(word, "Path") == 0;
    const char *name = handler_local_name(h, wire, &needs_alias);
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
    apus_str description = handler_text_of(p, "description");
    if (!description.len)
        description = handler_text_of(t.said, "description");
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
        handler_add(h, name, text.ptr);
}

static bool is_same_parameter(const apus_json *a, const apus_json *b)
{
    return apus_str_eq(handler_text_of(a, "name"), handler_text_of(b, "name")) &&
           apus_str_eq(handler_text_of(a, "in"), handler_text_of(b, "in"));
}

/* Those of the operation, and those of the path that it does not replace. */
void import_parameters(struct handler *h, const apus_json *list, const char *at,
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
            word =
                handler_is_text(handler_text_of(p, "in"), sources[k].in) ? sources[k].word : word;
        if (p && !word)
            import_note(h->im, one_at, "a parameter from nowhere that is known");
        if (p && word && !is_replaced)
            import_parameter(h, p, one_at, word);
    }
}
