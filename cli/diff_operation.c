/* Operations, parameters, bodies, answers and who may call. */
#include <ctype.h>
#include <stdarg.h>
#include <string.h>

#include "apus/http.h"
#include "apus/json_pointer.h"
#include "command.h"
#include "diff.h"

static apus_str text_of(const apus_json *object, const char *key)
{
    return apus_json_text_or(apus_json_get(object, key), APUS_STR(""));
}

/* --- findings --- */

void diff_say(struct diff *d, diff_severity severity, const char *at, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    apus_str why = apus_arena_vstrf(d->arena, fmt, args);
    va_end(args);
    struct diff_finding *f = APUS_NEW(d->arena, struct diff_finding, 1);
    if (!f || !why.ptr)
        return;
    *f = (struct diff_finding){
        .severity = severity, .at = at, .operation = d->operation, .why = why.ptr
    };
    if (d->findings_end)
        *d->findings_end = f;
    else
        d->findings = f;
    d->findings_end = &f->next;
    d->n[severity]++;
}

const char *diff_at(struct diff *d, const char *at, apus_str name)
{
    apus_buf b = apus_buf_in(d->arena);
    apus_buf_add(&b, apus_str_of(at));
    apus_json_pointer_add(&b, name);
    apus_str text;
    return apus_buf_take(&b, &text) ? at : text.ptr;
}

const apus_json *diff_first(const apus_json *v)
{
    bool holds = v && (v->kind == APUS_JSON_list || v->kind == APUS_JSON_object);
    return holds ? v->first : NULL;
}

static const apus_json *named(const apus_json *object, apus_str name)
{
    for (const apus_json *m = diff_first(object); m; m = m->next) {
        if (apus_str_eq(m->name, name))
            return m;
    }
    return NULL;
}

/* --- parameters --- */

static bool is_same_parameter(const apus_json *a, const apus_json *b)
{
    apus_str in = text_of(a, "in"), x = text_of(a, "name"), y = text_of(b, "name");
    if (!apus_str_eq(in, text_of(b, "in")))
        return false;
    return apus_str_eq(in, APUS_STR("header")) ? apus_str_eq_nocase(x, y) : apus_str_eq(x, y);
}

/* One of an operation's own parameters, or of its path's. */
struct parameters {
    const apus_json *document;
    const apus_json *lists[2]; /* own, then the path's */
};

static const apus_json *find_parameter(const struct parameters *in, const apus_json *like)
{
    for (size_t k = 0; k < 2; k++) {
        for (const apus_json *p = diff_first(in->lists[k]); p; p = p->next) {
            const apus_json *target = apus_json_resolve(in->document, p);
            if (target && is_same_parameter(target, like))
                return target;
        }
    }
    return NULL;
}

static bool is_required(const apus_json *p)
{
    return apus_json_bool_or(apus_json_get(p, "required"), false);
}

static void compare_parameter(struct diff *d, const apus_json *was, const apus_json *is,
                              const char *at)
{
    apus_str name = text_of(is, "name");
    if (is_required(is) && !is_required(was))
        diff_say(d, DIFF_breaking, at, "the %s parameter %.*s must be sent now",
                 text_of(is, "in").ptr, APUS_FMT(name));
    if (!is_required(is) && is_required(was))
        diff_say(d, DIFF_compatible, at, "the %s parameter %.*s may be left out now",
                 text_of(is, "in").ptr, APUS_FMT(name));
    diff_schemas(d, apus_json_get(was, "schema"), apus_json_get(is, "schema"), DIFF_request,
                 diff_at(d, at, APUS_STR("schema")));
}

