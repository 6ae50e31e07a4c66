/* Names and values as clients send them, into models: the same pairs as a query, as an urlencoded
 * form, as it came and as it is written anew, as a multipart form, and one parameter at a time.
 * Whoever takes them the answer is JSON, 200 or 422, and the ways agree: a query with a form where
 * no value is empty (an empty field of a form counts as not sent), the forms always.  Headers and
 * cookies of those values are taken, refused or no HTTP, and never more. */
#include <apus/apus.h>
#include <apus/media.h>
#include <apus/url.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { SIZE_MAX_TAKEN = 1500, PAIRS_MAX = 64, ROUNDS_MAX = 200 };

App(asked, title = "Asked", version = "1.0.0");

typedef enum colour { COLOUR_RED, COLOUR_BLUE Name("navy") } colour;

typedef struct wanted {
    int n Field(default = 3, ge = -5, le = 1000);
    uint8_t small Field(default = 1);
    double share Field(default = 0.5, inf_nan);
    bool on Field(default = false);
    apus_str text Field(default = "", strip, max_length = 8, alias = "the-text");
    colour shade Field(default = COLOUR_RED);
    apus_strs tags Field(default = [], max_items = 5, unique);
    apus_ints numbers Field(default = []);
    apus_date *day;
    apus_decimal *price Field(decimal_places = 2);
    apus_uuid *id;
    apus_str *code Field(pattern = "^[a-c]+$");
    apus_ints *list Field(json);
    apus_str word;
} wanted;

typedef struct closed {
    int n Field(default = 0);
    apus_str *word;
} Model(extra = forbid) closed;

Get("/query")
const wanted *by_query(apus_req *req, const wanted *it Query())
{
    return it;
}

Post("/form")
const wanted *by_form(apus_req *req, const wanted *it Form())
{
    return it;
}

Get("/singles")
const wanted *by_singles(
    apus_req *req, int n Query(default = 3, ge = -5, le = 1000), uint8_t small Query(default = 1),
    double share Query(default = 0.5, inf_nan), bool on Query(default = false),
    apus_str text Query(default = "", strip, max_length = 8, alias = "the-text"),
    colour shade Query(default = COLOUR_RED),
    apus_strs tags Query(default = [], max_items = 5, unique),
    apus_ints numbers Query(default = []), apus_date *day Query(),
    apus_decimal *price Query(decimal_places = 2), apus_uuid *id Query(),
    apus_str *code Query(pattern = "^[a-c]+$"), apus_ints *list Query(json), apus_str word Query())
{
    wanted *it = apus_new(req, wanted);
    *it = (wanted){ n,       small, share, on, text, shade, tags,
                    numbers, day,   price, id, code, list,  word };
    return it;
}

Get("/closed/query")
const closed *closed_by_query(apus_req *req, const closed *it Query())
{
    return it;
}

Post("/closed/form")
const closed *closed_by_form(apus_req *req, const closed *it Form())
{
    return it;
}

Get("/headers")
const wanted *by_headers(apus_req *req, const wanted *it Header())
{
    return it;
}

Get("/cookies")
const closed *by_cookies(apus_req *req, const closed *it Cookie())
{
    return it;
}

#ifdef APUS_READING
int main(void) /* that of the fuzzer; apusc need not write one */
{
    return 0;
}
#endif

static const char boundary[] = "8f2c0e5d1b7a4c93";

struct pairs {
    struct {
        apus_str name, value;
    } items[PAIRS_MAX];
    size_t n;
    /* an empty value; no name that a part's head cannot hold, and no boundary within a value */
    bool has_empty, fits_parts;
};

static bool has_boundary(apus_str text)
{
    for (; text.len >= sizeof(boundary) - 1; apus_str_cut(&text, 1))
        if (memcmp(text.ptr, boundary, sizeof(boundary) - 1) == 0)
            return true;
    return false;
}

static bool read_pairs(apus_arena *a, apus_str text, struct pairs *p)
{
    apus_str name, value;
    p->fits_parts = true;
    while (apus_query_next(&text, &name, &value)) {
        if (p->n == PAIRS_MAX || apus_form_decode(a, name, &name) ||
            apus_form_decode(a, value, &value))
            return false;
        for (size_t i = 0; i < name.len; i++)
            p->fits_parts = p->fits_parts && name.ptr[i] > 0x1f && !strchr("\"\\", name.ptr[i]);
        p->fits_parts = p->fits_parts && name.len && !has_boundary(value);
        p->has_empty = p->has_empty || !value.len;
        p->items[p->n].name = name;
        p->items[p->n++].value = value;
    }
    return true;
}

static apus_str urlencoded(apus_arena *a, const struct pairs *p, const char *head)
{
    apus_buf b = apus_buf_in(a);
    apus_str out = { 0 };
    apus_buf_add(&b, apus_str_of(head));
    for (size_t i = 0; i < p->n; i++) {
        if (i)
            apus_buf_addc(&b, '&');
        apus_url_encode(&b, p->items[i].name);
        apus_buf_addc(&b, '=');
        apus_url_encode(&b, p->items[i].value);
    }
    if (apus_buf_take(&b, &out))
        abort();
    return out;
}

