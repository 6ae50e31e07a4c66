/* apus/media.h - media types of files, by their names. */
#ifndef APUS_MEDIA_H
#define APUS_MEDIA_H

#include "apus/api.h"
#include "apus/str.h"

APUS_API_BEGIN

/* "text/html; charset=utf-8" for "index.html"; application/octet-stream for what is not
 * known.  Static. */
apus_str apus_media_of_name(apus_str name);

APUS_API_END

#endif
