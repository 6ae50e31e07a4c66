/* apus/stream.h - the bytes of one connection, whatever carries them.
 *
 * A socket, a pipe in memory, and TLS (apus/tls.h) on top of either answer the same
 * calls, so that the floors above neither know nor care.  Nothing waits here:
 * read and writev do what can be done at once, and when it is worth trying
 * again the stream calls `ready`.
 *
 *     static void ready(void *ctx, unsigned events) { ... }
 *
 *     apus_stream_attach(s, ready, connection);
 *     apus_stream_watch(s, APUS_STREAM_READ);
 *     ...
 *     rc = apus_stream_read(s, to, room, &got);
 *
 * STACKING: a filter is an apus_stream whose ops use another apus_stream, which it
 * owns and whose `ready` it takes.
 *
 * MEMORY: whoever opens a stream says where it lives; apus_stream_close ends it.
 * FIBERS: nothing here suspends. */
#ifndef APUS_STREAM_H
#define APUS_STREAM_H

#include <stddef.h>
#include <sys/uio.h>

#include "apus/api.h"
#include "apus/rc.h"
#include "apus/str.h"

APUS_API_BEGIN

enum {
    APUS_STREAM_READ = 1,  /* there may be bytes, or the end */
    APUS_STREAM_WRITE = 2, /* there may be room */
    APUS_STREAM_GONE = 4,  /* the peer is gone (reset or fully hung up); not a half-close.  Told
                              after the first call of watch, whatever is asked for */
};

typedef struct apus_stream apus_stream;

/* What is known of a stream that is encrypted.  Texts are "" where there is nothing to say,
 * and the stream's memory. */
typedef struct apus_stream_security {
    apus_str version;     /* "TLSv1.3" */
    apus_str cipher;      /* "TLS_AES_128_GCM_SHA256" */
    apus_str protocol;    /* what ALPN agreed on: "h2" */
    apus_str server_name; /* whom the client asked for (SNI) */
    apus_str client; /* the subject of the client's certificate (RFC 4514), which was verified */
    apus_str fingerprint; /* its SHA-256, 64 hex digits */
} apus_stream_security;

/* What a kind of stream does.  The functions below say what each must keep. */
typedef struct apus_stream_ops {
    apus_rc (*read)(apus_stream *s, char *to, size_t room, size_t *got);
    apus_rc (*writev)(apus_stream *s, const struct iovec *iov, int n, size_t *sent);
    void (*watch)(apus_stream *s, unsigned events);
    void (*finish)(apus_stream *s);
    void (*close)(apus_stream *s);
    apus_str (*peer)(const apus_stream *s);
    const apus_stream_security *(*security)(const apus_stream *s); /* NULL: it has none */
} apus_stream_ops;

struct apus_stream {
    const apus_stream_ops *ops;
    void (*ready)(void *ctx, unsigned events);
    void *ctx;
};

/* Who is called from now on. */
static inline void apus_stream_attach(apus_stream *s, void (*ready)(void *ctx, unsigned events),
                                      void *ctx)
{
    s->ready = ready;
    s->ctx = ctx;
}

/* Reads at most `room` bytes, room > 0.
 *
 * APUS_OK and *got > 0; APUS_MORE when there is nothing now; APUS_DONE when the
 * peer has finished sending (it may still be reading); APUS_IO when it is gone. */
static inline apus_rc apus_stream_read(apus_stream *s, char *to, size_t room, size_t *got)
{
    return s->ops->read(s, to, room, got);
}

/* Sends what fits of n pieces, 0 < n <= APUS_STREAM_PIECES_MAX.
 *
 * APUS_OK and *sent > 0, which may be less than there was; APUS_MORE when there is
 * no room now; APUS_IO when the peer is gone.  After APUS_MORE the next call must begin
 * with the same bytes: a filter may hold them in another form already. */
static inline apus_rc apus_stream_writev(apus_stream *s, const struct iovec *iov, int n,
                                         size_t *sent)
{
    return s->ops->writev(s, iov, n, sent);
}

enum { APUS_STREAM_PIECES_MAX = 64 };

/* Asks for calls of `ready` while an event holds (level-triggered).  Replaces what was
 * asked for before; 0: only GONE. */
static inline void apus_stream_watch(apus_stream *s, unsigned events)
{
    s->ops->watch(s, events);
}

/* No more bytes will be sent; the peer reads the end behind the last one.  Reading
 * goes on. */
static inline void apus_stream_finish(apus_stream *s)
{
    s->ops->finish(s);
}

/* Ends the stream; `ready` is not called again, not even by the turn that runs. */
static inline void apus_stream_close(apus_stream *s)
{
    s->ops->close(s);
}

/* The other end, "127.0.0.1:50312", "[::1]:50312", "unix", "pipe".  The stream's
 * memory. */
static inline apus_str apus_stream_peer(const apus_stream *s)
{
    return s->ops->peer(s);
}

/* How the stream is secured, once there was something to read; NULL: not at all. */
static inline const apus_stream_security *apus_stream_security_of(const apus_stream *s)
{
    return s->ops->security ? s->ops->security(s) : NULL;
}

APUS_API_END

#endif
