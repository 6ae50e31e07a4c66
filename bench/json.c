/* How fast is JSON?  Decoding 100 orders with all checks into structs, encoding them again,
 * and printing doubles of several sorts.  One line a figure; min and median of 21 batches.
 *
 *     bench_json                 all of it
 *     bench_json decode N        one of decode, encode, cents, any, N times over: for callgrind,
 *                                whose count divided by N compares versions on a noisy machine */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "apus/decode.h"
#include "apus/encode.h"
#include "apus/plain.h"
#include "apus/text.h"

enum { ORDERS = 100, BATCHES = 21, DOUBLES = 4096 };

typedef struct order {
    apus_str symbol;
    int32_t side;
    double quantity;
    double *limit_price;
    apus_strs tags;
} order;

typedef struct order_list {
    order *ptr;
    size_t len;
} order_list;

static apus_pattern symbol_pattern = { .text = "^[A-Z]+-[A-Z]+$" };
static const apus_rules symbol_rules = { .has = APUS_RULE_pattern, .pattern = &symbol_pattern };
static const apus_rules positive = { .has = APUS_RULE_gt };
static const apus_rules few = { .has = APUS_RULE_max_items, .max_items = 8 };
static const apus_enum_value sides[] = { { APUS_STR_INIT("buy"), 0 },
                                         { APUS_STR_INIT("sell"), 1 } };
static const apus_enum side = { "Side", sides, 2, false };
static const apus_type side_type = {
    .kind = APUS_KIND_enum, .size = 4, .align = 4, .enumeration = &side
};
static const apus_field fields[] = {
    { APUS_FIELD_NAME("symbol"), .type = &apus_type_str, .offset = offsetof(order, symbol),
      .flags = APUS_FIELD_required, .rules = &symbol_rules },
    { APUS_FIELD_NAME("side"), .type = &side_type, .offset = offsetof(order, side),
      .flags = APUS_FIELD_required },
    { APUS_FIELD_NAME("quantity"), .type = &apus_type_double, .offset = offsetof(order, quantity),
      .flags = APUS_FIELD_required, .rules = &positive },
    { APUS_FIELD_NAME("limit_price"), .type = &apus_type_double,
      .offset = offsetof(order, limit_price), .flags = APUS_FIELD_pointer | APUS_FIELD_nullable,
      .rules = &positive },
    { APUS_FIELD_NAME("tags"), .type = &apus_type_strs, .offset = offsetof(order, tags),
      .rules = &few },
};

/* As apusc writes it. */
static uint32_t take_order(apus_plain *in, void *object)
{
    const apus_field *f = fields;
    if (!apus_plain_take(in, f, 0, APUS_KIND_str, object))
        return 0;
    if (!apus_plain_take(in, f, 1, APUS_KIND_enum, object))
        return 1;
    if (!apus_plain_take(in, f, 2, APUS_KIND_double, object))
        return 2;
    if (!apus_plain_take(in, f, 3, APUS_KIND_double, object))
        return 3;
    if (!apus_plain_take(in, f, 4, APUS_KIND_list, object))
        return 4;
    return 5;
}

static const apus_model model = { .name = "Order",
                                  .size = sizeof(order),
                                  .align = _Alignof(order),
                                  .plain = take_order,
                                  .fields = fields,
                                  .n_fields = 5 };
static const apus_type order_type = {
    .kind = APUS_KIND_model, .size = sizeof(order), .align = _Alignof(order), .model = &model
};
static const apus_type list_type = { .kind = APUS_KIND_list,
                                     .size = sizeof(order_list),
                                     .align = _Alignof(order_list),
                                     .item = &order_type };

struct work {
    apus_arena arena;
    apus_str text;
    order_list orders;
    apus_buf out;
    double doubles[DOUBLES];
};

static double now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* ns for one call of op: the least and the middle of the batches. */
static void measure(void (*op)(struct work *), struct work *w, double *least, double *median)
{
    double ns[BATCHES];
    unsigned n = 1;
    for (double t = 0; t < 1e7; n *= 2) {
        double start = now_ns();
        for (unsigned i = 0; i < n; i++)
            op(w);
        t = now_ns() - start;
    }
    for (int b = 0; b < BATCHES; b++) {
        double start = now_ns();
        for (unsigned i = 0; i < n; i++)
            op(w);
        ns[b] = (now_ns() - start) / n;
    }
    qsort(ns, BATCHES, sizeof(ns[0]), compare);
    *least = ns[0];
    *median = ns[BATCHES / 2];
}

