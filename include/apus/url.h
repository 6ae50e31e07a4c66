/* apus/url.h - percent-encoding, query strings and cookies.
 *
 * Bytes in, bytes out; what is decoded is copied into an arena and gets a NUL
 * behind it.  Nothing checks for UTF-8: whoever wants text does. */
#ifndef APUS_URL_H
#define APUS_URL_H

#include <stdbool.h>

#include "apus/api.h"
#include "apus/arena.h"
#include "apus/buf.h"
#include "apus/rc.h"
#include "apus/str.h"

APUS_API_BEGIN

/* text with %XX decoded (RFC 3986 2.1); a '%' that no two hex digits follow stays as
 * it is, as browsers and Python have it.  APUS_OK or APUS_NOMEM. */
apus_rc apus_url_decode(apus_arena *a, apus_str text, apus_str *out) APUS_NODISCARD;

/* The same, and '+' is a blank: application/x-www-form-urlencoded. */
apus_rc apus_form_decode(apus_arena *a, apus_str text, apus_str *out) APUS_NODISCARD;

/* Appends text with everything but unreserved characters encoded. */
void apus_url_encode(apus_buf *to, apus_str text);

/* Takes the next name=value off a query string or an urlencoded form, still encoded; a
 * name without '=' has an empty value, empty pairs are skipped.  false at the end. */
bool apus_query_next(apus_str *rest, apus_str *name, apus_str *value);

/* Takes the next name=value off a Cookie header (RFC 6265 5.4, leniently): quotes
 * around a value stay.  false at the end. */
bool apus_cookie_next(apus_str *rest, apus_str *name, apus_str *value);

/* Adds the value of a cookie: as it is, or in quotes with \" and \073 where it holds blanks,
 * commas, semicolons, quotes, backslashes or what is no ASCII. */
void apus_cookie_write(apus_buf *to, apus_str value);

/* What such a value says: itself, a slice of it, or a text in *a.  APUS_OK or APUS_NOMEM. */
apus_rc apus_cookie_read(apus_arena *a, apus_str value, apus_str *out) APUS_NODISCARD;

APUS_API_END

#endif
