/* Rules of your own: before, behind and instead of the ready-made ones. */
#include <apus/apus.h>
#include <inttypes.h>
#include <stdio.h>

App(validation, title = "Validation", version = "1.0.0");

/* --- of one value --- */

/// Even numbers alone.
const char *check_even(int n)
{
    return n % 2 ? "is odd" : NULL;
}

Get("/halves")
int get_half(apus_req *req, int n Query(check = check_even))
{
    (void)req;
    return n / 2;
}

/// An ISBN or an IMDB number; says what is wrong under a type of its own.
void check_id(apus_checking *c, apus_str *id)
{
    if (!apus_str_starts(*id, APUS_STR("isbn-")) && !apus_str_starts(*id, APUS_STR("imdb-")))
        apus_wrong_as(c, &(apus_wrong_options){ .type = "unknown_id" },
                      "an id begins with isbn- or imdb-, not like %.*s", APUS_FMT(*id));
}

Get("/things/{id}")
apus_str get_thing(apus_req *req, apus_str id Path(check = check_id))
{
    (void)req;
    return id;
}

/* --- before it is read --- */

/// "a,b" is taken for ["a", "b"].
void split_tags(apus_checking *c, apus_json *sent)
{
    if (sent->kind != APUS_JSON_string)
        return;
    apus_arena *a = apus_checking_arena(c);
    apus_json *list = apus_json_array(a);
    apus_str rest = sent->text;
    while (rest.len) {
        size_t comma = apus_str_find(rest, ',');
        apus_str one = apus_str_cut(&rest, comma == SIZE_MAX ? rest.len : comma);
        apus_json_add(list, apus_json_text(a, apus_str_trim(one)));
        if (rest.len)
            apus_str_cut(&rest, 1);
    }
    if (list)
        *sent = *list;
}

/// The price a day later.
const char *check_price(const apus_decimal *price)
{
    return price->negative ? "nobody pays to be rid of it" : NULL;
}

/* --- defaults that are made --- */

/// Counts up.
int64_t next_number(void)
{
    static int64_t last;
    return ++last;
}

/* --- on the way out --- */

/// Cents, for people who cannot do decimals.
int64_t show_cents(const apus_duration *wait)
{
    return wait->ns / APUS_MILLISECOND;
}

typedef struct offer offer;
double offer_total(const offer *o);
apus_str *offer_hint(apus_arena *a, const offer *o);

/// Something that is for sale.
struct offer {
    int64_t number Field(default = next_number);
    apus_str item_name;
    double unit_price Field(gt = 0);
    int pieces Field(default = 1, ge = 1);
    apus_strs tags Field(default = [], before = split_tags, accepts = apus_str);
    apus_decimal floor_price Field(default = "0", check = check_price);
    apus_duration wait Field(default = "PT0S", encode = show_cents);
    double total Field(computed = offer_total);
    apus_str *hint Field(computed = offer_hint);
} Model(names = camel, by_name);

double offer_total(const offer *o)
{
    return o->unit_price * o->pieces;
}

apus_str *offer_hint(apus_arena *a, const offer *o)
{
    apus_str *hint = o->pieces > 9 ? APUS_NEW(a, apus_str, 1) : NULL;
    if (hint)
        *hint = APUS_STR("ask for a discount");
    return hint;
}

Post("/offers")
const offer *make_offer(apus_req *req, const offer *body)
{
    (void)req;
    return body;
}

/* --- a whole model as something else --- */

/// Money, "12.50 EUR" on the wire.
typedef struct money money;
void read_money(apus_checking *c, apus_json *sent);
apus_str write_money(apus_arena *a, const money *m);

struct money {
    int64_t cents Field(ge = 0);
    char currency[4] Field(min_length = 3);
} Model(before = read_money, accepts = apus_str, encode = write_money);

void read_money(apus_checking *c, apus_json *sent)
{
    long long whole, cents;
    char currency[4], more;
    if (sent->kind != APUS_JSON_string)
        return;
    if (sscanf(sent->text.ptr, "%9lld.%2lld %3[A-Z]%c", &whole, &cents, currency, &more) != 3) {
        apus_wrong(c, "is no money such as 12.50 EUR");
        return;
    }
    apus_arena *a = apus_checking_arena(c);
    apus_json *object = apus_json_object(a);
    apus_json_set(a, object, "cents", apus_json_int(a, whole * 100 + cents));
    apus_json_set(a, object, "currency", apus_json_text(a, apus_str_of(currency)));
    if (object)
        *sent = *object;
}

apus_str write_money(apus_arena *a, const money *m)
{
    return apus_arena_strf(a, "%" PRId64 ".%02d %s", m->cents / 100, (int)(m->cents % 100),
                           m->currency);
}

/// Whether it is worth a line.
bool is_nothing(const money *m)
{
    return m->cents == 0;
}

typedef struct bill {
    money price;
    money tip Field(omit = is_nothing);
} bill;

