#include "edge/list.h"

#include "apus/buf.h"

bool apus__list_has(const char *const *list, size_t max, apus_str text)
{
    for (size_t i = 0; i < max && list[i]; i++)
        if (apus_str_eq(apus_str_of(list[i]), text))
            return true;
    return false;
}

bool apus__list_has_nocase(const char *const *list, size_t max, apus_str text)
{
    for (size_t i = 0; i < max && list[i]; i++)
        if (apus_str_eq_nocase(apus_str_of(list[i]), text))
            return true;
    return false;
}

apus_str apus__list_join(apus_arena *a, const char *const *list, size_t max)
{
    apus_buf b = apus_buf_in(a);
    apus_str out = { 0 };
    for (size_t i = 0; i < max && list[i]; i++) {
        if (i)
            apus_buf_lit(&b, ", ");
        apus_buf_add(&b, apus_str_of(list[i]));
    }
    return apus_buf_take(&b, &out) ? (apus_str){ 0 } : out;
}

bool apus__list_next(apus_str *rest, apus_str *item)
{
    while (rest->len) {
        size_t comma = apus_str_find(*rest, ',');
        *item = apus_str_trim(apus_str_slice(*rest, 0, comma));
        *rest = comma == SIZE_MAX ? APUS_STR("") : apus_str_slice(*rest, comma + 1, SIZE_MAX);
        if (item->len)
            return true;
    }
    return false;
}
