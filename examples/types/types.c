/* Types and rules: what a client may send, and what it is told where it does not. */
#include <apus/apus.h>
#include <stdio.h>

App(types, title = "Types", version = "1.0.0");

/// A meeting, with a value of each kind that C has no word for.
typedef struct meeting {
    apus_time starts Field(future, aware);          ///< Must say its offset.
    apus_clock_time doors Field(default = "09:30"); ///< A time of day.
    apus_date *booked Field(past);                  ///< Before today.
    apus_duration *lasts;                           ///< "PT1H30M", "01:30:00" or seconds.
    apus_uuid *room Field(version = 4);             ///< RFC 9562.
    apus_url *page Field(schemes = [ "http", "https" ], max_length = 2083, host_required);
    apus_url *store Field(schemes = [ "postgres", "postgresql" ], host_required);
    apus_name_email *host;                      ///< "Ada Lovelace <ada@example.org>"
    apus_secret *code Field(min_length = 4);    ///< Never seen again.
    int64_t *room_for Field(byte_size, ge = 1); ///< "10MB", "1.5 GiB" or a number.
} meeting;

/// Takes a meeting and gives it back.
Post("/meetings")
const meeting *make_meeting(apus_req *req, const meeting *body)
{
    (void)req;
    return body;
}

/// Where a machine is.
typedef struct machine {
    apus_ip address;                            ///< IPv4 or IPv6.
    apus_ip *v4 Field(version = 4);             ///< IPv4 alone.
    apus_ip_network *network;                   ///< "10.0.0.0/8"
    apus_ip_interface *port Field(version = 6); ///< "fe80::1/64"
} machine;

Post("/machines")
const machine *make_machine(apus_req *req, const machine *body)
{
    (void)req;
    return body;
}

/// Words, made alike.
typedef struct words {
    apus_str tag Field(strip, lower, max_length = 8);
    apus_str *code Field(strip, upper, pattern = "^[A-Za-z]+$");
    apus_str *size Field(one_of = [ "s", "m", "l" ]);
    int *wheels Field(one_of = [ 2, 4 ]);
    apus_ints *odd Field(set, max_items = 3); ///< What repeats is dropped.
} words;

Post("/words")
const words *make_words(apus_req *req, const words *body)
{
    (void)req;
    return body;
}

/// A point on a map.
typedef struct point {
    double x, y;
} point;

/// Texts that hold JSON: what was sent within is checked like any other.
typedef struct letter {
    point at Field(json);
    apus_strs *tags Field(json);
} letter;

Post("/letters")
const letter *make_letter(apus_req *req, const letter *body)
{
    (void)req;
    return body;
}

/// ?near={"x":1,"y":2}&ids=[1,2]
Get("/near")
const point *find_near(apus_req *req, const point *near Query(json),
                       apus_ints ids Query(json, default = []))
{
    if (!near)
        return apus_fail(req, 404, NULL, "nothing is near nothing, in %zu lists", ids.len);
    return near;
}

/// What a setting may be: whatever was sent decides.
typedef struct setting {
    enum setting_kind {
        SETTING_NUMBER,
        SETTING_SHARE,
        SETTING_ON,
        SETTING_TEXT,
        SETTING_ALL,
        SETTING_AT
    } kind Field(tag = hidden);
    union {
        int64_t number Field(ge = 0);
        double share;
        bool on;
        apus_str text Field(max_length = 5);
        apus_strs all;
        point at;
    };
} setting;
Map(setting);

/// Settings, each of its own kind.
Post("/settings")
setting_map keep_settings(apus_req *req, const setting_map *body)
{
    (void)req;
    return *body;
}

/// What is drawn: whichever has most of what was sent.
typedef struct circle {
    double radius;
} circle;
typedef struct square {
    double side;
    apus_str *label;
} square;
typedef struct drawn {
    enum drawn_kind { DRAWN_CIRCLE, DRAWN_SQUARE } kind Field(tag = hidden);
    union {
        circle circle;
        square square;
    };
} drawn;
List(drawn);

/// A payment, from a program that has no excuse.
typedef struct payment {
    int64_t cents Field(gt = 0);
    bool is_final;
    double rate Field(strict = false, default = 1);
} Model(strict) payment;

Post("/payments")
const payment *pay(apus_req *req, const payment *body)
{
    (void)req;
    return body;
}

/// An amount: whatever can be read as a number is one.
typedef struct amount {
    enum amount_kind { AMOUNT_COUNT, AMOUNT_WORD } kind Field(tag = first);
    union {
        int64_t count;
        apus_str word;
    };
} amount;
List(amount);

