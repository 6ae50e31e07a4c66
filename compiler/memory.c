/* Allocation that ends the program instead of failing. */
#include "compiler/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void memory_out(void)
{
    fputs("apusc: out of memory\n", stderr);
    exit(1);
}

void *memory_take(apus_arena *arena, size_t n, size_t size, size_t align)
{
    void *p = apus__arena_array(arena, n, size, align);
    if (!p)
        memory_out();
    return p;
}

const char *memory_slice(apus_arena *arena, const char *text, size_t len)
{
    const char *copy = apus_arena_str(arena, (apus_str){ text, len }).ptr;
    if (!copy)
        memory_out();
    return copy;
}

const char *memory_text(apus_arena *arena, const char *text)
{
    return text ? memory_slice(arena, text, strlen(text)) : NULL;
}

const char *memory_vtextf(apus_arena *arena, const char *fmt, va_list args)
{
    const char *text = apus_arena_vstrf(arena, fmt, args).ptr;
    if (!text)
        memory_out();
    return text;
}

const char *memory_textf(apus_arena *arena, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    const char *text = memory_vtextf(arena, fmt, args);
    va_end(args);
    return text;
}