static void compare_parameters(struct diff *d, const struct parameters *was,
                               const struct parameters *is, const char *at)
{
    const char *list_at = diff_at(d, at, APUS_STR("parameters"));
    for (size_t k = 0; k < 2; k++) {
        for (const apus_json *p = diff_first(was->lists[k]); p; p = p->next) {
            const apus_json *old = apus_json_resolve(was->document, p);
            bool in_path = apus_str_eq(text_of(old, "in"), APUS_STR("path"));
            if (old && !in_path && !find_parameter(is, old))
                diff_say(d, DIFF_breaking, list_at, "the %s parameter %.*s is gone",
                         text_of(old, "in").ptr, APUS_FMT(text_of(old, "name")));
        }
        size_t i = 0;
        for (const apus_json *p = diff_first(is->lists[k]); p; p = p->next, i++) {
            const apus_json *now = apus_json_resolve(is->document, p);
            const apus_json *old = now ? find_parameter(was, now) : NULL;
            const char *p_at = textf(d->arena, "%s/%zu", list_at, i);
            bool in_path = apus_str_eq(text_of(now, "in"), APUS_STR("path"));
            if (old)
                compare_parameter(d, old, now, p_at);
            else if (now && !in_path)
                diff_say(d, is_required(now) ? DIFF_breaking : DIFF_compatible, p_at,
                         is_required(now)
                             ? "the %s parameter %.*s must be sent, which clients do not know"
                             : "the %s parameter %.*s is new",
                         text_of(now, "in").ptr, APUS_FMT(text_of(now, "name")));
        }
    }
}

/* --- bodies and answers --- */

static void compare_content(struct diff *d, const apus_json *was, const apus_json *is,
                            diff_direction direction, const char *at)
{
    const apus_json *old = apus_json_get(was, "content"), *now = apus_json_get(is, "content");
    const char *content_at = diff_at(d, at, APUS_STR("content"));
    for (const apus_json *m = diff_first(old); m; m = m->next) {
        const apus_json *other = named(now, m->name);
        const char *m_at = diff_at(d, content_at, m->name);
        if (other)
            diff_schemas(d, apus_json_get(m, "schema"), apus_json_get(other, "schema"), direction,
                         diff_at(d, m_at, APUS_STR("schema")));
        else
            diff_say(d, DIFF_breaking, m_at, "%.*s is no longer %s", APUS_FMT(m->name),
                     direction == DIFF_request ? "taken" : "sent");
    }
    for (const apus_json *m = diff_first(now); m; m = m->next) {
        if (!named(old, m->name))
            diff_say(d, DIFF_compatible, diff_at(d, content_at, m->name), "%.*s is new",
                     APUS_FMT(m->name));
    }
}

static void compare_body(struct diff *d, const apus_json *was, const apus_json *is, const char *at)
{
    const apus_json *old = apus_json_resolve(d->old_document, apus_json_get(was, "requestBody"));
    const apus_json *now = apus_json_resolve(d->new_document, apus_json_get(is, "requestBody"));
    const char *body_at = diff_at(d, at, APUS_STR("requestBody"));
    if (old && !now)
        diff_say(d, DIFF_breaking, body_at, "a body is no longer looked at");
    if (!old && now)
        diff_say(d, is_required(now) ? DIFF_breaking : DIFF_compatible, body_at,
                 is_required(now) ? "a body must be sent now" : "a body may be sent now");
    if (!old || !now)
        return;
    if (is_required(now) != is_required(old))
        diff_say(d, is_required(now) ? DIFF_breaking : DIFF_compatible, body_at,
                 is_required(now) ? "the body must be sent now" : "the body may be left out now");
    compare_content(d, old, now, DIFF_request, body_at);
}

static bool is_success(apus_str status)
{
    return status.len == 3 && status.ptr[0] == '2';
}

static void compare_headers(struct diff *d, const apus_json *was, const apus_json *is,
                            const char *at)
{
    const apus_json *old = apus_json_get(was, "headers"), *now = apus_json_get(is, "headers");
    for (const apus_json *h = diff_first(old); h; h = h->next) {
        if (!named(now, h->name))
            diff_say(d, DIFF_breaking, diff_at(d, diff_at(d, at, APUS_STR("headers")), h->name),
                     "the header %.*s no longer comes", APUS_FMT(h->name));
    }
}

