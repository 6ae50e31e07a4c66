/* Security schemes as types. */
#include <string.h>

#include "command.h"
#include "import.h"

static apus_str text_of(const apus_json *object, const char *key)
{
    return apus_json_text_or(apus_json_get(object, key), APUS_STR(""));
}

/* Says where the credential comes from; false: C has no word for it. */
static bool say_source(struct c_options *o, const apus_json *scheme)
{
    apus_str type = text_of(scheme, "type"), in = text_of(scheme, "in");
    apus_str http = text_of(scheme, "scheme");
    static const char *const places[] = { "header", "query", "cookie" };
    if (apus_str_eq(type, APUS_STR("http"))) {
        bool is_basic = apus_str_eq_nocase(http, APUS_STR("basic"));
        if (!is_basic && !apus_str_eq_nocase(http, APUS_STR("bearer")))
            return false;
        c_option(o, is_basic ? "basic" : "bearer");
        return true;
    }
    for (size_t i = 0; i < 3 && apus_str_eq(type, APUS_STR("apiKey")); i++) {
        if (apus_str_eq(in, apus_str_of(places[i]))) {
            c_option_text(o, places[i], text_of(scheme, "name"));
            return true;
        }
    }
    return false;
}

void import_security(importer *im, apus_buf *to)
{
    static const char *const known[] = { "type", "in", "name", "scheme", "description", NULL };
    const char *list_at = "/components/securitySchemes";
    const apus_json *list =
        apus_json_get(apus_json_get(im->document, "components"), "securitySchemes");
    im->security_types = apus_json_object(im->arena);
    for (const apus_json *one = import_first(list); one; one = one->next) {
        const char *at = import_at(im, list_at, one->name);
        const apus_json *scheme = import_resolve(im, one, &at);
        struct c_options o = { .b = apus_buf_in(im->arena) };
        if (!scheme || !say_source(&o, scheme)) {
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
