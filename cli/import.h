/* cli/import.h - an OpenAPI document as the C that a person would have written for it.
 *
 *     types.h    models, enums, unions, lists
 *     main.c     the app, and operations without a tag
 *     TAG.c      a router for each first tag
 *
 * The planner goes through the document once; a type is written as soon as all that it is
 * made of has been written.  What C or the annotations cannot say becomes a note with the
 * place in the document: nothing is lost without one.
 *
 * LIMITS: IMPORT_WORK_MAX schemas are looked at, however often references lead to the same
 * one; depth is that of the JSON reader, and IMPORT_REFS_MAX references in a row. */
#ifndef APUS_CLI_IMPORT_H
#define APUS_CLI_IMPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "apus/arena.h"
#include "apus/buf.h"
#include "apus/json.h"
#include "apus/rc.h"

enum {
    IMPORT_WORK_MAX = 200000, /* schemas looked at */
    IMPORT_REFS_MAX = 16,     /* references to references */
    IMPORT_DEPTH_MAX = 100,   /* schemas within schemas */
    IMPORT_TYPES_MAX = 5000,  /* models and enums */
    IMPORT_FILES_MAX = 200,   /* tags with a file of their own; further ones go to main.c */
};

/* --- names --- */

/* Names in use; one set for what C keeps in one name space. */
struct name_set {
    struct name_set_entry *buckets[256];
};

/* "petId" -> pet_id: lower case, words apart, never empty, never a word of C. */
const char *name_snake(apus_arena *arena, apus_str text);

/* name, or name_2, name_3 ... if it is taken; it is taken then. */
const char *name_unique(apus_arena *arena, struct name_set *set, const char *name);
bool name_is_taken(const struct name_set *set, const char *name);

/* pet_store -> PetStore, as apusc names a struct's schema. */
const char *name_of_schema(apus_arena *arena, const char *c_name);

/* --- text of C --- */

void c_text(apus_buf *to, apus_str text);       /* "quoted" */
bool c_value(apus_buf *to, const apus_json *v); /* as annotations write it; false: cannot be */

/* A comment above a declaration, each line behind `indent` and "/// ".  false when the text
 * would not come back as it is: then it is for `description = "..."`. */
bool c_comment(apus_buf *to, const char *indent, apus_str text);
bool c_comment_holds(apus_str text);

/* "a = 1, b = 2" in the making. */
struct c_options {
    apus_buf b;
};
void c_option(struct c_options *o, const char *fmt, ...) APUS_PRINTF(2, 3);
void c_option_text(struct c_options *o, const char *name, apus_str text);
bool c_option_value(struct c_options *o, const char *name, const apus_json *v);

/* Appends options, broken behind commas where a line would grow past the usual width; `at`
 * is the column that is reached, `indent` that of further lines. */
void c_wrapped(apus_buf *to, apus_str options, size_t at, unsigned indent);

/* " Field(a = 1)", with a word even where there is nothing to say if `always`. */
void c_annotation(apus_buf *to, const char *word, struct c_options *o);

/* --- the import --- */

struct import_note {
    const char *at; /* JSON pointer */
    const char *text;
    struct import_note *next;
};

struct import_file {
    const char *name; /* "types.h" */
    apus_str text;
    struct import_file *next;
};

typedef struct import_declaration {
    const char *name; /* in C */
    const char *at;   /* where its schema stands */
    const apus_json *schema;
    bool is_open; /* being written: only pointers to it may be taken */
    bool needs_forward;
    bool is_model; /* a struct, and no enum */
    struct import_declaration *next;
} import_declaration;

/* What a schema is in C. */
typedef enum import_kind {
    IMPORT_bool,
    IMPORT_integer,
    IMPORT_number,
    IMPORT_text,
    IMPORT_tuple, /* a struct that travels as a list */
    IMPORT_other, /* a date, an address: text that has no constraints of its own in C */
    IMPORT_enum,
    IMPORT_model,
    IMPORT_list,
    IMPORT_map,
    IMPORT_any,
} import_kind;

