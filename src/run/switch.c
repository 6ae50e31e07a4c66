#include "run/switch.h"

#include <stdint.h>
#include <string.h>

#ifdef APUS__SWITCH_ASM

void apus__switch(void **save, void *load); /* switch_*.S */

void apus__context_switch(apus__context *from, apus__context *to)
{
    apus__switch(&from->sp, to->sp);
}

#if defined(__x86_64__)
enum { SAVED_WORDS = 8 }; /* control words, rbx, rbp, r12-r15, return address */
enum { RETURN_WORD = 7 };
#define ENTRY_GAP 8 /* as after a call: rsp + 8 is a multiple of 16 at the entry */
#else
enum { SAVED_WORDS = 20 }; /* x19-x30, d8-d15 */
enum { RETURN_WORD = 11 };
#define ENTRY_GAP 0
#endif

void apus__context_make(apus__context *c, void *top, unsigned long size, void (*entry)(void))
{
    (void)size;
    uintptr_t *sp = (uintptr_t *)((char *)top - ENTRY_GAP) - SAVED_WORDS;
    memset(sp, 0, SAVED_WORDS * sizeof(*sp));
#if defined(__x86_64__)
    /* the defaults of the ABI: mxcsr 0x1f80, x87 control word 0x037f */
    sp[0] = UINT64_C(0x037f00001f80);
#endif
    sp[RETURN_WORD] = (uintptr_t)entry;
    c->sp = sp;
}

#else

void apus__context_switch(apus__context *from, apus__context *to)
{
    swapcontext(&from->u, &to->u);
}

void apus__context_make(apus__context *c, void *top, unsigned long size, void (*entry)(void))
{
    getcontext(&c->u);
    c->u.uc_stack.ss_sp = (char *)top - size;
    c->u.uc_stack.ss_size = size;
    c->u.uc_link = 0;
    makecontext(&c->u, entry, 0);
}

#endif
