/* A file with what else would be flags and variables:
 *
 *     host: [0.0.0.0, "::"]
 *     port: 443
 *     workers: auto
 *     set:
 *       SHOP_DATABASE: /var/lib/shop/shop.db
 */
#ifndef APUS_SERVE_CONFIG_H
#define APUS_SERVE_CONFIG_H

#include "apus/arena.h"
#include "apus/rc.h"
#include "apus/str.h"

enum {
    APUS__CONFIG_MAX = 64 << 10, /* bytes of the file */
    APUS__CONFIG_SETS_MAX = 256, /* variables under `set` */
};

/* What is told of a file: its names as they are written; a list's items are joined by commas;
 * nothing is told of null.  `variable` is for what stands under `set`.  A sentence in *err gets
 * the file and the line in front. */
typedef struct apus__config_reader {
    apus_rc (*option)(void *ctx, const char *name, const char *value, apus_err *err);
    apus_rc (*variable)(void *ctx, const char *name, const char *value, apus_err *err);
    void *ctx;
} apus__config_reader;

/* Texts stand in the arena.  APUS_OK; APUS_INVALID or what the reader said, with a sentence;
 * APUS_NOMEM. */
apus_rc apus__config_read(const char *path, apus_arena *a, const apus__config_reader *reader,
                          apus_err *err) APUS_NODISCARD;

#endif