static void decode(struct work *w)
{
    apus_problems problems;
    apus_place body = { .key = APUS_STR("body") };
    apus_arena_reset(&w->arena);
    apus_problems_init(&problems, &w->arena);
    apus_decoder d = { .arena = &w->arena, .problems = &problems };
    if (apus_decode_json(&d, &list_type, NULL, w->text, &body, &w->orders))
        abort();
}

static void encode(struct work *w)
{
    apus_buf_clear(&w->out);
    if (apus_encode_json(&w->out, &list_type, &w->orders, APUS_OMIT_nothing))
        abort();
}

static void print_doubles(struct work *w)
{
    char text[APUS_TEXT_DOUBLE_MAX];
    for (int i = 0; i < DOUBLES; i++) {
        if (apus_double_print(w->doubles[i], text) == 0)
            abort();
    }
}

static apus_str orders_text(apus_arena *a)
{
    apus_buf b = apus_buf_in(a);
    apus_str text;
    for (int i = 0; i < ORDERS; i++)
        apus_buf_addf(&b,
                      "%c{\"symbol\":\"BTC-USD\",\"side\":\"buy\",\"quantity\":0.5,"
                      "\"limit_price\":50000.0,\"tags\":[\"a\",\"b\"]}",
                      i ? ',' : '[');
    apus_buf_addc(&b, ']');
    if (apus_buf_take(&b, &text))
        abort();
    return text;
}

static uint64_t next_random(uint64_t *x)
{
    *x ^= *x << 13;
    *x ^= *x >> 7;
    *x ^= *x << 17;
    return *x;
}

static void fill_cents(struct work *w)
{
    uint64_t x = 88172645463325252U;
    for (int i = 0; i < DOUBLES; i++)
        w->doubles[i] = (double)(next_random(&x) % 10000000) / 100;
}

static void fill_any(struct work *w)
{
    uint64_t x = 88172645463325252U;
    for (int i = 0; i < DOUBLES; i++)
        w->doubles[i] = (double)(next_random(&x) >> 11) / 9007199254740992.0;
}

static const struct subject {
    const char *name;
    void (*prepare)(struct work *);
    void (*op)(struct work *);
} subjects[] = {
    { "decode", decode, decode },
    { "encode", encode, encode },
    { "cents", fill_cents, print_doubles },
    { "any", fill_any, print_doubles },
};

static void report(const struct subject *s, struct work *w)
{
    double least, median;
    measure(s->op, w, &least, &median);
    if (s->op == print_doubles)
        printf("double=%s ns_min=%.1f ns_median=%.1f\n", s->name, least / DOUBLES,
               median / DOUBLES);
    else
        printf("json=%s_orders bytes=%zu ns_min=%.0f ns_median=%.0f gb_per_s=%.2f\n", s->name,
               w->text.len, least, median, (double)w->text.len / median);
}

int main(int argc, char **argv)
{
    static struct work w;
    apus_arena texts;
    apus_arena_init(&texts, &apus_alloc_libc, 1 << 20);
    apus_arena_init(&w.arena, &apus_alloc_libc, 64 << 20);
    w.out = apus_buf_with(&apus_alloc_libc);
    w.text = orders_text(&texts);
    if (apus_model_prepare(&model, NULL))
        return 1;
    decode(&w); /* what encoding needs */
    for (size_t i = 0; i < sizeof(subjects) / sizeof(subjects[0]); i++) {
        const struct subject *s = &subjects[i];
        if (argc == 3 && strcmp(argv[1], s->name) != 0)
            continue;
        s->prepare(&w);
        for (int n = argc == 3 ? atoi(argv[2]) : 0; n > 0; n--)
            s->op(&w);
        if (argc != 3)
            report(s, &w);
    }
    apus_buf_finish(&w.out);
    apus_arena_finish(&w.arena);
    apus_arena_finish(&texts);
    return 0;
}
