/* Option text of annotations: any bytes are options or are refused with a place
 * inside them; what was read can be written down and reads the same again. */
#include <assert.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "apus/buf.h"
#include "compiler/options.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void print_text(apus_buf *to, const char *text)
{
    apus_buf_addc(to, '"');
    for (; *text; text++)
        apus_buf_addf(to, "\\%03o", (unsigned)(unsigned char)*text);
    apus_buf_addc(to, '"');
}

static void print_value(apus_buf *to, const ct_value *v);

static void print_items(apus_buf *to, const ct_value *list, const char *between)
{
    for (const ct_value *v = list->items; v; v = v->next) {
        if (v->key && *between == ':')
            print_text(to, v->key);
        else if (v->key)
            apus_buf_addf(to, "%s", v->key);
        if (v->key)
            apus_buf_addf(to, "%s", between);
        print_value(to, v);
        apus_buf_addc(to, ',');
    }
}

static void print_value(apus_buf *to, const ct_value *v)
{
    switch (v->kind) {
    case CT_VALUE_null:
        apus_buf_lit(to, "null");
        break;
    case CT_VALUE_bool:
        apus_buf_addf(to, "%s", v->truth ? "true" : "false");
        break;
    case CT_VALUE_string:
        print_text(to, v->text);
        break;
    case CT_VALUE_list:
        apus_buf_addc(to, '[');
        print_items(to, v, ":");
        apus_buf_addc(to, ']');
        break;
    case CT_VALUE_map:
        apus_buf_addc(to, '{');
        print_items(to, v, ":");
        apus_buf_addc(to, '}');
        break;
    case CT_VALUE_int:
    case CT_VALUE_double:
    case CT_VALUE_word:
        apus_buf_addf(to, "%s", v->text);
        break;
    }
}

/* Infinities and the like have no spelling of their own. */
static bool is_plain(const ct_value *v)
{
    if (v->kind == CT_VALUE_double && !strpbrk(v->text, "0123456789"))
        return false;
    if (v->kind == CT_VALUE_int && v->integer == INT64_MIN)
        return false; /* its digits alone do not fit */
    for (const ct_value *item = v->items; item; item = item->next) {
        if (!is_plain(item))
            return false;
    }
    return true;
}

static void check_same(const ct_value *a, const ct_value *b)
{
    for (; a && b; a = a->next, b = b->next) {
        bool is_number = a->kind == CT_VALUE_int || a->kind == CT_VALUE_double;
        assert(a->kind == b->kind || (is_number && b->number == a->number));
        assert(!a->key == !b->key && (!a->key || strcmp(a->key, b->key) == 0));
        assert(a->kind != CT_VALUE_string || strcmp(a->text, b->text) == 0);
        assert(a->kind != CT_VALUE_int || a->integer == b->integer);
        assert(a->kind != CT_VALUE_double || a->number == b->number);
        check_same(a->items, b->items);
    }
    assert(!a && !b);
}

static void check_places(const ct_value *v, size_t size)
{
    for (; v; v = v->next) {
        assert(v->place.column >= 1 && v->place.column <= size + 1);
        assert(v->key_place.column <= size + 1);
        check_places(v->items, size);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    apus_arena arena;
    apus_arena_init(&arena, &apus_alloc_libc, SIZE_MAX);
    options_reader r = { .arena = &arena, .text = OPTIONS_as_written };
    options_error error = { 0 };
    apus_str text = { (const char *)data, size };
    size_t end = 0;
    options_parse_to_end(&r, text, &end, &error);
    assert(end <= size);

    r.text = OPTIONS_expanded;
    ct_value *options = options_parse(&r, text, &error);
    if (!options) {
        assert(error.message && error.offset <= size);
    } else {
        check_places(options->items, size);
        apus_buf printed = apus_buf_in(&arena);
        print_items(&printed, options, "=");
        apus_str again;
        if (is_plain(options) && !apus_buf_take(&printed, &again) && again.len <= OPTIONS_SIZE_MAX)
            check_same(options->items, options_parse(&r, again, &error)->items);
    }
    apus_arena_finish(&arena);
    return 0;
}
