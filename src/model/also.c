/* Other names of fields, and places further inside. */
#include "model/decoder.h"

static bool is_pointer(const apus_also *also)
{
    return also->name.ptr[0] == '/';
}

uint32_t apus__also_find(const apus_model *m, apus_str name)
{
    for (uint32_t i = 0; i < m->n_also; i++) {
        if (!is_pointer(&m->also[i]) && apus_str_eq(m->also[i].name, name))
            return m->also[i].field;
    }
    return m->n_fields;
}

/* Takes "/name" off the pointer. */
static apus_str next_step(apus_str *pointer)
{
    apus_str_cut(pointer, 1);
    size_t end = apus_str_find(*pointer, '/');
    return apus_str_cut(pointer, end == SIZE_MAX ? pointer->len : end);
}

/* ~1 stands for '/', ~0 for '~'. */
static bool step_is(apus_str step, apus_str name)
{
    size_t n = 0;
    for (size_t i = 0; i < step.len; i++, n++) {
        char c = step.ptr[i];
        if (c == '~' && i + 1 < step.len)
            c = step.ptr[++i] == '1' ? '/' : '~';
        if (n == name.len || name.ptr[n] != c)
            return false;
    }
    return n == name.len;
}

bool apus__also_begins(const apus_model *m, apus_str name)
{
    for (uint32_t i = 0; i < m->n_also; i++) {
        apus_str pointer = m->also[i].name;
        if (is_pointer(&m->also[i]) && step_is(next_step(&pointer), name))
            return true;
    }
    return false;
}

static apus_rc enter_member(struct apus__decoding *c, apus_str step, bool *found)
{
    bool more;
    apus_str key;
    apus_rc rc = apus_scan_enter_object(&c->scan);
    for (bool first = true; rc == APUS_OK; first = false) {
        rc = apus_scan_more_members(&c->scan, first, c->d->arena, &key, &more);
        if (rc || !more)
            break;
        *found = step_is(step, key);
        if (*found)
            break;
        rc = apus_scan_skip(&c->scan);
    }
    return rc;
}

/* "0" is the first; what is no number is no item. */
static apus_rc enter_item(struct apus__decoding *c, apus_str step, bool *found)
{
    enum { DIGITS_MAX = 6 };
    bool more;
    size_t index = 0;
    if (step.len == 0 || step.len > DIGITS_MAX)
        return APUS_OK;
    for (size_t i = 0; i < step.len; i++) {
        if (step.ptr[i] < '0' || step.ptr[i] > '9')
            return APUS_OK;
        index = index * 10 + (size_t)(step.ptr[i] - '0');
    }
    apus_rc rc = apus_scan_enter_list(&c->scan);
    for (size_t i = 0; rc == APUS_OK; i++) {
        rc = apus_scan_more_items(&c->scan, i == 0, &more);
        if (rc || !more)
            break;
        *found = i == index;
        if (*found)
            break;
        rc = apus_scan_skip(&c->scan);
    }
    return rc;
}

apus_rc apus__also_enter(struct apus__decoding *c, apus_str pointer, bool *found)
{
    apus_rc rc = APUS_OK;
    *found = true;
    while (rc == APUS_OK && *found && pointer.len) {
        apus_str step = next_step(&pointer);
        char kind = apus_scan_peek(&c->scan);
        *found = false;
        if (kind == '{')
            rc = enter_member(c, step, found);
        else if (kind == '[')
            rc = enter_item(c, step, found);
    }
    return rc;
}
