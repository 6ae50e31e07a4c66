#include "app/failure.h"

#include <ctype.h>

#include "apus/main.h"
#include "app/wire.h"

/* --- {"detail": ...}, as FastAPI's clients know it --- */

static void write_detail(const apus_app *app, apus_buf *b, const apus__said *said)
{
    (void)app;
    if (said->problems) {
        apus_problems_write(said->problems, b);
        return;
    }
    apus_buf_lit(b, "{\"detail\":");
    apus_buf_add(b, said->detail);
    if (said->code) {
        apus_buf_lit(b, ",\"code\":");
        apus__json_text_add(b, apus_str_of(said->code));
    }
    apus_buf_addc(b, '}');
}

/* --- problem details (RFC 9457) --- */

static apus_str title_of(unsigned status)
{
    apus_str name = apus_http_status_name(status);
    return name.len ? name : APUS_STR("Failure");
}

/* "Not Found" is not_found: there is always a code, so that a program has one member to
 * look at. */
static void add_code(apus_buf *b, const apus__said *said)
{
    if (said->code || said->problems) {
        apus__json_text_add(b, apus_str_of(said->code ? said->code : "invalid_request"));
        return;
    }
    apus_str title = title_of(said->status);
    apus_buf_addc(b, '"');
    for (size_t i = 0; i < title.len; i++) {
        unsigned char c = (unsigned char)title.ptr[i];
        if (isalnum(c))
            apus_buf_addc(b, (char)tolower(c));
        else if (c == ' ' || c == '-')
            apus_buf_addc(b, '_');
    }
    apus_buf_addc(b, '"');
}

/* A type of its own only where somebody gave the failure a code and the app says where
 * codes are explained (RFC 9457 section 4.2.1). */
static void add_type(const apus_app *app, apus_buf *b, const apus__said *said)
{
    if (!said->code || !app->problem_types) {
        apus_buf_lit(b, "\"about:blank\"");
        return;
    }
    apus_str type = apus_arena_strf(b->arena, "%s%s", app->problem_types, said->code);
    if (type.ptr)
        apus__json_text_add(b, type);
    else
        b->failed = APUS_NOMEM;
}

/* `detail` is a text for people; what apus_fail_json says besides stands in `details`. */
static void write_problem(const apus_app *app, apus_buf *b, const apus__said *said)
{
    bool is_text = said->detail.len && said->detail.ptr[0] == '"';
    apus_buf_lit(b, "{\"type\":");
    add_type(app, b, said);
    apus_buf_lit(b, ",\"title\":");
    apus__json_text_add(b, title_of(said->status));
    apus_buf_addf(b, ",\"status\":%u,\"detail\":", said->status);
    if (said->problems)
        apus_buf_lit(b, "\"The request is not as declared: see errors\"");
    else if (is_text)
        apus_buf_add(b, said->detail);
    else
        apus__json_text_add(b, title_of(said->status));
    apus_buf_lit(b, ",\"code\":");
    add_code(b, said);
    if (!is_text && said->detail.len) {
        apus_buf_lit(b, ",\"details\":");
        apus_buf_add(b, said->detail);
    }
    apus_buf_lit(b, ",\"errors\":");
    if (said->problems)
        apus_problems_write_list(said->problems, b);
    else
        apus_buf_lit(b, "[]");
    apus_buf_addc(b, '}');
}

/* --- the forms --- */

static const struct form {
    apus_str content_type;
    void (*write)(const apus_app *app, apus_buf *b, const apus__said *said);
    apus_str no_memory; /* the body of a 503 that needs none */
} forms[] = {
    [APUS_PROBLEMS_detail] = { APUS_STR_INIT("application/json"), write_detail,
                               APUS_STR_INIT("{\"detail\":\"out of memory\"}") },
    [APUS_PROBLEMS_rfc9457] = { APUS_STR_INIT("application/problem+json"), write_problem,
                                APUS_STR_INIT("{\"type\":\"about:blank\",\"title\":\"Service "
                                              "Unavailable\",\"status\":503,\"detail\":\"out of "
                                              "memory\",\"code\":\"service_unavailable\","
                                              "\"errors\":[]}") },
};

void apus__failure_no_memory(const apus_app *app, apus_http_reply *reply)
{
    reply->status = 503;
    reply->content_type = forms[app->problems].content_type;
    reply->body = forms[app->problems].no_memory;
}

void apus__failure_write(const apus_app *app, apus_arena *a, const apus__said *said,
                         apus_http_reply *reply)
{
    const struct form *form = &forms[app->problems];
    apus_buf b = apus_buf_in(a);
    form->write(app, &b, said);
    reply->content_type = form->content_type;
    if (apus_buf_take(&b, &reply->body))
        apus__failure_no_memory(app, reply);
}
