/* Who may call an operation: schemes and scopes. */
#include <string.h>

#include "command.h"
#include "import_handler.h"

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
void import_needs(struct handler *h)
{
    importer *im = h->im;
    const apus_json *list = apus_json_get(h->operation, "security");
    const char *at = list ? handler_within(h, "security") : "/security";
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
            const char *name = handler_local_name(h, APUS_STR("credential"), &needs_alias);
            const char *star = is_needed(list, scheme->name) ? "" : "*";
            handler_add(h, name, textf(im->arena, "%s %s%s", type, star, name));
        }
    }
    say_scopes(h, list, at);
}
