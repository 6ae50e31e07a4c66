/* compiler/emit_c.h - one generated C file in the making, and how C is spelled. */
#ifndef APUSC_EMIT_C_H
#define APUSC_EMIT_C_H

#include "apus/arena.h"
#include "apus/buf.h"
#include "compiler/contract.h"

/* A definition that stands in the file already: a type's table, a declaration. */
struct emitted {
    const char *name;
    struct emitted *next;
};

struct out {
    const contract *contract;
    const ct_source *source; /* NULL for the program's file */
    apus_arena *arena;       /* names that are only needed while emitting */
    apus_buf *to;
    struct emitted *emitted;
};

/* Whether name is new to this file; remembers it. */
bool out_is_first(struct out *o, const char *name);

/* printf into the arena; "" when memory is out, and then o->to has failed. */
const char *out_name(struct out *o, const char *fmt, ...) APUS_PRINTF(2, 3);

/* Lines of the file. */
void out_line(struct out *o, const char *fmt, ...) APUS_PRINTF(2, 3);

/* head, the items of list ("a, b, c"), tail: on one line, or filled into lines of at
 * most OUT_COLUMNS that begin below the first item, as clang-format does. */
enum { OUT_COLUMNS = 100 };
void out_wrapped(struct out *o, const char *head, const char *list, const char *tail);

/* Takes back all but one of the line ends at the end of the file. */
void out_end(struct out *o);

/* "main.c:12", for the comment above what comes from there. */
const char *out_where(struct out *o, ct_place place);

/* text as a C string literal with its quotes, all on one line. */
const char *out_quoted(struct out *o, const char *text);

/* text as the initialiser of an apus_str. */
const char *out_str_init(struct out *o, const char *text);

/* --- emit_type.c --- */

/* The name of a type's table; defines the table first where the file has none. */
const char *emit_type(struct out *o, const ct_type *type);

/* The table of a type that a function body names. */
void emit_named_type(struct out *o, const ct_named *n);

/* --- emit_value.c --- */

/* Defines a constant object of the type, from a default; gives its name, or NULL
 * when there is no default.  symbol is unique within the file. */
const char *emit_default(struct out *o, const char *symbol, const ct_type *type,
                         const ct_value *value);

/* The initialiser of a value that stands within another object: a constant
 * argument of a dependency.  NULL where the type takes none. */
const char *emit_constant(struct out *o, const ct_type *type, const ct_value *value);

/* --- emit_model.c --- */

void emit_enum(struct out *o, const ct_enum *e);
void emit_model(struct out *o, const ct_model *m);

/* Of a model that only this file refers to: its table, static. */
void emit_model_part(struct out *o, const ct_model *m);

/* Defines the rules of a field; gives "&name", or NULL where it has none. */
const char *emit_rules(struct out *o, const char *symbol, const ct_rules *rules);

/* The members of an apus_field initialiser, indented; object is the C type that
 * offsets count from. */
struct field_parts {
    const char *type, *rules, *fallback, *hooks;
};
struct field_parts emit_field_parts(struct out *o, const char *symbol, const char *object,
                                    const ct_field *field);
void emit_field_members(struct out *o, const char *indent, const char *object,
                        const ct_field *field, struct field_parts parts);

/* --- emit_hooks.c --- */

/* The functions of a field of the struct called object, and their table; its name, or NULL
 * where it has none. */
const char *emit_hooks(struct out *o, const char *symbol, const char *object, const ct_field *f);

/* Those of a model as a whole. */
void emit_model_hooks(struct out *o, const ct_model *m);

/* Those of a shape of a union that has some of its own. */
void emit_shape_hooks(struct out *o, const ct_model *whole);

/* --- emit_route.c --- */

void emit_security(struct out *o, const ct_security *s);
void emit_dependency(struct out *o, const ct_dependency *d);
void emit_middleware(struct out *o, const ct_function *f);
void emit_topic(struct out *o, const ct_topic *t);
void emit_states(struct out *o);

/* Those of this source; the list that an app's table points at, of all: how many. */
void emit_convertors(struct out *o);
unsigned emit_convertor_list(struct out *o, const char *symbol);

/* Defines apus__SYMBOL_socket, what a WebSocket route says (emit_socket.c). */
void emit_socket(struct out *o, const char *symbol, const ct_socket *s);
void emit_router(struct out *o, const ct_router *r);

/* --- emit_hash.c --- */

/* A perfect hash of the names of a model's fields. */
struct perfect_hash {
    uint32_t seed, mask; /* mask + 1 slots */
    uint16_t *slots;
};

/* false when memory is out or no seed was found (then names are searched in order). */
bool perfect_hash_find(apus_arena *arena, const ct_model *m, struct perfect_hash *out);

/* emit_docs.c: the table of a docs page; false where the app says nothing of it. */
bool emit_docs_page(struct out *o, const ct_app *app, const char *what, const ct_value *page);

#endif
