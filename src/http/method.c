#include "http/connection.h"

static const apus_str names[APUS_METHOD_COUNT] = { [APUS_METHOD_other] = APUS_STR_INIT(""),
#define X(name) [APUS_METHOD_##name] = APUS_STR_INIT(#name),
                                                   APUS_METHOD_TABLE(X)
#undef X
};

apus_str apus_method_name(apus_method m)
{
    return (unsigned)m < APUS_METHOD_COUNT ? names[m] : APUS_STR("");
}

apus_method apus__method_of(apus_str text)
{
    for (int m = APUS_METHOD_other + 1; m < APUS_METHOD_COUNT; m++)
        if (apus_str_eq(text, names[m]))
            return (apus_method)m;
    return APUS_METHOD_other;
}

apus_method apus_method_of_operation(apus_str key)
{
    for (size_t i = 0; i < key.len; i++)
        if (key.ptr[i] < 'a' || key.ptr[i] > 'z')
            return APUS_METHOD_other;
    for (int m = APUS_METHOD_other + 1; m < APUS_METHOD_COUNT; m++)
        if (apus_str_eq_nocase(key, names[m]))
            return (apus_method)m;
    return APUS_METHOD_other;
}

const apus_http_header *apus_http_header_find(const apus_http_request *r, apus_str name)
{
    for (uint32_t i = 0; i < r->n_headers; i++)
        if (apus_str_eq_nocase(r->headers[i].name, name))
            return &r->headers[i];
    return NULL;
}
