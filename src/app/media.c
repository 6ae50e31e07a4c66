/* Content types (RFC 9110 section 8.3): "type/subtype; name=value". */
#include "app/bind.h"

apus_str apus__media_type(apus_str content_type)
{
    return apus_str_trim(apus_str_slice(content_type, 0, apus_str_find(content_type, ';')));
}

/* Takes one parameter off *rest: a token or a quoted text. */
static apus_str take_value(apus_str *rest)
{
    if (rest->len == 0 || rest->ptr[0] != '"') {
        size_t end = apus_str_find(*rest, ';');
        return apus_str_trim(apus_str_cut(rest, end < rest->len ? end : rest->len));
    }
    apus_str_cut(rest, 1);
    size_t end = 0;
    while (end < rest->len && rest->ptr[end] != '"')
        end += rest->ptr[end] == '\\' && end + 1 < rest->len ? 2 : 1;
    apus_str value = apus_str_cut(rest, end < rest->len ? end : rest->len);
    size_t next = apus_str_find(*rest, ';');
    apus_str_cut(rest, next < rest->len ? next : rest->len);
    return value;
}

apus_str apus__media_param(apus_str content_type, apus_str name)
{
    size_t semicolon = apus_str_find(content_type, ';');
    apus_str rest = apus_str_slice(content_type, semicolon, SIZE_MAX);
    while (rest.len > 0) {
        apus_str_cut(&rest, 1); /* the semicolon */
        size_t equals = apus_str_find(rest, '=');
        size_t next = apus_str_find(rest, ';');
        if (equals == SIZE_MAX || next < equals) {
            apus_str_cut(&rest, next < rest.len ? next : rest.len);
            continue;
        }
        apus_str key = apus_str_trim(apus_str_cut(&rest, equals));
        apus_str_cut(&rest, 1);
        apus_str value = take_value(&rest);
        if (apus_str_eq_nocase(key, name))
            return value;
    }
    return APUS_STR("");
}
