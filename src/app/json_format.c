/* apus_jsonf: JSON text with values in it, read as a value.
 *
 * The format is printf's, so that the compiler holds the arguments to it; what a
 * conversion writes is JSON: quoted text, integers, the fewest digits of doubles. */
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>

#include "apus/encode.h"
#include "apus/json_scan.h"
#include "apus/req.h"
#include "apus/text.h"

/* How long an integer's type is; the order of the letters h hh l ll j z t. */
typedef enum width {
    WIDTH_int,
    WIDTH_long,
    WIDTH_longlong,
    WIDTH_max,
    WIDTH_size,
    WIDTH_difference,
} width;

typedef struct conversion {
    bool bounded; /* .* */
    width width;
    char letter;
} conversion;

/* What stands behind a %; *at is then behind it. */
static conversion read_conversion(const char **at)
{
    conversion c = { 0 };
    const char *p = *at;
    if (p[0] == '.' && p[1] == '*') {
        c.bounded = true;
        p += 2;
    }
    while (*p == 'h') /* promoted to int */
        p++;
    if (p[0] == 'l')
        c.width = p[1] == 'l' ? WIDTH_longlong : WIDTH_long;
    else if (p[0] == 'j')
        c.width = WIDTH_max;
    else if (p[0] == 'z')
        c.width = WIDTH_size;
    else if (p[0] == 't')
        c.width = WIDTH_difference;
    if (c.width)
        p += c.width == WIDTH_longlong ? 2 : 1;
    c.letter = *p;
    *at = c.letter ? p + 1 : p;
    return c;
}

/* A struct, for a va_list that is handed down by its address on every ABI. */
typedef struct arguments {
    va_list list;
} arguments;

static intmax_t take_signed(arguments *args, width w)
{
    switch (w) {
    case WIDTH_long:
        return va_arg(args->list, long);
    case WIDTH_longlong:
        return va_arg(args->list, long long);
    case WIDTH_max:
        return va_arg(args->list, intmax_t);
    case WIDTH_size:
    case WIDTH_difference:
        return va_arg(args->list, ptrdiff_t);
    case WIDTH_int:
        break;
    }
    return va_arg(args->list, int);
}

static uintmax_t take_unsigned(arguments *args, width w)
{
    switch (w) {
    case WIDTH_long:
        return va_arg(args->list, unsigned long);
    case WIDTH_longlong:
        return va_arg(args->list, unsigned long long);
    case WIDTH_max:
        return va_arg(args->list, uintmax_t);
    case WIDTH_size:
    case WIDTH_difference:
        return va_arg(args->list, size_t);
    case WIDTH_int:
        break;
    }
    return va_arg(args->list, unsigned);
}

static void add_text(apus_buf *b, arguments *args, bool is_bounded)
{
    int len = is_bounded ? va_arg(args->list, int) : 0;
    const char *text = va_arg(args->list, const char *);
    if (!text)
        apus_buf_lit(b, "null");
    else
        apus_json_quote(b, is_bounded ? (apus_str){ text, (size_t)len } : apus_str_of(text));
}

static void add_double(apus_buf *b, double value)
{
    apus_json n = { .kind = APUS_JSON_double, .number = value };
    apus_json_write(b, &n); /* null where it is not finite */
}

/* Writes the argument of c; false where there is no such conversion. */
static bool add(apus_buf *b, arguments *args, conversion c)
{
    switch (c.letter) {
    case 's':
        if (c.width)
            return false;
        add_text(b, args, c.bounded);
        return true;
    case 'd':
    case 'i':
        apus_buf_addf(b, "%" PRIdMAX, take_signed(args, c.width));
        return !c.bounded;
    case 'u':
        apus_buf_addf(b, "%" PRIuMAX, take_unsigned(args, c.width));
        return !c.bounded;
    case 'e':
    case 'f':
    case 'g':
        add_double(b, va_arg(args->list, double));
        return !c.bounded && c.width <= WIDTH_long;
    case '%':
        apus_buf_addc(b, '%');
        return true;
    default:
        return false;
    }
}

static bool fill(apus_buf *b, const char *format, arguments *args)
{
    for (const char *p = format; *p;) {
        if (*p == '%') {
            p++;
            if (!add(b, args, read_conversion(&p)))
                return false;
        } else {
            apus_buf_addc(b, *p == '\'' ? '"' : *p);
            p++;
        }
    }
    return true;
}

apus_json *apus_jsonf(apus_req *req, const char *format, ...)
{
    apus_arena *a = apus_req_arena(req);
    apus_buf b = apus_buf_in(a);
    arguments args;
    va_start(args.list, format);
    bool is_filled = fill(&b, format, &args);
    va_end(args.list);

    apus_str text;
    apus_json *out;
    apus_rc rc = is_filled ? apus_buf_take(&b, &text) : APUS_INVALID;
    if (!rc)
        rc = apus_json_parse(a, text, NULL, &out, NULL);
    if (!rc)
        return out;
    if (rc == APUS_NOMEM)
        apus_abort(req, 503, NULL, "out of memory");
    return apus_fail(req, 500, NULL, "apus_jsonf: what %s makes is not JSON", format);
}
