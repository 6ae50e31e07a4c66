/* apus/session.h - what a browser keeps for the program between its requests, in a signed cookie.
 *
 *     typedef struct visit {
 *         apus_str *user;
 *         int32_t   pages Field(default = 0);
 *     } visit;
 *
 *     const apus_sessions *open_sessions(apus_worker *w, const settings *s Depends(read_settings))
 *     {
 *         return apus_sessions_create(w, visit, &(apus_session_options){ .keys = s->keys });
 *     }
 *
 *     visit *open_visit(apus_req *req, const apus_sessions *sessions Depends(open_sessions))
 *     {
 *         return apus_session(req, sessions);
 *     }
 *
 * A session is a model: handlers read and change it, and what has changed when the request
 * succeeds is sent back.  A request that fails changes nothing.  One that is as it begins, all
 * its members absent or defaults, needs no cookie, and the browser forgets the one it has.
 *
 * Users can read what is in it and send an old one again: it holds who they are, not what must be
 * kept from them or counted against them.  It is sealed (apus/seal.h), so they cannot write it.
 *
 * MEMORY: the request's.  FIBERS: nothing suspends. */
#ifndef APUS_SESSION_H
#define APUS_SESSION_H

#include <stdbool.h>

#include "apus/api.h"
#include "apus/model.h"
#include "apus/req.h"
#include "apus/worker.h"

APUS_API_BEGIN

enum {
    APUS_SESSION_AGE_DEFAULT = 14 * 24 * 3600, /* seconds */
    APUS_SESSION_COOKIE_MAX = 4000,            /* bytes of name and value: browsers keep 4,096 */
};

typedef struct apus_session_options {
    apus_strs keys;        /* the first signs, the others still count; see apus/seal.h */
    const char *name;      /* of the cookie; "session" unless set */
    const char *same_site; /* "lax" unless set */
    const char *path;      /* "/" unless set */
    const char *domain;    /* this host unless set */
    int64_t max_age;   /* seconds without a request that renews it; 0: the default.  It is renewed
                          when it changes, and when half of this time has passed */
    bool until_closed; /* the browser forgets it when it is closed; max_age counts all the same */
    bool https_only;   /* set it wherever there is TLS */
} apus_session_options;

/* How the sessions of an app are kept. */
typedef struct apus_sessions apus_sessions;

/* For a dependency of the worker.  *options is copied.  The worker fails where a key is too short
 * or none is given, and where the model does not accept {}: all its members need a default or are
 * pointers.
 *
 *     apus_sessions_create(w, model, options) */
#define apus_sessions_create(w, model, ...)                                                        \
    apus__sessions_create((w), APUS__MODEL(model), __VA_ARGS__)
const apus_sessions *apus__sessions_create(apus_worker *w, const apus_model *m,
                                           const apus_session_options *options);

/* The request's session, of the model that `sessions` was created with; once per request, in a
 * dependency.  A cookie that is not ours, too old or of another shape counts as none.  The answer
 * gets Vary: Cookie.  Aborts like apus_new. */
void *apus_session(apus_req *req, const apus_sessions *sessions);

/* Everything in it is forgotten when the request succeeds: logging out. */
void apus_session_end(void *session);

APUS_API_END

#endif
