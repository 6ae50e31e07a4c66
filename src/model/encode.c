/* Structs to JSON text, by their tables, straight into the buffer. */
#include "apus/encode.h"

#include <assert.h>
#include <math.h>
#include <stddef.h>

#include "apus/json_scan.h"
#include "apus/text.h"
#include "model/kept.h"
#include "model/put.h"
#include "model/shape.h"

static apus_rc encode(apus_buf *to, const apus_type *type, const apus_rules *rules,
                      const void *value, apus_omit omit);

/* --- scalars --- */

static apus_rc encode_number(apus_buf *to, const apus_type *type, const apus_rules *rules,
                             const void *value)
{
    bool narrow = type->kind == APUS_KIND_float;
    double v = narrow ? (double)*(const float *)value : *(const double *)value;
    if (!isfinite(v)) {
        if (!rules || !(rules->has & APUS_RULE_inf_nan))
            return APUS_INVALID;
        apus_buf_lit(to, "null");
        return APUS_OK;
    }
    char *p = apus_buf_room(to, APUS_TEXT_DOUBLE_MAX);
    if (p)
        apus_buf_grew(to, narrow ? apus_float_print((float)v, p) : apus_double_print(v, p));
    return APUS_OK;
}

/* The beginning of what is no value is left behind what was written, for messages. */
static apus_rc refuse(apus_buf *to, apus_str value)
{
    enum { SHOWN = 16 };
    apus_buf_add(to, apus_str_slice(value, 0, SHOWN));
    return to->failed ? to->failed : APUS_INVALID;
}

static apus_rc encode_text(apus_buf *to, apus_str text)
{
    if (!text.ptr)
        text = APUS_STR("");
    if (!apus_str_is_utf8(text))
        return refuse(to, text);
    apus_json_quote(to, text);
    return APUS_OK;
}

static apus_rc encode_cstr(apus_buf *to, const char *text)
{
    if (text)
        return encode_text(to, apus_str_of(text));
    apus_buf_lit(to, "null");
    return APUS_OK;
}

static apus_rc encode_chars(apus_buf *to, const apus_type *type, const char *text)
{
    const char *end = memchr(text, '\0', type->n);
    return encode_text(to, (apus_str){ text, end ? (size_t)(end - text) : type->n });
}

static apus_rc encode_enum(apus_buf *to, const apus_type *type, const void *value)
{
    int64_t v = apus__load_signed(value, type->size);
    for (uint32_t i = 0; i < type->enumeration->n_values; i++) {
        if (type->enumeration->values[i].value == v) {
            apus_json_quote(to, type->enumeration->values[i].name);
            return APUS_OK;
        }
    }
    return refuse(to, (apus_str){ value, type->size });
}

static void encode_bytes(apus_buf *to, const apus_bytes *bytes)
{
    apus_buf_addc(to, '"');
    apus_base64_write(to, *bytes);
    apus_buf_addc(to, '"');
}

/* "Ada <ada@example.org>" */
static apus_rc encode_name_email(apus_buf *to, const apus_name_email *v)
{
    bool at = apus_str_find(v->name, '@') != SIZE_MAX;
    if (!apus_str_is_utf8(v->name) || !apus_str_is_utf8(v->email))
        return refuse(to, apus_str_is_utf8(v->name) ? v->email : v->name);
    apus_buf text = to->arena ? apus_buf_in(to->arena) : apus_buf_with(&to->alloc);
    apus_buf_addf(&text, at ? "\"%.*s\" <%.*s>" : "%.*s <%.*s>", APUS_FMT(v->name),
                  APUS_FMT(v->email));
    apus_rc rc = text.failed;
    if (rc == APUS_OK)
        apus_json_quote(to, (apus_str){ text.ptr, text.len });
    if (!to->arena)
        apus_buf_finish(&text);
    return rc;
}

/* Of kinds whose values may be none. */
static bool is_value(apus_kind kind, const void *value)
{
    switch (kind) {
    case APUS_KIND_time:
        return apus_time_is_valid(*(const apus_time *)value);
    case APUS_KIND_date:
        return apus_date_is_valid(*(const apus_date *)value);
    case APUS_KIND_clock_time:
        return apus_clock_time_is_valid(*(const apus_clock_time *)value);
    case APUS_KIND_decimal:
        return apus_decimal_is_valid(*(const apus_decimal *)value);
    default:
        return true;
    }
}

