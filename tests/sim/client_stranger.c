/* A client that comes to the port of TLS and speaks something else, or only half of it: it must be
 * left in time, and be told nothing that was meant for somebody else. */
#include <apus/value.h>

#include "client.h"
#include "service.h"

typedef enum manner {
    SPEAKS_HTTP,
    TALKS_NONSENSE,
    BREAKS_OFF,      /* the first words of a handshake, and the end */
    STOPS,           /* ... and no more */
    CLAIMS_TOO_MUCH, /* a record that is longer than any may be */
    MANNERS,
} manner;

typedef struct stranger {
    client base; /* first */
    manner manner;
} stranger;

static void give(client *self)
{
    (void)self;
}

/* The head of a record, and of the hello in it: what a ClientHello begins with. */
static void begin_hello(apus_buf *to, size_t claims)
{
    const char head[] = { 22, 3, 1, (char)(claims >> 8), (char)claims, 1, 0, 1, 0x20, 3, 3 };
    apus_buf_add(to, (apus_str){ head, sizeof(head) });
}

static void speak(stranger *s)
{
    apus_buf *to = &s->base.out;
    switch (s->manner) {
    case SPEAKS_HTTP:
        apus_buf_lit(to, "GET /echo/1 HTTP/1.1\r\nHost: sim\r\n\r\n");
        break;
    case CLAIMS_TOO_MUCH:
        begin_hello(to, 0xffff);
        break;
    case BREAKS_OFF:
    case STOPS:
        begin_hello(to, 0x124);
        break;
    default:
        break;
    }
    for (int64_t i = sim_between(0, s->manner == STOPS ? 200 : 5000); i; i--)
        apus_buf_addc(to, pattern_byte(i));
}

/* Whatever comes is an alert: one record of its kind (RFC 8446 section 5.1), or a part of it where
 * the connection broke. */
static void judge(stranger *s)
{
    enum { ALERT = 21, ALERT_LEN = 7 };
    const apus_buf *in = &s->base.in;
    if (in->len && (in->ptr[0] != ALERT || in->len > ALERT_LEN))
        client_fail(&s->base, "%zu bytes that are no alert", in->len);
}

static void step(client *self)
{
    stranger *s = (stranger *)self;
    (void)client_read(self);
    if (wire_is_over(self->wire)) {
        judge(s);
        client_end(self);
        return;
    }
    if (self->out.len && client_write(self, SIZE_MAX) && s->manner == BREAKS_OFF)
        wire_finish(self->wire);
}

void client_start_stranger(conditions *c)
{
    stranger *s = sim_take(sizeof(*s));
    s->base.step = step;
    s->base.give = give;
    client_begin_on(&s->base, c, "stranger", WIRE_UNKNOWN);
    s->manner = (manner)sim_between(0, MANNERS - 1);
    speak(s);
    client_must_end_by(&s->base, sim_now() + c->limits.head_timeout + c->slack);
}
