/* Defaults, as constant objects of the member's C type.
 *
 * A default is copied byte by byte into the struct, so lists point at static
 * items; the reader has checked that the value fits the type. */
#include <inttypes.h>
#include <string.h>

#include "apus/text.h"
#include "compiler/emit_c.h"

static const char *text_of(const ct_value *v)
{
    return v->text ? v->text : "";
}

static const char *floating(struct out *o, const ct_value *v)
{
    double number = v->kind == CT_VALUE_double ? v->number : (double)v->integer;
    char text[APUS_TEXT_DOUBLE_MAX + 1];
    text[apus_double_print(number, text)] = '\0';
    return out_name(o, "%s", text);
}

static const char *integer(struct out *o, const ct_value *v, bool is_unsigned)
{
    if (v->word)
        return v->word;
    if (v->kind == CT_VALUE_bool)
        return v->truth ? "1" : "0";
    if (is_unsigned && v->integer > UINT32_MAX)
        return out_name(o, "UINT64_C(%" PRId64 ")", v->integer);
    if (v->integer == INT64_MIN)
        return "INT64_MIN";
    if (v->integer > INT32_MAX || v->integer < INT32_MIN)
        return out_name(o, "INT64_C(%" PRId64 ")", v->integer);
    return out_name(o, "%" PRId64, v->integer);
}

static const char *bytes_list(struct out *o, const uint8_t *bytes, size_t n)
{
    const char *list = "";
    for (size_t i = 0; i < n; i++)
        list = out_name(o, "%s%s0x%02x", list, i ? ", " : "", bytes[i]);
    return list;
}

static const char *network_text(struct out *o, apus_ip ip, uint8_t prefix)
{
    return out_name(o, "{ { { %s }, %u }, %u }", bytes_list(o, ip.bytes, sizeof(ip.bytes)),
                    ip.version, prefix);
}

static const char *moment(struct out *o, const ct_type *type, const char *text)
{
    apus_str s = apus_str_of(text);
    apus_time t;
    apus_date d;
    apus_duration span;
    apus_uuid id;
    apus_ip ip;
    apus_decimal n;
    apus_clock_time clock;
    apus_ip_network network;
    apus_ip_interface interface;
    apus_name_email mailbox;
    switch (type->kind) {
    case APUS_KIND_time:
        if (!apus_time_parse(s, &t, NULL))
            return NULL;
        return out_name(o, "{ INT64_C(%" PRId64 "), %" PRId32 ", %s }", t.seconds, t.nanos,
                        t.offset == APUS_TIME_NAIVE ? "APUS_TIME_NAIVE"
                                                    : out_name(o, "%" PRId32, t.offset));
    case APUS_KIND_date:
        if (!apus_date_parse(s, &d, NULL))
            return NULL;
        return out_name(o, "{ %d, %u, %u }", d.year, d.month, d.day);
    case APUS_KIND_duration:
        if (!apus_duration_parse(s, &span, NULL))
            return NULL;
        return out_name(o, "{ INT64_C(%" PRId64 ") }", span.ns);
    case APUS_KIND_uuid:
        if (!apus_uuid_parse(s, &id, NULL))
            return NULL;
        return out_name(o, "{ { %s } }", bytes_list(o, id.bytes, sizeof(id.bytes)));
    case APUS_KIND_ip:
        if (!apus_ip_parse(s, &ip, NULL))
            return NULL;
        return out_name(o, "{ { %s }, %u }", bytes_list(o, ip.bytes, sizeof(ip.bytes)), ip.version);
    case APUS_KIND_clock_time:
        if (!apus_clock_time_parse(s, &clock, NULL))
            return NULL;
        return out_name(o, "{ %" PRId32 ", %" PRId32 ", %s }", clock.seconds, clock.nanos,
                        clock.offset == APUS_TIME_NAIVE ? "APUS_TIME_NAIVE"
                                                        : out_name(o, "%" PRId32, clock.offset));
    case APUS_KIND_ip_network:
        if (!apus_ip_network_parse(s, &network))
            return NULL;
        return network_text(o, network.address, network.prefix);
    case APUS_KIND_ip_interface:
        if (!apus_ip_interface_parse(s, &interface))
            return NULL;
        return network_text(o, interface.address, interface.prefix);
    case APUS_KIND_name_email:
        if (!apus_name_email_parse(s, &mailbox, NULL))
            return NULL;
        return out_name(o, "{ %s, %s }",
                        out_str_init(o, out_name(o, "%.*s", APUS_FMT(mailbox.name))),
                        out_str_init(o, out_name(o, "%.*s", APUS_FMT(mailbox.email))));
    case APUS_KIND_decimal:
        if (!apus_decimal_parse(s, &n, NULL))
            return NULL;
        return out_name(o, "{ UINT64_C(%" PRIu64 "), UINT64_C(%" PRIu64 "), %d, %s }", n.high,
                        n.low, n.scale, n.negative ? "true" : "false");
    default:
        return NULL;
    }
}

