#include "apus/fault.h"

#include <execinfo.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    HANDLER_STACK = 128 * 1024, /* the unwinder wants room */
    FRAMES_MAX = 48,
    OWN_FRAMES = 2, /* the handler's, and the one that the kernel made */
};

static const struct {
    int number;
    const char *name; /* strsignal may allocate */
} faults[] = {
    { SIGSEGV, "Segmentation fault" },
    { SIGBUS, "Bus error" },
    { SIGABRT, "Aborted" },
    { SIGFPE, "Floating point exception" },
    { SIGILL, "Illegal instruction" },
};

enum { N_FAULTS = sizeof(faults) / sizeof(faults[0]) };

/* For the whole process: declared as such in fault.h. */
static const apus_fault_witness *witness;

/* --- a line without printf --- */

struct line {
    char text[512];
    size_t len;
};

static void add(struct line *l, const char *text)
{
    while (*text && l->len + 1 < sizeof(l->text))
        l->text[l->len++] = *text++;
}

static void add_number(struct line *l, uintptr_t n, unsigned base)
{
    char digits[24];
    size_t at = sizeof(digits);
    digits[--at] = 0;
    do
        digits[--at] = "0123456789abcdef"[n % base];
    while ((n /= base) > 0);
    add(l, digits + at);
}

static void say(int number, const siginfo_t *info)
{
    struct line l = { .len = 0 };
    const char *label = witness->doing(), *name = "a signal";
    bool from_kernel = info->si_code > 0;
    if (from_kernel && witness->overflows(info->si_addr)) {
        add(&l, "apus: stack overflow in ");
        add(&l, label ? label : "a fiber");
    } else {
        for (size_t i = 0; i < N_FAULTS; i++)
            if (faults[i].number == number)
                name = faults[i].name;
        add(&l, "apus: process ");
        add_number(&l, (uintptr_t)getpid(), 10);
        add(&l, " crashes in ");
        add(&l, label ? label : "no request");
        add(&l, ": ");
        add(&l, name);
        if (from_kernel) {
            add(&l, " at 0x");
            add_number(&l, (uintptr_t)info->si_addr, 16);
            if (number == SIGSEGV && info->si_code == SI_KERNEL) /* x86 does not say which */
                add(&l, ": not an address at all; the pointer was overwritten, or lies in memory "
                        "that was given back");
        }
    }
    l.text[l.len++] = '\n';
    ssize_t n = write(STDERR_FILENO, l.text, l.len);
    (void)n;
}

static void on_fault(int number, siginfo_t *info, void *context)
{
    void *frames[FRAMES_MAX];
    (void)context;
    signal(number, SIG_DFL); /* whatever happens in here ends it */
    say(number, info);
    int n = backtrace(frames, FRAMES_MAX);
    if (n > OWN_FRAMES)
        backtrace_symbols_fd(frames + OWN_FRAMES, n - OWN_FRAMES, STDERR_FILENO);
    /* returning repeats a fault, which a core file then shows where it happened; what
     * was sent has to be sent again */
    if (info->si_code <= 0)
        raise(number);
}

apus_rc apus_fault_report(const apus_fault_witness *w)
{
    static char *stack; /* as `witness` */
    if (!stack)
        stack = malloc(HANDLER_STACK);
    if (!stack)
        return APUS_NOMEM;
    void *frame;
    (void)backtrace(&frame, 1); /* loads the unwinder now, while memory may be taken */
    witness = w;
    stack_t alternate = { .ss_sp = stack, .ss_size = HANDLER_STACK };
    struct sigaction action = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK };
    if (sigaltstack(&alternate, NULL))
        return APUS_IO;
    for (size_t i = 0; i < N_FAULTS; i++)
        if (sigaction(faults[i].number, &action, NULL))
            return APUS_IO;
    return APUS_OK;
}
