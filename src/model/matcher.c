/* Pattern to table in three steps: reading it into positions (Glushkov), each of which
 * matches a set of bytes and knows which positions may follow; telling bytes apart only as
 * far as the positions do; and following sets of positions as states until no new set
 * appears.
 *
 * What ends a line is always unsure: PCRE2 lets $ match before a last newline and a dot
 * match none, and which bytes those are is its build's choice.  So is every byte that is
 * not ASCII. */
#include "model/matcher.h"

enum {
    POSITIONS_MAX = 63,
    START = 63,       /* the bit of the place before the first byte */
    REPEAT_MAX = 63,  /* of {n}: more would have no positions */
    DEPTH_MAX = 16,   /* of groups */
    ATOMS_MAX = 1000, /* read, each as often as it is repeated: empty ones take no position */
    ASCII = 128,
    UNSURE_CLASS = 0,
};

/* A set of ASCII bytes. */
struct bytes {
    uint64_t low, high;
};

/* What a part of the pattern may begin and end with. */
struct part {
    uint64_t first, last;
    bool nullable;
};

struct reader {
    const char *at;
    struct bytes bytes[POSITIONS_MAX];
    uint64_t follow[POSITIONS_MAX];
    unsigned n, n_atoms, depth;
    bool failed;
};

static struct part read_choice(struct reader *r, bool *several);

/* --- sets of bytes --- */

static void add(struct bytes *set, unsigned from, unsigned to)
{
    for (unsigned c = from; c <= to; c++)
        *(c < 64 ? &set->low : &set->high) |= UINT64_C(1) << c % 64;
}

static bool has(const struct bytes *set, unsigned c)
{
    return (c < 64 ? set->low : set->high) >> c % 64 & 1;
}

static void join(struct bytes *set, struct bytes other)
{
    set->low |= other.low;
    set->high |= other.high;
}

static struct bytes all_but(struct bytes set)
{
    return (struct bytes){ ~set.low, ~set.high };
}

/* --- reading --- */