Post("/amounts")
amount_list count(apus_req *req, const amount_list *body)
{
    (void)req;
    return *body;
}

Post("/drawings")
drawn_list draw(apus_req *req, const drawn_list *body)
{
    (void)req;
    return *body;
}

/// Where somebody is reached: a function says what was sent.
typedef struct reached {
    enum reached_by {
        REACHED_PHONE,
        REACHED_POST,
        REACHED_NOWHERE
    } by Field(tag = reached_by_what);
    union {
        apus_str phone Field(pattern = "^\\+[0-9]+$");
        point post;
    };
} reached;

enum reached_by reached_by_what(const apus_json *sent)
{
    if (sent->kind == APUS_JSON_string)
        return REACHED_PHONE;
    return apus_json_get(sent, "x") ? REACHED_POST : REACHED_NOWHERE;
}

Post("/reached")
const reached *reach(apus_req *req, const reached *body)
{
    (void)req;
    return body;
}

/// A place on a map: [52.5, 13.4], and perhaps what is there.
typedef struct position {
    double latitude Field(ge = -90, le = 90);
    double longitude Field(ge = -180, le = 180);
    apus_str name Field(default = "");
} Model(tuple) position;
List(position);

typedef struct trip {
    position from, to;
    position_list stops Field(default = []);
    position *hotel;
} trip;

Post("/trips")
const trip *plan(apus_req *req, const trip *body)
{
    (void)req;
    return body;
}

/// A body that is a tuple.
Post("/positions")
const position *place(apus_req *req, const position *body)
{
    (void)req;
    return body;
}

/// ?at=52.5&at=13.4
Get("/around")
position find_around(apus_req *req, position at Query(), const position *not_at Query())
{
    (void)req;
    if (not_at)
        at.name = not_at->name;
    return at;
}

/* The first of what a client is told. */
static void expect_said(const char *path, const char *body, const char *type, const char *msg)
{
    apus_test *t = apus_test_start(&types_app);
    apus_answer a = apus_test_post(t, path, body);
    apus_expect_status(a, 422);
    char quoted[200];
    snprintf(quoted, sizeof(quoted), "\"%s\"", type);
    apus_expect_json(a, "$.detail[0].type", quoted);
    snprintf(quoted, sizeof(quoted), "\"%s\"", msg);
    apus_expect_json(a, "$.detail[0].msg", quoted);
    apus_test_stop(t);
}

static void expect_back(const char *path, const char *body, const char *wanted)
{
    apus_test *t = apus_test_start(&types_app);
    apus_answer a = apus_test_post(t, path, body);
    apus_expect_status(a, 200);
    apus_expect_json(a, "$", wanted);
    apus_test_stop(t);
}

Test(values_come_back_as_they_are_written)
{
    expect_back("/meetings", APUS_JSON({
                    "starts" : "2199-05-01T09:00:00+02:00",
                    "doors" : "08:15:30.5Z",
                    "booked" : "2020-01-01",
                    "lasts" : "01:30:00",
                    "room" : "9b9f2f0e-9f3b-4b7a-8d4e-0c8f5b3f0a11",
                    "page" : "https://example.org/a",
                    "store" : "postgres://db/x",
                    "host" : "Ada <ada@example.org>",
                    "code" : "12345",
                    "room_for" : "1.5KiB"
                }),
                APUS_JSON({
                    "starts" : "2199-05-01T09:00:00+02:00",
                    "doors" : "08:15:30.500000Z",
                    "booked" : "2020-01-01",
                    "lasts" : "PT1H30M",
                    "room" : "9b9f2f0e-9f3b-4b7a-8d4e-0c8f5b3f0a11",
                    "page" : "https://example.org/a",
                    "store" : "postgres://db/x",
                    "host" : "Ada <ada@example.org>",
                    "code" : "**********",
                    "room_for" : 1536
                }));
    expect_back("/machines", APUS_JSON({
                    "address" : "::1",
                    "v4" : "10.1.2.3",
                    "network" : "10.0.0.0/8",
                    "port" : "fe80::1/64"
                }),
                APUS_JSON({
                    "address" : "::1",
                    "v4" : "10.1.2.3",
                    "network" : "10.0.0.0/8",
                    "port" : "fe80::1/64"
                }));
    expect_back(
        "/words", APUS_JSON({
            "tag" : "  NEWS ",
            "code" : "abc",
            "size" : "m",
            "wheels" : 4,
            "odd" : [ 1, 1, 3, 5, 3 ]
        }),
        APUS_JSON(
            { "tag" : "news", "code" : "ABC", "size" : "m", "wheels" : 4, "odd" : [ 1, 3, 5 ] }));
    expect_back("/letters",
                "{\"at\": \"{\\\"x\\\": 1, \\\"y\\\": 2.5}\", \"tags\": \"[\\\"a\\\"]\"}",
                APUS_JSON({ "at" : { "x" : 1, "y" : 2.5 }, "tags" : ["a"] }));
}