/* What prints into a few bytes and needs quotes. */
static apus_rc encode_short(apus_buf *to, const apus_type *type, const void *value)
{
    enum { ROOM = 64 };
    if (!is_value(type->kind, value))
        return refuse(to, (apus_str){ value, type->size });
    char *p = apus_buf_room(to, ROOM);
    if (!p)
        return APUS_OK; /* the buffer knows */
    size_t n = 0;
    *p = '"';
    switch (type->kind) {
    case APUS_KIND_time:
        n = apus_time_print(*(const apus_time *)value, p + 1);
        break;
    case APUS_KIND_date:
        n = apus_date_print(*(const apus_date *)value, p + 1);
        break;
    case APUS_KIND_duration:
        n = apus_duration_print(*(const apus_duration *)value, p + 1);
        break;
    case APUS_KIND_uuid:
        n = apus_uuid_print(*(const apus_uuid *)value, p + 1);
        break;
    case APUS_KIND_decimal:
        n = apus_decimal_print(*(const apus_decimal *)value, p + 1);
        break;
    case APUS_KIND_clock_time:
        n = apus_clock_time_print(*(const apus_clock_time *)value, p + 1);
        break;
    case APUS_KIND_ip_network:
        n = apus_ip_network_print(*(const apus_ip_network *)value, p + 1);
        break;
    case APUS_KIND_ip_interface:
        n = apus_ip_interface_print(*(const apus_ip_interface *)value, p + 1);
        break;
    default:
        n = apus_ip_print(*(const apus_ip *)value, p + 1);
        break;
    }
    p[n + 1] = '"';
    apus_buf_grew(to, n + 2);
    return APUS_OK;
}

/* --- what is always there, and written as it is --- */

enum {
    MAY_BE_LEFT_OUT =
        APUS_FIELD_write_only | APUS_FIELD_omit_null | APUS_FIELD_omit_default | APUS_FIELD_tag
};

/* A comma, or whatever stands in front, and the member's beginning, in one go. */
static APUS_INLINE char *put_member(char *to, char lead, apus_str member)
{
    *to++ = lead;
    apus_step_store(to, apus_step_load(member.ptr));
    for (size_t i = APUS_STEP; i < member.len; i += APUS_STEP)
        apus_step_store(to + i, apus_step_load(member.ptr + i));
    return to + member.len;
}

static inline bool is_usual(const apus_field *f)
{
    return f->member.len && !f->hooks && !(f->flags & MAY_BE_LEFT_OUT);
}

/* The bytes that a member of a usual field may touch. */
static inline size_t member_room(const apus_field *f)
{
    return 1 + f->member.len + APUS_STEP + APUS__PUT_MAX;
}

static APUS_INLINE char *put_field(char *to, char lead, const apus_field *f, const void *object)
{
    const void *at = (const char *)object + f->offset;
    if (f->flags & APUS_FIELD_pointer)
        memcpy(&at, at, sizeof(at));
    to = put_member(to, lead, f->member);
    return at ? apus__put_value(to, f->type, f->rules, at) : apus__put_bytes(to, "null", 4);
}

/* The bytes that an object of a model may touch if all of it is usual; else 0. */
static size_t object_room(const apus_model *m)
{
    size_t room = 2;
    if (m->n_variants || m->is_bare || m->is_tuple || m->extra == APUS_EXTRA_keep || !m->n_fields)
        return 0;
    for (uint32_t i = 0; i < m->n_fields; i++) {
        if (!is_usual(&m->fields[i]))
            return 0;
        room += member_room(&m->fields[i]);
    }
    return room;
}

/* An object of such a model where there is that room; NULL: not all of it is short. */
static char *put_object(char *to, const apus_model *m, const void *object)
{
    const apus_field *f = m->fields, *end = f + m->n_fields;
    for (char lead = '{'; to && f < end; f++, lead = ',')
        to = put_field(to, lead, f, object);
    if (to)
        *to++ = '}';
    return to;
}