Post("/bills")
const bill *make_bill(apus_req *req, const bill *body)
{
    (void)req;
    return body;
}

/* --- of the whole --- */

/// What a booking costs at most.
typedef struct booking booking;
void check_booking(apus_checking *c, booking *b);

struct booking {
    apus_date from, to;
    int guests Field(ge = 1);
    apus_str note Field(default = "");
} Model(check = check_booking);

/// May change what was sent, point at a member, and ask the request.
void check_booking(apus_checking *c, booking *b)
{
    apus_req *req = apus_checking_req(c);
    if (b->to.year < b->from.year)
        apus_wrong_as(c, &(apus_wrong_options){ .member = "to" }, "ends before it begins");
    if (b->guests > 10 && req && apus_req_header(req, "x-group").len == 0) {
        apus_json *ctx = apus_json_object(apus_checking_arena(c));
        apus_json_set(apus_checking_arena(c), ctx, "most",
                      apus_json_int(apus_checking_arena(c), 10));
        apus_wrong_as(c, &(apus_wrong_options){ .type = "too_many_guests", .ctx = ctx },
                      "%d guests are a group", b->guests);
    }
    if (b->note.len == 0)
        b->note = APUS_STR("nothing to note");
}

Post("/bookings")
const booking *make_booking(apus_req *req, const booking *body)
{
    (void)req;
    return body;
}

/* --- names --- */

/// What a partner calls its things, and where it puts them.
typedef struct parcel {
    apus_str id Field(alias_in = [ "parcel_id", "nr", "/meta/ids/0" ], alias_out = "parcelId");
    double weight Field(alias_in = "/meta/weight", default = 1);
    apus_str street Field(alias = "str.");
} parcel;

Post("/parcels")
const parcel *make_parcel(apus_req *req, const parcel *body)
{
    (void)req;
    return body;
}

Get("/parcels")
const parcel *find_parcel(apus_req *req, const parcel *p Query())
{
    (void)req;
    return p;
}

/// A lone name, of whatever shape.
void name_or_object(apus_checking *c, apus_json *sent)
{
    apus_arena *a = apus_checking_arena(c);
    if (sent->kind != APUS_JSON_string)
        return;
    apus_json *object = apus_json_object(a);
    apus_json_set(a, object, "name", apus_json_text(a, sent->text));
    if (object)
        *sent = *object;
}

typedef struct person {
    apus_str name Field(min_length = 2);
} Model(before = name_or_object, accepts = apus_str) person;

Post("/people")
const person *make_person(apus_req *req, const person *body)
{
    (void)req;
    return body;
}

static apus_test *t;

static void expect_said(apus_answer a, const char *first)
{
    apus_expect_status(a, 422);
    apus_expect_json(a, "$.detail[0]", first);
}

Test(checks_of_values)
{
    t = apus_test_start(&validation_app);
    apus_expect_json(apus_test_get(t, "/halves?n=8"), "$", "4");
    expect_said(apus_test_get(t, "/halves?n=7"), APUS_JSON({
                    "type" : "value_error",
                    "loc" : [ "query", "n" ],
                    "msg" : "Value error, is odd",
                    "input" : "7",
                    "ctx" : { "error" : {} }
                }));
    apus_expect_status(apus_test_get(t, "/things/isbn-1"), 200);
    expect_said(apus_test_get(t, "/things/x"), APUS_JSON({
                    "type" : "unknown_id",
                    "loc" : [ "path", "id" ],
                    "msg" : "an id begins with isbn- or imdb-, not like x",
                    "input" : "x"
                }));
    apus_answer a = apus_test_post(
        t, "/offers", APUS_JSON({ "itemName" : "a", "unitPrice" : 1, "floorPrice" : "-1" }));
    apus_expect_json(a, "$.detail[0].loc", APUS_JSON([ "body", "floorPrice" ]));
    apus_expect_json(a, "$.detail[0].input", "\"-1\"");
    apus_test_stop(t);
}

Test(offers_are_made_and_shown)
{
    t = apus_test_start(&validation_app);
    apus_answer a = apus_test_post(t, "/offers", APUS_JSON({
                                       "itemName" : "swift",
                                       "unit_price" : 2.5,
                                       "pieces" : 10,
                                       "tags" : "bird, fast",
                                       "wait" : "PT1.5S",
                                       "total" : 9
                                   }));
    apus_expect_json(a, "$", APUS_JSON({
                         "number" : 1,
                         "itemName" : "swift",
                         "unitPrice" : 2.5,
                         "pieces" : 10,
                         "tags" : [ "bird", "fast" ],
                         "floorPrice" : "0",
                         "wait" : 1500,
                         "total" : 25.0,
                         "hint" : "ask for a discount"
                     }));
    a = apus_test_post(t, "/offers", APUS_JSON({ "itemName" : "swift", "unitPrice" : 1 }));
    apus_expect_json(a, "$.number", "2");
    apus_expect_json(a, "$.hint", "null");
    a = apus_test_post(t, "/offers", APUS_JSON({ "tags" : 1, "unitPrice" : 1 }));
    apus_expect_json(a, "$.detail[0].loc", APUS_JSON([ "body", "itemName" ]));
    apus_expect_json(a, "$.detail[1].type", "\"list_type\"");
    apus_test_stop(t);
}

