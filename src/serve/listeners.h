/* The sockets that a service listens on.
 *
 * A TCP address has one socket per slot: the kernel spreads connections over their queues
 * (SO_REUSEPORT), and a queue outlives the worker that serves it.  Unix sockets and
 * inherited ones cannot be had more than once: all slots accept on them. */
#ifndef APUS_SERVE_LISTENERS_H
#define APUS_SERVE_LISTENERS_H

#include <stdbool.h>
#include <stdio.h>

#include "serve/link.h"
#include "serve/options.h"

enum { APUS__ADDRESS_MAX = 128 }; /* bytes of what names one */

typedef struct apus__listeners {
    apus__share *items;
    uint16_t *address; /* of each item: index into names */
    uint32_t n, room;
    char (*names)[APUS__ADDRESS_MAX]; /* "http://127.0.0.1:8000", "/run/hello.sock" */
    char (*keys)[APUS__ADDRESS_MAX];  /* what was asked for; equal keys are equal sockets */
    uint32_t n_names;
    bool has_admin; /* the last name is its */
} apus__listeners;

/* Opens what the options ask for, for n_slots (0: one process alone), taking over from
 * `before`, which may be NULL, what is asked for again.  APUS_OK; APUS_BUSY (in use),
 * APUS_INVALID, APUS_NOMEM, APUS_LIMIT or APUS_IO, with a sentence in *err, and nothing was
 * opened. */
apus_rc apus__listeners_open(const apus__options *o, uint32_t n_slots,
                             const apus__listeners *before, apus__listeners *out, apus_err *err)
    APUS_NODISCARD;

/* Closes what does not stand in `kept`, which may be NULL, and forgets the rest. */
void apus__listeners_close(apus__listeners *l, const apus__listeners *kept);

/* "serving Shop on http://127.0.0.1:8000  docs http://127.0.0.1:8000/docs" */
void apus__listeners_announce(const apus__listeners *l, const apus_app *app, FILE *to);

#endif
