/* The chunked coding, as a machine that is fed bytes.
 *
 *     state      on                goes to
 *     SIZE       hex digit         SIZE
 *                ';'               EXT
 *                CR                SIZE_LF
 *     EXT        visible, blank    EXT        (a quoted string may hold ';')
 *                CR                SIZE_LF
 *     SIZE_LF    LF                DATA; TRAILER when the size was 0
 *     DATA       bytes             DATA, then DATA_CR
 *     DATA_CR    CR                DATA_LF
 *     DATA_LF    LF                SIZE
 *     TRAILER    CR                END_LF
 *                token character   NAME
 *     NAME       token character   NAME
 *                ':'               VALUE
 *     VALUE      text              VALUE
 *                CR                VALUE_LF
 *     VALUE_LF   LF                TRAILER
 *     END_LF     LF                DONE
 *
 * Anything else is refused: no bare LF or CR anywhere, no blanks around a size, no
 * sign, no prefix, an extension has a name (RFC 9112 7.1.1).  Extensions and trailers
 * are checked for form, skipped and counted. */
#include "apus/http1.h"
#include "codec/chars.h"

enum state {
    SIZE,
    EXT_NAME, /* the first character of an extension's name */
    EXT,
    QUOTED,
    SIZE_LF,
    DATA,
    DATA_CR,
    DATA_LF,
    TRAILER,
    NAME,
    VALUE,
    VALUE_LF,
    END_LF,
    DONE,
    FAILED,
};

static apus_rc step_size(apus_http1_chunked *c, char byte)
{
    int digit = apus__hex_digit(byte);
    if (digit >= 0) {
        if (++c->count > APUS_HTTP1_CHUNK_DIGITS_MAX || c->left >> 59)
            return APUS_LIMIT;
        c->left = c->left << 4 | (unsigned)digit;
        return APUS_OK;
    }
    if (c->count == 0)
        return APUS_SYNTAX;
    c->count = 0;
    if (byte == '\r')
        c->state = SIZE_LF;
    else if (byte == ';')
        c->state = EXT_NAME;
    else
        return APUS_SYNTAX;
    return APUS_OK;
}

static apus_rc step_extension(apus_http1_chunked *c, char byte)
{
    if (c->state == EXT_NAME) {
        if (!apus__char_is(byte, APUS__CHAR_TOKEN))
            return APUS_SYNTAX;
        c->state = EXT;
    } else if (c->state == QUOTED) {
        if (!apus__char_is(byte, APUS__CHAR_VALUE))
            return APUS_SYNTAX;
        if (byte == '"')
            c->state = EXT;
    } else if (byte == '\r') {
        c->state = SIZE_LF;
    } else if (byte == ';') {
        c->state = EXT_NAME;
    } else if (byte == '"') {
        c->state = QUOTED;
    } else if (byte != '=' && !apus__char_is(byte, APUS__CHAR_TOKEN)) {
        return APUS_SYNTAX;
    }
    return APUS_OK;
}

static apus_rc step_trailer(apus_http1_chunked *c, char byte)
{
    if (c->state == TRAILER && byte == '\r') {
        c->state = END_LF;
        return APUS_OK;
    }
    if (c->state == NAME && byte == ':') {
        c->state = VALUE;
        return APUS_OK;
    }
    if (c->state == VALUE) {
        if (byte == '\r')
            c->state = VALUE_LF;
        else if (!apus__char_is(byte, APUS__CHAR_VALUE))
            return APUS_SYNTAX;
        return APUS_OK;
    }
    if (!apus__char_is(byte, APUS__CHAR_TOKEN))
        return APUS_SYNTAX;
    c->state = NAME;
    return APUS_OK;
}

static apus_rc expect(apus_http1_chunked *c, char byte, char wanted, enum state next)
{
    if (byte != wanted)
        return APUS_SYNTAX;
    c->state = (uint8_t)next;
    return APUS_OK;
}

/* Bytes of extensions and trailers cost the time to skip them. */
static apus_rc count_extra(apus_http1_chunked *c)
{
    enum { COUNT_SHIFT = 5 }; /* the low bits count digits, at most 17 */
    c->count += 1U << COUNT_SHIFT;
    return c->count >> COUNT_SHIFT > APUS_HTTP1_CHUNK_EXTRA_MAX ? APUS_LIMIT : APUS_OK;
}

static apus_rc step(apus_http1_chunked *c, char byte)
{
    switch ((enum state)c->state) {
    case SIZE: {
        uint32_t extra = c->count & ~31U;
        c->count &= 31U;
        apus_rc rc = step_size(c, byte);
        c->count |= extra;
        return rc;
    }
    case EXT_NAME:
    case EXT:
    case QUOTED: {
        apus_rc rc = count_extra(c);
        return rc ? rc : step_extension(c, byte);
    }
    case SIZE_LF:
        return expect(c, byte, '\n', c->left ? DATA : TRAILER);
    case DATA_CR:
        return expect(c, byte, '\r', DATA_LF);
    case DATA_LF:
        return expect(c, byte, '\n', SIZE);
    case TRAILER:
    case NAME:
    case VALUE: {
        apus_rc rc = count_extra(c);
        return rc ? rc : step_trailer(c, byte);
    }
    case VALUE_LF:
        return expect(c, byte, '\n', TRAILER);
    case END_LF:
        return expect(c, byte, '\n', DONE);
    case DATA:
    case DONE:
    case FAILED:
        break;
    }
    return APUS_SYNTAX;
}

apus_rc apus_http1_chunked_next(apus_http1_chunked *c, apus_str *in, apus_str *data)
{
    if (c->state == FAILED)
        return (apus_rc)c->rc;
    while (c->state != DONE) {
        if (in->len == 0)
            return APUS_MORE;
        if (c->state == DATA) {
            size_t n = in->len < c->left ? in->len : (size_t)c->left;
            *data = apus_str_cut(in, n);
            c->left -= n;
            if (c->left == 0)
                c->state = DATA_CR;
            return APUS_OK;
        }
        apus_rc rc = step(c, *apus_str_cut(in, 1).ptr);
        if (rc) {
            c->state = FAILED;
            c->rc = (uint8_t)rc;
            return rc;
        }
    }
    return APUS_DONE;
}
