/* What an operation answers with: its result, and the statuses beside it. */
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "import_handler.h"

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
    if (!handler_is_text(media->name, "application/json")) {
        c_option_text(&h->options, "produces", media->name);
        h->result = "apus_response *";
        if (!handler_is_text(handler_text_of(apus_json_get(media, "schema"), "type"), "string") ||
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
             !(t.said == t.schema &&
               apus_str_starts((apus_str){ lost.b.ptr, lost.b.len }, APUS_STR("title"))))
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
    apus_str description = handler_text_of(response, "description");
    apus_buf_addf(b, "%s%.*s: ", b->len ? ", " : "", APUS_FMT(status));
    if (!media) {
        c_text(b, description);
        return;
    }
    const char *schema_at = import_at(
        im, import_at(im, import_at(im, at, APUS_STR("content")), media->name), APUS_STR("schema"));
    import_type t = import_schema(im, apus_json_get(media, "schema"), schema_at,
                                  textf(im->arena, "%s_%.*s", h->name, APUS_FMT(status)));
    bool is_model = t.kind == IMPORT_model && handler_is_json(media->name);
    apus_buf_addc(b, '{');
    if (is_model)
        apus_buf_addf(b, "model: %s, ", t.text);
    else
        import_note(im, schema_at, "other answers are models in C");
    apus_buf_lit(b, "description: ");
    c_text(b, description);
    if (!handler_is_text(media->name, "application/json")) {
        apus_buf_lit(b, ", produces: ");
        c_text(b, media->name);
    }
    apus_buf_addc(b, '}');
}

/* The 422 that apusc writes by itself. */
static bool is_own_422(const apus_json *response)
{
    const apus_json *media = apus_json_at(apus_json_get(response, "content"), 0);
    return apus_str_ends(handler_text_of(apus_json_get(media, "schema"), "$ref"),
                         APUS_STR("/HTTPValidationError"));
}

void import_responses(struct handler *h)
{
    importer *im = h->im;
    const apus_json *responses = apus_json_get(h->operation, "responses");
    const apus_json *success = first_success(responses);
    const char *list_at = handler_within(h, "responses");
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
        apus_str description = handler_text_of(response, "description");
        if (status != 200)
            c_option(&h->options, "status = %ld", status);
        if (description.len && !handler_is_text(description, "Successful Response"))
            c_option_text(&h->options, "response_description", description);
        say_result(h, response, at, (int)status);
    }
    apus_str text;
    if (others.len && apus_buf_take(&others, &text) == APUS_OK)
        c_option(&h->options, "responses = {%s}", text.ptr);
}