/* --- what holds others --- */

/* Room that is there already; asking for more than a value needs could pass the limit. */
static inline bool has_room(const apus_buf *to, size_t n)
{
    return n < to->cap - to->len;
}

static bool put(apus_buf *to, const apus_type *type, const apus_rules *rules, const void *value)
{
    if (!has_room(to, APUS__PUT_MAX))
        return false;
    char *begin = to->ptr + to->len, *end = apus__put_value(begin, type, rules, value);
    if (end)
        apus_buf_grew(to, (size_t)(end - begin));
    return end;
}

/* The room that makes put_object worth a try for the items of a list; 0: it is not. */
static size_t item_room(const apus_type *type, size_t n, apus_omit omit)
{
    bool are_objects = type->item->kind == APUS_KIND_model && !type->item_pointer;
    return are_objects && n > 1 && omit == APUS_OMIT_nothing ? object_room(type->item->model) : 0;
}

/* The same for one of them; what is not short is left for the way that knows all. */
static bool put_item(apus_buf *to, const apus_model *m, const void *at)
{
    char *begin = to->ptr + to->len, *end = put_object(begin, m, at);
    if (end)
        apus_buf_grew(to, (size_t)(end - begin));
    return end;
}

static apus_rc encode_items(apus_buf *to, const apus_type *type, const apus_rules *rules,
                            const void *items, size_t n, apus_omit omit)
{
    size_t size = type->item_pointer ? sizeof(void *) : type->item->size;
    size_t room = item_room(type, n, omit);
    apus_rc rc = rules ? apus__count_kept(rules, n) : APUS_OK;
    apus_buf_addc(to, '[');
    for (size_t i = 0; rc == APUS_OK && i < n; i++) {
        const void *at = (const char *)items + i * size;
        if (i)
            apus_buf_addc(to, ',');
        if (room && has_room(to, room)) {
            if (put_item(to, type->item->model, at))
                continue;
            room = 0; /* others will not be short either */
        }
        if (type->item_pointer)
            memcpy(&at, at, sizeof(at));
        if (at && put(to, type->item, rules, at))
            continue;
        if (at)
            rc = encode(to, type->item, rules, at, omit);
        else
            apus_buf_lit(to, "null");
    }
    apus_buf_addc(to, ']');
    return rc;
}

struct sequence {
    const void *ptr;
    size_t len;
};

static struct sequence load_sequence(const void *value)
{
    struct sequence s;
    memcpy(&s.ptr, value, sizeof(s.ptr));
    memcpy(&s.len, (const char *)value + sizeof(s.ptr), sizeof(s.len));
    return s;
}

static apus_rc encode_int_key(apus_buf *to, const void *entry)
{
    char *p = apus_buf_room(to, APUS_TEXT_INT_MAX + 2);
    if (!p)
        return APUS_OK;
    size_t n = apus_int_print(apus__load_signed(entry, sizeof(int64_t)), p + 1);
    p[0] = p[n + 1] = '"';
    apus_buf_grew(to, n + 2);
    return APUS_OK;
}

static apus_rc encode_map(apus_buf *to, const apus_type *type, const apus_rules *rules,
                          const void *value, apus_omit omit)
{
    struct sequence s = load_sequence(value);
    apus_rc rc = rules ? apus__count_kept(rules, s.len) : APUS_OK;
    apus_buf_addc(to, '{');
    for (size_t i = 0; rc == APUS_OK && i < s.len; i++) {
        const char *entry = (const char *)s.ptr + i * type->entry_size;
        const void *at = entry + type->value_offset;
        if (i)
            apus_buf_addc(to, ',');
        rc = type->int_keys ? encode_int_key(to, entry)
                            : encode_text(to, *(const apus_str *)(const void *)entry);
        apus_buf_addc(to, ':');
        if (type->item_pointer)
            memcpy(&at, at, sizeof(at));
        if (rc == APUS_OK && at)
            rc = encode(to, type->item, rules, at, omit);
        else if (!at)
            apus_buf_lit(to, "null");
    }
    apus_buf_addc(to, '}');
    return rc;
}

/* --- models --- */

