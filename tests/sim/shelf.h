/* The files that the simulated service gives away, and everything that each of them ever was: an
 * answer must be one edition of its file, from first to last byte, and one that stood there while
 * the request was under way.  There is one shelf, as there is one world. */
#ifndef TESTS_SIM_SHELF_H
#define TESTS_SIM_SHELF_H

#include <stdbool.h>
#include <stdint.h>

#include <apus/str.h>

enum { SHELF_FILES = 6 };

typedef struct edition {
    char etag[48];
    int64_t size;
    int64_t text;        /* its bytes begin so far into the pattern */
    int64_t from, until; /* sim time; INT64_MAX: it still stands */
} edition;

void shelf_fill(void); /* files of sizes that the seed chooses */
void shelf_empty(void);

/* One file is replaced, shortened for those who read it as well, taken away or put back. */
void shelf_change(void);

/* The edition of that file with that tag; NULL: it never had one. */
const edition *shelf_find(int file, apus_str etag);
const edition *shelf_current(int file); /* NULL: there is none */
bool shelf_was_without(int file, int64_t since);

bool edition_has(const edition *e, int64_t at, apus_str bytes);

/* --- what the service was given to keep --- */

enum { KEPT_NAME_MAX = 48 };

/* A name that says what the file holds: so many bytes of the pattern, from there on. */
void kept_name(char to[KEPT_NAME_MAX], int64_t size, int64_t text);
bool kept_is_whole(const char *name);

/* What is in the folder that is not whole, or NULL. */
const char *kept_find_wrong(void);

#endif
