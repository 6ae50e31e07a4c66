#include "templates.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "apus/buf.h"
#include "apus/random.h"
#include "command.h"
#include "project.h"

static const struct template_file {
    const char *template, *path, *text;
} files[] = {
#include "cli/templates_table.h"
};

enum { N_FILES = sizeof(files) / sizeof(files[0]), SECRET_BYTES = 32 };

const struct template templates[] = {
    { "small", "one route and its tests" },
    { "full", "accounts, a login, SQLite, settings, tests, an image, a unit of systemd, CI" },
    { NULL, NULL },
};

const struct template *template_find(const char *name)
{
    for (const struct template *t = templates; t->name; t++)
        if (strcmp(t->name, name) == 0)
            return t;
    complain("there is no template \"%s\"; there are:", name);
    for (const struct template *t = templates; t->name; t++)
        fprintf(stderr, "  %-8s %s\n", t->name, t->about);
    return NULL;
}

/* --- words that are others in each project --- */

struct word {
    const char *from, *to;
};

static const char *upper(apus_arena *arena, const char *name)
{
    char *out = apus_arena_alloc(arena, strlen(name) + 1, 1);
    for (size_t i = 0; out && i <= strlen(name); i++)
        out[i] = (char)toupper((unsigned char)name[i]);
    return out;
}

static const char *secret(apus_arena *arena)
{
    unsigned char bytes[SECRET_BYTES];
    apus_err err = { .msg = "" };
    if (apus_random(bytes, sizeof(bytes), &err)) {
        complain("%s", err.msg);
        return NULL;
    }
    const char *digits = "";
    for (size_t i = 0; i < sizeof(bytes); i++)
        digits = textf(arena, "%s%02x", digits, bytes[i]);
    return digits;
}

/* The word that p begins with, or NULL. */
static const struct word *word_at(const struct word *words, const char *p)
{
    for (; words->from; words++)
        if (strncmp(p, words->from, strlen(words->from)) == 0)
            return words;
    return NULL;
}

static const char *replaced(apus_arena *arena, const char *text, const struct word *words)
{
    apus_buf b = apus_buf_in(arena);
    for (const char *p = text; *p;) {
        const struct word *w = word_at(words, p);
        apus_buf_add(&b, w ? apus_str_of(w->to) : (apus_str){ p, 1 });
        p += w ? strlen(w->from) : 1;
    }
    apus_str out;
    return apus_buf_take(&b, &out) == APUS_OK ? out.ptr : NULL;
}

/* --- files --- */

/* Nobody else reads what has a secret. */
static bool write_file(apus_arena *arena, const char *path, const char *text, mode_t mode)
{
    const char *folder = textf(arena, "%.*s", (int)(strrchr(path, '/') - path), path);
    if (!text || !project_make_dirs(arena, folder))
        return false;
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    FILE *f = fd >= 0 ? fdopen(fd, "w") : NULL;
    bool fine = f && fputs(text, f) >= 0;
    if (!f || fclose(f) || !fine) {
        complain("%s: %s", path, strerror(errno));
        return false;
    }
    return true;
}

bool template_write(apus_arena *arena, const struct template *t, const char *dir, const char *name)
{
    const struct word in_paths[] = { { "projectname", name }, { "dot-", "." }, { NULL, NULL } };
    const struct word in_texts[] = { { "projectname", name },
                                     { "PROJECTNAME", upper(arena, name) },
                                     { "newsecret", secret(arena) },
                                     { NULL, NULL } };
    if (!in_texts[1].to || !in_texts[2].to)
        return false;
    if (mkdir(dir, 0777)) {
        complain("%s: %s", dir, strerror(errno));
        return false;
    }
    for (size_t i = 0; i < N_FILES; i++) {
        if (strcmp(files[i].template, t->name) != 0 && strcmp(files[i].template, "common") != 0)
            continue;
        const char *path = textf(arena, "%s/%s", dir, replaced(arena, files[i].path, in_paths));
        mode_t mode = strstr(files[i].text, "newsecret") ? 0600 : 0666;
        if (!write_file(arena, path, replaced(arena, files[i].text, in_texts), mode))
            return false;
    }
    return true;
}