static bool is_default(const apus_field *f, const void *at)
{
    if (!at)
        return !f->default_value;
    if (!f->default_value)
        return false;
    if (f->type->kind == APUS_KIND_str)
        return apus_str_eq(*(const apus_str *)at, *(const apus_str *)f->default_value);
    return memcmp(at, f->default_value, f->type->size) == 0;
}

static bool is_left_out(const apus_field *f, const void *at, apus_omit omit)
{
    if (f->hooks && f->hooks->omit && at && f->hooks->omit(at))
        return true;
    bool null = !at || (f->type->kind == APUS_KIND_cstr && !*(const char *const *)at);
    if (f->flags & APUS_FIELD_write_only)
        return true;
    if (null && (omit == APUS_OMIT_null || f->flags & APUS_FIELD_omit_null))
        return true;
    return (omit == APUS_OMIT_default || f->flags & APUS_FIELD_omit_default) && is_default(f, at);
}

/* Memory for functions of the program's own: the buffer's, or of this one call. */
struct scratch {
    apus_arena own;
    apus_arena *arena;
};

static void scratch_begin(struct scratch *s, const apus_buf *to)
{
    enum { SCRATCH_MAX = 1 << 20 };
    s->arena = to->arena ? to->arena : &s->own;
    if (!to->arena)
        apus_arena_init(&s->own, &to->alloc, SCRATCH_MAX);
}

static void scratch_end(struct scratch *s)
{
    if (s->arena == &s->own)
        apus_arena_finish(&s->own);
}

union converted {
    max_align_t align;
    char bytes[APUS_CONVERTED_MAX];
};

static apus_rc encode_converted(apus_buf *to, const apus_field *f, const void *at, apus_omit omit)
{
    union converted out;
    struct scratch s;
    assert(f->hooks->converted->size <= sizeof(out));
    scratch_begin(&s, to);
    f->hooks->convert(s.arena, at, &out);
    apus_rc rc = encode(to, f->hooks->converted, NULL, &out, omit);
    scratch_end(&s);
    return rc;
}

/* A comma, unless it is the first, the quoted name, which is the program's own, and a
 * colon. */
static char *put_name(char *to, apus_str name, bool any)
{
    *to = ',';
    to += any;
    *to++ = '"';
    to = apus__put_bytes(to, name.ptr, name.len);
    *to++ = '"';
    *to++ = ':';
    return to;
}

static apus_rc encode_value(apus_buf *to, const apus_field *f, const void *object, const void *at,
                            apus_omit omit)
{
    if (!at) {
        apus_buf_lit(to, "null");
        return APUS_OK;
    }
    if (f->type->kind == APUS_KIND_counted) {
        const void *items;
        memcpy(&items, at, sizeof(items));
        uint64_t n = apus__load_unsigned((const char *)object + f->count_offset, f->count_size);
        return encode_items(to, f->type, f->rules, items, items ? (size_t)n : 0, omit);
    }
    if (f->hooks && f->hooks->convert)
        return encode_converted(to, f, at, omit);
    return encode(to, f->type, f->rules, at, omit);
}

static apus_rc encode_field(apus_buf *to, const apus_field *f, const void *object, const void *at,
                            bool any, apus_omit omit)
{
    apus_str name = f->hooks && f->hooks->name_out.len ? f->hooks->name_out : f->name;
    char *begin = apus_buf_room(to, name.len + 4);
    if (!begin)
        return APUS_OK;
    apus_buf_grew(to, (size_t)(put_name(begin, name, any) - begin));
    return encode_value(to, f, object, at, omit);
}

/* A member that is calculated when the struct is sent. */
static apus_rc encode_computed(apus_buf *to, const apus_field *f, const void *object,
                               apus_omit omit, bool *any)
{
    union converted out;
    struct scratch s;
    const void *at = &out;
    assert(f->type->size <= sizeof(out) && f->type->kind != APUS_KIND_counted);
    scratch_begin(&s, to);
    f->hooks->compute(s.arena, object, &out);
    if (f->flags & APUS_FIELD_pointer)
        memcpy(&at, &out, sizeof(at));
    apus_rc rc = APUS_OK;
    if (!is_left_out(f, at, omit)) {
        rc = encode_field(to, f, object, at, *any, omit);
        *any = true;
    }
    scratch_end(&s);
    return rc;
}