static bool is_alnum(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static struct part fail(struct reader *r)
{
    r->failed = true;
    return (struct part){ 0 };
}

/* Behind the backslash: a class, or one byte, which *single says. */
static struct bytes read_escape(struct reader *r, bool *single)
{
    struct bytes set = { 0 };
    char c = *r->at;
    *single = false;
    if (c)
        r->at++;
    switch (c | 0x20) {
    case 'd':
        add(&set, '0', '9');
        break;
    case 'w':
        add(&set, '0', '9');
        add(&set, 'a', 'z');
        add(&set, 'A', 'Z');
        add(&set, '_', '_');
        break;
    case 's':
        add(&set, '\t', '\r');
        add(&set, ' ', ' ');
        break;
    default:
        *single = true;
        if (!c || is_alnum(c) || (unsigned char)c >= ASCII)
            r->failed = true;
        else
            add(&set, (unsigned char)c, (unsigned char)c);
        return set;
    }
    return c == 'D' || c == 'W' || c == 'S' ? all_but(set) : set;
}

/* One byte or class within brackets; *single is the byte, or -1. */
static struct bytes read_member(struct reader *r, int *single)
{
    struct bytes set = { 0 };
    bool is_single = true;
    char c = *r->at;
    if (!c || c == '[' || (unsigned char)c >= ASCII) { /* [:names:] are PCRE2's */
        r->failed = true;
        return set;
    }
    r->at++;
    if (c == '\\') {
        c = *r->at;
        set = read_escape(r, &is_single);
    } else {
        add(&set, (unsigned char)c, (unsigned char)c);
    }
    *single = is_single ? (unsigned char)c : -1;
    return set;
}

/* From behind the bracket to its end: [.names.], which PCRE2 knows and refuses. */
static bool is_name(const char *begin, const char *end)
{
    return end - begin > 1 && strchr(".:=", *begin) && end[-1] == *begin;
}

static struct bytes read_brackets(struct reader *r)
{
    struct bytes set = { 0 };
    const char *begin = r->at;
    bool negated = *r->at == '^';
    r->at += negated;
    for (bool first = true; !r->failed && (first || *r->at != ']'); first = false) {
        int from, to;
        struct bytes member = read_member(r, &from);
        if (!r->failed && *r->at == '-' && r->at[1] != ']') {
            r->at++;
            (void)read_member(r, &to);
            if (r->failed || from < 0 || to < from)
                r->failed = true;
            else
                add(&member, (unsigned)from, (unsigned)to);
        }
        join(&set, member);
    }
    r->failed = r->failed || is_name(begin, r->at);
    r->at += !r->failed;
    return negated ? all_but(set) : set;
}

static struct part one_position(struct reader *r, struct bytes set)
{
    if (r->failed || r->n == POSITIONS_MAX)
        return fail(r);
    uint64_t bit = UINT64_C(1) << r->n;
    r->bytes[r->n] = set;
    r->follow[r->n++] = 0;
    return (struct part){ bit, bit, false };
}

static struct part read_group(struct reader *r)
{
    bool several;
    if (r->at[0] == '*' || r->depth == DEPTH_MAX)
        return fail(r);
    if (r->at[0] == '?') {
        if (r->at[1] != ':')
            return fail(r);
        r->at += 2;
    }
    r->depth++;
    struct part p = read_choice(r, &several);
    r->depth--;
    if (r->failed || *r->at != ')')
        return fail(r);
    r->at++;
    return p;
}

static struct part read_atom(struct reader *r)
{
    struct bytes set = { 0 };
    bool single;
    char c = *r->at;
    if (++r->n_atoms > ATOMS_MAX)
        return fail(r);
    if ((unsigned char)c >= ASCII || strchr("^$*+?{}]", c)) /* with it the NUL */
        return fail(r);
    r->at++;
    switch (c) {
    case '(':
        return read_group(r);
    case '[':
        return one_position(r, read_brackets(r));
    case '\\':
        return one_position(r, read_escape(r, &single));
    case '.':
        return one_position(r, all_but(set));
    default:
        add(&set, (unsigned char)c, (unsigned char)c);
        return one_position(r, set);
    }
}

static void link_positions(struct reader *r, uint64_t from, uint64_t to)
{
    for (unsigned i = 0; i < r->n; i++)
        if (from >> i & 1)
            r->follow[i] |= to;
}

static struct part concat(struct reader *r, struct part a, struct part b)
{
    link_positions(r, a.last, b.first);
    return (struct part){ a.first | (a.nullable ? b.first : 0), b.last | (b.nullable ? a.last : 0),
                          a.nullable && b.nullable };
}

static struct part repeated(struct reader *r, struct part p)
{
    link_positions(r, p.last, p.first);
    return p;
}

static bool read_count(struct reader *r, unsigned *n)
{
    const char *begin = r->at;
    for (*n = 0; *r->at >= '0' && *r->at <= '9' && *n <= REPEAT_MAX; r->at++)
        *n = *n * 10 + (unsigned)(*r->at - '0');
    return r->at > begin && *n <= REPEAT_MAX;
}

/* Behind the brace: n} n,} n,m} */
static bool read_counts(struct reader *r, unsigned *least, unsigned *most)
{
    if (!read_count(r, least))
        return false;
    *most = *least;
    if (*r->at == ',') {
        r->at++;
        *most = 0;
        if (*r->at != '}' && (!read_count(r, most) || *most < *least || *most == 0))
            return false;
    } else if (*least == 0) {
        return false;
    }
    bool closed = *r->at == '}';
    r->at += closed;
    return closed;
}

/* * + ? {n} {n,} {n,m}; without any, once.  *most is 0 for no end. */
static void read_quantifier(struct reader *r, unsigned *least, unsigned *most)
{
    char c = *r->at;
    *least = *most = 1;
    if (r->failed || !c || !strchr("*+?{", c))
        return;
    r->at++;
    if (c == '{') {
        r->failed = !read_counts(r, least, most);
    } else {
        *least = c == '+';
        *most = c == '?';
    }
    if (r->failed)
        return;
    if (*r->at == '?') /* as few as possible: what matches at all is the same */
        r->at++;
    else if (*r->at && strchr("*+{", *r->at))
        r->failed = true;
}

/* An atom as often as it is wanted, read anew for each time. */
static struct part read_term(struct reader *r)
{
    const char *begin = r->at;
    struct part atom = read_atom(r), all = { .nullable = true };
    unsigned least, most;
    read_quantifier(r, &least, &most);
    const char *end = r->at;
    unsigned times = most > least ? most : least ? least : 1;
    for (unsigned i = 0; i < times && !r->failed; i++) {
        if (i) {
            r->at = begin;
            atom = read_atom(r);
        }
        atom.nullable = atom.nullable || i >= least;
        all = concat(r, all, i + 1 == times && most == 0 ? repeated(r, atom) : atom);
    }
    r->at = end;
    return all;
}

static struct part read_sequence(struct reader *r)
{
    struct part all = { .nullable = true };
    while (!r->failed && *r->at && *r->at != '|' && *r->at != ')' &&
           !(r->depth == 0 && r->at[0] == '$' && r->at[1] == '\0'))
        all = concat(r, all, read_term(r));
    return all;
}

static struct part read_choice(struct reader *r, bool *several)
{
    struct part all = read_sequence(r);
    *several = false;
    while (!r->failed && *r->at == '|') {
        r->at++;
        *several = true;
        struct part p = read_sequence(r);
        all.first |= p.first;
        all.last |= p.last;
        all.nullable = all.nullable || p.nullable;
    }
    return all;
}

/* --- bytes that are told apart --- */

static bool is_line_end(unsigned c)
{
    return c >= '\n' && c <= '\r';
}

/* Which of the positions match c. */
static uint64_t matching(const struct reader *r, unsigned c)
{
    uint64_t bits = 0;
    for (unsigned i = 0; i < r->n; i++)
        bits |= (uint64_t)has(&r->bytes[i], c) << i;
    return bits;
}

/* Gives the number of classes, and what matches each; 0: too many. */
static unsigned classify(const struct reader *r, struct apus__matcher *m, uint64_t *matches)
{
    unsigned n = UNSURE_CLASS + 1;
    memset(m->class_of, UNSURE_CLASS, sizeof(m->class_of));
    for (unsigned c = 0; c < ASCII; c++) {
        if (is_line_end(c))
            continue;
        uint64_t bits = matching(r, c);
        unsigned k = UNSURE_CLASS + 1;
        while (k < n && matches[k] != bits)
            k++;
        if (k == APUS__MATCHER_CLASSES)
            return 0;
        matches[k] = bits;
        n = k == n ? n + 1 : n;
        m->class_of[c] = (uint8_t)k;
    }
    return n;
}

/* --- states --- */

struct states {
    const struct reader *r;
    struct part whole;
    bool from_start, to_end; /* ^ and $ */
    uint64_t sets[APUS__MATCHER_STATES];
    unsigned n;
};

enum { DEAD, YES, UNSURE, FIRST_SET }; /* states without a set */
_Static_assert(FIRST_SET *APUS__MATCHER_CLASSES == APUS__MATCHER_OPEN, "they stay");

static bool accepts(const struct states *s, uint64_t set)
{
    return set & s->whole.last || (set >> START & 1 && s->whole.nullable);
}

static unsigned state_of(struct states *s, uint64_t set)
{
    if (set == 0)
        return DEAD;
    if (!s->to_end && accepts(s, set))
        return YES;
    unsigned i = FIRST_SET;
    while (i < s->n && s->sets[i] != set)
        i++;
    if (i == s->n && i < APUS__MATCHER_STATES)
        s->sets[s->n++] = set;
    return i;
}

static uint64_t step(const struct states *s, uint64_t set, uint64_t matches)
{
    uint64_t next = set >> START & 1 ? s->whole.first : 0;
    for (unsigned i = 0; i < s->r->n; i++)
        if (set >> i & 1)
            next |= s->r->follow[i];
    next &= matches;
    return s->from_start ? next : next | UINT64_C(1) << START;
}

static void fill_row(struct apus__matcher *m, unsigned state, unsigned to)
{
    for (unsigned k = 0; k < APUS__MATCHER_CLASSES; k++)
        m->next[state * APUS__MATCHER_CLASSES + k] = (uint16_t)(to * APUS__MATCHER_CLASSES);
}

static bool build_states(struct states *s, struct apus__matcher *m)
{
    uint64_t matches[APUS__MATCHER_CLASSES];
    unsigned n_classes = classify(s->r, m, matches);
    if (!n_classes)
        return false;
    for (unsigned i = 0; i < FIRST_SET; i++)
        fill_row(m, i, i);
    m->verdict[DEAD] = APUS__VERDICT_no;
    m->verdict[YES] = APUS__VERDICT_yes;
    m->verdict[UNSURE] = APUS__VERDICT_unsure;
    s->n = FIRST_SET;
    m->start = (uint16_t)(state_of(s, UINT64_C(1) << START) * APUS__MATCHER_CLASSES);
    for (unsigned i = FIRST_SET; i < s->n; i++) {
        fill_row(m, i, UNSURE);
        m->verdict[i] = accepts(s, s->sets[i]) ? APUS__VERDICT_yes : APUS__VERDICT_no;
        for (unsigned k = UNSURE_CLASS + 1; k < n_classes; k++) {
            unsigned to = state_of(s, step(s, s->sets[i], matches[k]));
            if (to == APUS__MATCHER_STATES)
                return false;
            m->next[i * APUS__MATCHER_CLASSES + k] = (uint16_t)(to * APUS__MATCHER_CLASSES);
        }
    }
    return true;
}

bool apus__matcher_build(struct apus__matcher *m, const char *pattern)
{
    struct reader r = { .at = pattern };
    bool several, from_start = *pattern == '^';
    r.at += from_start;
    struct part whole = read_choice(&r, &several);
    bool to_end = !r.failed && *r.at == '$';
    r.at += to_end;
    /* ^a|b$ holds each of its ends for one side only */
    if (r.failed || *r.at || (several && (from_start || to_end)))
        return false;
    struct states s = { .r = &r, .whole = whole, .from_start = from_start, .to_end = to_end };
    return build_states(&s, m);
}
