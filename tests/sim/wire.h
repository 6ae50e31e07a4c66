/* A simulated client's connection: TCP, a Unix socket, or TLS over TCP.
 *
 * TLS is OpenSSL's client between two BIOs in memory; what it has to say and what it is told
 * travels through the simulated network like anything else.  See seeded_tls.h for why it says the
 * same each time. */
#ifndef TESTS_SIM_WIRE_H
#define TESTS_SIM_WIRE_H

#include <stdbool.h>
#include <stdint.h>

#include <apus/buf.h>

#include "sys/sim/sim.h"

/* Where the server is. */
typedef struct wire_addresses {
    uint16_t port;
    const char *path;  /* of the Unix socket */
    uint16_t tls_port; /* 0: there is none, nor what follows */
    struct wire_keys *keys;
} wire_addresses;

/* What clients of TLS share: whom they trust, and the session of the last one. */
typedef struct wire_keys wire_keys;
wire_keys *wire_keys_open(const char *certificate);
void wire_keys_close(wire_keys *k);

typedef enum wire_kind {
    WIRE_TCP,
    WIRE_UNIX,
    WIRE_TLS,
    WIRE_UNKNOWN, /* at the port of TLS, and none is spoken */
} wire_kind;

typedef struct wire wire;

wire_kind wire_choose(const wire_addresses *to);

/* `protocol` is what TLS asks for ("h2").  ready(ctx) as sim_connect has it. */
wire *wire_open(const wire_addresses *to, wire_kind kind, const char *protocol,
                void (*ready)(void *ctx), void *ctx);

/* Whenever something may have changed: takes a handshake further, and sends what waits.  NULL, or
 * what is wrong with the other end. */
const char *wire_go_on(wire *w);

/* As those of sim_peer, for what is said behind the encryption. */
size_t wire_write(wire *w, apus_str bytes);
size_t wire_read(wire *w, char *to, size_t room);
bool wire_is_over(const wire *w);
bool wire_is_reset(const wire *w); /* with TLS also: it ended without a goodbye */
bool wire_is_left(const wire *w);
void wire_finish(wire *w);
void wire_reset(wire *w);
void wire_close(wire *w);

/* It never even begins to shake hands. */
void wire_stall(wire *w);

/* A session was offered, and what became of it. */
bool wire_was_resumed(const wire *w);
bool wire_was_offered(const wire *w);
bool wire_has_met(const wire *w); /* the handshake is done; without TLS always */

#endif
