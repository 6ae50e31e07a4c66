/* A service whose routes answer from the OpenAPI document.
 *
 * Everything in front of a handler stays what it is: routing, security declarations, reading and
 * checking of parameters and bodies, so that a 401 or 422 is the one that the program gives.
 * Functions of the program do not run: dependencies give nothing, middleware and what is made
 * once per worker are left out.  It is arranged in the plans, at start; nothing is asked for
 * while serving. */
#include "app/mock.h"

#include "apus/sample.h"
#include "app/service.h"

/* --- which operation of the document --- */

/* The name of a method as a key of a path. */
static const char *method_key(apus_method method)
{
    static const char *const keys[] = {
        [APUS_METHOD_GET] = "get",         [APUS_METHOD_HEAD] = "head",
        [APUS_METHOD_POST] = "post",       [APUS_METHOD_PUT] = "put",
        [APUS_METHOD_PATCH] = "patch",     [APUS_METHOD_DELETE] = "delete",
        [APUS_METHOD_OPTIONS] = "options",
    };
    size_t n = sizeof(keys) / sizeof(keys[0]);
    return (size_t)method < n && keys[method] ? keys[method] : "";
}

/* Whether a path of the document is the end of a template: "/files/{path}" is that of
 * "/admin/files/{path:path}", where an app stands within another. */
static bool is_end_of(apus_str path, apus_str template)
{
    while (path.len && template.len) {
        char a = path.ptr[path.len - 1], b = template.ptr[template.len - 1];
        if (a != b)
            return false;
        if (a == '}') {
            while (path.len && path.ptr[path.len - 1] != '{')
                path.len--;
            while (template.len && template.ptr[template.len - 1] != '{')
                template.len--;
            continue;
        }
        path.len--;
        template.len--;
    }
    return path.len == 0;
}

static const apus_json *find_operation(const apus_json *document, const apus__plan *plan)
{
    const apus_json *paths = apus_json_get(document, "paths"), *best = NULL;
    for (size_t i = 0; apus_json_at(paths, i); i++) {
        const apus_json *path = apus_json_at(paths, i);
        if (apus_json_get(path, method_key(plan->route->method)) &&
            is_end_of(path->name, plan->path.text) && (!best || path->name.len > best->name.len))
            best = path;
    }
    return apus_json_get(best, method_key(plan->route->method));
}

/* --- one answer --- */

/* "Prefer: code=404" asks for another answer than the good one. */
static int wanted_status(apus_req *req)
{
    apus_str prefer = apus_req_header(req, "prefer");
    int status = 0;
    for (size_t i = 5; apus_str_starts(prefer, APUS_STR("code=")) && i < prefer.len && i < 8; i++)
        status = status * 10 + (prefer.ptr[i] - '0');
    return status >= 200 && status <= 599 ? status : req->plan->route->status;
}

static const apus_json *response_for(const apus__mock *mock, int *status)
{
    char key[4] = { (char)('0' + *status / 100), (char)('0' + *status / 10 % 10),
                    (char)('0' + *status % 10), '\0' };
    return apus_json_get(mock->responses, key);
}

static apus_response *respond(apus_req *req, apus_str type, apus_str text)
{
    const char *media = type.len ? type.ptr : "text/plain";
    return apus_respond_bytes(req, media, (apus_bytes){ (const uint8_t *)text.ptr, text.len });
}

/* One piece of an answer in pieces, in the form that its media type has. */
static apus_str piece(apus_req *req, apus_str type, apus_str json)
{
    bool is_stream = apus_str_starts(type, APUS_STR("text/event-stream"));
    return is_stream ? apus_strf(req, "data: %.*s\n\n", APUS_FMT(json))
                     : apus_strf(req, "%.*s\n", APUS_FMT(json));
}

static const apus_json *example_of(const apus_json *media)
{
    const apus_json *one = apus_json_get(media, "example"),
                    *several = apus_json_get(media, "examples");
    const apus_json *first = several && several->n ? apus_json_get(several->first, "value") : NULL;
    return one ? one : first;
}

