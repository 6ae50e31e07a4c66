/* Models of every shape that there is, for whoever reads anything into them: tuples, unions of
 * each kind, lists and maps, names, defaults, rules, hooks, and what holds itself. */
#ifndef FUZZ_MODELS_H
#define FUZZ_MODELS_H

#include <apus/apus.h>
#include <inttypes.h>
#include <stdio.h>

typedef enum colour { COLOUR_RED, COLOUR_GREEN, COLOUR_BLUE Name("navy") } colour;

/// A list on the wire.
typedef struct position {
    double latitude Field(ge = -90, le = 90);
    double longitude Field(ge = -180, le = 180);
    apus_str name Field(default = "");
    colour *shade;
} Model(tuple) position;
List(position);
Map(position);

/// Each kind of value, most of them optional.
typedef struct every {
    bool flag;
    int8_t tiny;
    uint64_t big Field(default = 7);
    float share;
    apus_str text Field(strip, lower, max_length = 20);
    char code[4] Field(default = "abc");
    const char *words;
    colour shade Field(default = COLOUR_GREEN);
    apus_time *at;
    apus_date *day;
    apus_duration *span;
    apus_clock_time *clock;
    apus_uuid *id;
    apus_decimal *price Field(max_digits = 12, decimal_places = 4);
    apus_url *link;
    apus_email *mail;
    apus_name_email *who;
    apus_ip *address;
    apus_ip_network *network;
    apus_ip_interface *port;
    apus_bytes *raw;
    int64_t *room Field(byte_size, multiple_of = 4);
    apus_str *odd Field(pattern = "^(a|bc)+$");
    apus_strs tags Field(default = [], unique, max_items = 8);
    apus_ints *set Field(set);
    apus_json any Field(default = {});
    position *letter Field(json, write_only); // it would come back as what it holds
} Model(extra = forbid) every;

/* Sent under another name than it was read by would not come back. */
typedef struct named {
    int first_name Field(default = 1);
    double last_price Field(alias = "lp", gt = 0, default = 2.5);
    apus_str by_place Field(alias_in = "/meta/ids/0", default = "");
    apus_json more Field(extra);
} Model(names = camel, by_name, extra = keep) named;

/// A union that a tag tells apart, and that holds itself.
typedef struct shape shape;
List(shape);
typedef struct circle {
    double radius Field(gt = 0);
} circle;
typedef struct group {
    shape_list parts Field(max_items = 16);
    position_map named Field(default = {});
    position_list corners Field(default = []);
} group;
struct shape {
    enum shape_kind { SHAPE_CIRCLE, SHAPE_GROUP, SHAPE_PLACE } kind Field(tag);
    union {
        circle circle;
        group group;
        struct place {
            position at;
            shape *within;
        } place;
    };
};

/// A union that what was sent tells apart.
typedef struct setting {
    enum setting_kind {
        SETTING_NUMBER,
        SETTING_SHARE,
        SETTING_ON,
        SETTING_TEXT,
        SETTING_ALL,
        SETTING_AT,
        SETTING_BOX,
    } kind Field(tag = hidden);
    union {
        int64_t number Field(ge = 0);
        double share;
        bool on;
        apus_str text Field(max_length = 5);
        apus_strs all;
        position at;
        circle box;
    };
} setting;
List(setting);
Map(setting);

/// A tree.
typedef struct node node;
List(node);
struct node {
    int64_t value Field(default = 0);
    node *left, *right;
    node_list more Field(default = [], max_items = 4);
    setting_map settings Field(default = {});
} Model(extra = forbid);

/// What is sent as a text, and read from one.
typedef struct money money;
static void read_money(apus_checking *c, apus_json *sent);
static apus_str write_money(apus_arena *a, const money *m);
struct money {
    int64_t cents Field(ge = 0, le = 99999999999);
    char currency[4] Field(pattern = "^[A-Z]{3}$");
} Model(before = read_money, accepts = apus_str, encode = write_money);
List(money);

static void read_money(apus_checking *c, apus_json *sent)
{
    int64_t whole, cents;
    char currency[4];
    if (sent->kind != APUS_JSON_string)
        return;
    if (sscanf(sent->text.ptr, "%10" SCNd64 ".%2" SCNd64 " %3[A-Z]", &whole, &cents, currency) !=
        3) {
        apus_wrong(c, "is no money");
        return;
    }
    apus_arena *a = apus_checking_arena(c);
    apus_json *object = apus_json_object(a);
    apus_json_set(a, object, "cents", apus_json_int(a, whole * 100 + cents));
    apus_json_set(a, object, "currency", apus_json_text(a, apus_str_of(currency)));
    if (object)
        *sent = *object;
}

static apus_str write_money(apus_arena *a, const money *m)
{
    return apus_arena_strf(a, "%" PRId64 ".%02d %s", m->cents / 100, (int)(m->cents % 100),
                           m->currency);
}

/// Numbers keyed by numbers, and what a check changes.
typedef struct sums sums;
static void check_sums(apus_checking *c, sums *s);
struct sums {
    apus_ints numbers Field(default = []);
    int64_t n Field(default = 0);
    setting_list settings Field(default = []);
    money_list prices Field(default = []);
} Model(check = check_sums);

static void check_sums(apus_checking *c, sums *s)
{
    if (s->numbers.len == 13)
        apus_wrong_as(c, &(apus_wrong_options){ .type = "unlucky", .member = "numbers" },
                      "%zu numbers", s->numbers.len);
    s->n = (int64_t)s->numbers.len;
}

/// What apusc writes a function for: all of it may be plain.
typedef struct trade {
    apus_str symbol Field(pattern = "^[A-Z]+-[A-Z]+$");
    colour shade;
    double quantity Field(gt = 0);
    double *limit Field(gt = 0, multiple_of = 0.5);
    int8_t tiny Field(ge = -3);
    uint64_t big;
    bool firm;
    apus_str *note Field(min_length = 1, max_length = 20);
    apus_strs tags Field(default = [], max_items = 8);
    apus_ints counts Field(default = []);
} trade;
List(trade);

/* --- by number --- */

typedef struct subject {
    const char *name;
    const apus_type *type;
    void *(*read)(apus_arena *a, apus_str text, apus_problems *problems);
} subject;

/* The table of T is what apusc makes of apus_read. */
#define SUBJECT(T)                                                                                 \
    extern const apus_type apus_type_of_##T;                                                       \
    static void *read_##T(apus_arena *a, apus_str text, apus_problems *problems)                   \
    {                                                                                              \
        return apus_read(a, T, text, problems);                                                    \
    }
SUBJECT(position)
SUBJECT(every)
SUBJECT(named)
SUBJECT(shape)
SUBJECT(setting_list)
SUBJECT(node)
SUBJECT(sums)
SUBJECT(position_map)
SUBJECT(trade_list)
#undef SUBJECT

#define SUBJECT(T)                                                                                 \
    {                                                                                              \
#T, &apus_type_of_##T, read_##T                                                            \
    }
static const subject subjects[] = { SUBJECT(position), SUBJECT(every),        SUBJECT(named),
                                    SUBJECT(shape),    SUBJECT(setting_list), SUBJECT(node),
                                    SUBJECT(sums),     SUBJECT(position_map), SUBJECT(trade_list) };
#undef SUBJECT
enum { SUBJECTS = sizeof(subjects) / sizeof(subjects[0]) };

#endif
