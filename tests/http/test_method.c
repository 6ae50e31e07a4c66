#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "apus/http.h"

static void a_documents_keys_are_methods(void **state)
{
    static const struct {
        const char *key;
        apus_method method;
    } rows[] = {
        { "get", APUS_METHOD_GET },        { "delete", APUS_METHOD_DELETE },
        { "trace", APUS_METHOD_TRACE },    { "parameters", APUS_METHOD_other },
        { "GET", APUS_METHOD_other },      { "", APUS_METHOD_other },
        { "$ref", APUS_METHOD_other },     { "ge", APUS_METHOD_other },
        { "optionsx", APUS_METHOD_other }, { "options", APUS_METHOD_OPTIONS },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_int_equal(apus_method_of_operation(apus_str_of(rows[i].key)), rows[i].method);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(a_documents_keys_are_methods) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
