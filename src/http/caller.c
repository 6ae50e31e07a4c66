/* Who is at the other end of a connection.
 *
 * The stream says so, and goes with its client; handlers and observers may ask later.  So the
 * connection, which ends with its last exchange, keeps a copy. */
#include "http/connection.h"

void apus__caller_keep(apus__connection *c)
{
    apus_str peer = apus_str_slice(apus_stream_peer(c->stream), 0, sizeof(c->peer_text));
    memcpy(c->peer_text, peer.ptr, peer.len);
    c->peer = (apus_str){ c->peer_text, peer.len };
}

static void keep(apus_str *text, char **to)
{
    if (text->len)
        memcpy(*to, text->ptr, text->len);
    text->ptr = *to;
    *to += text->len;
}

apus_rc apus__caller_keep_security(apus__connection *c, const apus_stream_security *from)
{
    size_t size = sizeof(apus__caller_security) + from->version.len + from->cipher.len +
                  from->protocol.len + from->server_name.len + from->client.len +
                  from->fingerprint.len;
    const apus_alloc *alloc = &c->server->alloc;
    apus__caller_security *s = alloc->resize(alloc->ctx, NULL, 0, size);
    if (!s)
        return APUS_NOMEM;
    *s = (apus__caller_security){ .pub = *from, .size = size };
    char *to = s->text;
    keep(&s->pub.version, &to);
    keep(&s->pub.cipher, &to);
    keep(&s->pub.protocol, &to);
    keep(&s->pub.server_name, &to);
    keep(&s->pub.client, &to);
    keep(&s->pub.fingerprint, &to);
    c->security = s;
    return APUS_OK;
}

void apus__caller_forget(apus__connection *c)
{
    const apus_alloc *alloc = &c->server->alloc;
    if (c->security)
        alloc->resize(alloc->ctx, c->security, c->security->size, 0);
    c->security = NULL;
}