static apus_response *answer_media(apus_req *req, const apus__mock *mock, const apus_json *media)
{
    const apus_json *item = apus_json_get(media, "itemSchema");
    const apus_json *events = apus_json_get(apus_json_get(item, "properties"), "data");
    const apus_json *inner = apus_json_get(events, "contentSchema");
    apus_schema schema = { .document = mock->document,
                           .root = inner  ? inner
                                   : item ? item
                                          : apus_json_get(media, "schema") };
    const apus_json *example = example_of(media);
    const apus_json *value =
        example || !schema.root ? example : apus_sample(&schema, apus_req_arena(req), mock->seed);
    bool is_json = apus_str_find(media->name, '/') != SIZE_MAX &&
                   (apus_str_ends(media->name, APUS_STR("/json")) ||
                    apus_str_ends(media->name, APUS_STR("+json")) || item);
    apus_buf b = apus_buf_in(apus_req_arena(req));
    apus_str text = APUS_STR("");
    if (value && !is_json && value->kind == APUS_JSON_string)
        return respond(req, media->name, value->text);
    apus_json_write(&b, value);
    if (apus_buf_take(&b, &text))
        apus_abort(req, 503, NULL, "out of memory");
    return respond(req, media->name, item ? piece(req, media->name, text) : text);
}

static void answer(apus_req *req)
{
    const apus__mock *mock = req->plan->mock;
    int status = wanted_status(req);
    const apus_json *response = response_for(mock, &status);
    if (!response) {
        apus_fail(req, 501, NULL, "the document has no answer %d for this operation", status);
        return;
    }
    const apus_json *content = apus_json_get(response, "content");
    apus_set_status(req, status);
    if (content && content->n)
        req->response = answer_media(req, mock, content->first);
    else
        req->response = respond(req, APUS_STR("text/plain"), APUS_STR(""));
}

/* --- arranging it --- */

static void give_nothing(apus_req *req, apus_fn *fn, const void *args, void *result)
{
    (void)req;
    (void)fn;
    (void)args;
    (void)result; /* nobody looks at it */
}

static apus_rc read_document(apus_service *s, const apus_app *app, const apus_json **out,
                             apus_err *err)
{
    apus_str text;
    apus_json *document = NULL;
    apus_rc rc = app->openapi ? apus_blob_text(app->openapi, &s->arena, &text) : APUS_OK;
    if (!rc && app->openapi)
        rc = apus_json_parse(&s->arena, text, NULL, &document, NULL);
    *out = document;
    return rc ? apus_err_set(err, rc, "the document of %s cannot be read", app->name) : APUS_OK;
}

static apus_rc mock_plan(apus_service *s, apus__plan *plan, const apus_json *document,
                         uint64_t seed, apus_err *err)
{
    const apus_json *operation = find_operation(document, plan);
    apus__mock *mock = APUS_NEW(&s->arena, apus__mock, 1);
    if (!mock)
        return apus_err_set(err, APUS_NOMEM, "out of memory while preparing the answers");
    *mock = (apus__mock){ .document = document,
                          .responses = apus_json_get(operation, "responses"),
                          .seed = seed };
    for (uint32_t i = 0; i + 1 < plan->n_steps; i++)
        plan->steps[i].call = give_nothing;
    plan->mock = mock;
    plan->answer = answer;
    plan->around.n = 0;
    plan->scopes.len = 0; /* nobody knows who is calling */
    plan->n_phases = 0;
    apus__plan_set_phases(plan);
    return APUS_OK;
}

apus_rc apus__service_mock(apus_service *s, uint64_t seed, apus_err *err)
{
    const apus_app *app = NULL;
    const apus_json *document = NULL;
    apus_rc rc = APUS_OK;
    for (uint32_t i = 0; !rc && i < s->plans.n; i++) {
        apus__plan *plan = &s->plans.items[i];
        if (plan->answer) /* documents and their pages are themselves */
            continue;
        if (plan->app != app)
            rc = read_document(s, plan->app, &document, err);
        app = plan->app;
        if (!rc)
            rc = mock_plan(s, plan, document, seed, err);
    }
    s->around.n = 0;
    s->plans.makes = (apus__makes){ 0 };
    return rc;
}
