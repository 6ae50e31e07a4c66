/* From the request into the arguments: what was sent, where it goes, and all that
 * is wrong with it. */
#ifndef APUS_APP_BIND_H
#define APUS_APP_BIND_H

#include "apus/decode.h"
#include "app/request.h"
#include "app/values.h"

/* One parameter from path, query, header or cookie.
 * APUS_OK, APUS_INVALID (problems were added) or APUS_NOMEM. */
apus_rc apus__bind_text(apus_req *req, apus_decoder *d, const apus__binding *b, void *args)
    APUS_NODISCARD;

/* One field by name from query, header, cookie or form, into the struct at base.
 * *given says whether anything was sent for it; if not, nothing was written. */
apus_rc apus__bind_field(apus_req *req, apus_decoder *d, apus_in in, const apus_field *f,
                         apus__spelling spelling, const apus_place *place, void *base, bool *given)
    APUS_NODISCARD;

/* A model whose members are query, header, cookie or form values; `order` of the
 * places counts from its fields.  Results as above. */
apus_rc apus__bind_model(apus_req *req, apus_decoder *d, const apus_param *param,
                         const apus_place *source, void *args) APUS_NODISCARD;

/* Reads a body that was to be read by its handler as a whole, where middleware has led the
 * request to another.  APUS_OK, also when the request has failed; APUS_NOMEM. */
apus_rc apus__body_collect(apus_req *req) APUS_NODISCARD;

/* Reads the body, and binds from it whatever any step wants of it.  Steps whose
 * part of it is invalid are marked; a body that cannot be read at all fails the
 * request. */
void apus__bind_body(apus_req *req, apus_decoder *d);

/* Body parameters of one step from a form that has been read. */
apus_rc apus__bind_form(apus_req *req, apus_decoder *d, const apus__step *s, void *args)
    APUS_NODISCARD;

/* Reads a urlencoded or multipart form into req->form and req->files.  One that is over a limit
 * fails the request.
 * APUS_OK, APUS_SYNTAX, APUS_LIMIT or APUS_NOMEM. */
apus_rc apus__form_read(apus_req *req) APUS_NODISCARD;

/* Makes d keep what was sent, for apus_sent. */
void apus__patch_record(apus_req *req, apus_decoder *d);

/* A credential.  APUS_OK, also where the request failed because it could not be read; or
 * APUS_NOT_FOUND: it is needed and was not sent, and the argument is empty. */
apus_rc apus__bind_security(apus_req *req, const apus_param *param, void *args);

/* Fails with 401 and the scheme's challenge. */
void apus__refuse_stranger(apus_req *req, const apus_security *s);

/* The type and subtype of a Content-Type, as written and without parameters. */
apus_str apus__media_type(apus_str content_type);

#endif
