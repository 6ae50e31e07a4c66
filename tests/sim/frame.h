/* Frames of WebSockets (RFC 6455 section 5.2), written by somebody else than the server's code. */
#ifndef TESTS_SIM_FRAME_H
#define TESTS_SIM_FRAME_H

#include <apus/buf.h>
#include <apus/str.h>

enum {
    FRAME_TEXT = 1,
    FRAME_BINARY = 2,
    FRAME_CLOSE = 8,
    FRAME_PING = 9,
    FRAME_PONG = 10,
    FRAME_FINAL = 0x80
};

/* As a client sends it, masked as the seed says; at most 65,535 bytes. */
void frame_put(apus_buf *to, unsigned first, apus_str bytes);

/* As a server sends it. */
void frame_put_plain(apus_buf *to, unsigned first, apus_str bytes);

#endif
