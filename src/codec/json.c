/* Values of any shape: built, read, written, compared. */
#include "apus/json.h"

#include <assert.h>
#include <math.h>

#include "apus/json_scan.h"
#include "apus/text.h"

/* --- building --- */

static apus_json *make(apus_arena *a, apus_json_kind kind)
{
    apus_json *v = APUS_NEW(a, apus_json, 1);
    if (v)
        v->kind = kind;
    return v;
}

apus_json *apus_json_null_new(apus_arena *a)
{
    return make(a, APUS_JSON_null);
}

apus_json *apus_json_bool(apus_arena *a, bool value)
{
    return make(a, value ? APUS_JSON_true : APUS_JSON_false);
}

apus_json *apus_json_int(apus_arena *a, int64_t value)
{
    apus_json *v = make(a, APUS_JSON_int);
    if (v)
        v->integer = value;
    return v;
}

apus_json *apus_json_number(apus_arena *a, double value)
{
    apus_json *v = make(a, APUS_JSON_double);
    if (v)
        v->number = value;
    return v;
}

apus_json *apus_json_text(apus_arena *a, apus_str value)
{
    apus_json *v = make(a, APUS_JSON_string);
    if (v)
        v->text = apus_arena_str(a, value);
    return v && v->text.ptr ? v : NULL;
}

apus_json *apus_json_array(apus_arena *a)
{
    return make(a, APUS_JSON_list);
}

apus_json *apus_json_object(apus_arena *a)
{
    return make(a, APUS_JSON_object);
}

bool apus_json_add(apus_json *list, apus_json *child)
{
    if (!list || !child)
        return false;
    child->next = NULL;
    if (list->last)
        list->last->next = child;
    else
        list->first = child;
    list->last = child;
    list->n++;
    return true;
}

static apus_json *find(const apus_json *object, apus_str key)
{
    apus_json *found = NULL;
    for (apus_json *m = object->first; m; m = m->next) {
        if (apus_str_eq(m->name, key))
            found = m;
    }
    return found;
}

/* Puts fresh where old stands among its siblings. */
static void replace(apus_json *object, apus_json *old, apus_json *fresh)
{
    fresh->name = old->name;
    fresh->next = old->next;
    if (object->first == old)
        object->first = fresh;
    for (apus_json *m = object->first; m; m = m->next) {
        if (m->next == old)
            m->next = fresh;
    }
    if (object->last == old)
        object->last = fresh;
}

bool apus_json_set(apus_arena *a, apus_json *object, const char *key, apus_json *child)
{
    if (!object || !child)
        return false;
    apus_json *old = find(object, apus_str_of(key));
    if (old) {
        replace(object, old, child);
        return true;
    }
    child->name = apus_arena_str(a, apus_str_of(key));
    return child->name.ptr && apus_json_add(object, child);
}

/* --- reading --- */

static apus_rc read_list(apus_scan *s, apus_arena *a, bool refuse_duplicates, apus_json *list)
{
    bool more;
    apus_rc rc = apus_scan_enter_list(s);
    for (bool first = true; rc == APUS_OK; first = false) {
        apus_json *item = NULL;
        rc = apus_scan_more_items(s, first, &more);
        if (rc || !more)
            break;
        rc = apus_scan_json(s, a, refuse_duplicates, &item);
        if (rc == APUS_OK)
            apus_json_add(list, item);
    }
    return rc;
}

static apus_rc read_object(apus_scan *s, apus_arena *a, bool refuse_duplicates, apus_json *object)
{
    bool more;
    apus_str key;
    apus_rc rc = apus_scan_enter_object(s);
    for (bool first = true; rc == APUS_OK; first = false) {
        apus_json *member = NULL;
        rc = apus_scan_more_members(s, first, a, &key, &more);
        if (rc || !more)
            break;
        if (refuse_duplicates && find(object, key)) {
            s->error->message = "Duplicate key";
            return APUS_SYNTAX;
        }
        rc = apus_scan_json(s, a, refuse_duplicates, &member);
        if (rc)
            break;
        assert(member);
        member->name = apus_arena_str(a, key);
        if (!member->name.ptr)
            return APUS_NOMEM;
        apus_json_add(object, member);
    }
    return rc;
}

