/* Notes, kept in memory.  What a request brings ends with it, so what is kept is copied, each
 * note into memory of its own, which is given back with the note.  Each worker has notes of its
 * own; serve it with one: ./keeping --workers 1 */
#include <apus/apus.h>
#include <string.h>

App(notes, title = "Notes", version = "1.0.0");

/// What a client writes.
typedef struct new_note {
    apus_str title Field(min_length = 1, max_length = 100);
    apus_strs tags Field(max_items = 8, default = []);
} new_note;

/// A note as we keep it.
typedef struct note {
    int64_t id;
    new_note content Flatten();
    apus_time written_at;
} note;
List(note);

enum { NOTES_MAX = 100, NOTE_BYTES_MAX = 64 * 1024 };

typedef struct shelf {
    note *notes[NOTES_MAX];       // NULL: there is room
    apus_arena memory[NOTES_MAX]; // each note's own
} shelf;

static void clear_shelf(void *all)
{
    shelf *s = all;
    for (int i = 0; i < NOTES_MAX; i++)
        apus_arena_finish(&s->memory[i]);
}

/// Where the notes are, for as long as the worker lives.
shelf *open_shelf(apus_worker *w)
{
    shelf *s = apus_worker_new(w, shelf);
    if (!s)
        return NULL;
    for (int i = 0; i < NOTES_MAX; i++)
        apus_arena_init(&s->memory[i], &apus_alloc_libc, NOTE_BYTES_MAX);
    apus_worker_defer(w, clear_shelf, s);
    return s;
}

/// Keeps a note.
Post("/notes", status = 201)
const note *add_note(apus_req *req, const new_note *body, shelf *s Depends(open_shelf))
{
    int i = 0;
    while (i < NOTES_MAX && s->notes[i])
        i++;
    if (i == NOTES_MAX)
        return apus_fail(req, 507, "full", "there is no room for another note");
    note written = { .id = i + 1, .content = *body, .written_at = apus_time_now() };
    s->notes[i] = apus_copy(&s->memory[i], note, &written);
    if (!s->notes[i]) {
        apus_arena_finish(&s->memory[i]); // with what was copied already
        return apus_fail(req, 507, "too_large", "that note takes too much room");
    }
    return s->notes[i];
}

/// All notes.
Get("/notes")
note_list list_notes(apus_req *req, shelf *s Depends(open_shelf))
{
    note_list list = { apus_new_n(req, note, NOTES_MAX), 0 };
    for (int i = 0; i < NOTES_MAX; i++)
        if (s->notes[i])
            list.ptr[list.len++] = *s->notes[i];
    return list;
}

/// Throws a note away, and its memory.
Delete("/notes/{id}", status = 204)
void remove_note(apus_req *req, int id Path(ge = 1, le = NOTES_MAX), shelf *s Depends(open_shelf))
{
    if (!s->notes[id - 1]) {
        apus_fail(req, 404, NULL, "there is no note %d", id);
        return;
    }
    s->notes[id - 1] = NULL;
    apus_arena_finish(&s->memory[id - 1]);
}

Test(notes_outlive_their_requests)
{
    apus_test *t = apus_test_start(&notes_app);
    apus_expect_status(
        apus_test_post(t, "/notes", APUS_JSON({ "title" : "milk", "tags" : ["shop"] })), 201);
    apus_expect_status(apus_test_post(t, "/notes", APUS_JSON({ "title" : "sleep" })), 201);
    apus_answer a = apus_test_get(t, "/notes");
    apus_expect_json(a, "$[0].title", "\"milk\"");
    apus_expect_json(a, "$[0].tags[0]", "\"shop\"");
    apus_expect_json(a, "$[1].title", "\"sleep\"");
    apus_expect_status(apus_test_delete(t, "/notes/1"), 204);
    apus_expect_status(apus_test_delete(t, "/notes/1"), 404);
    apus_expect_json(apus_test_get(t, "/notes"), "$[0].id", "2");
    apus_test_stop(t);
}

Test(room_has_an_end)
{
    static char large[NOTE_BYTES_MAX + 64] = "{\"title\":\"large\",\"tags\":[\"";
    apus_test *t = apus_test_start(&notes_app);
    memset(large + strlen(large), 'x', NOTE_BYTES_MAX);
    strcpy(large + strlen(large), "\"]}");
    apus_expect_status(apus_test_post(t, "/notes", large), 507);
    for (int i = 0; i < NOTES_MAX; i++)
        apus_expect_status(apus_test_post(t, "/notes", APUS_JSON({ "title" : "again" })), 201);
    apus_expect_status(apus_test_post(t, "/notes", APUS_JSON({ "title" : "again" })), 507);
    apus_test_stop(t);
}
