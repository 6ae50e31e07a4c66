/* A text that a pattern matches, for the part of patterns that people write in contracts:
 *
 *     choice   = sequence { "|" sequence }
 *     sequence = { atom [ "?" | "*" | "+" | "{" n [ "," [ m ] ] "}" ] }
 *     atom     = character | "." | "\d" | "[...]" | "(" choice ")" | "^" | "$" | "\b"
 *
 * Look-around, references to groups and classes by name are not understood. */
#include <string.h>

#include "apus/sample.h"

enum { DEPTH_MAX = 20, REPEAT_MAX = 100, WORK_MAX = 100000 /* atoms walked */ };

struct walker {
    const char *at, *end;
    apus_buf *out; /* NULL: only walks */
    uint64_t seed;
    unsigned depth;
    unsigned *work; /* shared by all that walk: repetitions within repetitions multiply */
    bool failed;
};

static void walk_choice(struct walker *w);

static uint64_t next(struct walker *w, uint64_t n)
{
    if (w->seed == 0 || n < 2)
        return 0;
    w->seed = w->seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (w->seed >> 33) % n;
}

static bool has(const struct walker *w, char c)
{
    return w->at < w->end && *w->at == c;
}

static void put(struct walker *w, char c)
{
    if (w->out && w->out->len < APUS_SAMPLE_LENGTH_MAX)
        apus_buf_addc(w->out, c);
}

/* --- classes: which of the printable characters --- */

struct set {
    bool in[128];
};

static void add_range(struct set *s, unsigned char from, unsigned char to)
{
    for (unsigned c = from; c <= to && c < 128; c++)
        s->in[c] = true;
}

/* \d, \w, \s and their opposites; false: it is a character. */
static bool add_named(struct set *s, char name)
{
    struct set named = { { false } };
    char lower = (char)(name | 0x20);
    if (lower != 'd' && lower != 'w' && lower != 's')
        return false;
    if (lower == 's')
        add_range(&named, ' ', ' ');
    else
        add_range(&named, '0', '9');
    if (lower == 'w') {
        add_range(&named, 'a', 'z');
        add_range(&named, 'A', 'Z');
        add_range(&named, '_', '_');
    }
    for (unsigned c = '!'; c < 127; c++)
        s->in[c] = s->in[c] || (name == lower ? named.in[c] : !named.in[c]);
    s->in[' '] = s->in[' '] || (lower == 's' && name == lower);
    return true;
}

static char escaped(char c)
{
    return (char)(c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c);
}

