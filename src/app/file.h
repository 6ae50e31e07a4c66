/* src/app/file.h - an open file as an answer. */
#ifndef APUS_APP_FILE_H
#define APUS_APP_FILE_H

#include "apus/disk.h"
#include "app/request.h"

/* What to open: a path, or a path below a folder. */
typedef struct apus__opening {
    const char *path; /* or NULL, and then: */
    const char *folder;
    apus_str below;
    apus_disk_file file;
    apus_rc rc;
} apus__opening;

/* Opens it without holding up the loop.  false with the failure set when that could not
 * even be tried; else o->rc says what came of it. */
bool apus__file_open(apus_req *req, apus__opening *o);

/* The answer that sends file, which is closed with the request.  type: empty for that of
 * the name. */
apus_response *apus__file_response(apus_req *req, const apus_disk_file *file, apus_str name,
                                   apus_str type);

#endif
