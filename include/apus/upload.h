/* apus/upload.h - a file that came with a form.
 *
 *     Post("/files")
 *     saved *save(apus_req *req, const apus_upload *file File());
 *
 * As the type of a File parameter: `const apus_upload *` (NULL is possible with
 * File(optional)), apus_uploads for several of one name, or apus_bytes where only
 * the content matters.
 *
 * MEMORY: the content is the request's body, and lives as long as the request. */
#ifndef APUS_UPLOAD_H
#define APUS_UPLOAD_H

#include <stdbool.h>

#include "apus/api.h"
#include "apus/model.h"
#include "apus/str.h"

APUS_API_BEGIN

typedef struct apus_upload {
    apus_str filename;     /* as the client calls it: never a path to open as it is */
    apus_str content_type; /* as the client says; empty if it does not */
    apus_bytes content;
} apus_upload;

typedef struct apus_uploads {
    apus_upload *ptr;
    size_t len;
} apus_uploads;

/* Writes the content to a file, which then stands there whole or not at all: it is written beside
 * its place, under another name, and replaces what was there.  Of the text `path` nothing may be
 * the client's.  Suspends: the disk is written to on a pool thread.
 *
 * false when the request has failed: with 500 when the file could not be written (the log says
 * why). */
struct apus_req;
bool apus_upload_save(struct apus_req *req, const apus_upload *u, const char *path);

/* Their types in a parameter's table; they have no form in JSON. */
extern const apus_type apus_type_upload, apus_type_uploads;

APUS_API_END

#endif