Test(moments_keep_their_rules)
{
    expect_said("/meetings", APUS_JSON({ "starts" : "2199-05-01T09:00:00" }), "timezone_aware",
                "Input should have timezone info");
    expect_said("/meetings", APUS_JSON({ "starts" : "2001-05-01T09:00:00Z" }), "datetime_future",
                "Input should be in the future");
    expect_said("/meetings",
                APUS_JSON({ "starts" : "2199-05-01T09:00:00Z", "booked" : "2199-01-01" }),
                "date_past", "Date should be in the past");
    expect_said(
        "/meetings", APUS_JSON({ "starts" : "2199-05-01T09:00:00Z", "doors" : "25:00" }),
        "time_parsing",
        "Input should be in a valid time format, hour value is outside expected range of 0-23");
    expect_said(
        "/meetings", APUS_JSON({ "starts" : "2199-05-01T09:00:00Z", "doors" : 86400 }),
        "time_parsing",
        "Input should be in a valid time format, numeric times may not exceed 86,399 seconds");
    expect_said("/meetings", APUS_JSON({ "starts" : "2199-05-01T09:00:00Z", "doors" : [] }),
                "time_type", "Input should be a valid time");
}

Test(identifiers_and_addresses_keep_theirs)
{
#define MEETING(member, value) APUS_JSON({ "starts" : "2199-05-01T09:00:00Z", member : value })
    expect_said("/meetings", MEETING("room", "9b9f2f0e-9f3b-1b7a-8d4e-0c8f5b3f0a11"),
                "uuid_version", "UUID version 4 expected");
    expect_said("/meetings", MEETING("page", "ftp://example.org"), "url_scheme",
                "URL scheme should be 'http' or 'https'");
    expect_said("/meetings", MEETING("page", "http:example"), "url_parsing",
                "Input should be a valid URL, empty host");
    expect_said("/meetings", MEETING("host", "Ada <ada>"), "value_error",
                "value is not a valid email address: An email address must have an @-sign.");
    expect_said("/meetings", MEETING("code", "123"), "string_too_short",
                "String should have at least 4 characters");
    expect_said("/meetings", MEETING("room_for", "ten MB"), "byte_size",
                "could not parse value and unit from byte string");
    expect_said("/meetings", MEETING("room_for", "10 XB"), "byte_size_unit",
                "could not interpret byte unit: XB");
    expect_said("/machines", APUS_JSON({ "address" : "::1", "v4" : "::1" }), "ip_v4_address",
                "Input is not a valid IPv4 address");
    expect_said("/machines", APUS_JSON({ "address" : "::1", "network" : "10.0.0.1/8" }),
                "ip_any_network", "value is not a valid IPv4 or IPv6 network");
    expect_said("/machines", APUS_JSON({ "address" : "::1", "port" : "10.0.0.1/8" }),
                "ip_v6_interface", "Input is not a valid IPv6 interface");
}

Test(the_shape_that_takes_most)
{
    expect_back("/drawings", APUS_JSON([
                    { "radius" : 1 }, { "side" : 2 }, { "radius" : 1, "side" : 2, "label" : "x" },
                    { "radius" : 1, "side" : 2 }
                ]),
                APUS_JSON([
                    { "radius" : 1.0 }, { "side" : 2.0, "label" : null },
                    { "side" : 2.0, "label" : "x" }, { "radius" : 1.0 }
                ]));
    expect_said("/drawings", APUS_JSON([ { "label" : "x" } ]), "missing", "Field required");
}

Test(a_function_says_which_shape)
{
    expect_back("/reached", "\"+4930\"", "\"+4930\"");
    expect_back("/reached", APUS_JSON({ "x" : 1, "y" : 2 }), APUS_JSON({ "x" : 1.0, "y" : 2.0 }));
    expect_said("/reached", "\"4930\"", "string_pattern_mismatch",
                "String should match pattern '^\\\\+[0-9]+$'");
    expect_said("/reached", APUS_JSON({ "x" : 1 }), "missing", "Field required");
    expect_said("/reached", APUS_JSON({ "y" : 1 }), "union_tag_not_found",
                "Unable to extract tag using discriminator reached_by_what()");
}

