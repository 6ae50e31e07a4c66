/* apus/filter.h - what changes the bytes of answers on their way out.
 *
 * Middleware sets one in front of apus_next_run (apus_next_filter).  Every answer passes it,
 * whole, in pieces or from a file, a failure as well; event streams pass by.
 *
 *     begin    sees status and headers, may change them, and says whether it wants the body
 *     push     gets the body, piece by piece, and gives what is to be sent instead
 *
 * MEMORY: what push gives is a buffer that is used again for each piece; a body of any length
 * takes no more than one piece of it at a time, unless it stood in memory whole. */
#ifndef APUS_FILTER_H
#define APUS_FILTER_H

#include "apus/api.h"
#include "apus/arena.h"
#include "apus/buf.h"
#include "apus/http.h"
#include "apus/rc.h"
#include "apus/route.h"
#include "apus/str.h"

APUS_API_BEGIN

enum {
    APUS_FILTER_PIECE_MAX = 65536,  /* bytes that push gets of an answer in pieces */
    APUS_FILTER_INLINE_MAX = 65536, /* of a whole one; with more a pool thread calls push */
};

typedef enum apus_filter_step {
    APUS_FILTER_more,  /* give what you like, keep the rest */
    APUS_FILTER_flush, /* whoever reads is to see all so far */
    APUS_FILTER_end,   /* these bytes, which may be none, are the last */
} apus_filter_step;

typedef struct apus_filter {
    const char *name;

    /* Whether the body is to pass push.  length counts its bytes, or is APUS_LENGTH_UNKNOWN.
     * head->body is not looked at.  Lines are changed with apus_head_set.  Must not suspend,
     * fail or abort: what cannot be done is left. */
    bool (*begin)(apus_req *req, void *ctx, apus_http_reply *head, uint64_t length);

    /* Adds to *out what becomes of bytes.  May run on a pool thread.  Anything but APUS_OK
     * cuts an answer in pieces off; a whole one goes out as it was before all filters. */
    apus_rc (*push)(void *ctx, apus_str bytes, apus_filter_step step, apus_buf *out);
} apus_filter;

/* The first header of that name in an answer's head, whatever its case; "" if absent. */
apus_str apus_head_value(const apus_http_reply *head, const char *name);

/* Puts one header in the place of all of that name; NULL as value takes them out.  In *a.
 * APUS_OK; APUS_NOMEM, and the head is as it was.  Name and value must be safe to send. */
apus_rc apus_head_set(apus_arena *a, apus_http_reply *head, const char *name, const char *value)
    APUS_NODISCARD;

/* Adds one more line, in *a.  As apus_head_set. */
apus_rc apus_head_add(apus_arena *a, apus_http_reply *head, const char *name, const char *value)
    APUS_NODISCARD;

APUS_API_END

#endif
