/* State(): what middleware leaves for those further in, typed, one for each request. */
#include <apus/apus.h>

typedef struct visitor {
    apus_str language;
    int seen; /* by how many functions */
} visitor;
State(visitor);

typedef struct trail {
    char steps[8];
} trail;
State(trail);

static void note(apus_req *req, char step)
{
    trail *t = apus_state(req, trail);
    for (size_t i = 0; i + 1 < sizeof(t->steps); i++) {
        if (!t->steps[i]) {
            t->steps[i] = step;
            return;
        }
    }
}

void meet(apus_req *req, apus_next *next)
{
    visitor *v = apus_state(req, visitor);
    v->language = apus_req_header(req, "Accept-Language");
    v->seen++;
    note(req, 'm');
    apus_next_run(next);
    apus_set_header(req, "X-Trail", apus_state(req, trail)->steps);
    apus_set_header(req, "X-Seen", apus_strf(req, "%d", v->seen).ptr);
}

App(met, title = "Met", version = "1", middleware = [meet]);

int count(apus_req *req)
{
    note(req, 'd');
    return ++apus_state(req, visitor)->seen;
}

static void beside(apus_req *req, void *arg)
{
    (void)arg;
    note(req, 'c');
}

Get("/who")
apus_str who(apus_req *req, int n Depends(count))
{
    note(req, 'h');
    apus_spawn(req, beside, NULL);
    apus_join(req);
    return apus_strf(req, "%s %d", apus_state(req, visitor)->language.ptr, n);
}

Get("/heavy", blocking)
apus_str heavy(apus_req *req)
{
    note(req, 'b');
    return apus_state(req, visitor)->language;
}

Get("/fails")
int fails(apus_req *req)
{
    apus_state(req, visitor)->seen = 40;
    apus_fail(req, 409, "busy", "no");
    return 0;
}

OnFail("busy")
void on_busy(apus_req *req)
{
    apus_fail_header(req, "X-Busy", apus_strf(req, "%d", apus_state(req, visitor)->seen).ptr);
}

/* Streams rewind what they allocate; what a request has stays. */
Sse("/beats")
void beats(apus_req *req, apus_sse *out)
{
    for (int i = 0; i < 3; i++) {
        visitor *v = apus_state(req, visitor);
        apus_sse_send_text(out, apus_strf(req, "%s %d", v->language.ptr, v->seen++), NULL);
    }
}

WebSocket("/talk")
void talk(apus_req *req, apus_ws *ws)
{
    for (apus_str text; apus_ws_recv_text(ws, &text);) {
        visitor *v = apus_state(req, visitor);
        apus_ws_send_text(ws, apus_strf(req, "%s %d", v->language.ptr, v->seen++));
    }
}

static apus_test *begin(void)
{
    apus_test *t = apus_test_start(&met_app);
    apus_test_header(t, "Accept-Language", "de");
    return t;
}

Test(everybody_sees_the_same_one)
{
    apus_test *t = begin();
    apus_answer a = apus_test_get(t, "/who");
    apus_expect_json(a, "$", "\"de 2\"");
    apus_expect_header(a, "X-Trail", "mdhc");
    apus_expect_header(a, "X-Seen", "2");
    a = apus_test_get(t, "/heavy");
    apus_expect_json(a, "$", "\"de\"");
    apus_expect_header(a, "X-Trail", "mb");
    apus_test_stop(t);
}

Test(each_request_has_its_own)
{
    apus_test *t = begin();
    apus_test_get(t, "/who");
    apus_expect_header(apus_test_get(t, "/nowhere"), "X-Seen", "1");
    apus_test_header(t, "Accept-Language", NULL);
    apus_expect_json(apus_test_get(t, "/who"), "$", "\" 2\"");
    apus_test_stop(t);
}

Test(failures_see_it)
{
    apus_test *t = begin();
    apus_answer a = apus_test_get(t, "/fails");
    apus_expect_status(a, 409);
    apus_expect_header(a, "X-Busy", "40");
    apus_test_stop(t);
}

Test(it_outlives_the_turns_of_a_stream)
{
    apus_test *t = begin();
    apus_answer a = apus_test_get(t, "/beats");
    apus_expect_text(a, "data: de 1\n\ndata: de 2\n\ndata: de 3\n\n");
    apus_test_socket *s = apus_test_ws(t, "/talk");
    for (int i = 1; i < 4; i++) {
        apus_test_ws_send(s, "x");
        char want[8] = { 'd', 'e', ' ', (char)('0' + i) };
        apus_expect_ws_text(s, want);
    }
    apus_test_ws_close(s, 1000);
    apus_test_stop(t);
}