Test(tuples_are_lists)
{
    expect_back("/trips",
                APUS_JSON({ "from" : [ 1, 2 ], "to" : [ 3.5, "4", "x" ], "stops" : [[ 5, 6 ]] }),
                APUS_JSON({
                    "from" : [ 1.0, 2.0, "" ],
                    "to" : [ 3.5, 4.0, "x" ],
                    "stops" : [[ 5.0, 6.0, "" ]],
                    "hotel" : null
                }));
    expect_back("/positions", "[1,2,\"x\"]", "[1.0,2.0,\"x\"]");
    apus_test *t = apus_test_start(&types_app);
    apus_answer a = apus_test_post(
        t, "/trips",
        APUS_JSON({ "from" : {}, "to" : [1], "stops" : [ [ 1, 2, "", 4 ], [ 100, "x" ] ] }));
    apus_expect_json(a, "$.detail[0]", APUS_JSON({
                         "type" : "tuple_type",
                         "loc" : [ "body", "from" ],
                         "msg" : "Input should be a valid tuple",
                         "input" : {}
                     }));
    apus_expect_json(a, "$.detail[1]", APUS_JSON({
                         "type" : "missing",
                         "loc" : [ "body", "to", 1 ],
                         "msg" : "Field required",
                         "input" : [1]
                     }));
    apus_expect_json(a, "$.detail[2]", APUS_JSON({
                         "type" : "too_long",
                         "loc" : [ "body", "stops", 0 ],
                         "msg" : "Tuple should have at most 3 items after validation, not 4",
                         "input" : [ 1, 2, "", 4 ],
                         "ctx" : { "field_type" : "Tuple", "max_length" : 3, "actual_length" : 4 }
                     }));
    apus_expect_json(a, "$.detail[3].loc", APUS_JSON([ "body", "stops", 1, 0 ]));
    apus_expect_json(a, "$.detail[4].loc", APUS_JSON([ "body", "stops", 1, 1 ]));
    a = apus_test_post(t, "/positions", "7");
    apus_expect_json(a, "$.detail[0].type", "\"tuple_type\"");
    apus_test_stop(t);
}

Test(tuples_of_repeated_keys)
{
    apus_test *t = apus_test_start(&types_app);
    apus_expect_json(apus_test_get(t, "/around?at=1&at=2"), "$", "[1.0,2.0,\"\"]");
    apus_answer a = apus_test_get(t, "/around?at=1&at=2&not_at=3&not_at=4&not_at=x");
    apus_expect_json(a, "$", "[1.0,2.0,\"x\"]");
    a = apus_test_get(t, "/around");
    apus_expect_json(a, "$.detail[0].loc", "[\"query\",\"at\"]");
    a = apus_test_get(t, "/around?at=1");
    apus_expect_json(a, "$.detail[0].loc", "[\"query\",\"at\",1]");
    a = apus_test_get(t, "/around?at=x&at=99&not_at=1&not_at=2&not_at=3&not_at=4");
    apus_expect_json(a, "$.detail[0].loc", "[\"query\",\"at\",0]");
    apus_expect_json(a, "$.detail[1].type", "\"too_long\"");
    a = apus_test_get(t, "/openapi.json");
    apus_expect_json(a, "$.components.schemas.Trip.properties.to.minItems", "2");
    apus_expect_json(a, "$.components.schemas.Trip.properties.to.maxItems", "3");
    apus_expect_json(
        a, "$.components.schemas.Trip.properties.to.prefixItems[0]",
        APUS_JSON(
            { "type" : "number", "minimum" : -90.0, "maximum" : 90.0, "title" : "Latitude" }));
    apus_test_stop(t);
}

Test(words_keep_theirs)
{
    expect_said("/words", APUS_JSON({ "tag" : "a", "size" : "xl" }), "literal_error",
                "Input should be 's', 'm' or 'l'");
    expect_said("/words", APUS_JSON({ "tag" : "a", "wheels" : 3 }), "literal_error",
                "Input should be 2 or 4");
    expect_said("/words", APUS_JSON({ "tag" : "a", "odd" : [ 1, 2, 3, 4 ] }), "too_long",
                "Set should have at most 3 items after validation, not more");
    expect_said("/words", APUS_JSON({ "tag" : "a", "odd" : 1 }), "set_type",
                "Input should be a valid set");
}

