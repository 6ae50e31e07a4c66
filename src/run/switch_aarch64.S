/* void apus__switch(void **save, void *load), AAPCS64.
 *
 * Stores what a callee must keep (x19-x30, d8-d15), leaves the stack pointer in
 * *save, takes the other one, loads the same and returns there.  switch.c lays out
 * a new stack in this order. */
#if defined(__aarch64__)
#if defined(__APPLE__)
#define SWITCH _apus__switch
#else
#define SWITCH apus__switch
#endif
    .text
    .globl SWITCH
#if defined(__ELF__)
    .hidden SWITCH
    .type SWITCH, %function
#endif
    .p2align 4
SWITCH:
    sub sp, sp, #160
    stp x19, x20, [sp, #0]
    stp x21, x22, [sp, #16]
    stp x23, x24, [sp, #32]
    stp x25, x26, [sp, #48]
    stp x27, x28, [sp, #64]
    stp x29, x30, [sp, #80]
    stp d8, d9, [sp, #96]
    stp d10, d11, [sp, #112]
    stp d12, d13, [sp, #128]
    stp d14, d15, [sp, #144]
    mov x9, sp
    str x9, [x0]
    mov sp, x1
    ldp x19, x20, [sp, #0]
    ldp x21, x22, [sp, #16]
    ldp x23, x24, [sp, #32]
    ldp x25, x26, [sp, #48]
    ldp x27, x28, [sp, #64]
    ldp x29, x30, [sp, #80]
    ldp d8, d9, [sp, #96]
    ldp d10, d11, [sp, #112]
    ldp d12, d13, [sp, #128]
    ldp d14, d15, [sp, #144]
    add sp, sp, #160
    ret
#if defined(__ELF__)
    .size SWITCH, . - SWITCH
#endif
#endif
#if defined(__ELF__)
    .section .note.GNU-stack, "", %progbits
#endif
