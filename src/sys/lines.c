/* One writes lines into memory, the other one (sys/lines.h) reads them and writes them out: `head`
 * is moved by the first, `tail` by the second, each a place in `bytes`.
 *
 *     head >= tail:   |......[tail lines head)......|        what is to be read
 *     head <  tail:   |lines head)......[tail lines mark)..|  first up to mark, then from 0
 *
 * A line is never split: one that does not fit in front of the end goes to the beginning. */
#include "apus/lines.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "apus/metric.h"
#include "apus/value.h"
#include "sys/lines.h"

enum {
    ROOM = 1 << 20,
    WRITE_MAX = 1 << 16, /* bytes of one write to a file */
    PIPE_MAX = 4096,     /* ... and to anything else: it takes them as a whole, or not yet */
};
#define EVERY (200 * APUS_MILLISECOND)

_Static_assert((int)APUS_LINES_MAX <= (int)PIPE_MAX, "a line is written as a whole");

struct apus_lines {
    apus_lines_options options;
    size_t head, tail, mark;
    char *bytes;
    apus__lines_writer *writer;
    bool reopens;    /* these are atomic */
    bool gives_up;   /* who writes waits for nothing any more */
    bool in_trouble; /* these are the writer's */
    bool is_file;    /* takes all at once, and is not asked whether it can */
    int fd;
    dev_t device; /* with its number: which file it is */
    ino_t number;
    uint64_t lost;   /* lines, since it is in trouble */
    char *unwritten; /* what is left of a line that was cut off, at most a line ... */
    size_t n_unwritten;
    off_t cut_at; /* ... where the file ended then */
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

/* Half of it is full: who writes need not wait any longer. */
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
        apus__lines_writer_wake(l->writer);
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

/* It cannot be made whole any more. */
static void forget_cut(apus_lines *l)
{
    l->n_unwritten = 0;
    l->lost++;
    apus_metric_add(APUS_METRIC_log_dropped, 1);
}

/* A line that was cut off stays in the file where it stands. */
static void take_file(apus_lines *l, int fd)
{
    struct stat st = { 0 };
    l->is_file = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
    if (l->n_unwritten && (st.st_dev != l->device || st.st_ino != l->number))
        forget_cut(l);
    l->device = st.st_dev;
    l->number = st.st_ino;
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
        if (l->is_file || poll(&p, 1, APUS__LINES_POLL_MS) > 0)
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

/* As write; -1 with no errno of its own when it is time to give up. */
static ssize_t put(apus_lines *l, const char *at, size_t len)
{
    for (;;) {
        ssize_t n = can_write(l) ? write(l->fd, at, len) : -1;
        if (n >= 0 || LOAD(&l->gives_up) || (errno != EINTR && errno != EAGAIN))
            return n;
        if (errno == EAGAIN)
            nanosleep(&(struct timespec){ .tv_nsec = APUS__LINES_POLL_MS * APUS_MILLISECOND },
                      NULL);
    }
}

static off_t size_of(const apus_lines *l)
{
    struct stat st;
    return l->is_file && fstat(l->fd, &st) == 0 ? st.st_size : -1;
}

/* Keeps what is left of the line that ends in its middle; what has begun at `at` is not written.
 * How many bytes that are. */
static size_t keep_cut(apus_lines *l, const char *at, size_t len)
{
    const char *end = memchr(at, '\n', len);
    size_t n = end ? (size_t)(end - at) + 1 : len;
    memcpy(l->unwritten, at, n);
    l->n_unwritten = n;
    l->cut_at = size_of(l);
    return n;
}

/* A line that was cut off is finished, or where others have written since, in another process,
 * ended.  Whether that was possible. */
static bool mend(apus_lines *l)
{
    if (!l->n_unwritten)
        return true;
    bool is_last = l->cut_at >= 0 && size_of(l) == l->cut_at;
    ssize_t n = is_last ? put(l, l->unwritten, l->n_unwritten) : put(l, "\n", 1);
    if (n <= 0)
        return false;
    if (!is_last) {
        forget_cut(l);
        return true;
    }
    l->n_unwritten -= (size_t)n;
    memmove(l->unwritten, l->unwritten + n, l->n_unwritten);
    l->cut_at = size_of(l);
    if (l->n_unwritten)
        return false;
    apus_metric_add(APUS_METRIC_log_lines, 1);
    return true;
}

static void write_out(apus_lines *l, const char *at, size_t len)
{
    const char *begin = at;
    if (!mend(l)) {
        lose(l, at, len, LOAD(&l->gives_up) ? "takes nothing" : strerror(errno));
        return;
    }
    while (len) {
        ssize_t n = put(l, at, len);
        if (n < 0) {
            int why = errno;
            size_t kept = at > begin && at[-1] != '\n' ? keep_cut(l, at, len) : 0;
            lose(l, at + kept, len - kept, LOAD(&l->gives_up) ? "takes nothing" : strerror(why));
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
void apus__lines_write(apus_lines *l)
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

/* --- beginning and end --- */

static void destroy(apus_lines *l)
{
    free(l->bytes);
    free(l->unwritten);
    free(l);
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
    l->unwritten = malloc(APUS_LINES_MAX);
    apus_rc rc = l->bytes && l->unwritten ? APUS_OK : APUS_NOMEM;
    if (rc)
        apus__err_set(err, rc, "%s: no memory for its lines", options->path);
    else
        rc = open_file(l, &fd, err);
    if (!rc) {
        take_file(l, fd);
        rc = apus__lines_writer_start(l, l->options.every, &l->writer);
        if (rc) {
            close(fd);
            apus__err_set(err, rc, "%s: no thread to write it", options->path);
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
    apus__lines_writer_wake(l->writer);
}

void apus__lines_give_up(apus_lines *l)
{
    STORE(&l->gives_up, true);
}

void apus_lines_close(apus_lines *l, int64_t patience)
{
    if (!l || !apus__lines_writer_stop(l->writer, patience))
        return; /* what a thread that hangs holds goes with the process */
    if (l->n_unwritten)
        forget_cut(l);
    close(l->fd);
    destroy(l);
}