static void put_one_of(struct walker *w, const struct set *s)
{
    static const char order[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_-. !\"#$%&'()*+,/:;<=>?@[\\]^`{|}~\t\n\r";
    char known[sizeof(order)];
    size_t n = 0;
    for (const char *c = order; *c; c++) {
        if (s->in[(unsigned char)*c])
            known[n++] = *c;
    }
    if (n == 0)
        w->failed = true;
    else
        put(w, known[next(w, n)]);
}

/* Behind "[". */
static void walk_class(struct walker *w)
{
    struct set s = { { false } };
    bool is_not = has(w, '^');
    w->at += is_not;
    for (bool first = true; w->at < w->end && (first || *w->at != ']'); first = false) {
        unsigned char from = (unsigned char)*w->at++;
        if (from == '[' && has(w, ':'))
            w->failed = true;
        if (from == '\\' && w->at < w->end) {
            char name = *w->at++;
            if (add_named(&s, name))
                continue;
            from = (unsigned char)escaped(name);
        }
        unsigned char to = from;
        if (has(w, '-') && w->at + 1 < w->end && w->at[1] != ']') {
            to = (unsigned char)w->at[1];
            w->at += 2;
            if (to == '\\' && w->at < w->end)
                to = (unsigned char)*w->at++;
        }
        add_range(&s, from, to);
    }
    w->failed = w->failed || !has(w, ']');
    w->at += w->at < w->end;
    if (is_not) {
        for (unsigned c = ' '; c < 127; c++)
            s.in[c] = !s.in[c];
        s.in['\n'] = s.in['\t'] = s.in['\r'] = false;
    }
    put_one_of(w, &s);
}

/* --- atoms --- */

static void walk_escape(struct walker *w)
{
    struct set s = { { false } };
    char name = w->at < w->end ? *w->at++ : '\0';
    if (name == 'b' || name == 'A' || name == 'Z' || name == 'z')
        return;
    if (add_named(&s, name))
        put_one_of(w, &s);
    else if ((name >= 'a' && name <= 'z' && !strchr("ntr", name)) || (name >= 'A' && name <= 'Z') ||
             (name >= '0' && name <= '9'))
        w->failed = true; /* a property, a reference, a character by its number */
    else
        put(w, escaped(name));
}

/* Behind "(". */
static void walk_group(struct walker *w)
{
    if (has(w, '?')) {
        w->at++;
        if (!has(w, ':'))
            w->failed = true; /* looks around, or has a name */
        w->at += w->at < w->end;
    }
    walk_choice(w);
    w->failed = w->failed || !has(w, ')');
    w->at += w->at < w->end;
}

static void walk_atom(struct walker *w)
{
    char c = *w->at++;
    if (++*w->work > WORK_MAX)
        w->failed = true;
    else if (c == '[')
        walk_class(w);
    else if (c == '(')
        walk_group(w);
    else if (c == '\\')
        walk_escape(w);
    else if (c == '.')
        put(w, 'a');
    else if (c == '*' || c == '+' || c == '?')
        w->failed = true;
    else if (c != '^' && c != '$')
        put(w, c);
}

/* --- repetitions --- */

static unsigned read_number(struct walker *w)
{
    unsigned n = 0;
    while (w->at < w->end && *w->at >= '0' && *w->at <= '9') {
        n = n * 10 + (unsigned)(*w->at++ - '0');
        n = n > REPEAT_MAX ? REPEAT_MAX : n;
    }
    return n;
}

static void read_counts(struct walker *w, unsigned *least, unsigned *most)
{
    *least = *most = 1;
    if (has(w, '?') || has(w, '*') || has(w, '+')) {
        *least = has(w, '+');
        *most = has(w, '?') ? 1 : *least + 3;
        w->at++;
    } else if (has(w, '{')) {
        w->at++;
        *least = read_number(w);
        *most = *least;
        if (has(w, ',')) {
            w->at++;
            *most = has(w, '}') ? *least + 3 : read_number(w);
        }
        w->failed = w->failed || !has(w, '}') || *most < *least;
        w->at += w->at < w->end;
    }
    if (has(w, '?') || has(w, '+')) /* lazy, possessive: the same texts */
        w->at++;
}

static void walk_repeated(struct walker *w)
{
    const char *begin = w->at;
    apus_buf *out = w->out;
    unsigned least, most;
    w->out = NULL;
    walk_atom(w);
    read_counts(w, &least, &most);
    const char *behind = w->at;
    w->out = out;
    unsigned n = out ? least + (unsigned)next(w, most - least + 1) : 0;
    /* with the plainest seed something stands where anything may */
    if (out && n == 0 && most > 1 && w->seed == 0)
        n = 1;
    for (unsigned i = 0; i < n && !w->failed; i++) {
        w->at = begin;
        walk_atom(w);
    }
    w->at = behind;
}

static void walk_sequence(struct walker *w)
{
    while (w->at < w->end && *w->at != '|' && *w->at != ')' && !w->failed)
        walk_repeated(w);
}

static unsigned count_choices(struct walker w)
{
    unsigned n = 1;
    w.out = NULL;
    walk_sequence(&w);
    while (has(&w, '|') && !w.failed) {
        w.at++;
        walk_sequence(&w);
        n++;
    }
    return n;
}

static void walk_choice(struct walker *w)
{
    if (++w->depth > DEPTH_MAX) {
        w->failed = true;
        return;
    }
    apus_buf *out = w->out;
    unsigned chosen = out ? (unsigned)next(w, count_choices(*w)) : 0;
    for (unsigned i = 0;; i++) {
        w->out = i == chosen ? out : NULL;
        walk_sequence(w);
        if (!has(w, '|') || w->failed)
            break;
        w->at++;
    }
    w->out = out;
    w->depth--;
}

bool apus_sample_pattern(apus_str pattern, uint64_t seed, apus_buf *to)
{
    size_t before = to->len;
    unsigned work = 0;
    struct walker w = {
        .at = pattern.ptr, .end = pattern.ptr + pattern.len, .out = to, .seed = seed, .work = &work
    };
    walk_choice(&w);
    if (!w.failed && w.at == w.end)
        return true;
    to->len = before;
    return false;
}
