/* apus/oauth2.h - the form that OAuth2's password flow sends (RFC 6749 section 4.3).
 *
 *     Post("/token")
 *     token *login(apus_req *req, const apus_password_form *form Depends(apus_password_form_read))
 *
 * A body of application/x-www-form-urlencoded or multipart/form-data.  Neither the password nor
 * the client's secret is ever echoed or logged.  What is wrong is a 422, as for any form.
 *
 * MEMORY is the request's.  FIBERS: nothing here suspends. */
#ifndef APUS_OAUTH2_H
#define APUS_OAUTH2_H

#include "apus/annotate.h"
#include "apus/api.h"
#include "apus/req.h"

APUS_API_BEGIN

typedef struct apus_password_form {
    apus_str username, password;
    apus_strs scopes;              /* those asked for */
    const apus_str *client_id;     /* or NULL */
    const apus_str *client_secret; /* or NULL */
} apus_password_form;

/* A dependency.  grant_type may be left out, but what is sent must be "password". */
const apus_password_form *
apus_password_form_read(apus_req *req, apus_str *grant_type APUS_FORM(pattern = "^password$"),
                        apus_str username APUS_FORM(), apus_str password APUS_FORM(secret),
                        apus_str scope APUS_FORM(default = ""), apus_str *client_id APUS_FORM(),
                        apus_str *client_secret APUS_FORM(secret));

/* The same, where grant_type must be sent, as the RFC has it. */
const apus_password_form *
apus_password_form_read_strict(apus_req *req, apus_str grant_type APUS_FORM(pattern = "^password$"),
                               apus_str username APUS_FORM(), apus_str password APUS_FORM(secret),
                               apus_str scope APUS_FORM(default = ""),
                               apus_str *client_id APUS_FORM(),
                               apus_str *client_secret APUS_FORM(secret));

APUS_API_END

#endif
