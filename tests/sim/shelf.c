#include "shelf.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <apus/buf.h>

#include "service.h"
#include "sys/sim/sim.h"

enum { EDITIONS_MAX = 64, TEXTS_MAX = 1000 };

typedef struct shelved {
    edition editions[EDITIONS_MAX];
    int n;
    int64_t absent_until; /* when it was last put back; INT64_MAX: it is not there */
} shelved;

static shelved shelf[SHELF_FILES];

static const char *path_of(int file)
{
    static char path[64];
    snprintf(path, sizeof(path), SITE_FOLDER "/f%d", file);
    return path;
}

static void fill(apus_buf *to, int64_t size, int64_t text)
{
    for (int64_t i = 0; i < size; i++)
        apus_buf_addc(to, pattern_byte(text + i));
}

static bool is_text(apus_str bytes, int64_t text)
{
    for (size_t i = 0; i < bytes.len; i++)
        if (bytes.ptr[i] != pattern_byte(text + (int64_t)i))
            return false;
    return true;
}

/* --- editions --- */

const edition *shelf_current(int file)
{
    const shelved *s = &shelf[file];
    return s->n && s->editions[s->n - 1].until == INT64_MAX ? &s->editions[s->n - 1] : NULL;
}

static void end_edition(int file)
{
    shelved *s = &shelf[file];
    if (shelf_current(file))
        s->editions[s->n - 1].until = sim_now();
}

/* What stands on the disk is the next one. */
static void note_edition(int file, int64_t text)
{
    shelved *s = &shelf[file];
    sim_file_view f;
    if (s->n == EDITIONS_MAX || !sim_file_read(path_of(file), &f))
        return;
    end_edition(file);
    edition *e = &s->editions[s->n++];
    *e = (edition){
        .size = (int64_t)f.bytes.len, .text = text, .from = sim_now(), .until = INT64_MAX
    };
    snprintf(e->etag, sizeof(e->etag), "\"%" PRIx64 "-%zx\"", (uint64_t)f.modified, f.bytes.len);
    if (s->absent_until == INT64_MAX)
        s->absent_until = sim_now();
}

static void put(int file)
{
    int64_t size = sim_chance(100) ? 0 : sim_between(1, sim_chance(300) ? 300000 : 3000);
    int64_t text = sim_between(0, TEXTS_MAX);
    apus_buf bytes = apus_buf_with(&sim_alloc);
    fill(&bytes, size, text);
    sim_file_put(path_of(file), (apus_str){ bytes.len ? bytes.ptr : "", bytes.len });
    apus_buf_finish(&bytes);
    note_edition(file, text);
}

void shelf_fill(void)
{
    memset(shelf, 0, sizeof(shelf));
    sim_folder_make(SITE_FOLDER);
    for (int i = 0; i < SHELF_FILES; i++)
        put(i);
}

void shelf_empty(void)
{
    for (int i = 0; i < SHELF_FILES; i++)
        if (shelf_current(i))
            sim_file_drop(path_of(i));
}

void shelf_change(void)
{
    int file = (int)sim_between(0, SHELF_FILES - 1);
    const edition *e = shelf_current(file);
    if (shelf[file].n == EDITIONS_MAX)
        return;
    sim_note("shelf", file, e ? e->size : -1);
    if (!e || sim_chance(500)) {
        put(file);
    } else if (sim_chance(500)) {
        int64_t text = e->text;
        sim_file_cut(path_of(file), (size_t)sim_between(0, e->size));
        note_edition(file, text);
    } else {
        sim_file_drop(path_of(file));
        end_edition(file);
        shelf[file].absent_until = INT64_MAX;
    }
}

const edition *shelf_find(int file, apus_str etag)
{
    const shelved *s = &shelf[file];
    for (int i = 0; i < s->n; i++)
        if (apus_str_eq(apus_str_of(s->editions[i].etag), etag))
            return &s->editions[i];
    return NULL;
}

bool shelf_was_without(int file, int64_t since)
{
    return shelf[file].absent_until >= since;
}

bool edition_has(const edition *e, int64_t at, apus_str bytes)
{
    return at + (int64_t)bytes.len <= e->size && is_text(bytes, e->text + at);
}

/* --- what is kept --- */

void kept_name(char to[KEPT_NAME_MAX], int64_t size, int64_t text)
{
    snprintf(to, KEPT_NAME_MAX, "k%" PRId64 "-%" PRId64, size, text);
}

bool kept_is_whole(const char *name)
{
    int64_t size, text;
    int end = 0;
    char path[128];
    sim_file_view f;
    snprintf(path, sizeof(path), KEPT_FOLDER "/%s", name);
    return sscanf(name, "k%" SCNd64 "-%" SCNd64 "%n", &size, &text, &end) == 2 &&
           name[end] == '\0' && sim_file_read(path, &f) && (int64_t)f.bytes.len == size &&
           is_text(f.bytes, text);
}

const char *kept_find_wrong(void)
{
    size_t folder = sizeof(KEPT_FOLDER "/") - 1;
    for (const char *path = ""; (path = sim_file_after(path));)
        if (strncmp(path, KEPT_FOLDER "/", folder) == 0 && !kept_is_whole(path + folder))
            return path;
    return NULL;
}