static apus_str multipart(apus_arena *a, const struct pairs *p)
{
    apus_buf b = apus_buf_in(a);
    apus_str out = { 0 };
    for (size_t i = 0; i < p->n; i++) {
        apus_buf_addf(&b, "--%s\r\ncontent-disposition: form-data; name=\"", boundary);
        apus_buf_add(&b, p->items[i].name);
        apus_buf_lit(&b, "\"\r\n\r\n");
        apus_buf_add(&b, p->items[i].value);
        apus_buf_lit(&b, "\r\n");
    }
    apus_buf_addf(&b, "--%s--\r\n", boundary);
    if (apus_buf_take(&b, &out))
        abort();
    return out;
}

/* Taken or refused, in JSON. */
static apus_answer sound(apus_arena *a, apus_answer answer)
{
    apus_json *value;
    if ((answer.status != 200 && answer.status != 422) ||
        apus_json_parse(a, answer.body, NULL, &value, NULL))
        abort();
    return answer;
}

/* "query" in places becomes "body". */
static apus_str as_of_form(apus_arena *a, apus_str body)
{
    static const apus_str from = APUS_STR_INIT("\"loc\":[\"query\"");
    apus_buf b = apus_buf_in(a);
    apus_str out = { 0 };
    while (body.len) {
        if (apus_str_starts(body, from)) {
            apus_buf_lit(&b, "\"loc\":[\"body\"");
            apus_str_cut(&body, from.len);
        } else {
            apus_buf_addc(&b, body.ptr[0]);
            apus_str_cut(&body, 1);
        }
    }
    if (apus_buf_take(&b, &out))
        abort();
    return out;
}

static void agree(apus_answer a, apus_answer b)
{
    if (a.status == b.status && apus_str_eq(a.body, b.body))
        return;
    fprintf(stderr, "%d %.*s\n%d %.*s\n", a.status, APUS_FMT(a.body), b.status, APUS_FMT(b.body));
    abort();
}

static void ask_forms(apus_test *t, apus_arena *a, const struct pairs *p, apus_str raw,
                      const char *form, const char *query)
{
    static const char type[] = "application/x-www-form-urlencoded";
    apus_str text = urlencoded(a, p, "");
    apus_answer plain = sound(a, apus_test_send(t, "POST", form, type, text));
    agree(plain, apus_test_send(t, "POST", form, type, raw));
    if (p->fits_parts && p->n)
        agree(plain,
              apus_test_send(t, "POST", form, "multipart/form-data; boundary=8f2c0e5d1b7a4c93",
                             multipart(a, p)));
    apus_str path = urlencoded(a, p, query);
    apus_answer asked = sound(a, apus_test_get(t, path.ptr));
    if (!p->has_empty)
        agree(plain, (apus_answer){ .status = asked.status, .body = as_of_form(a, asked.body) });
}

/* What a model takes its parameters take one by one. */
static void ask_singles(apus_test *t, apus_arena *a, const struct pairs *p)
{
    apus_answer whole = apus_test_get(t, urlencoded(a, p, "/query?").ptr);
    apus_answer singly = sound(a, apus_test_get(t, urlencoded(a, p, "/singles?").ptr));
    if (whole.status != singly.status)
        abort();
    if (whole.status == 200)
        agree(whole, singly);
}

/* As header lines, and as one of cookies; what no header can hold is for the parser. */
static void ask_head(apus_test *t, apus_arena *a, const struct pairs *p, bool as_cookies)
{
    apus_buf b = apus_buf_in(a);
    apus_str text;
    apus_buf_addf(&b, "GET /%s HTTP/1.1\r\nhost: x\r\nconnection: close\r\n",
                  as_cookies ? "cookies" : "headers");
    for (size_t i = 0; i < p->n; i++) {
        if (as_cookies)
            apus_buf_lit(&b, "cookie: ");
        apus_buf_add(&b, p->items[i].name);
        apus_buf_addc(&b, as_cookies ? '=' : ':');
        apus_buf_add(&b, p->items[i].value);
        apus_buf_lit(&b, "\r\n");
    }
    apus_buf_lit(&b, "\r\n");
    if (apus_buf_take(&b, &text))
        abort();
    apus_answer answer = apus_test_raw(t, text);
    if (answer.status == 500)
        abort();
}

/* An app that is started anew now and then, as its answers stay until it stops. */
static apus_test *asked_again(void)
{
    static apus_test *t;
    static unsigned rounds;
    if (t && ++rounds % ROUNDS_MAX == 0) {
        apus_test_stop(t);
        t = NULL;
    }
    t = t ? t : apus_test_start(&asked_app);
    return t;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pairs p = { .n = 0 };
    apus_arena a;
    if (size > SIZE_MAX_TAKEN)
        return 0;
    apus_str raw = { (const char *)data, size };
    apus_arena_init(&a, &apus_alloc_libc, 64 << 20);
    if (read_pairs(&a, raw, &p)) {
        apus_test *t = asked_again();
        ask_forms(t, &a, &p, raw, "/form", "/query?");
        ask_forms(t, &a, &p, raw, "/closed/form", "/closed/query?");
        ask_singles(t, &a, &p);
        ask_head(t, &a, &p, false);
        ask_head(t, &a, &p, true);
    }
    apus_arena_finish(&a);
    return 0;
}
