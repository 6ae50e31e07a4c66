/* Starting a process: fork, and at once the program.
 *
 * What is done in between is done with all signals blocked and by calls that may stand
 * between a fork and an exec.  A pipe that the exec closes tells whether there was one:
 * what comes through it is why not. */
#include "apus/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#if defined(__linux__)
#include <sys/prctl.h>
#endif
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- programs --- */

/* Whether the path leads to the file that is running. */
static bool is_running(const char *path)
{
    struct stat there, here;
    return stat(path, &there) == 0 && stat("/proc/self/exe", &here) == 0 &&
           there.st_dev == here.st_dev && there.st_ino == here.st_ino;
}

apus_rc apus_program_path(const char *argv0, char *path, apus_err *err)
{
    char here[APUS_PROGRAM_PATH_MAX];
    if (argv0[0] == '/' && strlen(argv0) < APUS_PROGRAM_PATH_MAX && is_running(argv0)) {
        memcpy(path, argv0, strlen(argv0) + 1);
        return APUS_OK;
    }
    if (strchr(argv0, '/') && getcwd(here, sizeof(here))) {
        int n = snprintf(path, APUS_PROGRAM_PATH_MAX, "%.2000s/%.2000s", here, argv0);
        if (n < APUS_PROGRAM_PATH_MAX && is_running(path))
            return APUS_OK;
    }
    ssize_t n = readlink("/proc/self/exe", path, APUS_PROGRAM_PATH_MAX - 1);
    if (n <= 0)
        return apus_err_set(err, APUS_NOT_FOUND, "cannot tell where %s is: %s", argv0,
                            strerror(errno));
    path[n] = 0;
    return APUS_OK;
}

static char *read_all(const char *path, size_t *len)
{
    size_t room = 4096, n = 0, got;
    FILE *f = fopen(path, "re");
    char *text = f ? malloc(room) : NULL;
    while (text && (got = fread(text + n, 1, room - n, f)) > 0) {
        n += got;
        if (n < room)
            continue;
        char *more = realloc(text, room * 2);
        if (!more)
            free(text);
        text = more;
        room *= 2;
    }
    if (f)
        fclose(f);
    *len = n;
    return text;
}

char **apus_program_arguments(void)
{
    size_t len, n = 0;
    char *text = read_all("/proc/self/cmdline", &len);
    for (size_t i = 0; text && i < len; i++)
        n += text[i] == 0;
    char **words = text && n ? calloc(n + 1, sizeof(*words)) : NULL;
    if (!words) {
        free(text);
        return NULL;
    }
    for (size_t i = 0, k = 0; k < n; k++) {
        words[k] = text + i;
        i += strlen(text + i) + 1;
    }
    return words;
}

apus_rc apus_program_open(const char *path, int *fd, apus_err *err)
{
    struct stat st;
    int opened = open(path, O_RDONLY | O_CLOEXEC);
    if (opened < 0 || fstat(opened, &st)) {
        int why = errno;
        if (opened >= 0)
            close(opened);
        return apus_err_set(err, why == ENOENT ? APUS_NOT_FOUND : APUS_IO, "%s: %s", path,
                            strerror(why));
    }
    if (!S_ISREG(st.st_mode) || !(st.st_mode & S_IXUSR)) {
        close(opened);
        return apus_err_set(err, APUS_IO, "%s: not a program", path);
    }
    *fd = opened;
    return APUS_OK;
}

void apus_program_close(int fd)
{
    close(fd);
}

/* --- starting --- */

/* Handlers are the parent's; what is ignored stays so. */
static void forget_handlers(void)
{
    struct sigaction action;
    for (int number = 1; number < NSIG; number++)
        if (sigaction(number, NULL, &action) == 0 && action.sa_handler != SIG_IGN &&
            action.sa_handler != SIG_DFL)
            signal(number, SIG_DFL);
}

static void run(const apus_process_options *o, const sigset_t *mask)
{
    for (size_t i = 0; i < o->n_keep; i++)
        if (fcntl(o->keep[i], F_SETFD, 0))
            return;
    if (o->as && apus_identity_assume(o->as, NULL))
        return;
    forget_handlers();
    sigprocmask(SIG_SETMASK, mask, NULL);
    fexecve(o->program, o->argv, o->env);
}

static _Noreturn void be_child(const apus_process_options *o, const sigset_t *mask, int told)
{
    run(o, mask);
    int why = errno;
    ssize_t n = write(told, &why, sizeof(why)); /* no parent, nobody to tell */
    (void)n;
    _exit(127);
}

/* Why the child did not come to run the program; 0 if it did. */
static int wait_for_exec(int fd)
{
    int why = 0;
    ssize_t n;
    do
        n = read(fd, &why, sizeof(why));
    while (n < 0 && errno == EINTR);
    return n == (ssize_t)sizeof(why) ? why : 0;
}

static apus_rc refuse(int why, apus_err *err)
{
    return apus_err_set(err,
                        why == EAGAIN   ? APUS_LIMIT
                        : why == ENOMEM ? APUS_NOMEM
                                        : APUS_IO,
                        "cannot start a process: %s", strerror(why));
}

apus_rc apus_process_start(const apus_process_options *o, int *pid, apus_err *err)
{
    int ends[2];
    sigset_t all, mask;
    if (pipe2(ends, O_CLOEXEC))
        return refuse(errno, err);
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &mask);
    pid_t child = fork();
    int why = errno;
    if (child == 0)
        be_child(o, &mask, ends[1]);
    sigprocmask(SIG_SETMASK, &mask, NULL);
    close(ends[1]);
    if (child > 0)
        why = wait_for_exec(ends[0]);
    close(ends[0]);
    if (child > 0 && why)
        waitpid(child, NULL, 0);
    if (child < 0 || why)
        return refuse(why, err);
    *pid = child;
    return APUS_OK;
}

/* --- ends --- */

apus_rc apus_process_reap(int *pid, apus_process_end *end)
{
    int status;
    pid_t ended = waitpid(-1, &status, WNOHANG);
    if (ended == 0)
        return APUS_MORE;
    if (ended < 0)
        return APUS_DONE;
    *pid = ended;
    *end = WIFSIGNALED(status) ? (apus_process_end){ true, WTERMSIG(status) }
                               : (apus_process_end){ false, WEXITSTATUS(status) };
    return APUS_OK;
}

void apus_process_set_name(const char *path)
{
#if defined(__linux__)
    const char *slash = strrchr(path, '/');
    (void)prctl(PR_SET_NAME, slash ? slash + 1 : path);
#else
    (void)path;
#endif
}

void apus_process_signal(int pid, int number)
{
    (void)kill(pid, number);
}

void apus_process_end_print(const apus_process_end *end, char to[APUS_PROCESS_END_MAX])
{
    if (end->by_signal)
        snprintf(to, APUS_PROCESS_END_MAX, "signal %d (%s)", end->code, strsignal(end->code));
    else
        snprintf(to, APUS_PROCESS_END_MAX, "exit code %d", end->code);
}