typedef struct import_type import_type;
struct import_type {
    import_kind kind;
    const char *text;                /* "apus_str", "pet", "pet_list" */
    import_declaration *declaration; /* of a model */
    const apus_json *schema;         /* whose constraints are said behind the name */
    const char *at;                  /* ... and where it stands */
    const apus_json *said;           /* where title, description, default and examples stand */
    const char *said_at;
    const import_type *item; /* of lists and maps */
    const char *format;      /* to be said; NULL: the type says it */
    bool is_nullable;
    bool is_secret;
};

typedef struct importer {
    apus_arena *arena;
    const apus_json *document;
    const char *app;                  /* its name in C */
    struct name_set used;             /* types, functions, enumerators */
    struct name_set component_names;  /* of types that may yet be written */
    struct name_set refs, refs_twice; /* what is referred to, and what more than once */
    apus_json *security_types;        /* a scheme's name -> its type in C */
    import_declaration *declarations;
    apus_buf forwards, types;
    struct import_file *files;
    struct import_note *notes, **notes_end;
    struct name_set noted;
    unsigned work, depth, n_declarations;
    bool is_tangled; /* past a limit */
} importer;

/* Plans and writes everything.  APUS_OK; APUS_INVALID (not such a document), APUS_LIMIT,
 * APUS_NOMEM with a sentence in *err. */
apus_rc import_document(importer *im, apus_err *err);

/* Something that is lost, or is said otherwise. */
void import_note(importer *im, const char *at, const char *fmt, ...) APUS_PRINTF(3, 4);

/* A note for each member of object that is not among the known ones. */
void import_note_rest(importer *im, const apus_json *object, const char *at,
                      const char *const *known);

/* The members of object that are not among the known ones, for openapi_extra: they are
 * documented, and mean nothing else.  Those that no annotation can hold are noted. */
apus_json *import_extra(importer *im, const apus_json *object, const char *at,
                        const char *const *known);

/* The first child of a list or an object; NULL of whatever else stands there. */
static inline const apus_json *import_first(const apus_json *v)
{
    bool holds = v && (v->kind == APUS_JSON_list || v->kind == APUS_JSON_object);
    return holds ? v->first : NULL;
}

/* at + "/" + name, escaped as JSON pointers are. */
const char *import_at(importer *im, const char *at, apus_str name);
const char *import_at_index(importer *im, const char *at, size_t i);

/* What a $ref leads to; v itself where it is none; NULL and a note where it leads nowhere. */
const apus_json *import_resolve(importer *im, const apus_json *v, const char **at);

/* The C type of a schema.  `hint` names what has no name of its own. */
import_type import_schema(importer *im, const apus_json *schema, const char *at, const char *hint);

/* The schema without "or null", and whether that was said. */
const apus_json *import_core(importer *im, const apus_json *schema, const char **at,
                             bool *is_nullable);

/* A schema within another: false when there are too many, or they are too deep. */
bool import_enter(importer *im, const char *at);
void import_leave(importer *im);

/* Whether apusc would take v as a value of the type; and so its default. */
bool import_value_fits(importer *im, const import_type *type, const apus_json *v);
bool import_has_default(importer *im, const import_type *type);

/* Constraints, default, examples and texts of a type as options. `name` is the one on the
 * wire, whose title apusc would make by itself. */
void import_rules(importer *im, struct c_options *o, const import_type *type, const char *name);

/* import_model.c: what a schema with members, values or shapes is called; written to `types`. */
import_declaration *import_model(importer *im, const apus_json *schema, const char *at,
                                 const char *name, const char *wire_name);
const char *import_enum(importer *im, const apus_json *schema, const char *at, const char *name,
                        const char *wire_name);
bool import_is_union(importer *im, const apus_json *schema);
bool import_is_tuple(const apus_json *schema);

/* A struct that travels as a list; NULL within itself. */
import_declaration *import_tuple(importer *im, const apus_json *schema, const char *at,
                                 const char *name);

/* import_operation.c: one handler. */
void import_operation(importer *im, apus_buf *to, apus_str path, const apus_json *item,
                      const apus_json *operation, const char *at, apus_str tag);

/* import_security.c */
void import_security(importer *im, apus_buf *to);
const char *import_security_type(importer *im, apus_str scheme); /* NULL: not in C */

/* Whether a scope can be asked of it: one that OAuth2's flows declare, or any where nothing is
 * declared. */
bool import_security_knows(importer *im, apus_str scheme, apus_str scope);

#endif
