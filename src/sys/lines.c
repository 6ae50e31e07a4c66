/* One writes lines into memory, the other one reads them and writes them out: `head` is moved
 * by the first, `tail` by the second, each a place in `bytes`.
 *
 *     head >= tail:   |......[tail lines head)......|        what is to be read
 *     head <  tail:   |lines head)......[tail lines mark)..|  first up to mark, then from 0
 *
 * A line is never split: one that does not fit in front of the end goes to the beginning. */
#include "apus/lines.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "apus/metric.h"
#include "apus/value.h"

enum {
    ROOM = 1 << 20,
    WRITE_MAX = 1 << 16, /* bytes of one write to a file */
    PIPE_MAX = 4096,     /* ... and to anything else: it takes them as a whole, or not yet */
    POLL_MS = 100,       /* between two looks whether it takes some, and whether to end */
};
#define EVERY (200 * APUS_MILLISECOND)

_Static_assert((int)APUS_LINES_MAX <= (int)PIPE_MAX, "a line is written as a whole");

struct apus_lines {
    apus_lines_options options;
    size_t head, tail, mark;
    char *bytes;
    pthread_t thread;
    pthread_mutex_t lock; /* for who sleeps, and the end */
    pthread_cond_t news, over;
    bool reopens;    /* these are atomic */
    bool ends;       /* the thread writes what is left and ends */
    bool gives_up;   /* ... without that */
    bool has_ended;  /* under the lock */
    bool in_trouble; /* these are the thread's */
    bool is_file;    /* takes all at once, and is not asked whether it can */
    bool is_broken;  /* the last line ends in its middle */
    int fd;
    uint64_t lost; /* lines, since it is in trouble */
};

#define LOAD(at)      __atomic_load_n((at), __ATOMIC_ACQUIRE)
#define STORE(at, to) __atomic_store_n((at), (to), __ATOMIC_RELEASE)

/* --- who adds --- */

/* Where n bytes can stand, or SIZE_MAX. */
static size_t find_room(apus_lines *l, size_t n)
{
    size_t head = l->head, tail = LOAD(&l->tail);
    if (head < tail)
        return n < tail - head ? head : SIZE_MAX;
    if (n <= l->options.room - head)
        return head;
    if (n >= tail)
        return SIZE_MAX;
    STORE(&l->mark, head);
    return 0;
}

/* Half of it is full: the thread need not wait any longer. */
static bool is_much(const apus_lines *l, size_t before)
{
    size_t half = l->options.room / 2;
    return (before < half) != (l->head < half);
}

apus_rc apus_lines_add(apus_lines *l, apus_str line)
{
    size_t before = l->head;
    size_t at = line.len && line.len <= APUS_LINES_MAX ? find_room(l, line.len) : SIZE_MAX;
    if (at == SIZE_MAX) {
        apus_metric_add(APUS_METRIC_log_dropped, 1);
        return APUS_LIMIT;
    }
    memcpy(l->bytes + at, line.ptr, line.len);
    STORE(&l->head, at + line.len);
    if (APUS_UNLIKELY(is_much(l, before)))
        pthread_cond_signal(&l->news); /* one that is missed costs a tenth of a second */
    return APUS_OK;
}

/* --- the file --- */

static apus_rc open_file(apus_lines *l, int *fd, apus_err *err)
{
    const char *path = l->options.path;
    *fd = strcmp(path, "-") == 0
              ? fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3)
              : open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0640);
    if (*fd < 0)
        return apus_err_set(err, APUS_IO, "%s: cannot be written: %s", path, strerror(errno));
    return APUS_OK;
}

static void take_file(apus_lines *l, int fd)
{
    struct stat st;
    l->is_file = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
    l->fd = fd;
}

static void tell(const apus_lines *l, const apus_err *err)
{
    if (l->options.trouble)
        l->options.trouble(l->options.ctx, err);
}

static void reopen(apus_lines *l)
{
    apus_err err;
    int fd;
    if (open_file(l, &fd, &err)) {
        tell(l, &err);
        return;
    }
    close(l->fd);
    take_file(l, fd);
}

/* --- who writes --- */

static uint64_t count_lines(const char *at, size_t len)
{
    uint64_t n = 0;
    for (const char *end = at + len, *next;
         at < end && (next = memchr(at, '\n', (size_t)(end - at))); at = next + 1)
        n++;
    return n;
}

/* Whether writing will not wait; not when it is time to give up. */
static bool can_write(apus_lines *l)
{
    struct pollfd p = { .fd = l->fd, .events = POLLOUT };
    while (!LOAD(&l->gives_up)) {
        if (l->is_file || poll(&p, 1, POLL_MS) > 0)
            return true;
    }
    return false;
}

static void lose(apus_lines *l, const char *at, size_t len, const char *why)
{
    uint64_t n = count_lines(at, len);
    apus_metric_add(APUS_METRIC_log_dropped, (int64_t)n);
    l->lost += n;
    if (l->in_trouble)
        return;
    apus_err err;
    l->in_trouble = true;
    apus__err_set(&err, APUS_IO, "%s: %s; lines are lost until it works again", l->options.path,
                  why);
    tell(l, &err);
}

static void recovered(apus_lines *l)
{
    apus_err err;
    if (!l->in_trouble)
        return;
    apus__err_set(&err, APUS_OK, "%s: is written again; %llu lines were lost", l->options.path,
                  (unsigned long long)l->lost);
    l->in_trouble = false;
    l->lost = 0;
    tell(l, &err);
}

/* What follows a line that was cut off begins a new one. */
static void mend(apus_lines *l)
{
    if (l->is_broken && can_write(l) && write(l->fd, "\n", 1) == 1)
        l->is_broken = false;
}

