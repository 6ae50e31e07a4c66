/* apus/compress.h - answers in fewer bytes, for clients that take them (RFC 9110 section 8.4).
 *
 *     Compress(compress);
 *     App(shop, title = "Shop", version = "1.0.0", middleware = [compress]);
 *
 * zstd, brotli or gzip, as Accept-Encoding prefers and in this order where it does not care.
 * Whole answers, files and answers in pieces; of the latter each apus_write reaches the client
 * at once.  Left alone: what is short, of another media type, encoded already, a part of a
 * file (206), an event stream, `Cache-Control: no-transform`.  An answer that could have been
 * encoded says `Vary: Accept-Encoding`; the ETag of one that is becomes weak.
 *
 * MEMORY: 300 KiB to 1.5 MiB while an answer is being encoded, 64 KiB of a stream at a time;
 * some of it is kept for the next one.  No more than APUS_COMPRESS_LIVE_MAX at once in a
 * worker: further answers go out as they are. */
#ifndef APUS_COMPRESS_H
#define APUS_COMPRESS_H

#include "apus/annotate.h"
#include "apus/api.h"
#include "apus/route.h"

APUS_API_BEGIN

enum {
    APUS_COMPRESS_MIN_SIZE = 500, /* bytes; below, headers cost more than is gained */
    APUS_COMPRESS_GZIP_LEVEL = 5,
    APUS_COMPRESS_BROTLI_QUALITY = 4,
    APUS_COMPRESS_ZSTD_LEVEL = 3,
    APUS_COMPRESS_LIVE_MAX = 128, /* answers at once, of a worker */
    APUS_COMPRESS_TYPES_MAX = 32,
};

/* 0 stands for the default above; of levels, a negative number switches that one off. */
typedef struct apus_compress_options {
    char apus__;                                /* not yours */
    int min_size;                               /* bytes of a body of known length */
    int gzip_level;                             /* 1 to 9 */
    int brotli_quality;                         /* 1 to 11 */
    int zstd_level;                             /* 1 to 19 */
    const char *types[APUS_COMPRESS_TYPES_MAX]; /* "text/plain"; one '*' in it stands for
                                                   anything; none: text, JSON, XML, scripts,
                                                   SVG and the like */
} apus_compress_options;

#define APUS_COMPRESS(...)                                                                         \
    APUS_MIDDLEWARE(                                                                               \
        APUS__FIRST(__VA_ARGS__), .run = apus__compress_run, .prepare = apus__compress_prepare,    \
        .settings = &(const apus_compress_options){ .apus__ = 0, APUS__REST(__VA_ARGS__) })

#ifndef APUS_NO_SHORT_NAMES
#define Compress APUS_COMPRESS
#endif

void apus__compress_run(apus_req *req, apus_next *next);
apus_rc apus__compress_prepare(const void *settings, apus_arena *a, const void **out,
                               apus_err *err);

APUS_API_END

#endif