/* Members that were kept go back out beside the declared ones. */
static void encode_kept(apus_buf *to, const apus_model *m, const void *object, bool any)
{
    const apus_json *kept =
        (const apus_json *)(const void *)((const char *)object + m->keep_offset);
    if (kept->kind != APUS_JSON_object)
        return;
    for (const apus_json *v = kept->first; v; v = v->next, any = true) {
        if (any)
            apus_buf_addc(to, ',');
        apus_json_quote(to, v->name);
        apus_buf_addc(to, ':');
        apus_json_write(to, v);
    }
}

/* Takes fields from i on, as long as they are usual; the first that is not. */
static APUS_INLINE uint32_t put_fields(apus_buf *to, const apus_model *m, const void *object,
                                       uint32_t i, bool any)
{
    char *begin = to->ptr + to->len, *p = begin, *limit = to->ptr + to->cap;
    for (const apus_field *f = m->fields + i; i < m->n_fields; i++, f++, any = true) {
        if (!is_usual(f) || (size_t)(limit - p) <= member_room(f))
            break;
        char *end = put_field(any ? p : p - 1, any ? ',' : '{', f, object);
        if (!end)
            break;
        p = end;
    }
    apus_buf_grew(to, (size_t)(p - begin));
    return i;
}

static APUS_NOINLINE apus_rc encode_member(apus_buf *to, const apus_model *m, const apus_field *f,
                                           const void *object, apus_omit omit, bool *any)
{
    const void *at = (const char *)object + f->offset;
    if (f->hooks && f->hooks->compute)
        return encode_computed(to, f, object, omit, any);
    if (f->flags & APUS_FIELD_pointer)
        memcpy(&at, at, sizeof(at));
    if (is_left_out(f, at, omit) || (f->flags & APUS_FIELD_tag && m->tag_hidden))
        return APUS_OK;
    bool before = *any;
    *any = true;
    return encode_field(to, f, object, at, before, omit);
}

/* A shape that is no object: its value alone. */
static apus_rc encode_bare(apus_buf *to, const apus_field *f, const void *object, apus_omit omit)
{
    const void *at = (const char *)object + f->offset;
    if (f->flags & APUS_FIELD_pointer)
        memcpy(&at, at, sizeof(at));
    apus_rc rc = encode_value(to, f, object, at, omit);
    return rc ? rc : to->failed;
}

/* Its members in order. */
static apus_rc encode_tuple(apus_buf *to, const apus_model *m, const void *object, apus_omit omit)
{
    apus_rc rc = APUS_OK;
    apus_buf_addc(to, '[');
    for (uint32_t i = 0; rc == APUS_OK && i < m->n_fields; i++) {
        const apus_field *f = &m->fields[i];
        const void *at = (const char *)object + f->offset;
        if (i)
            apus_buf_addc(to, ',');
        if (f->flags & APUS_FIELD_pointer)
            memcpy(&at, at, sizeof(at));
        rc = encode_value(to, f, object, at, omit);
    }
    apus_buf_addc(to, ']');
    return rc ? rc : to->failed;
}

static apus_rc encode_object(apus_buf *to, const apus_model *m, const void *object, apus_omit omit)
{
    const apus_model *shape = apus__model_shape(m, object);
    if (!shape)
        return APUS_INVALID;
    if (m->is_tuple)
        return encode_tuple(to, m, object, omit);
    if (shape->is_bare)
        return encode_bare(to, &shape->fields[0], object, omit);
    bool any = false;
    apus_rc rc = APUS_OK;
    apus_buf_addc(to, '{');
    for (uint32_t i = 0; rc == APUS_OK; i++) {
        uint32_t from = i;
        if (omit == APUS_OMIT_nothing)
            i = put_fields(to, shape, object, i, any);
        any = any || i > from;
        if (i == shape->n_fields)
            break;
        rc = encode_member(to, m, &shape->fields[i], object, omit, &any);
    }
    if (rc == APUS_OK && shape->extra == APUS_EXTRA_keep)
        encode_kept(to, shape, object, any);
    apus_buf_addc(to, '}');
    return rc ? rc : to->failed;
}

