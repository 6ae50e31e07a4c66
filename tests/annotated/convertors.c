/* Convertors of a program's own, in prefixes, behind one another, and on the way back. */
#include <apus/apus.h>

App(rates, title = "Rates", version = "1.0.0");

Convertor(currency, pattern = "^[A-Z]{3}$");

static bool is_even(apus_str text)
{
    return (text.ptr[text.len - 1] - '0') % 2 == 0;
}
Convertor(even, check = is_even);
Convertor(even_code, pattern = "^[A-Z]{3}[0-9]$", check = is_even);

Router(banks, prefix = "/{bank:currency}");
Include(rates_app, banks_router);

Get("/rates/{n:even}")
int read_even(apus_req *req, apus_str bank, int n)
{
    return n + (int)bank.len;
}

Get("/both/{code:even_code}")
apus_str read_both(apus_req *req, apus_str code Path(pattern = "^[AB]"))
{
    return code;
}

Get("/there/{n}")
apus_str find_even(apus_req *req, apus_str bank, apus_str n)
{
    return apus_path_for(req, read_even, "bank", bank.ptr, "n", n.ptr);
}

WebSocket("/talk/{n:even}")
void talk(apus_req *req, apus_ws *ws, int n)
{
    apus_ws_send_text(ws, apus_strf(req, "%d", n));
}

Test(what_a_convertor_does_not_take_is_not_found)
{
    apus_test *t = apus_test_start(&rates_app);
    apus_expect_json(apus_test_get(t, "/EUR/rates/4"), "$", "7");
    apus_expect_status(apus_test_get(t, "/EUR/rates/5"), 404);
    apus_expect_status(apus_test_get(t, "/euro/rates/4"), 404);
    apus_expect_status(apus_test_get(t, "/EUR/rates/"), 404);
    apus_expect_status(apus_test_get(t, "/EUR/rates/%FF4"), 404);
    apus_expect_status(apus_test_post(t, "/EUR/rates/4", NULL), 405);
    apus_expect_status(apus_test_post(t, "/EUR/rates/5", NULL), 404);
    apus_expect_status(apus_test_get(t, "/EUR/rates/4/"), 307);
    apus_test_stop(t);
}

Test(what_it_takes_is_still_held_to_type_and_rules)
{
    apus_test *t = apus_test_start(&rates_app);
    apus_expect_status(apus_test_get(t, "/EUR/rates/x4"), 422);
    apus_expect_json(apus_test_get(t, "/EUR/both/ABC4"), "$", "\"ABC4\"");
    apus_expect_status(apus_test_get(t, "/EUR/both/CBA4"), 422);
    apus_expect_status(apus_test_get(t, "/EUR/both/ABC5"), 404);
    apus_expect_status(apus_test_get(t, "/EUR/both/4"), 404);
    apus_test_stop(t);
}

Test(a_path_is_made_of_what_it_takes)
{
    apus_test *t = apus_test_start(&rates_app);
    apus_expect_json(apus_test_get(t, "/EUR/there/6"), "$", "\"/EUR/rates/6\"");
    apus_expect_status(apus_test_get(t, "/EUR/there/7"), 500);
    apus_test_stop(t);
}

Test(sockets_have_them_too)
{
    apus_test *t = apus_test_start(&rates_app);
    apus_expect_ws_text(apus_test_ws(t, "/EUR/talk/8"), "8");
    apus_test_stop(t);
}