static void compare_answers(struct diff *d, const apus_json *was, const apus_json *is,
                            const char *at)
{
    const apus_json *old = apus_json_get(was, "responses"), *now = apus_json_get(is, "responses");
    const char *list_at = diff_at(d, at, APUS_STR("responses"));
    for (const apus_json *r = diff_first(old); r; r = r->next) {
        const apus_json *other = named(now, r->name);
        const char *r_at = diff_at(d, list_at, r->name);
        if (!other) {
            diff_say(d, is_success(r->name) ? DIFF_breaking : DIFF_compatible, r_at,
                     "the answer %.*s no longer comes", APUS_FMT(r->name));
            continue;
        }
        const apus_json *a = apus_json_resolve(d->old_document, r);
        const apus_json *b = apus_json_resolve(d->new_document, other);
        compare_content(d, a, b, DIFF_answer, r_at);
        compare_headers(d, a, b, r_at);
    }
    for (const apus_json *r = diff_first(now); r; r = r->next) {
        if (!named(old, r->name))
            diff_say(d, DIFF_risky, diff_at(d, list_at, r->name), "the answer %.*s may come",
                     APUS_FMT(r->name));
    }
}

/* --- who may call --- */

/* Whether who has what `old` asks for has what `now` asks for. */
static bool suffices(const apus_json *old, const apus_json *now)
{
    for (const apus_json *scheme = diff_first(now); scheme; scheme = scheme->next) {
        const apus_json *had = named(old, scheme->name);
        if (!had)
            return false;
        for (const apus_json *scope = diff_first(scheme); scope; scope = scope->next) {
            bool found = false;
            for (const apus_json *s = diff_first(had); s && !found; s = s->next)
                found = apus_json_eq(s, scope);
            if (!found)
                return false;
        }
    }
    return true;
}

static const apus_json *security_of(const apus_json *document, const apus_json *operation)
{
    const apus_json *own = apus_json_get(operation, "security");
    return own ? own : apus_json_get(document, "security");
}

static bool is_open_to(const apus_json *alternatives, const apus_json *client)
{
    if (!diff_first(alternatives))
        return true;
    for (const apus_json *one = diff_first(alternatives); one; one = one->next) {
        if (suffices(client, one))
            return true;
    }
    return false;
}

static void compare_security(struct diff *d, const apus_json *was, const apus_json *is,
                             const char *at)
{
    const apus_json *old = security_of(d->old_document, was);
    const apus_json *now = security_of(d->new_document, is);
    const char *security_at = diff_at(d, at, APUS_STR("security"));
    if (!diff_first(old) && !is_open_to(now, NULL))
        diff_say(d, DIFF_breaking, security_at, "a credential is asked for now");
    for (const apus_json *one = diff_first(old); one; one = one->next) {
        if (is_open_to(now, one))
            continue;
        const apus_json *scheme = diff_first(one);
        diff_say(d, DIFF_breaking, security_at, "%.*s does not suffice any more",
                 scheme ? (int)scheme->name.len : 9, scheme ? scheme->name.ptr : "no scheme");
    }
    if (diff_first(old) && !diff_first(now))
        diff_say(d, DIFF_compatible, security_at, "no credential is asked for any more");
}

static void compare_schemes(struct diff *d)
{
    static const char *const keys[] = { "type", "in", "name", "scheme", "openIdConnectUrl" };
    const apus_json *old =
        apus_json_get(apus_json_get(d->old_document, "components"), "securitySchemes");
    const apus_json *now =
        apus_json_get(apus_json_get(d->new_document, "components"), "securitySchemes");
    for (const apus_json *s = diff_first(old); s; s = s->next) {
        const apus_json *other = named(now, s->name);
        const char *at = diff_at(d, "/components/securitySchemes", s->name);
        for (size_t i = 0; other && i < sizeof(keys) / sizeof(keys[0]); i++) {
            if (!apus_str_eq(text_of(s, keys[i]), text_of(other, keys[i])))
                diff_say(d, DIFF_breaking, diff_at(d, at, apus_str_of(keys[i])),
                         "the %s of %.*s was \"%s\" and is \"%s\"", keys[i], APUS_FMT(s->name),
                         text_of(s, keys[i]).ptr, text_of(other, keys[i]).ptr);
        }
    }
}

/* --- operations --- */

/* Equal but for the names in braces. */
static bool is_same_path(apus_str a, apus_str b)
{
    size_t i = 0, k = 0;
    while (i < a.len && k < b.len) {
        if (a.ptr[i] != b.ptr[k])
            return false;
        if (a.ptr[i] == '{') {
            while (i < a.len && a.ptr[i] != '}')
                i++;
            while (k < b.len && b.ptr[k] != '}')
                k++;
        } else {
            i++;
            k++;
        }
    }
    return i == a.len && k == b.len;
}

