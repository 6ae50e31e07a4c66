/* A server that is measured: started by its command, asked over the loopback. */
#ifndef BENCH_TARGET_H
#define BENCH_TARGET_H

#include <stddef.h>
#include <sys/types.h>

double seconds_now(void); /* monotonic */

/* Ends the program, with errno's reason. */
_Noreturn void die(const char *what);

/* Starts command, {port} in which is replaced, and waits until it accepts.  It dies with us. */
pid_t target_start(const char *name, const char *command, int port);

/* A blocking connection, or -1. */
int target_connect(int port);

/* How long the whole first answer in buf[0..n) is, or 0. */
size_t answer_length(const char *buf, size_t n);

/* User + system seconds of a process and all its living descendants. */
double cpu_of_tree(pid_t pid);

/* Private and dirty memory of a process, in KiB. */
long dirty_kib(pid_t pid);

#endif
