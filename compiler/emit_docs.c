/* How the docs pages look: App(docs = {...}, redoc = {...}). */
#include "compiler/emit_c.h"
#include "compiler/openapi.h"
#include "compiler/value.h"

/* A value as the text of a C member: texts as they are, maps as JSON, false as nothing. */
static const char *text_of(struct out *o, const ct_value *v)
{
    if (v->kind == CT_VALUE_string)
        return v->text;
    if (v->kind != CT_VALUE_map)
        return "";
    struct openapi d = { .arena = o->arena, .contract = o->contract };
    apus_buf json = apus_buf_in(o->arena);
    apus_str text;
    apus_json_write(&json, value_json(&d, NULL, v));
    if (apus_buf_take(&json, &text)) {
        o->to->failed = APUS_NOMEM;
        return "";
    }
    return text.ptr;
}

bool emit_docs_page(struct out *o, const ct_app *app, const char *what, const ct_value *page)
{
    static const char *const members[] = { "title",   "icon",  "script",        "style",
                                           "options", "oauth", "oauth_redirect" };
    size_t n = 0;
    for (size_t i = 0; page && i < sizeof(members) / sizeof(members[0]); i++)
        n += value_get(page, members[i]) != NULL;
    if (n == 0)
        return false;
    out_line(o, "static const apus_docs_page apus__%s_%s = {", app->name, what);
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        const ct_value *v = value_get(page, members[i]);
        if (v)
            out_line(o, "    .%s = %s,", members[i], out_quoted(o, text_of(o, v)));
    }
    out_line(o, "};\n");
    return true;
}