Test(a_model_is_written_as_a_text)
{
    t = apus_test_start(&validation_app);
    apus_answer a =
        apus_test_post(t, "/bills", APUS_JSON({ "price" : "12.50 EUR", "tip" : "1.05 EUR" }));
    apus_expect_json(a, "$", APUS_JSON({ "price" : "12.50 EUR", "tip" : "1.05 EUR" }));
    a = apus_test_post(
        t, "/bills",
        APUS_JSON({ "price" : { "cents" : 7, "currency" : "USD" }, "tip" : "0.00 USD" }));
    apus_expect_json(a, "$", APUS_JSON({ "price" : "0.07 USD" }));
    a = apus_test_post(t, "/bills", APUS_JSON({ "price" : "much", "tip" : "1.5" }));
    apus_expect_json(a, "$.detail[0].loc", APUS_JSON([ "body", "price" ]));
    apus_expect_json(a, "$.detail[0].msg", "\"Value error, is no money such as 12.50 EUR\"");
    apus_expect_json(a, "$.detail[1].loc", APUS_JSON([ "body", "tip" ]));
    a = apus_test_get(t, "/openapi.json");
    apus_expect_json(a, "$.components.schemas.Bill-Output.properties.price",
                     APUS_JSON({ "type" : "string", "title" : "Price" }));
    apus_expect_json(a, "$.components.schemas.Bill-Output.required", APUS_JSON(["price"]));
    apus_expect_json(a, "$.components.schemas.Money.anyOf[1].type", "\"string\"");
    apus_test_stop(t);
}

Test(the_whole_is_checked)
{
    t = apus_test_start(&validation_app);
    apus_answer a = apus_test_post(
        t, "/bookings", APUS_JSON({ "from" : "2024-01-01", "to" : "2024-01-02", "guests" : 2 }));
    apus_expect_json(a, "$.note", "\"nothing to note\"");
    a = apus_test_post(t, "/bookings",
                       APUS_JSON({ "from" : "2024-01-01", "to" : "2023-01-02", "guests" : 11 }));
    apus_expect_status(a, 422);
    apus_expect_json(a, "$.detail[0]", APUS_JSON({
                         "type" : "too_many_guests",
                         "loc" : ["body"],
                         "msg" : "11 guests are a group",
                         "input" : { "from" : "2024-01-01", "to" : "2023-01-02", "guests" : 11 },
                         "ctx" : { "most" : 10 }
                     }));
    apus_expect_json(a, "$.detail[1].loc", APUS_JSON([ "body", "to" ]));
    apus_test_header(t, "X-Group", "yes");
    a = apus_test_post(t, "/bookings",
                       APUS_JSON({ "from" : "2024-01-01", "to" : "2024-01-02", "guests" : 11 }));
    apus_expect_status(a, 200);
    apus_expect_json(apus_test_post(t, "/people", "\"Ada\""), "$.name", "\"Ada\"");
    a = apus_test_post(t, "/people", "\"A\"");
    apus_expect_json(a, "$.detail[0].loc", APUS_JSON([ "body", "name" ]));
    apus_test_stop(t);
}

Test(names_on_the_way_in_and_out)
{
    t = apus_test_start(&validation_app);
    static const char *const bodies[] = {
        APUS_JSON({ "parcel_id" : "1", "str." : "High St" }),
        APUS_JSON({ "nr" : "1", "str." : "High St" }),
        APUS_JSON({ "meta" : { "ids" : ["1"] }, "str." : "High St" }),
        APUS_JSON({ "meta" : { "weight" : 1, "ids" : [ "1", "2" ] }, "str." : "High St" }),
    };
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        apus_answer a = apus_test_post(t, "/parcels", bodies[i]);
        apus_expect_status(a, 200);
        apus_expect_json(a, "$",
                         APUS_JSON({ "parcelId" : "1", "weight" : 1.0, "str." : "High St" }));
    }
    apus_answer a = apus_test_post(t, "/parcels", APUS_JSON({ "str." : "", "id" : "1" }));
    apus_expect_json(a, "$.detail[0].loc", APUS_JSON([ "body", "parcel_id" ]));
    a = apus_test_post(t, "/parcels",
                       APUS_JSON({ "meta" : { "weight" : "x" }, "nr" : "1", "str." : "" }));
    apus_expect_json(a, "$.detail[0].type", "\"float_parsing\"");
    a = apus_test_get(t, "/parcels?nr=7&str.=x");
    apus_expect_json(a, "$.parcelId", "\"7\"");
    a = apus_test_get(t, "/openapi.json");
    apus_expect_json(a, "$.components.schemas.Offer-Output.properties.total.readOnly", "true");
    apus_test_stop(t);
}
