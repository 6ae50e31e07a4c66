/* compiler/memory.h - memory for a program that runs once.
 *
 * Everything lives in one arena until apusc ends.  When memory is out there is
 * nothing useful left to do: these say so and end the process with code 1, so
 * that nobody above has to check. */
#ifndef APUSC_MEMORY_H
#define APUSC_MEMORY_H

#include "apus/arena.h"

/* A zeroed T. */
#define NEW(arena, T)      ((T *)memory_take((arena), 1, sizeof(T), _Alignof(T)))
#define NEW_N(arena, T, n) ((T *)memory_take((arena), (n), sizeof(T), _Alignof(T)))

void *memory_take(apus_arena *arena, size_t n, size_t size, size_t align);

/* A copy of text, NUL-terminated; NULL stays NULL. */
const char *memory_text(apus_arena *arena, const char *text);
const char *memory_slice(apus_arena *arena, const char *text, size_t len);
const char *memory_textf(apus_arena *arena, const char *fmt, ...) APUS_PRINTF(2, 3);
const char *memory_vtextf(apus_arena *arena, const char *fmt, va_list args);

APUS_NORETURN void memory_out(void);

/* Appends an item to a singly linked list whose items have `next`. */
#define APPEND(list, item)                                                                         \
    do {                                                                                           \
        __typeof__(list) *append_at = &(list);                                                     \
        while (*append_at)                                                                         \
            append_at = &(*append_at)->next;                                                       \
        *append_at = (item);                                                                       \
    } while (0)

#endif
