/* Values of options: lookups. */
#include "compiler/value.h"

#include <string.h>

const ct_value *value_get(const ct_value *map, const char *key)
{
    for (const ct_value *v = map ? map->items : NULL; v; v = v->next) {
        if (v->key && strcmp(v->key, key) == 0)
            return v;
    }
    return NULL;
}

const ct_value *value_unnamed(const ct_value *map, size_t i)
{
    for (const ct_value *v = map ? map->items : NULL; v; v = v->next) {
        if (!v->key && i-- == 0)
            return v;
    }
    return NULL;
}

const char *value_word(const ct_value *v)
{
    if (!v)
        return NULL;
    return v->kind == CT_VALUE_word ? v->text : v->word;
}

bool value_flag(const ct_value *map, const char *key)
{
    const ct_value *v = value_get(map, key);
    if (!v)
        return false;
    return v->kind == CT_VALUE_bool ? v->truth : v->kind == CT_VALUE_int && v->integer != 0;
}

const char *value_text(const ct_value *map, const char *key)
{
    const ct_value *v = value_get(map, key);
    return v && v->kind == CT_VALUE_string ? v->text : NULL;
}

size_t value_count(const ct_value *list)
{
    size_t n = 0;
    for (const ct_value *v = list ? list->items : NULL; v; v = v->next)
        n++;
    return n;
}

const char *value_kind_text(const ct_value *v)
{
    static const char *const texts[] = {
        [CT_VALUE_null] = "null",          [CT_VALUE_bool] = "true or false",
        [CT_VALUE_int] = "a whole number", [CT_VALUE_double] = "a number",
        [CT_VALUE_string] = "a text",      [CT_VALUE_list] = "a list",
        [CT_VALUE_map] = "a map",          [CT_VALUE_word] = "a name",
    };
    return texts[v->kind];
}

ct_place value_place(const ct_value *map, const char *key, ct_place otherwise)
{
    const ct_value *v = value_get(map, key);
    if (!v)
        return otherwise;
    return v->key_place.line ? v->key_place : v->place;
}
