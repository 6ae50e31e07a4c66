#include "sys/sim/disk.h"

#include <assert.h>
#include <string.h>

#include "apus/clock.h"

bool sim_disk_has(const char *path)
{
    size_t len = sizeof(SIM_DISK) - 1;
    return strncmp(path, SIM_DISK, len) == 0 && (path[len] == '/' || path[len] == '\0');
}

sim_file *sim_file_find(const char *path)
{
    for (sim_file *f = sim.files; f; f = f->next)
        if (f->path && strcmp(f->path, path) == 0)
            return f;
    return NULL;
}

static char *copy(const char *path)
{
    size_t len = strlen(path) + 1;
    return memcpy(sim_take(len), path, len);
}

static void touch(sim_file *f)
{
    int64_t now = apus_clock_wall();
    sim.last_modified = now > sim.last_modified ? now : sim.last_modified + 1;
    f->modified = sim.last_modified;
}

sim_file *sim_file_make(const char *path)
{
    sim_file *f = sim_take(sizeof(*f));
    *f = (sim_file){ .path = path ? copy(path) : NULL, .next = sim.files };
    f->number = ++sim.n_files;
    touch(f);
    sim.files = f;
    return f;
}

bool sim_file_has_folder(const char *path)
{
    char folder[256];
    const char *slash = strrchr(path, '/');
    size_t len = slash ? (size_t)(slash - path) : 0;
    assert(len < sizeof(folder));
    memcpy(folder, path, len);
    folder[len] = '\0';
    sim_file *f = sim_file_find(folder);
    return f && f->is_folder;
}

void sim_file_resize(sim_file *f, size_t len)
{
    char *bytes = sim_take(len + 1);
    if (f->len)
        memcpy(bytes, f->bytes, f->len < len ? f->len : len);
    sim_give(f->bytes);
    sim.disk_used += len;
    sim.disk_used -= f->len;
    f->bytes = bytes;
    f->len = len;
    touch(f);
}

static void drop_if_over(sim_file *f)
{
    sim_file **at = &sim.files;
    if (f->path || f->n_open)
        return;
    while (*at != f)
        at = &(*at)->next;
    *at = f->next;
    sim.disk_used -= f->len;
    sim_give(f->bytes);
    sim_give(f);
}

void sim_file_name(sim_file *f, const char *path)
{
    char *name = path ? copy(path) : NULL;
    sim_file *there = path ? sim_file_find(path) : NULL;
    if (there && there != f)
        sim_file_name(there, NULL);
    sim_give(f->path);
    f->path = name;
    drop_if_over(f);
}

void sim_file_leave(sim_file *f)
{
    f->n_open--;
    drop_if_over(f);
}

size_t sim_disk_room(void)
{
    if (!sim.faults.disk_room)
        return SIZE_MAX;
    return sim.faults.disk_room > sim.disk_used ? sim.faults.disk_room - sim.disk_used : 0;
}

void sim_disk_end(void)
{
    while (sim.files) {
        assert(sim.files->n_open == 0);
        sim_file_name(sim.files, NULL);
    }
}

/* --- what tests do to it --- */

void sim_folder_make(const char *path)
{
    sim_file_make(path)->is_folder = true;
}

void sim_file_put(const char *path, apus_str bytes)
{
    sim_file *f = sim_file_make(NULL);
    sim_file_resize(f, bytes.len);
    if (bytes.len)
        memcpy(f->bytes, bytes.ptr, bytes.len);
    sim_file_name(f, path);
}

void sim_file_cut(const char *path, size_t len)
{
    sim_file_resize(sim_file_find(path), len);
}

void sim_file_drop(const char *path)
{
    sim_file_name(sim_file_find(path), NULL);
}

void sim_file_move(const char *from, const char *to)
{
    sim_file_name(sim_file_find(from), to);
}

bool sim_file_read(const char *path, sim_file_view *to)
{
    const sim_file *f = sim_file_find(path);
    if (f)
        *to = (sim_file_view){ { f->bytes ? f->bytes : "", f->len }, f->modified };
    return f != NULL;
}

const char *sim_file_after(const char *path)
{
    const char *next = NULL;
    for (const sim_file *f = sim.files; f; f = f->next)
        if (f->path && !f->is_folder && strcmp(f->path, path) > 0 &&
            (!next || strcmp(f->path, next) < 0))
            next = f->path;
    return next;
}