static apus_rc read_string(apus_scan *s, apus_arena *a, apus_json *v)
{
    apus_rc rc = apus_scan_string(s, a, &v->text);
    if (rc)
        return rc;
    v->text = apus_arena_str(a, v->text);
    return v->text.ptr ? APUS_OK : APUS_NOMEM;
}

static apus_rc read_number(apus_scan *s, apus_arena *a, apus_json *v)
{
    apus_scan_number n;
    apus_rc rc = apus_scan_number_read(s, &n);
    if (rc)
        return rc;
    if (n.fits && !(n.integer == 0 && signbit(n.number))) {
        v->kind = APUS_JSON_int;
        v->integer = n.integer;
    } else if (n.is_integer && !n.fits) {
        v->kind = APUS_JSON_big;
        v->text = apus_arena_str(a, n.text);
        return v->text.ptr ? APUS_OK : APUS_NOMEM;
    } else {
        v->kind = APUS_JSON_double;
        v->number = n.number;
    }
    return APUS_OK;
}

apus_rc apus_scan_json(apus_scan *s, apus_arena *a, bool refuse_duplicates, apus_json **out)
{
    static const char starts[] = "{[\"tfn";
    static const apus_json_kind kinds[] = { APUS_JSON_object, APUS_JSON_list,  APUS_JSON_string,
                                            APUS_JSON_true,   APUS_JSON_false, APUS_JSON_null };
    char c = apus_scan_peek(s);
    if (!c)
        return apus_scan_expecting_value(s);
    const char *at = strchr(starts, c);
    apus_json *v = make(a, at ? kinds[at - starts] : APUS_JSON_int);
    bool truth;
    if (!v)
        return APUS_NOMEM;
    *out = v;
    switch (v->kind) {
    case APUS_JSON_object:
        return read_object(s, a, refuse_duplicates, v);
    case APUS_JSON_list:
        return read_list(s, a, refuse_duplicates, v);
    case APUS_JSON_string:
        return read_string(s, a, v);
    case APUS_JSON_true:
    case APUS_JSON_false:
        return apus_scan_bool(s, &truth);
    case APUS_JSON_null:
        return apus_scan_null(s);
    default:
        return read_number(s, a, v);
    }
}

apus_rc apus_json_parse(apus_arena *a, apus_str text, const apus_json_limits *limits,
                        apus_json **out, apus_json_error *error)
{
    apus_json_error unused;
    apus_scan s;
    apus_json *value = NULL;
    apus_rc rc = apus_scan_begin(&s, text, limits, error ? error : &unused);
    if (rc == APUS_OK)
        rc = apus_scan_json(&s, a, limits && limits->refuse_duplicate_keys, &value);
    if (rc == APUS_OK)
        rc = apus_scan_end(&s);
    if (rc == APUS_OK)
        *out = value;
    return rc;
}

/* --- writing --- */

static void write_double(apus_buf *to, double value)
{
    char *p = apus_buf_room(to, APUS_TEXT_DOUBLE_MAX);
    if (!isfinite(value))
        apus_buf_lit(to, "null");
    else if (p)
        apus_buf_grew(to, apus_double_print(value, p));
}

static void write_children(apus_buf *to, const apus_json *v)
{
    bool is_object = v->kind == APUS_JSON_object;
    apus_buf_addc(to, is_object ? '{' : '[');
    for (const apus_json *child = v->first; child; child = child->next) {
        if (child != v->first)
            apus_buf_addc(to, ',');
        if (is_object) {
            apus_json_quote(to, child->name);
            apus_buf_addc(to, ':');
        }
        apus_json_write(to, child);
    }
    apus_buf_addc(to, is_object ? '}' : ']');
}