Test(json_within_a_text_is_checked)
{
    expect_said("/letters", APUS_JSON({ "at" : { "x" : 1 } }), "json_type",
                "JSON input should be string, bytes or bytearray");
    expect_said("/letters", "{\"at\": \"{\"}", "json_invalid",
                "Invalid JSON: Expecting property name enclosed in double quotes");
    expect_said("/letters", "{\"at\": \"{\\\"x\\\":1}\"}", "missing", "Field required");
    apus_test *t = apus_test_start(&types_app);
    apus_answer a = apus_test_post(t, "/words", APUS_JSON({ "tag" : "a", "odd" : [ 1, 2, 3, 4 ] }));
    apus_expect_json(a, "$.detail[0].ctx",
                     APUS_JSON({ "field_type" : "Set", "max_length" : 3, "actual_length" : null }));
    a = apus_test_post(t, "/words", APUS_JSON({ "tag" : "a", "wheels" : 3 }));
    apus_expect_json(a, "$.detail[0].ctx", APUS_JSON({ "expected" : "2 or 4" }));
    a = apus_test_get(t, "/near?near=%7B%22x%22:1,%22y%22:2%7D&ids=%5B1,2%5D");
    apus_expect_json(a, "$", APUS_JSON({ "x" : 1, "y" : 2 }));
    a = apus_test_get(t, "/near?ids=%5B%22x%22%5D");
    apus_expect_json(a, "$.detail[0].loc", APUS_JSON([ "query", "ids", 0 ]));
    apus_expect_status(apus_test_get(t, "/near"), 404);
    a = apus_test_get(t, "/openapi.json");
    apus_expect_json(a, "$.components.schemas.Letter.properties.tags.anyOf[0].contentSchema.type",
                     "\"array\"");
    apus_expect_json(a, "$.components.schemas.Meeting.properties.room.anyOf[0].format",
                     "\"uuid4\"");
    apus_expect_json(a, "$.components.schemas.Meeting.properties.doors.format", "\"time\"");
    apus_expect_json(a, "$.components.schemas.Words.properties.wheels.anyOf[0].enum", "[2, 4]");
    apus_test_stop(t);
}

Test(unions_of_plain_values)
{
    expect_back(
        "/settings",
        APUS_JSON(
            { "a" : 1, "b" : 1.5, "c" : true, "d" : "1", "e" : ["x"], "f" : { "x" : 1, "y" : 2 } }),
        APUS_JSON({
            "a" : 1,
            "b" : 1.5,
            "c" : true,
            "d" : "1",
            "e" : ["x"],
            "f" : { "x" : 1, "y" : 2 }
        }));
    apus_test *t = apus_test_start(&types_app);
    apus_answer a = apus_test_post(t, "/settings", APUS_JSON({ "a" : "too long" }));
    apus_expect_status(a, 422);
    apus_expect_json(a, "$.detail[0].loc", APUS_JSON([ "body", "a", "int" ]));
    apus_expect_json(a, "$.detail[3].type", "\"string_too_long\"");
    apus_expect_json(a, "$.detail[3].loc", APUS_JSON([ "body", "a", "str" ]));
    apus_expect_json(a, "$.detail[5].type", "\"model_attributes_type\"");
    apus_expect_json(apus_test_post(t, "/settings", APUS_JSON({ "a" : -1 })), "$",
                     APUS_JSON({ "a" : -1.0 }));
    a = apus_test_get(t, "/openapi.json");
    apus_expect_json(a, "$.components.schemas.Setting.anyOf[0]",
                     APUS_JSON({ "type" : "integer", "minimum" : 0 }));
    apus_test_stop(t);
}

Test(strict_models_convert_nothing)
{
    apus_test *t = apus_test_start(&types_app);
    apus_answer a =
        apus_test_post(t, "/payments", APUS_JSON({ "cents" : "5", "is_final" : 1, "rate" : "2" }));
    apus_expect_status(a, 422);
    apus_expect_json(a, "$.detail[0].type", "\"int_type\"");
    apus_expect_json(a, "$.detail[1].type", "\"bool_type\"");
    apus_test_stop(t);
    expect_back("/payments", APUS_JSON({ "cents" : 5, "is_final" : true, "rate" : "2" }),
                APUS_JSON({ "cents" : 5, "is_final" : true, "rate" : 2.0 }));
}

Test(unions_in_order_take_the_first_that_fits)
{
    expect_back("/amounts", APUS_JSON([ "7", "x", 3 ]), APUS_JSON([ 7, "x", 3 ]));
}
