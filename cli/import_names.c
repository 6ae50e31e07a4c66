/* Names of the wire as names of C. */
#include <ctype.h>
#include <string.h>

#include "command.h"
#include "import.h"

enum { NAME_MAX_LEN = 60 };

struct name_set_entry {
    const char *name;
    struct name_set_entry *next;
};

/* Words of C, and names that headers of every program declare. */
static bool is_reserved(const char *name)
{
    static const char *const words[] = {
        "auto",   "bool",     "break",   "case",     "char",     "const",    "continue", "default",
        "do",     "double",   "else",    "enum",     "extern",   "false",    "float",    "for",
        "goto",   "if",       "inline",  "int",      "long",     "register", "restrict", "return",
        "short",  "signed",   "sizeof",  "static",   "struct",   "switch",   "true",     "typedef",
        "union",  "unsigned", "void",    "volatile", "while",    "asm",      "typeof",   "errno",
        "assert", "stdin",    "stdout",  "stderr",   "offsetof", "main",     "read",     "write",
        "open",   "close",    "send",    "recv",     "remove",   "rename",   "time",     "index",
        "rindex", "signal",   "printf",  "exit",     "abort",    "select",   "poll",     "accept",
        "listen", "connect",  "bind",    "stat",     "link",     "unlink",   "access",   "sleep",
        "pause",  "kill",     "wait",    "fork",     "div",      "abs",      "log",      "exp",
        "pow",    "sqrt",     "floor",   "ceil",     "round",    "free",     "malloc",   "clock",
        "system", "raise",    "random",  "rand",     "sync",     "truncate", "mount",    "umount",
        "dup",    "pipe",     "nice",    "chroot",   "getenv",   "setenv",   "putenv",   "strlen",
        "socket", "shutdown", "bsearch", "qsort",    "calloc",   "realloc",  "atexit",   "getc",
        "putc",   "puts",     "gets",    "tmpfile",  "perror",   "user",     "gamma",    "j0",
        "j1",     "y0",       "y1",      "timezone", "daylight", "environ",  "nan",      "ffs",
        "req",    "unix",     "linux",   "basename", "dirname",  "memory",   "alarm",    "chdir",
        "chmod",  "chown",    "mkdir",   "rmdir",    "creat",    "crypt",    "encrypt",  "usleep",
        "vfork",  "swab",     "brk",     "sbrk",     "acct",     "daemon",   "lockf",    "strdup",
    };
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(words[i], name) == 0)
            return true;
    }
    return strncmp(name, "apus_", 5) == 0 || strncmp(name, "str", 3) == 0 ||
           strncmp(name, "mem", 3) == 0;
}

/* A capital begins a word: behind a small letter or digit, or before a small one. */
static bool begins_word(apus_str text, size_t i)
{
    unsigned char c = (unsigned char)text.ptr[i];
    if (i == 0 || !isupper(c))
        return false;
    unsigned char before = (unsigned char)text.ptr[i - 1];
    bool small_next = i + 1 < text.len && islower((unsigned char)text.ptr[i + 1]);
    return islower(before) || isdigit(before) || (isupper(before) && small_next);
}

const char *name_snake(apus_arena *arena, apus_str text)
{
    char name[NAME_MAX_LEN + 4];
    size_t n = 0;
    for (size_t i = 0; i < text.len && n < NAME_MAX_LEN; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        bool is_word = c < 0x80 && isalnum(c);
        if (is_word && n == 0 && isdigit(c))
            name[n++] = 'n';
        if ((!is_word || begins_word(text, i)) && n && name[n - 1] != '_')
            name[n++] = '_';
        if (is_word)
            name[n++] = (char)tolower(c);
    }
    while (n && name[n - 1] == '_')
        n--;
    if (n == 0)
        name[n++] = 'x';
    name[n] = '\0';
    return textf(arena, "%s%s", name, is_reserved(name) ? "_" : "");
}

static struct name_set_entry **bucket_of(const struct name_set *set, const char *name)
{
    size_t n = sizeof(set->buckets) / sizeof(set->buckets[0]);
    struct name_set *mutable = (struct name_set *)(uintptr_t)set;
    return &mutable->buckets[apus_hash(name, strlen(name), 0) % n];
}

bool name_is_taken(const struct name_set *set, const char *name)
{
    struct name_set_entry *e = *bucket_of(set, name);
    while (e && strcmp(e->name, name) != 0)
        e = e->next;
    return e != NULL;
}

const char *name_unique(apus_arena *arena, struct name_set *set, const char *name)
{
    const char *free_name = name;
    for (unsigned i = 2; name_is_taken(set, free_name); i++)
        free_name = textf(arena, "%s_%u", name, i);
    struct name_set_entry *e = APUS_NEW(arena, struct name_set_entry, 1);
    if (e) {
        struct name_set_entry **at = bucket_of(set, free_name);
        *e = (struct name_set_entry){ .name = free_name, .next = *at };
        *at = e;
    }
    return free_name;
}

const char *name_of_schema(apus_arena *arena, const char *c_name)
{
    char *name = (char *)(uintptr_t)textf(arena, "%s", c_name), *to = name;
    bool starts = true;
    for (const char *p = c_name; *p; p++) {
        if (*p != '_')
            *to++ = (char)(starts ? toupper((unsigned char)*p) : *p);
        starts = *p == '_';
    }
    *to = '\0';
    return name;
}
