/* Bodies that their handler reads: behind guards, beside other parameters, refused early. */
#include <apus/apus.h>
#include <stdio.h>
#include <string.h>

App(tapes, title = "Tapes", version = "1.0.0", body_max = 1000);

Security(api_key, header = "X-API-Key");

/// Who is calling.
static apus_str owner(apus_req *req, api_key key)
{
    if (!apus_str_eq(key.value, APUS_STR("good")))
        apus_unauthorized(req, "Another key, please");
    return key.value;
}

/// What came.
typedef struct tape {
    int64_t bytes, pieces, sum;
    apus_str label;
} tape;

static tape *read_tape(apus_req *req, apus_body *body, apus_str label)
{
    tape *out = apus_new(req, tape);
    out->label = label;
    for (apus_bytes piece; apus_body_next(body, &piece); out->pieces++)
        for (size_t i = 0; i < piece.len; i++)
            out->sum += piece.ptr[i];
    out->bytes = (int64_t)apus_body_received(body);
    return out;
}

Post("/tapes", body_max = "8MiB")
tape *keep(apus_req *req, apus_body *body, apus_str label Query(default = "none", max_length = 8))
{
    return read_tape(req, body, label);
}

Put("/guarded")
tape *keep_guarded(apus_req *req, apus_body *body, apus_str who Depends(owner))
{
    return read_tape(req, body, who);
}

Post("/early")
tape *keep_nothing(apus_req *req, apus_body *body)
{
    (void)body;
    return apus_fail(req, 409, NULL, "there is one already");
}

/// Five bytes, and then it has seen enough.
Post("/first")
void look_at_first(apus_req *req, apus_body *body)
{
    apus_bytes piece;
    if (apus_body_next(body, &piece) && piece.ptr[0] == 'x')
        apus_fail(req, 415, NULL, "this begins with x");
}

/// Says what it hears, as it hears it.
Post("/echo", produces = "text/plain")
void echo(apus_req *req, apus_body *body)
{
    for (apus_bytes piece; apus_body_next(body, &piece);)
        if (!apus_write(req, (apus_str){ (const char *)piece.ptr, piece.len }))
            return;
}

Post("/thread", blocking)
bool look_on_thread(apus_req *req)
{
    return apus_req_is_disconnected(req);
}

Post("/loop")
bool look_on_loop(apus_req *req)
{
    return apus_req_is_disconnected(req);
}

static char bytes[8 << 20];

Test(all_of_it_is_read)
{
    apus_test *t = apus_test_start(&tapes_app);
    memset(bytes, 1, sizeof(bytes));
    apus_answer a = apus_test_send(t, "POST", "/tapes", NULL, (apus_str){ bytes, sizeof(bytes) });
    apus_expect_status(a, 200);
    apus_expect_json(a, "$.bytes", "8388608");
    apus_expect_json(a, "$.sum", "8388608");
    apus_expect_json(a, "$.label", "\"none\"");
    apus_expect_json(apus_test_send(t, "POST", "/tapes", NULL, APUS_STR("")), "$.pieces", "0");
    a = apus_test_send(t, "POST", "/tapes", NULL, (apus_str){ bytes, sizeof(bytes) - 1 });
    apus_expect_json(a, "$.bytes", "8388607");
    apus_expect_status(apus_test_raw(t, APUS_STR("POST /tapes HTTP/1.1\r\nHost: a\r\n"
                                                 "Content-Length: 8388609\r\n\r\n")),
                       413);
    apus_test_stop(t);
}

Test(what_stands_in_front_answers_first)
{
    apus_test *t = apus_test_start(&tapes_app);
    apus_answer a = apus_test_send(t, "PUT", "/guarded", NULL, APUS_STR("abc"));
    apus_expect_status(a, 401);
    apus_test_header(t, "X-API-Key", "good");
    apus_expect_json(apus_test_send(t, "PUT", "/guarded", NULL, APUS_STR("abc")), "$.bytes", "3");
    a = apus_test_send(t, "POST", "/tapes?label=123456789", NULL, APUS_STR("abc"));
    apus_expect_status(a, 422);
    a = apus_test_send(t, "POST", "/early", NULL, (apus_str){ bytes, 1000 });
    apus_expect_status(a, 409);
    apus_expect_json(a, "$.detail", "\"there is one already\"");
    a = apus_test_send(t, "POST", "/first", NULL, APUS_STR("xyz"));
    apus_expect_status(a, 415);
    apus_expect_status(apus_test_send(t, "POST", "/first", NULL, APUS_STR("yz")), 200);
    apus_test_stop(t);
}

static apus_answer send_chunks(apus_test *t, const char *path, const char *chunks)
{
    char text[1000];
    snprintf(text, sizeof(text),
             "POST %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
             "Transfer-Encoding: chunked\r\n\r\n%s",
             path, chunks);
    return apus_test_raw(t, apus_str_of(text));
}

Test(what_is_wrong_is_the_requests_failure)
{
    apus_test *t = apus_test_start(&tapes_app);
    apus_answer a = send_chunks(t, "/tapes", "3\r\nabc\r\n0\r\n\r\n");
    apus_expect_json(a, "$.sum", "294");
    a = send_chunks(t, "/tapes", "3\r\nabc\r\nno\r\n");
    apus_expect_status(a, 400);
    a = send_chunks(t, "/early", "zzz");
    apus_expect_status(a, 409);
    apus_test_stop(t);
}

Test(answers_may_begin_before_the_end)
{
    apus_test *t = apus_test_start(&tapes_app);
    apus_answer a = send_chunks(t, "/echo", "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
    apus_expect_status(a, 200);
    apus_expect(apus_str_eq(a.body, APUS_STR("abcde")));
    apus_test_stop(t);
}

Test(who_is_there_is_not_disconnected)
{
    apus_test *t = apus_test_start(&tapes_app);
    apus_expect_json(apus_test_post(t, "/thread", NULL), "$", "false");
    apus_expect_json(apus_test_post(t, "/loop", NULL), "$", "false");
    apus_test_stop(t);
}

Test(the_document_knows)
{
    apus_test *t = apus_test_start(&tapes_app);
    apus_answer a = apus_test_get(t, "/openapi.json");
    apus_expect_json(a, "$.paths./tapes.post.requestBody", APUS_JSON({
                         "required" : true,
                         "content" : {
                             "application/octet-stream" :
                                 { "schema" : { "type" : "string", "format" : "binary" } }
                         }
                     }));
    apus_expect_json(a, "$.paths./tapes.post.responses.413.description",
                     "\"The body may have 8388608 bytes at most\"");
    apus_test_stop(t);
}
