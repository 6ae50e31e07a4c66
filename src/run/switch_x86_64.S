/* void apus__switch(void **save, void *load), System V ABI.
 *
 * Pushes what a callee must keep (rbx, rbp, r12-r15, and the control words of SSE
 * and x87), leaves the stack pointer in *save, takes the other one, pops the same
 * and returns there.  switch.c lays out a new stack in this order. */
#if defined(__x86_64__)
#if defined(__APPLE__)
#define SWITCH _apus__switch
#else
#define SWITCH apus__switch
#endif
    .text
    .globl SWITCH
#if defined(__ELF__)
    .hidden SWITCH
    .type SWITCH, @function
#endif
    .p2align 4
SWITCH:
    pushq %r15
    pushq %r14
    pushq %r13
    pushq %r12
    pushq %rbp
    pushq %rbx
    subq $8, %rsp
    stmxcsr (%rsp)
    fnstcw 4(%rsp)
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    ldmxcsr (%rsp)
    fldcw 4(%rsp)
    addq $8, %rsp
    popq %rbx
    popq %rbp
    popq %r12
    popq %r13
    popq %r14
    popq %r15
    ret
#if defined(__ELF__)
    .size SWITCH, . - SWITCH
#endif
#endif
#if defined(__ELF__)
    .section .note.GNU-stack, "", %progbits
#endif
