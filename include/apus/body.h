/* apus/body.h - a request's body, piece by piece.
 *
 *     Post("/backups", body_max = "20GiB")
 *     receipt *keep_backup(apus_req *req, apus_body *body)
 *     {
 *         for (apus_bytes piece; apus_body_next(body, &piece);)
 *             if (!tape_write(req, piece))
 *                 return NULL;
 *         return apus_failed(req) ? NULL : make_receipt(req, apus_body_received(body));
 *     }
 *
 * The handler runs as soon as the request's head is here, behind its dependencies; what it does
 * not read stays with the client, who is held back.  It may answer, or fail, before it has read
 * all: the client hears that, and a connection of HTTP/1.1 ends behind it.  Whoever asks
 * beforehand (Expect: 100-continue) sends nothing until the first piece is asked for.
 *
 * What is too large (body_max, 413), malformed or cut short (400) or too slow (408) is the
 * request's failure, as apus_fail sets it: then there is no further piece.
 *
 * apus_req_http(req)->body is empty all along.
 *
 * MEMORY: one buffer of 64 KiB for each such request, however large its body.  FIBERS: the
 * functions that read suspend; one fiber at a time, and none of a pool thread. */
#ifndef APUS_BODY_H
#define APUS_BODY_H

#include <stdbool.h>
#include <stdint.h>

#include "apus/api.h"
#include "apus/req.h"
#include "apus/value.h"

APUS_API_BEGIN

typedef struct apus_body apus_body;

/* The next bytes, at least one and at most 64 KiB; they live until the next call.  false at the
 * end, and when the request has failed: apus_failed tells.  Suspends until there are some. */
bool apus_body_next(apus_body *b, apus_bytes *piece);

/* How many bytes there were until now. */
uint64_t apus_body_received(const apus_body *b);

/* Writes what has not been read yet to a file, which then stands there whole or not at all: it is
 * written beside its place, under another name, and replaces what was there.  Of the text `path`
 * nothing may be the client's.  The disk is written to on a pool thread.
 *
 * false when the request has failed, also with 500 when the file could not be written (the log
 * says why). */
bool apus_body_save(apus_body *b, const char *path);

/* The body of a request: what apusc gives to a parameter apus_body *.  Aborts with 503 when
 * memory is out. */
apus_body *apus_req_body(apus_req *req);

APUS_API_END

#endif
