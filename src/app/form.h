/* Files of a form, and reading a multipart one. */
#ifndef APUS_APP_FORM_H
#define APUS_APP_FORM_H

#include "apus/upload.h"
#include "app/request.h"

enum { APUS__FILES_MAX = 100 }; /* files in one form */

struct apus__file {
    struct apus__file *next;
    apus_str name; /* of the field */
    apus_upload upload;
};

/* Reads the body into req->form and req->files.
 * APUS_OK, APUS_SYNTAX, APUS_LIMIT or APUS_NOMEM. */
apus_rc apus__multipart_read(apus_req *req, apus_str boundary) APUS_NODISCARD;

#endif
