/* apus/security.h - who may call.
 *
 * Security(user_token, bearer) declares a credential; a dependency that takes one finds out
 * whose it is and says so; `scopes = "trade"` on an app, a router, an include, a route or a
 * Depends() says what they must be allowed to do:
 *
 *     const user *current_user(apus_req *req, user_token token)
 *     {
 *         const user *u = find_user(token.value);
 *         if (!u)
 *             return apus_unauthorized(req, "Could not validate credentials");
 *         apus_identify(req, &(apus_principal){ .id = u->name, .scopes = u->scopes });
 *         return u;
 *     }
 *
 * The answer is 401 where nobody was identified, and 403 where a scope is missing, with
 * `WWW-Authenticate: Bearer error="insufficient_scope", scope="..."` (RFC 6750 section 3.1).
 * Both are given before the body is read, unless a dependency that authenticates reads it.
 *
 * MEMORY is the request's.  FIBERS: nothing here suspends. */
#ifndef APUS_SECURITY_H
#define APUS_SECURITY_H

#include "apus/api.h"
#include "apus/req.h"

APUS_API_BEGIN

/* What a `basic` scheme carries (RFC 7617). */
typedef struct apus_login {
    apus_str username, password;
} apus_login;

/* The halves of "user:password", as such a scheme's value is; the password is what stands
 * behind the first colon.  Aborts like apus_new. */
apus_login apus_login_of(apus_req *req, apus_str value);

/* Fails with 401 and the challenges of the schemes that the route asks for, with
 * scope="..." where it requires scopes and the scheme is a bearer's.  Has the value NULL. */
void *apus_unauthorized(apus_req *req, const char *fmt, ...) APUS_PRINTF(2, 3);

/* The scopes that the route requires, the union of what stands on its way: what FastAPI
 * gives as SecurityScopes. */
apus_strs apus_req_scopes(const apus_req *req);

/* Whether who is calling has that scope; false before they are identified. */
bool apus_has_scope(const apus_req *req, const char *scope);

/* The same, and where they do not it fails the request, with 401 or 403 as `scopes` would: for
 * what is known only when the request has been looked at. */
bool apus_need_scope(apus_req *req, const char *scope);

APUS_API_END

#endif