/* A function of the program's own says what is sent; where that is of the same model, it
 * is an object all the same. */
static APUS_NOINLINE apus_rc encode_instead(apus_buf *to, const apus_model *m, const void *object,
                                            apus_omit omit)
{
    union converted out;
    struct scratch s;
    const apus_type *type = m->converts->converted;
    assert(type->size <= sizeof(out));
    scratch_begin(&s, to);
    m->converts->convert(s.arena, object, &out);
    apus_rc rc = type->kind == APUS_KIND_model && type->model == m
                     ? encode_object(to, m, &out, omit)
                     : encode(to, type, NULL, &out, omit);
    scratch_end(&s);
    return rc;
}

apus_rc apus_encode_model(apus_buf *to, const apus_model *m, const void *object, apus_omit omit)
{
    return m->converts ? encode_instead(to, m, object, omit) : encode_object(to, m, object, omit);
}

static apus_rc encode(apus_buf *to, const apus_type *type, const apus_rules *rules,
                      const void *value, apus_omit omit)
{
    char *p;
    struct sequence s;
    apus_rc kept =
        rules && rules->has & APUS__RULES_KEPT ? apus__rules_kept(type, rules, value) : APUS_OK;
    if (kept)
        return type->kind == APUS_KIND_str ? refuse(to, *(const apus_str *)value) : kept;
    switch (type->kind) {
    case APUS_KIND_bool:
        apus_buf_add(to, *(const bool *)value ? APUS_STR("true") : APUS_STR("false"));
        return APUS_OK;
    case APUS_KIND_int8:
    case APUS_KIND_int16:
    case APUS_KIND_int32:
    case APUS_KIND_int64:
        p = apus_buf_room(to, APUS_TEXT_INT_MAX);
        if (p)
            apus_buf_grew(to, apus_int_print(apus__load_signed(value, type->size), p));
        return APUS_OK;
    case APUS_KIND_uint8:
    case APUS_KIND_uint16:
    case APUS_KIND_uint32:
    case APUS_KIND_uint64:
        p = apus_buf_room(to, APUS_TEXT_INT_MAX);
        if (p)
            apus_buf_grew(to, apus_uint_print(apus__load_unsigned(value, type->size), p));
        return APUS_OK;
    case APUS_KIND_float:
    case APUS_KIND_double:
        return encode_number(to, type, rules, value);
    case APUS_KIND_str:
    case APUS_KIND_url:
    case APUS_KIND_email:
        return encode_text(to, *(const apus_str *)value);
    case APUS_KIND_cstr:
        return encode_cstr(to, *(const char *const *)value);
    case APUS_KIND_chars:
        return encode_chars(to, type, value);
    case APUS_KIND_bytes:
        encode_bytes(to, value);
        return APUS_OK;
    case APUS_KIND_enum:
        return encode_enum(to, type, value);
    case APUS_KIND_json:
        apus_json_write(to, value);
        return APUS_OK;
    case APUS_KIND_name_email:
        return encode_name_email(to, value);
    case APUS_KIND_secret:
        apus_buf_add(to, ((const apus_secret *)value)->text.len ? APUS_STR("\"**********\"")
                                                                : APUS_STR("\"\""));
        return APUS_OK;
    case APUS_KIND_model:
        return apus_encode_model(to, type->model, value, omit);
    case APUS_KIND_list:
        s = load_sequence(value);
        return encode_items(to, type, rules, s.ptr, s.ptr ? s.len : 0, omit);
    case APUS_KIND_array:
        return encode_items(to, type, rules, value, type->n, omit);
    case APUS_KIND_map:
        return encode_map(to, type, rules, value, omit);
    case APUS_KIND_none:
    case APUS_KIND_counted:
    case APUS_KIND_COUNT:
        return APUS_INVALID;
    default:
        return encode_short(to, type, value);
    }
}

apus_rc apus_encode_json(apus_buf *to, const apus_type *type, const void *value, apus_omit omit)
{
    apus_rc rc = encode(to, type, NULL, value, omit);
    return rc ? rc : to->failed;
}
