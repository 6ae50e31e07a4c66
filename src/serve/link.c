#include "serve/link.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apus/socket.h"

_Static_assert(sizeof(apus__message) == 4, "one read gets one message");
_Static_assert(sizeof(apus__cell) == 64, "cells do not share cache lines");
_Static_assert(APUS__LISTENERS_MAX <= UINT16_MAX, "a message can name any listener");

apus_rc apus__link_send(int fd, apus__verb verb, uint32_t number)
{
    apus__message m = { .verb = (uint8_t)verb, .number = (uint16_t)number };
    size_t sent;
    return apus_socket_writev(fd, &(struct iovec){ &m, sizeof(m) }, 1, &sent);
}

apus_rc apus__link_recv(int fd, apus__message *out)
{
    size_t got;
    apus_rc rc = apus_socket_read(fd, (char *)out, sizeof(*out), &got);
    if (rc == APUS_OK && (got != sizeof(*out) || out->verb >= APUS__VERB_COUNT))
        return APUS_IO;
    return rc == APUS_DONE ? APUS_IO : rc;
}

void apus__orders_print(const apus__orders *o, char to[APUS__ORDERS_TEXT_MAX])
{
    size_t len = (size_t)snprintf(to, APUS__ORDERS_TEXT_MAX, "%d %d %d %d %" PRIu32 " %" PRIu32,
                                  APUS__LAYOUT, o->control, o->bus, o->board, o->cell, o->slot);
    for (uint32_t i = 0; i < o->n_shares; i++)
        len += (size_t)snprintf(to + len, APUS__ORDERS_TEXT_MAX - len, " %d:%d", o->shares[i].fd,
                                o->shares[i].slot);
}

/* One number, and what must stand behind it; false if it does not. */
static bool take(const char **at, char behind, long min, long max, int *out)
{
    char *end;
    long n = strtol(*at, &end, 10);
    if (end == *at || n < min || n > max || (*end != behind && (behind != ' ' || *end)))
        return false;
    *at = *end ? end + 1 : end;
    *out = (int)n;
    return true;
}

apus_rc apus__orders_parse(const char *text, apus__orders *out, apus_err *err)
{
    int layout, cell = 0, slot = 0;
    if (!take(&text, ' ', 0, INT32_MAX, &layout))
        return apus_err_set(err, APUS_INVALID, APUS__ORDERS_VARIABLE " is for Apus itself");
    if (layout != APUS__LAYOUT)
        return apus_err_set(err, APUS_UNSUPPORTED,
                            "the service was started by another version of Apus, which cannot go "
                            "over to this one: restart it");
    bool good = take(&text, ' ', 0, INT32_MAX, &out->control) &&
                take(&text, ' ', 0, INT32_MAX, &out->bus) &&
                take(&text, ' ', 0, INT32_MAX, &out->board) &&
                take(&text, ' ', 0, APUS__CELLS_MAX - 1, &cell) &&
                take(&text, ' ', 0, APUS__WORKERS_MAX - 1, &slot);
    out->cell = (uint32_t)cell;
    out->slot = (uint32_t)slot;
    for (out->n_shares = 0; good && *text; out->n_shares++) {
        apus__share *s = &out->shares[out->n_shares];
        good = out->n_shares < APUS__LISTENERS_MAX && take(&text, ':', 0, INT32_MAX, &s->fd) &&
               take(&text, ' ', APUS__EVERY_ADMIN, APUS__WORKERS_MAX - 1, &s->slot);
    }
    return good ? APUS_OK
                : apus_err_set(err, APUS_INVALID, APUS__ORDERS_VARIABLE " is for Apus itself");
}
