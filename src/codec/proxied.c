#include "apus/proxied.h"

enum {
    SIGNATURE_SIZE = 12,
    HEAD_SIZE = 16, /* signature, version and command, family, length of the rest */
    VERSION_2 = 0x2,
    TCP_IPV4 = 0x11,
    TCP_IPV6 = 0x21,
    UNIX_STREAM = 0x31,
    EXTENSION_HEAD = 3, /* type, length */
};

static const char signature[] = "\r\n\r\n\0\r\nQUIT\n";

/* --- version 1 --- */

/* Off *rest what stands before the next blank, and the blank. */
static apus_str take_word(apus_str *rest)
{
    size_t n = apus_str_find(*rest, ' ');
    apus_str word = apus_str_cut(rest, n == SIZE_MAX ? rest->len : n);
    if (n != SIZE_MAX)
        apus_str_cut(rest, 1);
    return word;
}

static bool read_port(apus_str text, uint16_t *out)
{
    uint32_t value = 0;
    if (!text.len || text.len > 5 || (text.len > 1 && text.ptr[0] == '0'))
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return false;
        value = value * 10 + (uint32_t)(text.ptr[i] - '0');
    }
    *out = (uint16_t)value;
    return value <= UINT16_MAX;
}

static bool read_ip(apus_str text, int version, apus_ip *out)
{
    return apus_ip_parse(text, out, NULL) && out->version == version;
}

static apus_rc read_line(apus_str line, apus_proxied *p)
{
    take_word(&line); /* PROXY */
    apus_str family = take_word(&line);
    if (apus_str_eq(family, APUS_STR("UNKNOWN")))
        return APUS_OK; /* whatever follows */
    int version = apus_str_eq(family, APUS_STR("TCP4"))   ? 4
                  : apus_str_eq(family, APUS_STR("TCP6")) ? 6
                                                          : 0;
    bool is_good = version && read_ip(take_word(&line), version, &p->client) &&
                   read_ip(take_word(&line), version, &p->server) &&
                   read_port(take_word(&line), &p->client_port) &&
                   apus_str_find(line, ' ') == SIZE_MAX && read_port(line, &p->server_port);
    return is_good ? APUS_OK : APUS_SYNTAX;
}

static apus_rc read_version_1(apus_str bytes, apus_proxied *p)
{
    apus_str within = apus_str_slice(bytes, 0, APUS_PROXIED_LINE_MAX);
    size_t end = apus_str_find(within, '\r');
    if (end == SIZE_MAX || end + 1 == within.len)
        return within.len < APUS_PROXIED_LINE_MAX ? APUS_MORE : APUS_LIMIT;
    if (within.ptr[end + 1] != '\n')
        return APUS_SYNTAX;
    p->size = end + 2;
    return read_line(apus_str_slice(within, 0, end), p);
}

/* --- version 2 --- */

static uint16_t read_u16(const char *at)
{
    const unsigned char *u = (const unsigned char *)at;
    return (uint16_t)(u[0] << 8 | u[1]);
}

static bool are_extensions(apus_str rest)
{
    while (rest.len) {
        if (rest.len < EXTENSION_HEAD)
            return false;
        size_t size = EXTENSION_HEAD + (size_t)read_u16(rest.ptr + 1);
        if (size > rest.len)
            return false;
        apus_str_cut(&rest, size);
    }
    return true;
}

/* Both addresses, then both ports. */
static apus_rc read_addresses(apus_str rest, uint8_t version, apus_proxied *p)
{
    size_t each = version == 4 ? 4 : 16, size = 2 * each + 4;
    if (rest.len < size)
        return APUS_SYNTAX;
    p->client.version = p->server.version = version;
    memcpy(p->client.bytes, rest.ptr, each);
    memcpy(p->server.bytes, rest.ptr + each, each);
    p->client_port = read_u16(rest.ptr + 2 * each);
    p->server_port = read_u16(rest.ptr + 2 * each + 2);
    return are_extensions(apus_str_slice(rest, size, SIZE_MAX)) ? APUS_OK : APUS_SYNTAX;
}

static apus_rc read_unix(apus_str rest)
{
    enum { PATHS = 2 * 108 };
    bool is_good = rest.len >= PATHS && are_extensions(apus_str_slice(rest, PATHS, SIZE_MAX));
    return is_good ? APUS_OK : APUS_SYNTAX;
}

static apus_rc read_version_2(apus_str bytes, apus_proxied *p)
{
    if (bytes.len < HEAD_SIZE)
        return APUS_MORE;
    unsigned char kind = (unsigned char)bytes.ptr[12], family = (unsigned char)bytes.ptr[13];
    size_t size = HEAD_SIZE + (size_t)read_u16(bytes.ptr + 14);
    if (kind >> 4 != VERSION_2)
        return APUS_SYNTAX;
    if ((kind & 0xf) > 1)
        return APUS_UNSUPPORTED;
    if (size > APUS_PROXIED_MAX)
        return APUS_LIMIT;
    if (bytes.len < size)
        return APUS_MORE;
    p->size = size;
    apus_str rest = apus_str_slice(bytes, HEAD_SIZE, size - HEAD_SIZE);
    if ((kind & 0xf) == 0 || family == 0)
        return APUS_OK; /* the balancer's own connection, or of no known kind */
    if (family == TCP_IPV4 || family == TCP_IPV6)
        return read_addresses(rest, family == TCP_IPV4 ? 4 : 6, p);
    return family == UNIX_STREAM ? read_unix(rest) : APUS_UNSUPPORTED;
}

/* Whether bytes begin with all of `start`: APUS_MORE while they are a part of it. */
static apus_rc begins(apus_str bytes, apus_str start)
{
    size_t n = bytes.len < start.len ? bytes.len : start.len;
    if (n && memcmp(bytes.ptr, start.ptr, n) != 0)
        return APUS_NOT_FOUND;
    return n < start.len ? APUS_MORE : APUS_OK;
}

static apus_rc begins_line(apus_str bytes)
{
    return begins(bytes, APUS_STR("PROXY "));
}

apus_rc apus_proxied_look(apus_str bytes)
{
    apus_rc rc = begins_line(bytes);
    return rc == APUS_NOT_FOUND ? begins(bytes, (apus_str){ signature, SIGNATURE_SIZE }) : rc;
}

apus_rc apus_proxied_read(apus_str bytes, apus_proxied *out)
{
    apus_proxied p = { .size = 0 };
    apus_rc rc = apus_proxied_look(bytes);
    if (rc)
        return rc == APUS_MORE ? APUS_MORE : APUS_SYNTAX;
    rc = begins_line(bytes) == APUS_OK ? read_version_1(bytes, &p) : read_version_2(bytes, &p);
    if (rc == APUS_OK)
        *out = p;
    return rc;
}
