/* cli/import_handler.h - an operation on its way to being a handler, for the files that each
 * say one part of it. */
#ifndef APUS_CLI_IMPORT_HANDLER_H
#define APUS_CLI_IMPORT_HANDLER_H

#include "import.h"

enum { IMPORT_PARAMETERS_MAX = 100 };

/* A handler in the making. */
struct handler {
    importer *im;
    const char *at, *name, *method;
    const apus_json *operation;
    struct name_set locals;
    const char *parameters[IMPORT_PARAMETERS_MAX]; /* "int64_t id" */
    const char *names[IMPORT_PARAMETERS_MAX];
    unsigned n;
    struct c_options options; /* of Get(...) */
    const char *result;       /* "pet *", "void", "bool" */
    const char *produces;
};

/* A member's text, "" where there is none. */
apus_str handler_text_of(const apus_json *object, const char *key);
bool handler_is_text(apus_str text, const char *word);
bool handler_is_json(apus_str type); /* a media type */

/* Where a member of the operation stands. */
const char *handler_within(struct handler *h, const char *key);

/* A parameter's name in C; where it must differ from the one on the wire, *alias says so. */
const char *handler_local_name(struct handler *h, apus_str wire, bool *needs_alias);
void handler_add(struct handler *h, const char *name, const char *text);

/* What the operation takes, is sent, answers with, and asks of its caller. */
void import_parameter(struct handler *h, const apus_json *p, const char *at, const char *word);
void import_parameters(struct handler *h, const apus_json *list, const char *at,
                       const apus_json *replaced);
void import_body(struct handler *h);
void import_responses(struct handler *h);
void import_needs(struct handler *h);

#endif