void apus_json_write(apus_buf *to, const apus_json *v)
{
    char *p;
    switch (v ? v->kind : APUS_JSON_null) {
    case APUS_JSON_null:
        apus_buf_lit(to, "null");
        break;
    case APUS_JSON_false:
        apus_buf_lit(to, "false");
        break;
    case APUS_JSON_true:
        apus_buf_lit(to, "true");
        break;
    case APUS_JSON_int:
        p = apus_buf_room(to, APUS_TEXT_INT_MAX);
        if (p)
            apus_buf_grew(to, apus_int_print(v->integer, p));
        break;
    case APUS_JSON_double:
        write_double(to, v->number);
        break;
    case APUS_JSON_big:
        apus_buf_add(to, v->text);
        break;
    case APUS_JSON_string:
        apus_json_quote(to, v->text);
        break;
    case APUS_JSON_list:
    case APUS_JSON_object:
        write_children(to, v);
        break;
    }
}

/* --- looking --- */

apus_json *apus_json_get(const apus_json *v, const char *key)
{
    return v && v->kind == APUS_JSON_object ? find(v, apus_str_of(key)) : NULL;
}

apus_json *apus_json_at(const apus_json *v, size_t i)
{
    if (!v || (v->kind != APUS_JSON_list && v->kind != APUS_JSON_object))
        return NULL;
    apus_json *child = v->first;
    while (child && i--)
        child = child->next;
    return child;
}

int64_t apus_json_int_or(const apus_json *v, int64_t otherwise)
{
    return v && v->kind == APUS_JSON_int ? v->integer : otherwise;
}

double apus_json_double_or(const apus_json *v, double otherwise)
{
    if (v && v->kind == APUS_JSON_int)
        return (double)v->integer;
    return v && v->kind == APUS_JSON_double ? v->number : otherwise;
}

bool apus_json_bool_or(const apus_json *v, bool otherwise)
{
    if (v && v->kind == APUS_JSON_true)
        return true;
    return v && v->kind == APUS_JSON_false ? false : otherwise;
}

apus_str apus_json_text_or(const apus_json *v, apus_str otherwise)
{
    return v && v->kind == APUS_JSON_string ? v->text : otherwise;
}

static bool is_number(const apus_json *v)
{
    return v->kind == APUS_JSON_int || v->kind == APUS_JSON_double;
}

static bool lists_eq(const apus_json *a, const apus_json *b)
{
    const apus_json *x = a->first, *y = b->first;
    for (; x && y; x = x->next, y = y->next) {
        if (!apus_json_eq(x, y))
            return false;
    }
    return !x && !y;
}

static bool covers(const apus_json *a, const apus_json *b)
{
    for (const apus_json *m = a->first; m; m = m->next) {
        const apus_json *other = find(b, m->name);
        if (!other || !apus_json_eq(find(a, m->name), other))
            return false;
    }
    return true;
}

/* Values are compared one way only: both ways would double the work at each level. */
static bool has_names(const apus_json *a, const apus_json *b)
{
    for (const apus_json *m = b->first; m; m = m->next) {
        if (!find(a, m->name))
            return false;
    }
    return true;
}

bool apus_json_eq(const apus_json *a, const apus_json *b)
{
    if (is_number(a) && is_number(b)) {
        if (a->kind == APUS_JSON_int && b->kind == APUS_JSON_int)
            return a->integer == b->integer;
        return apus_json_double_or(a, 0) == apus_json_double_or(b, 0);
    }
    if (a->kind != b->kind)
        return false;
    switch (a->kind) {
    case APUS_JSON_string:
    case APUS_JSON_big:
        return apus_str_eq(a->text, b->text);
    case APUS_JSON_list:
        return lists_eq(a, b);
    case APUS_JSON_object:
        return has_names(a, b) && covers(a, b);
    default:
        return true;
    }
}
