/* apus/process.h - other processes: started, told, and seen to their end.
 *
 *     int program, pid;
 *     rc = apus_program_open("/usr/bin/hello", &program, &err);
 *     rc = apus_process_start(&(apus_process_options){ .program = program, .argv = argv,
 *                                                      .env = env }, &pid, &err);
 *
 * A program is held by its descriptor, so that what is started later is the same file,
 * whatever stands at its path by then.
 *
 * THREADS: processes are started by a thread that is the only one. */
#ifndef APUS_PROCESS_H
#define APUS_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "apus/api.h"
#include "apus/rc.h"

APUS_API_BEGIN

/* --- who a process runs as --- */

enum { APUS_IDENTITY_GROUPS_MAX = 64 };

/* A user, a group, and the further groups that the user is in. */
typedef struct apus_identity {
    uint32_t user, group;
    uint32_t groups[APUS_IDENTITY_GROUPS_MAX];
    uint32_t n_groups;
} apus_identity;

/* Looks up "name" or "name:group".  APUS_OK, APUS_NOT_FOUND or APUS_LIMIT (too many
 * groups), with a sentence in *err. */
apus_rc apus_identity_find(const char *text, apus_identity *out, apus_err *err) APUS_NODISCARD;

/* Becomes that identity for good.  APUS_OK, or APUS_IO with a sentence: only root can. */
apus_rc apus_identity_assume(const apus_identity *who, apus_err *err) APUS_NODISCARD;

/* --- programs --- */

enum { APUS_PROGRAM_PATH_MAX = 4096 }; /* bytes of a path, with the NUL */

/* Where the running program was started from: a path that names the next version of it
 * once that is put there.  Links in it are not resolved.  `argv0` is main's.  APUS_OK, or
 * APUS_NOT_FOUND with a sentence. */
apus_rc apus_program_path(const char *argv0, char *path, apus_err *err) APUS_NODISCARD;

/* The arguments of the running program as it was started, whatever main made of them:
 * NULL at their end, kept until the process ends; NULL without
 * memory or where the system does not tell. */
char **apus_program_arguments(void);

/* Holds an executable file; the caller closes *fd with apus_program_close.  APUS_OK,
 * APUS_NOT_FOUND or APUS_IO, with a sentence in *err. */
apus_rc apus_program_open(const char *path, int *fd, apus_err *err) APUS_NODISCARD;
void apus_program_close(int fd);

/* --- processes --- */

typedef struct apus_process_options {
    int program;       /* apus_program_open */
    char *const *argv; /* NULL at the end, as for main */
    char *const *env;
    const int *keep;         /* descriptors that stay open, under their own numbers ... */
    size_t n_keep;           /* ... while all that are closed on exec are closed */
    const apus_identity *as; /* NULL: as we are */
} apus_process_options;

/* Starts a process, with signals as they were by default but for those that are ignored.
 * APUS_OK when it runs the program; APUS_LIMIT (no more processes), APUS_NOMEM or APUS_IO
 * when it does not, with a sentence in *err. */
apus_rc apus_process_start(const apus_process_options *options, int *pid, apus_err *err)
    APUS_NODISCARD;

typedef struct apus_process_end {
    bool by_signal;
    int code; /* the exit code, or the signal's number */
} apus_process_end;

/* Takes note of one child that has ended.  APUS_OK; APUS_MORE: none has; APUS_DONE: there
 * are no children. */
apus_rc apus_process_reap(int *pid, apus_process_end *end) APUS_NODISCARD;

/* What tools such as ps and top call this process: the last part of a path, cut to 15
 * bytes. */
void apus_process_set_name(const char *path);

/* Sends a signal; one that has ended hears nothing. */
void apus_process_signal(int pid, int number);

/* "signal 11 (Segmentation fault)" or "exit code 3", into `to`. */
enum { APUS_PROCESS_END_MAX = 64 };
void apus_process_end_print(const apus_process_end *end, char to[APUS_PROCESS_END_MAX]);

/* --- memory that processes share --- */

/* `size` zeroed bytes behind a descriptor that a started process can keep.  The caller
 * unmaps with apus_shared_close and closes *fd.  APUS_OK, APUS_NOMEM or APUS_IO. */
apus_rc apus_shared_create(const char *name, size_t size, int *fd, void **at, apus_err *err)
    APUS_NODISCARD;

/* The same memory in the process that was given fd.  APUS_OK; APUS_INVALID when it is
 * smaller than size; APUS_IO. */
apus_rc apus_shared_open(int fd, size_t size, void **at, apus_err *err) APUS_NODISCARD;
void apus_shared_close(void *at, size_t size); /* NULL is fine */

/* --- processors --- */

/* How many of them this process may keep busy: those that it may run on, and no more than
 * the quotas of its control groups (v1 and v2) allow, rounded up.  At least 1. */
unsigned apus_cores(void);

/* The same from what files say: `root` stands for "/".  For tests. */
unsigned apus_cores_allowed(const char *root, unsigned processors);

APUS_API_END

#endif
