/* The head of the PROXY protocol. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <apus/proxied.h>

#define INIT(literal)                                                                              \
    {                                                                                              \
        literal, sizeof(literal) - 1                                                               \
    }
#define BYTES(literal) ((apus_str)INIT(literal))
#define V2             "\r\n\r\n\0\r\nQUIT\n"
#define FOUR           "\xc0\0\x02\x3c\xc6\x33\x64\x07\xc3\xcb\x01\xbb"

static void expect_ip(apus_ip ip, const char *wanted)
{
    char text[APUS_TEXT_IP_MAX + 1];
    text[apus_ip_print(ip, text)] = '\0';
    assert_string_equal(text, wanted);
}

/* Every shorter beginning wants more, and bytes behind the head stay the client's. */
static apus_proxied read_whole(apus_str head)
{
    apus_proxied p = { .size = 0 };
    for (size_t n = 0; n < head.len; n++)
        assert_int_equal(apus_proxied_read(apus_str_slice(head, 0, n), &p), APUS_MORE);
    char more[512];
    assert_true(head.len < sizeof(more));
    memcpy(more, head.ptr, head.len);
    more[head.len] = 'G';
    assert_int_equal(apus_proxied_read((apus_str){ more, head.len + 1 }, &p), APUS_OK);
    assert_int_equal(p.size, head.len);
    return p;
}

static void lines_name_the_client(void **state)
{
    (void)state;
    apus_proxied p = read_whole(BYTES("PROXY TCP4 192.0.2.60 198.51.100.7 50123 443\r\n"));
    expect_ip(p.client, "192.0.2.60");
    expect_ip(p.server, "198.51.100.7");
    assert_int_equal(p.client_port, 50123);
    assert_int_equal(p.server_port, 443);
    p = read_whole(BYTES("PROXY TCP6 2001:db8::1 ::1 0 65535\r\n"));
    expect_ip(p.client, "2001:db8::1");
    assert_int_equal(p.server_port, 65535);
    assert_int_equal(read_whole(BYTES("PROXY UNKNOWN\r\n")).client.version, 0);
    assert_int_equal(read_whole(BYTES("PROXY UNKNOWN ff a b c\r\n")).client.version, 0);
}

static void binary_heads_name_the_client(void **state)
{
    (void)state;
    apus_proxied p = read_whole(BYTES(V2 "\x21\x11\0\x0c" FOUR));
    expect_ip(p.client, "192.0.2.60");
    expect_ip(p.server, "198.51.100.7");
    assert_int_equal(p.client_port, 50123);
    assert_int_equal(p.server_port, 443);
    p = read_whole(BYTES(V2 "\x21\x11\0\x11" FOUR "\x01\0\x02h2"));
    expect_ip(p.client, "192.0.2.60");
    p = read_whole(BYTES(V2 "\x21\x21\0\x24"
                            "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01"
                            "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\x12\x34\0\x50"));
    expect_ip(p.client, "2001:db8::1");
    assert_int_equal(p.client_port, 0x1234);
    assert_int_equal(read_whole(BYTES(V2 "\x20\x11\0\0")).client.version, 0);
    assert_int_equal(read_whole(BYTES(V2 "\x21\0\0\x02??")).client.version, 0);
    char paths[16 + 216] = V2 "\x21\x31\0\xd8/a";
    assert_int_equal(read_whole((apus_str){ paths, sizeof(paths) }).client.version, 0);
}

