/* One operation as a handler: its annotation, its parameters, and a body that says 501. */
#include <ctype.h>
#include <string.h>

#include "command.h"
#include "import_handler.h"

enum { WIDTH = 100 };

apus_str handler_text_of(const apus_json *object, const char *key)
{
    return apus_json_text_or(apus_json_get(object, key), APUS_STR(""));
}

bool handler_is_text(apus_str text, const char *word)
{
    return apus_str_eq(text, apus_str_of(word));
}

const char *handler_within(struct handler *h, const char *key)
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
    apus_str id = handler_text_of(h->operation, "operationId"), own = id;
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

const char *handler_local_name(struct handler *h, apus_str wire, bool *needs_alias)
{
    importer *im = h->im;
    const char *name = name_snake(im->arena, wire);
    if (name_is_taken(&im->used, name))
        name = textf(im->arena, "%s_value", name);
    name = name_unique(im->arena, &h->locals, name);
    *needs_alias = !apus_str_eq(wire, apus_str_of(name));
    return name;
}

void handler_add(struct handler *h, const char *name, const char *text)
{
    if (h->n == IMPORT_PARAMETERS_MAX) {
        import_note(h->im, h->at, "parameters past the first %d", IMPORT_PARAMETERS_MAX);
        return;
    }
    h->names[h->n] = name;
    h->parameters[h->n++] = text;
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
    apus_str summary = handler_text_of(h->operation, "summary");
    apus_str description = handler_text_of(h->operation, "description");
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
        const char *at = import_at(im, handler_within(h, "responses"), r->name);
        const apus_json *response = import_resolve(im, r, &at);
        apus_json *rest = response ? import_extra(im, response, at, response_known) : NULL;
        if (rest && rest->n && r->name.len == 3)
            apus_json_set(im->arena, answers, r->name.ptr, rest);
    }
    if (answers && answers->n)
        apus_json_set(im->arena, extra, "responses", answers);
    const apus_json *docs = apus_json_get(h->operation, "externalDocs");
    if (docs && !c_option_value(&h->options, "external_docs", docs))
        import_note(im, handler_within(h, "externalDocs"), "is not said in C");
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
    import_parameters(h, own, handler_within(h, "parameters"), NULL);
    import_parameters(h, shared, import_at(im, item_at, APUS_STR("parameters")), own);
    import_body(h);
    import_needs(h);
    import_responses(h);
    say_extra(h, known);
    write_head(h, to, path);
    write_body(h, to);
}
