/* Pointers into JSON: each token is compared as it is unescaped, in no memory of its own. */
#include "apus/json_pointer.h"

#include "codec/chars.h"

/* --- one token --- */

/* How a token is written: as it is, or once more as a URL's fragment. */
typedef enum writing { PLAIN, FRAGMENT } writing;

/* The next byte of a fragment or of plain text, or a negative number when it ends. */
static int next_byte(apus_str *rest, writing w)
{
    if (rest->len == 0)
        return -1;
    unsigned char c = (unsigned char)rest->ptr[0];
    if (w == FRAGMENT && c == '%' && rest->len >= 3) {
        int high = apus__hex_digit(rest->ptr[1]), low = apus__hex_digit(rest->ptr[2]);
        if (high >= 0 && low >= 0) {
            apus_str_cut(rest, 3);
            return high * 16 + low;
        }
    }
    apus_str_cut(rest, 1);
    return c;
}

/* The next byte of the name that a token stands for. */
static int next_of_name(apus_str *rest, writing w)
{
    int c = next_byte(rest, w);
    if (c != '~')
        return c;
    apus_str after = *rest;
    int escaped = next_byte(&after, w);
    if (escaped != '0' && escaped != '1')
        return c;
    *rest = after;
    return escaped == '0' ? '~' : '/';
}

static bool names(apus_str token, writing w, apus_str name)
{
    for (size_t i = 0; i < name.len; i++)
        if (next_of_name(&token, w) != (unsigned char)name.ptr[i])
            return false;
    return token.len == 0;
}

/* Digits without a leading zero. */
static const apus_json *item(const apus_json *list, apus_str token)
{
    size_t i = 0;
    if (token.len == 0 || (token.ptr[0] == '0' && token.len > 1))
        return NULL;
    for (size_t k = 0; k < token.len; k++) {
        if (token.ptr[k] < '0' || token.ptr[k] > '9' || i > list->n)
            return NULL;
        i = i * 10 + (size_t)(token.ptr[k] - '0');
    }
    return apus_json_at(list, i);
}

/* The last of that name, as everywhere. */
static const apus_json *member(const apus_json *object, apus_str token, writing w)
{
    const apus_json *found = NULL;
    for (const apus_json *m = object->first; m; m = m->next)
        if (names(token, w, m->name))
            found = m;
    return found;
}

/* --- all of them --- */

static const apus_json *walk(const apus_json *v, apus_str pointer, writing w)
{
    while (v && pointer.len) {
        if (pointer.ptr[0] != '/')
            return NULL;
        apus_str_cut(&pointer, 1);
        size_t end = apus_str_find(pointer, '/');
        apus_str token = apus_str_cut(&pointer, end == SIZE_MAX ? pointer.len : end);
        v = v->kind == APUS_JSON_list     ? item(v, token)
            : v->kind == APUS_JSON_object ? member(v, token, w)
                                          : NULL;
    }
    return v;
}

const apus_json *apus_json_pointer(const apus_json *document, apus_str pointer)
{
    return walk(document, pointer, PLAIN);
}

const apus_json *apus_json_reference(const apus_json *document, apus_str reference)
{
    if (!apus_str_starts(reference, APUS_STR("#")))
        return NULL;
    return walk(document, apus_str_slice(reference, 1, reference.len), FRAGMENT);
}

const apus_json *apus_json_resolve(const apus_json *document, const apus_json *value)
{
    for (unsigned i = 0; value && i < APUS_JSON_REFERENCES_MAX; i++) {
        const apus_json *ref = apus_json_get(value, "$ref");
        if (!ref || ref->kind != APUS_JSON_string)
            return value;
        value = apus_json_reference(document, ref->text);
    }
    return NULL;
}

void apus_json_pointer_add(apus_buf *to, apus_str name)
{
    apus_buf_addc(to, '/');
    for (size_t i = 0; i < name.len; i++) {
        if (name.ptr[i] == '~')
            apus_buf_lit(to, "~0");
        else if (name.ptr[i] == '/')
            apus_buf_lit(to, "~1");
        else
            apus_buf_addc(to, name.ptr[i]);
    }
}