static void what_is_no_head_is_refused(void **state)
{
    (void)state;
    static const struct {
        apus_str bytes;
        apus_rc rc;
    } cases[] = {
        { INIT("GET / HTTP/1.1\r\n\r\n"), APUS_SYNTAX },
        { INIT("proxy TCP4"), APUS_SYNTAX },
        { INIT("PROXY\r\n"), APUS_SYNTAX },
        { INIT("PROXY  TCP4 1.2.3.4 1.2.3.4 1 2\r\n"), APUS_SYNTAX },
        { INIT("PROXY TCP5 1.2.3.4 1.2.3.4 1 2\r\n"), APUS_SYNTAX },
        { INIT("PROXY TCP4 ::1 ::1 1 2\r\n"), APUS_SYNTAX },
        { INIT("PROXY TCP6 1.2.3.4 1.2.3.4 1 2\r\n"), APUS_SYNTAX },
        { INIT("PROXY TCP4 1.2.3 1.2.3.4 1 2\r\n"), APUS_SYNTAX },
        { INIT("PROXY TCP4 1.2.3.4 1.2.3.4 1\r\n"), APUS_SYNTAX },
        { INIT("PROXY TCP4 1.2.3.4 1.2.3.4 1 65536\r\n"), APUS_SYNTAX },
        { INIT("PROXY TCP4 1.2.3.4 1.2.3.4 01 2\r\n"), APUS_SYNTAX },
        { INIT("PROXY TCP4 1.2.3.4 1.2.3.4 -1 2\r\n"), APUS_SYNTAX },
        { INIT("PROXY TCP4 1.2.3.4 1.2.3.4 1 2 \r\n"), APUS_SYNTAX },
        { INIT("PROXY TCP4 1.2.3.4 1.2.3.4 1 2\rx"), APUS_SYNTAX },
        { INIT("PROXY TCP4 1.2.3.4\0 1.2.3.4 1 2\r\n"), APUS_SYNTAX },
        { INIT("\r\n\r\n\0\r\nQUIT\r"), APUS_SYNTAX },
        { INIT(V2 "\x11\x11\0\x0c" FOUR), APUS_SYNTAX },
        { INIT(V2 "\x22\x11\0\x0c" FOUR), APUS_UNSUPPORTED },
        { INIT(V2 "\x21\x12\0\x0c" FOUR), APUS_UNSUPPORTED },
        { INIT(V2 "\x21\x11\0\x0b" FOUR), APUS_SYNTAX },
        { INIT(V2 "\x21\x21\0\x0c" FOUR), APUS_SYNTAX },
        { INIT(V2 "\x21\x31\0\x0c" FOUR), APUS_SYNTAX },
        { INIT(V2 "\x21\x11\0\x0e" FOUR "\x01\0"), APUS_SYNTAX },
        { INIT(V2 "\x21\x11\0\x10" FOUR "\x01\0\x02h"), APUS_SYNTAX },
        { INIT(V2 "\x21\x11\x07\xf1"), APUS_LIMIT },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        apus_proxied p = { .size = 7 };
        apus_rc rc = apus_proxied_read(cases[i].bytes, &p);
        if (rc != cases[i].rc || p.size != 7)
            fail_msg("case %zu: %s", i, apus_rc_text(rc));
    }
}

static void lines_without_end_are_refused(void **state)
{
    (void)state;
    char line[APUS_PROXIED_LINE_MAX] = "PROXY UNKNOWN";
    memset(line + 13, 'x', sizeof(line) - 13);
    memcpy(line + 13, " ", 1);
    apus_proxied p;
    assert_int_equal(apus_proxied_read((apus_str){ line, sizeof(line) - 1 }, &p), APUS_MORE);
    assert_int_equal(apus_proxied_read((apus_str){ line, sizeof(line) }, &p), APUS_LIMIT);
    memcpy(line + sizeof(line) - 2, "\r\n", 2);
    assert_int_equal(apus_proxied_read((apus_str){ line, sizeof(line) }, &p), APUS_OK);
}

static void heads_are_known_by_their_beginning(void **state)
{
    static const struct {
        apus_str bytes;
        apus_rc rc;
    } cases[] = {
        { INIT(""), APUS_MORE },
        { INIT("P"), APUS_MORE },
        { INIT("PR"), APUS_MORE },
        { INIT("PRI * HTTP/2.0"), APUS_NOT_FOUND },
        { INIT("POST / "), APUS_NOT_FOUND },
        { INIT("PROXY !"), APUS_OK },
        { INIT("\r\n"), APUS_MORE },
        { INIT("\r\nGET / "), APUS_NOT_FOUND },
        { INIT(V2), APUS_OK },
        { INIT("\x16\x03\x01"), APUS_NOT_FOUND },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(apus_proxied_look(cases[i].bytes), cases[i].rc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_name_the_client),
        cmocka_unit_test(binary_heads_name_the_client),
        cmocka_unit_test(what_is_no_head_is_refused),
        cmocka_unit_test(lines_without_end_are_refused),
        cmocka_unit_test(heads_are_known_by_their_beginning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
