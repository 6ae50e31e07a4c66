#include "process.h"

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command.h"

extern char **environ;

void argv_add(struct argv *a, const char *word)
{
    if (a->n + 2 > a->cap) {
        unsigned cap = a->cap ? a->cap * 2 : 16;
        const char **words = APUS_NEW(a->arena, const char *, cap);
        if (!words) {
            complain("out of memory");
            exit(EXIT_FAILED);
        }
        if (a->n)
            memcpy(words, a->words, a->n * sizeof(words[0]));
        a->words = words;
        a->cap = cap;
    }
    a->words[a->n++] = word;
    a->words[a->n] = NULL;
}

void argv_add_words(struct argv *a, const char *text)
{
    while (text && *text) {
        size_t blank = strspn(text, " \t"), len = strcspn(text + blank, " \t");
        if (len)
            argv_add(a, textf(a->arena, "%.*s", (int)len, text + blank));
        text += blank + len;
    }
}

static int spawn(const struct argv *a, const posix_spawn_file_actions_t *actions, pid_t *pid)
{
    return posix_spawnp(pid, a->words[0], actions, NULL, (char *const *)(uintptr_t)a->words,
                        environ);
}

pid_t process_start(const struct argv *a)
{
    pid_t pid;
    errno = spawn(a, NULL, &pid);
    return errno ? -1 : pid;
}

int process_code(int status)
{
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int wait_for(pid_t pid)
{
    int status;
    while (waitpid(pid, &status, 0) < 0) {
        if (errno != EINTR)
            return 127;
    }
    return process_code(status);
}

static void collect(int fd, struct capture *capture)
{
    apus_buf b = apus_buf_in(capture->arena);
    char piece[4096];
    for (;;) {
        ssize_t n = read(fd, piece, sizeof(piece));
        if (n > 0)
            apus_buf_add(&b, (apus_str){ piece, (size_t)n });
        else if (n == 0 || errno != EINTR)
            break;
    }
    apus_str text;
    capture->text = apus_buf_take(&b, &text) ? "" : text.ptr;
}

static int run_captured(const struct argv *a, struct capture *capture, pid_t *pid)
{
    int ends[2];
    if (pipe(ends))
        return errno;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
    posix_spawn_file_actions_addclose(&actions, ends[0]);
    posix_spawn_file_actions_addclose(&actions, ends[1]);
    int failed = spawn(a, &actions, pid);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    if (!failed)
        collect(ends[0], capture);
    close(ends[0]);
    return failed;
}

int process_run(const struct argv *a, struct capture *capture)
{
    pid_t pid = 0;
    int failed = capture ? run_captured(a, capture, &pid) : spawn(a, NULL, &pid);
    if (failed) {
        const char *why = textf(a->arena, "cannot run %s: %s\n", a->words[0], strerror(failed));
        if (capture)
            capture->text = why;
        else
            complain("%s", why);
        return 127;
    }
    return wait_for(pid);
}

void process_exec(const struct argv *a)
{
    execvp(a->words[0], (char *const *)(uintptr_t)a->words);
    complain("cannot run %s: %s", a->words[0], strerror(errno));
}