static const char *json_value(struct out *o, const ct_value *v)
{
    switch (v->kind) {
    case CT_VALUE_bool:
        return out_name(o, "{ .kind = APUS_JSON_%s }", v->truth ? "true" : "false");
    case CT_VALUE_int:
        return out_name(o, "{ .kind = APUS_JSON_int, .integer = %s }", integer(o, v, false));
    case CT_VALUE_double:
        return out_name(o, "{ .kind = APUS_JSON_double, .number = %s }", floating(o, v));
    case CT_VALUE_string:
        return out_name(o, "{ .kind = APUS_JSON_string, .text = %s }", out_str_init(o, text_of(v)));
    case CT_VALUE_list: /* only empty ones reach here: the checks refuse others */
        return "{ .kind = APUS_JSON_list }";
    case CT_VALUE_map:
        return "{ .kind = APUS_JSON_object }";
    default:
        return "{ .kind = APUS_JSON_null }";
    }
}

/* The initialiser of one value, or NULL where the type takes no default. */
static const char *initialiser(struct out *o, const char *symbol, const ct_type *type,
                               const ct_value *v);

/* Items in an array of their own; the name of that array. */
static const char *items(struct out *o, const char *symbol, const ct_type *type, const ct_value *v,
                         unsigned *n)
{
    const char *list = "";
    *n = 0;
    for (const ct_value *item = v->items; item; item = item->next, ++*n) {
        const char *one = initialiser(o, symbol, type->item, item);
        if (!one)
            return NULL;
        list = out_name(o, "%s%s%s", list, *n ? ", " : "", one);
    }
    if (*n == 0)
        return "NULL";
    const char *name = out_name(o, "%s_items", symbol);
    out_wrapped(o, out_name(o, "static %s %s[] = { ", type->item->c_name, name), list, " };");
    return name;
}

static const char *initialiser(struct out *o, const char *symbol, const ct_type *type,
                               const ct_value *v)
{
    unsigned n;
    switch (type->kind) {
    case APUS_KIND_bool:
        return v->kind == CT_VALUE_bool ? (v->truth ? "true" : "false")
                                        : (v->integer ? "true" : "false");
    case APUS_KIND_int8:
    case APUS_KIND_int16:
    case APUS_KIND_int32:
    case APUS_KIND_int64:
        return integer(o, v, false);
    case APUS_KIND_enum:
        return v->word ? v->word : integer(o, v, false);
    case APUS_KIND_uint8:
    case APUS_KIND_uint16:
    case APUS_KIND_uint32:
    case APUS_KIND_uint64:
        return integer(o, v, true);
    case APUS_KIND_float:
        return out_name(o, "(float)%s", floating(o, v));
    case APUS_KIND_double:
        return floating(o, v);
    case APUS_KIND_str:
        return out_str_init(o, text_of(v));
    case APUS_KIND_cstr:
    case APUS_KIND_chars:
        return out_quoted(o, text_of(v));
    case APUS_KIND_url:
    case APUS_KIND_email:
    case APUS_KIND_secret:
        return out_name(o, "{ %s }", out_str_init(o, text_of(v)));
    case APUS_KIND_bytes:
        return out_name(o, "{ (const uint8_t *)%s, %zu }", out_quoted(o, text_of(v)),
                        strlen(text_of(v)));
    case APUS_KIND_json:
        return json_value(o, v);
    case APUS_KIND_list: {
        const char *name = items(o, symbol, type, v, &n);
        return name ? out_name(o, "{ %s, %u }", name, n) : NULL;
    }
    case APUS_KIND_map:
        return "{ NULL, 0 }";
    case APUS_KIND_counted:
        return "NULL";
    default:
        return moment(o, type, text_of(v));
    }
}

/* What does not fit on a line is opened up, as clang-format does. */
static void emit_constant_line(struct out *o, const char *head, const char *init)
{
    size_t len = strlen(init);
    bool is_braced = len > 4 && init[0] == '{' && init[len - 1] == '}';
    if (is_braced && strlen(head) + len + 2 > OUT_COLUMNS)
        out_line(o, "%s {\n    %.*s\n};", head, (int)len - 4, init + 2);
    else
        out_line(o, "%s %s;", head, init);
}

const char *emit_default(struct out *o, const char *symbol, const ct_type *type,
                         const ct_value *value)
{
    if (!value || value->kind == CT_VALUE_null)
        return NULL;
    const char *name = out_name(o, "%s_default", symbol);
    const char *init = initialiser(o, name, type, value);
    if (!init)
        return NULL;
    if (type->kind == APUS_KIND_chars)
        out_line(o, "static const char %s[%u] = %s;", name, type->n, init);
    else if (type->kind == APUS_KIND_cstr)
        out_line(o, "static const char *const %s = %s;", name, init);
    else if (type->kind == APUS_KIND_counted)
        return NULL; /* absent is empty: NULL and 0 */
    else
        emit_constant_line(o, out_name(o, "static const %s %s =", type->c_name, name), init);
    return name;
}

const char *emit_constant(struct out *o, const ct_type *type, const ct_value *value)
{
    return value ? initialiser(o, "apus__constant", type, value) : NULL;
}
