/* Lines of a .env file: what they say, and which are none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "apus/dotenv.h"

/* "A=1|B=2|", and "!3" where line 3 is none. */
static const char *read_all(const char *text)
{
    static char out[512];
    apus_arena a;
    apus_arena_init(&a, &apus_alloc_libc, 1 << 20);
    apus_dotenv d = { apus_str_of(text), 1 };
    apus_str name, value;
    apus_rc rc;
    size_t len = 0;
    out[0] = '\0';
    while ((rc = apus_dotenv_next(&d, &a, &name, &value)) == APUS_OK)
        len +=
            (size_t)snprintf(out + len, sizeof(out) - len, "%.*s=%s|", APUS_FMT(name), value.ptr);
    if (rc != APUS_DONE)
        snprintf(out + len, sizeof(out) - len, "!%u", d.line);
    apus_arena_finish(&a);
    return out;
}

static void plain_values_are_trimmed(void **state)
{
    (void)state;
    assert_string_equal(read_all("A=1\nexport B = two words \r\n\n# C=3\nD=\nE=5"),
                        "A=1|B=two words|D=|E=5|");
    assert_string_equal(read_all("A=b#c # d\nB=# nothing\nexport=1"), "A=b#c|B=|export=1|");
    assert_string_equal(read_all("A=$HOME\nA.b-c=\\n"), "A=$HOME|A.b-c=\\n|");
    assert_string_equal(read_all(""), "");
    assert_string_equal(read_all("  \n\t\n"), "");
}

static void quoted_values_stand_as_they_are(void **state)
{
    (void)state;
    assert_string_equal(read_all("A=\" a \\\"b\\\" # \\n\\q\" # note\nB='\\n \"'\n"),
                        "A= a \"b\" # \n\\q|B=\\n \"|");
    assert_string_equal(read_all("A='one\ntwo'\nB=1\n?"), "A=one\ntwo|B=1|!4");
}

static void other_lines_are_refused(void **state)
{
    (void)state;
    assert_string_equal(read_all("A=1\nB\n"), "A=1|!2");
    assert_string_equal(read_all("\n=1"), "!2");
    assert_string_equal(read_all("A B=1"), "!1");
    assert_string_equal(read_all("A=\"open\nB=1"), "!1");
    assert_string_equal(read_all("A='x' y"), "!1");
    assert_string_equal(read_all("export \n"), "!1");
}

static void memory_may_be_out(void **state)
{
    (void)state;
    apus_arena a;
    static char text[4096];
    memset(text, 'x', sizeof(text));
    text[1] = '=';
    apus_arena_init(&a, &apus_alloc_libc, 64);
    apus_dotenv d = { { text, sizeof(text) }, 1 };
    apus_str name, value;
    assert_int_equal(apus_dotenv_next(&d, &a, &name, &value), APUS_NOMEM);
    apus_arena_finish(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_values_are_trimmed),
        cmocka_unit_test(quoted_values_stand_as_they_are),
        cmocka_unit_test(other_lines_are_refused),
        cmocka_unit_test(memory_may_be_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
