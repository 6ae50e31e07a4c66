/* What routes answer with, as they say themselves or as those say that include them. */
#include <string.h>

#include "compiler/read.h"

/* type "/" subtype, and parameters (RFC 9110 section 8.3.1). */
static bool is_media_type(const char *text)
{
    const char *slash = strchr(text, '/');
    for (const char *p = text; *p; p++) {
        if ((unsigned char)*p < 0x20 || (unsigned char)*p >= 0x7f)
            return false;
    }
    return slash && slash != text && slash[1] && !strchr("; /", slash[1]) && !strchr(text, '"');
}

const char *produces_read(unit *u, const ct_value *options)
{
    const ct_value *v = value_get(options, "produces");
    if (!v)
        return NULL;
    if (v->kind != CT_VALUE_string)
        return "";
    if (is_media_type(v->text))
        return v->text;
    diag *g = diag_error(u->reader->diags, v->place, "\"%s\" is no media type", v->text);
    diag_note(u->reader->diags, g, NULL, "write a type and a subtype: produces = \"text/html\"");
    return NULL;
}

/* --- what stands around a route --- */

enum { DEPTH_MAX = 16 }; /* routers within routers; the checks refuse more */

static const char *produces_within(unit *u, const ct_router *router, unsigned depth);

static void say_two(unit *u, const ct_include *i, const ct_include *first)
{
    diag *g =
        diag_error(u->reader->diags, i->place,
                   "'%s' is included where another media type is produced", i->router->symbol);
    diag_note(u->reader->diags, g, &first->place, "here it produces something else");
    diag_note(u->reader->diags, g, NULL, "say what it produces in Router(%s, ...) itself",
              i->router->name);
}

/* As the routers say that include this one.  Where it stands in several places that do not agree,
 * it would be two things at once. */
static const char *produces_around(unit *u, const ct_router *router, unsigned depth)
{
    const ct_include *first = NULL;
    const char *found = NULL;
    for (const ct_router *up = u->reader->out->routers; up && depth < DEPTH_MAX; up = up->next) {
        for (ct_include *i = up->includes; i; i = i->next) {
            if (i->router != router)
                continue;
            const char *said = produces_read(u, i->options);
            said = said ? said : produces_within(u, up, depth + 1);
            bool is_same = said && found ? strcmp(said, found) == 0 : said == found;
            if (first && !is_same && !i->is_told)
                say_two(u, i, first);
            i->is_told = i->is_told || (first && !is_same);
            found = first ? found : said;
            first = first ? first : i;
        }
    }
    return found;
}

static const char *produces_within(unit *u, const ct_router *router, unsigned depth)
{
    const char *own = produces_read(u, router->options);
    return own ? own : produces_around(u, router, depth);
}

/* Text and responses are what is said around them, models stay JSON. */
void produces_bind(unit *u, ct_route *route)
{
    const ct_result *result = &route->function->result;
    bool is_text = result->type && !result->is_pointer &&
                   (result->type->kind == APUS_KIND_str || result->type->kind == APUS_KIND_bytes);
    if (!route->produces && (is_text || result->is_response))
        route->produces = produces_within(u, route->router, 0);
}