static void write_out(apus_lines *l, const char *at, size_t len)
{
    const char *begin = at;
    mend(l);
    while (len) {
        ssize_t n = can_write(l) ? write(l->fd, at, len) : -1;
        if (n < 0 && errno == EINTR && !LOAD(&l->gives_up))
            continue;
        if (n < 0 && errno == EAGAIN && !LOAD(&l->gives_up)) {
            nanosleep(&(struct timespec){ .tv_nsec = POLL_MS * APUS_MILLISECOND }, NULL);
            continue;
        }
        if (n < 0) {
            l->is_broken = l->is_broken || (at > begin && at[-1] != '\n');
            lose(l, at, len, LOAD(&l->gives_up) ? "takes nothing" : strerror(errno));
            return;
        }
        apus_metric_add(APUS_METRIC_log_lines, (int64_t)count_lines(at, (size_t)n));
        at += n;
        len -= (size_t)n;
    }
    recovered(l);
}

/* The end of the last whole line within `most` bytes. */
static size_t whole_lines(const char *at, size_t len, size_t most)
{
    if (len <= most)
        return len;
    const char *end = memrchr(at, '\n', most);
    return end ? (size_t)(end - at) + 1 : most;
}

/* Writes until there is nothing, which under load may be never: a file that was moved is opened
 * anew between two pieces. */
static void empty(apus_lines *l)
{
    for (;;) {
        if (__atomic_exchange_n(&l->reopens, false, __ATOMIC_ACQ_REL))
            reopen(l);
        size_t head = LOAD(&l->head), tail = l->tail;
        if (tail == head)
            return;
        size_t end = tail < head ? head : LOAD(&l->mark);
        if (tail == end) {
            STORE(&l->tail, 0);
            continue;
        }
        size_t n = whole_lines(l->bytes + tail, end - tail, l->is_file ? WRITE_MAX : PIPE_MAX);
        write_out(l, l->bytes + tail, n);
        STORE(&l->tail, tail + n);
    }
}

static void rest(apus_lines *l)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    int64_t ns = until.tv_nsec + l->options.every;
    until.tv_sec += ns / APUS_SECOND;
    until.tv_nsec = ns % APUS_SECOND;
    pthread_mutex_lock(&l->lock);
    if (!LOAD(&l->ends))
        pthread_cond_timedwait(&l->news, &l->lock, &until);
    pthread_mutex_unlock(&l->lock);
}

static void *thread_main(void *lines)
{
    apus_lines *l = lines;
    bool ends = false;
    while (!ends) {
        rest(l);
        ends = LOAD(&l->ends); /* before the last look */
        empty(l);
    }
    pthread_mutex_lock(&l->lock);
    l->has_ended = true;
    pthread_cond_signal(&l->over);
    pthread_mutex_unlock(&l->lock);
    return NULL;
}

/* --- beginning and end --- */

static void destroy(apus_lines *l)
{
    pthread_cond_destroy(&l->over);
    pthread_cond_destroy(&l->news);
    pthread_mutex_destroy(&l->lock);
    free(l->bytes);
    free(l);
}

static void init_waits(apus_lines *l)
{
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&l->news, &monotonic);
    pthread_cond_init(&l->over, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_init(&l->lock, NULL);
}

apus_rc apus_lines_open(const apus_lines_options *options, apus_lines **out, apus_err *err)
{
    int fd = -1;
    apus_lines *l = calloc(1, sizeof(*l));
    if (!l)
        return apus_err_set(err, APUS_NOMEM, "%s: no memory for its lines", options->path);
    l->options = *options;
    l->options.room = options->room ? options->room : ROOM;
    l->options.every = options->every ? options->every : EVERY;
    l->bytes = malloc(l->options.room);
    init_waits(l);
    apus_rc rc = l->bytes ? APUS_OK : APUS_NOMEM;
    if (rc)
        apus__err_set(err, rc, "%s: no memory for its lines", options->path);
    else
        rc = open_file(l, &fd, err);
    if (!rc) {
        take_file(l, fd);
        if (pthread_create(&l->thread, NULL, thread_main, l)) {
            close(fd);
            rc = apus_err_set(err, APUS_NOMEM, "%s: no thread to write it", options->path);
        }
    }
    if (rc)
        destroy(l);
    else
        *out = l;
    return rc;
}

void apus_lines_reopen(apus_lines *l)
{
    STORE(&l->reopens, true);
    pthread_cond_signal(&l->news);
}

/* Whether the thread has ended by then; under the lock. */
static bool wait_for_end(apus_lines *l, int64_t patience)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    int64_t ns = until.tv_nsec + patience;
    until.tv_sec += ns / APUS_SECOND;
    until.tv_nsec = ns % APUS_SECOND;
    int rc = 0;
    while (!l->has_ended && rc == 0)
        rc = pthread_cond_timedwait(&l->over, &l->lock, &until);
    return l->has_ended;
}

void apus_lines_close(apus_lines *l, int64_t patience)
{
    if (!l)
        return;
    pthread_mutex_lock(&l->lock);
    STORE(&l->ends, true);
    pthread_cond_signal(&l->news);
    bool ended = wait_for_end(l, patience);
    STORE(&l->gives_up, true);
    if (!ended)
        ended = wait_for_end(l, 3 * POLL_MS * APUS_MILLISECOND);
    pthread_mutex_unlock(&l->lock);
    if (!ended) {
        pthread_detach(l->thread); /* what it holds goes with the process */
        return;
    }
    pthread_join(l->thread, NULL);
    close(l->fd);
    destroy(l);
}
