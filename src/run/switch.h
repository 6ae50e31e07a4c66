/* src/run/switch.h - leaving one stack for another.
 *
 * x86-64 and aarch64 have a few instructions of assembly (switch_*.S); elsewhere
 * ucontext does it, slowly. */
#ifndef APUS_RUN_SWITCH_H
#define APUS_RUN_SWITCH_H

#if defined(__x86_64__) || defined(__aarch64__)
#define APUS__SWITCH_ASM 1
typedef struct apus__context {
    void *sp;
} apus__context;
#else
#include <ucontext.h>
typedef struct apus__context {
    ucontext_t u;
} apus__context;
#endif

/* Saves the running context in *from and goes on in *to. */
void apus__context_switch(apus__context *from, apus__context *to);

/* Makes *c a context that calls entry(), which never returns, on the stack that ends
 * at `top` (16-byte aligned) and has `size` bytes. */
void apus__context_make(apus__context *c, void *top, unsigned long size, void (*entry)(void));

#endif
