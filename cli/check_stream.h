/* cli/check_stream.h - answers in pieces, piece by piece held to what is documented of them. */
#ifndef APUS_CLI_CHECK_STREAM_H
#define APUS_CLI_CHECK_STREAM_H

#include <stdbool.h>

#include "apus/json.h"
#include "client.h"

/* Whether one of its answers may go on for as long as its client stays. */
bool stream_is_declared(const apus_json *operation);

/* What is wrong with the pieces of an answer, in the words of a sentence; NULL: nothing.  The last
 * one may be cut off.  response is what the document says of its status. */
const char *stream_check(apus_arena *a, const apus_json *document, const apus_json *response,
                         const struct reply *r);

#endif