static const apus_json *find_path(const apus_json *paths, apus_str path)
{
    const apus_json *exact = named(paths, path);
    for (const apus_json *p = exact ? NULL : diff_first(paths); p; p = p->next) {
        if (is_same_path(p->name, path))
            return p;
    }
    return exact;
}

static const char *operation_name(struct diff *d, const apus_json *operation, apus_str path)
{
    char *name =
        (char *)(uintptr_t)textf(d->arena, "%.*s %.*s", APUS_FMT(operation->name), APUS_FMT(path));
    for (size_t i = 0; i < operation->name.len; i++)
        name[i] = (char)toupper((unsigned char)name[i]);
    return name;
}

static void compare_operation(struct diff *d, const apus_json *old_item, const apus_json *was,
                              const apus_json *new_item, const apus_json *is)
{
    const char *at = diff_at(d, diff_at(d, "/paths", new_item->name), is->name);
    apus_str old_id = text_of(was, "operationId"), new_id = text_of(is, "operationId");
    d->operation = operation_name(d, is, new_item->name);
    if (!apus_str_eq(old_id, new_id))
        diff_say(d, DIFF_risky, diff_at(d, at, APUS_STR("operationId")),
                 "generated clients call it otherwise: \"%s\" was \"%s\"", new_id.ptr, old_id.ptr);
    if (!apus_json_bool_or(apus_json_get(was, "deprecated"), false) &&
        apus_json_bool_or(apus_json_get(is, "deprecated"), false))
        diff_say(d, DIFF_compatible, diff_at(d, at, APUS_STR("deprecated")), "is deprecated now");
    struct parameters a = {
        d->old_document, { apus_json_get(was, "parameters"), apus_json_get(old_item, "parameters") }
    };
    struct parameters b = {
        d->new_document, { apus_json_get(is, "parameters"), apus_json_get(new_item, "parameters") }
    };
    compare_parameters(d, &a, &b, at);
    compare_body(d, was, is, at);
    compare_answers(d, was, is, at);
    compare_security(d, was, is, at);
}

static void compare_paths(struct diff *d)
{
    const apus_json *old = apus_json_get(d->old_document, "paths");
    const apus_json *now = apus_json_get(d->new_document, "paths");
    for (const apus_json *item = diff_first(old); item; item = item->next) {
        const apus_json *other = find_path(now, item->name);
        for (const apus_json *op = diff_first(item); op; op = op->next) {
            const apus_json *match = other ? named(other, op->name) : NULL;
            if (!apus_method_of_operation(op->name))
                continue;
            d->operation = operation_name(d, op, item->name);
            if (match)
                compare_operation(d, item, op, other, match);
            else
                diff_say(d, DIFF_breaking, diff_at(d, diff_at(d, "/paths", item->name), op->name),
                         "the operation is gone");
        }
    }
    for (const apus_json *item = diff_first(now); item; item = item->next) {
        const apus_json *other = find_path(old, item->name);
        for (const apus_json *op = diff_first(item); op; op = op->next) {
            if (!apus_method_of_operation(op->name) || (other && named(other, op->name)))
                continue;
            d->operation = operation_name(d, op, item->name);
            diff_say(d, DIFF_compatible, diff_at(d, diff_at(d, "/paths", item->name), op->name),
                     "the operation is new");
        }
    }
    d->operation = "";
}

static bool is_openapi(const apus_json *document)
{
    return apus_str_starts(text_of(document, "openapi"), APUS_STR("3."));
}

bool diff_documents(struct diff *d, const char **why)
{
    d->operation = "";
    if (!is_openapi(d->old_document) || !is_openapi(d->new_document)) {
        *why = is_openapi(d->old_document) ? "the new one is no OpenAPI 3 document"
                                           : "the old one is no OpenAPI 3 document";
        return false;
    }
    compare_paths(d);
    compare_schemes(d);
    *why = "the documents are larger, or more tangled, than a comparison follows";
    return d->work < DIFF_WORK_MAX;
}
