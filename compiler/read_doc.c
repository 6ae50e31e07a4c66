/* Doc comments: ///, ///<, slash-star-star.
 *
 * libclang attaches most of them, but not across an annotation whose text holds
 * a brace ("/items/{id}"), nor behind a declaration of several lines.  Those are
 * looked for in the text of the file. */
#include <ctype.h>
#include <string.h>

#include "compiler/read.h"

/* --- markers off --- */

static apus_str strip_line_marker(apus_str line)
{
    static const char *const markers[] = { "///<", "//!<", "///", "//!", "/**<",
                                           "/*!<", "/**",  "/*!", "*/",  "*" };
    line = apus_str_trim(line);
    for (size_t i = 0; i < sizeof(markers) / sizeof(markers[0]); i++) {
        apus_str marker = apus_str_of(markers[i]);
        if (apus_str_starts(line, marker)) {
            line = apus_str_slice(line, marker.len, line.len);
            break;
        }
    }
    if (apus_str_ends(line, APUS_STR("*/")))
        line.len -= 2;
    if (line.len && line.ptr[0] == ' ')
        apus_str_cut(&line, 1);
    while (line.len && isspace((unsigned char)line.ptr[line.len - 1]))
        line.len--;
    return line;
}

static apus_str strip_command(apus_str line)
{
    static const char *const commands[] = { "brief ", "details ", "short " };
    if (line.len == 0 || (line.ptr[0] != '@' && line.ptr[0] != '\\'))
        return line;
    apus_str rest = apus_str_slice(line, 1, line.len);
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        if (apus_str_starts(rest, apus_str_of(commands[i])))
            return apus_str_slice(rest, strlen(commands[i]), rest.len);
    }
    return line;
}

/* "@param name text": the name in *name, the text what is left of the line. */
static bool take_param(apus_str *line, apus_str *name)
{
    if (line->len == 0 || (line->ptr[0] != '@' && line->ptr[0] != '\\'))
        return false;
    apus_str rest = apus_str_slice(*line, 1, line->len);
    if (!apus_str_starts(rest, APUS_STR("param")))
        return false;
    rest = apus_str_slice(rest, 5, rest.len);
    if (apus_str_starts(rest, APUS_STR("[")))
        rest = apus_str_slice(rest, apus_str_find(rest, ']'), rest.len);
    rest = apus_str_slice(rest, 1, rest.len);
    rest = apus_str_trim(rest);
    size_t len = apus_str_find(rest, ' ');
    *name = apus_str_slice(rest, 0, len);
    *line = apus_str_trim(apus_str_slice(rest, len, rest.len));
    return true;
}

/* Commands that end the text: they speak of C, not of the wire. */
static bool is_other_command(apus_str line)
{
    static const char *const commands[] = { "return", "retval", "see", "sa ", "note", "param" };
    if (line.len == 0 || (line.ptr[0] != '@' && line.ptr[0] != '\\'))
        return false;
    apus_str rest = apus_str_slice(line, 1, line.len);
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        if (apus_str_starts(rest, apus_str_of(commands[i])))
            return true;
    }
    return false;
}

/* What follows is for readers of the source: @internal, or a form feed (as FastAPI has it). */
static bool ends_text(apus_str line)
{
    bool is_command = line.len && (line.ptr[0] == '@' || line.ptr[0] == '\\');
    return is_command && apus_str_starts(apus_str_slice(line, 1, line.len), APUS_STR("internal"));
}

/* The text of a comment: all of it but its @param lines or, with param, what
 * stands behind that one.  Blank lines at both ends are dropped. */
static const char *strip(unit *u, apus_str raw, const char *param)
{
    apus_buf out = apus_buf_in(u->reader->arena);
    unsigned blank = 0;
    bool is_ours = param == NULL;
    if (!param)
        raw = apus_str_slice(raw, 0, apus_str_find(raw, '\f'));
    while (raw.len) {
        size_t end = apus_str_find(raw, '\n');
        apus_str line = apus_str_cut(&raw, end < raw.len ? end + 1 : raw.len), name;
        line = strip_command(strip_line_marker(line));
        if (ends_text(line) && !param)
            break;
        if (take_param(&line, &name))
            is_ours = param && apus_str_eq(name, apus_str_of(param));
        else if (is_other_command(line))
            is_ours = false;
        else if (line.len == 0 && param)
            is_ours = false;
        if (!is_ours)
            continue;
        if (line.len == 0) {
            blank++;
            continue;
        }
        if (out.len)
            apus_buf_addc(&out, '\n');
        if (out.len && blank)
            apus_buf_addc(&out, '\n');
        blank = 0;
        apus_buf_add(&out, line);
    }
    apus_str text;
    if (apus_buf_take(&out, &text))
        memory_out();
    return text.len && apus_str_is_utf8(text) ? text.ptr : NULL;
}

static const char *summary_of(unit *u, const char *text)
{
    size_t len = strcspn(text, "\n");
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '.' && (i + 1 == len || text[i + 1] == ' ')) {
            len = i + 1;
            break;
        }
    }
    return memory_slice(u->reader->arena, text, len);
}

/* --- in the text of the file --- */

static size_t line_start(apus_str text, size_t at)
{
    while (at > 0 && text.ptr[at - 1] != '\n')
        at--;
    return at;
}

static bool is_doc_line(apus_str line)
{
    line = apus_str_trim(line);
    return (apus_str_starts(line, APUS_STR("///")) || apus_str_starts(line, APUS_STR("//!"))) &&
           !apus_str_starts(line, APUS_STR("///<")) && !apus_str_starts(line, APUS_STR("//!<"));
}

/* Lines of /// that end where `at` begins. */
static apus_str lines_before(apus_str text, size_t at)
{
    size_t from = at;
    while (from > 0) {
        size_t start = line_start(text, from - 1);
        if (!is_doc_line(apus_str_slice(text, start, from - start)))
            break;
        from = start;
    }
    return apus_str_slice(text, from, at - from);
}

static apus_str block_before(apus_str text, size_t end)
{
    if (end < 4 || memcmp(text.ptr + end - 2, "*/", 2) != 0)
        return APUS_STR("");
    size_t from = end - 2;
    while (from >= 2 && memcmp(text.ptr + from - 2, "/*", 2) != 0)
        from--;
    if (from < 2)
        return APUS_STR("");
    apus_str block = apus_str_slice(text, from - 2, end - from + 2);
    bool is_doc =
        apus_str_starts(block, APUS_STR("/**")) || apus_str_starts(block, APUS_STR("/*!"));
    bool is_behind = block.len > 3 && block.ptr[3] == '<';
    return is_doc && !is_behind ? block : APUS_STR("");
}

static apus_str comment_before(apus_str text, size_t at)
{
    size_t end = at;
    while (end > 0 && isspace((unsigned char)text.ptr[end - 1]))
        end--;
    apus_str block = block_before(text, end);
    if (block.len)
        return block;
    size_t start = line_start(text, at);
    for (size_t i = start; i < at; i++) {
        if (!isspace((unsigned char)text.ptr[i]))
            return APUS_STR("");
    }
    return lines_before(text, start);
}

/* ///< behind the declaration that ends at `at`, and more lines of it. */
static apus_str comment_behind(apus_str text, size_t at)
{
    while (at < text.len && text.ptr[at] && strchr(" \t,;)", text.ptr[at]))
        at++;
    apus_str rest = apus_str_slice(text, at, text.len);
    if (apus_str_starts(rest, APUS_STR("/**<")) || apus_str_starts(rest, APUS_STR("/*!<"))) {
        size_t end = 4;
        while (end + 2 <= rest.len && memcmp(rest.ptr + end, "*/", 2) != 0)
            end++;
        return apus_str_slice(rest, 0, end + 2);
    }
    size_t len = 0;
    for (;;) {
        apus_str line = apus_str_slice(rest, len, rest.len);
        apus_str bare = apus_str_trim(apus_str_slice(line, 0, apus_str_find(line, '\n')));
        if (!apus_str_starts(bare, APUS_STR("///<")) && !apus_str_starts(bare, APUS_STR("//!<")))
            break;
        size_t end = apus_str_find(line, '\n');
        len += end < line.len ? end + 1 : line.len;
        if (end >= line.len)
            break;
    }
    return apus_str_slice(rest, 0, len);
}

static bool is_member_kind(CXCursor c)
{
    enum CXCursorKind kind = clang_getCursorKind(c);
    return kind == CXCursor_FieldDecl || kind == CXCursor_ParmDecl;
}

/* An extent may end in front of an annotation, or within: the comma, semicolon or
 * parenthesis behind the member or parameter. */
static size_t end_of_member(apus_str text, size_t at)
{
    unsigned open = 0;
    for (bool in_text = false; at < text.len; at++) {
        char c = text.ptr[at];
        if (c == '"')
            in_text = !in_text;
        else if (c == '\\' && in_text)
            at++;
        if (in_text)
            continue;
        if (!open && strchr(",;{})", c) && c)
            break;
        open += c == '(';
        open -= c == ')' && open;
    }
    return at;
}

static apus_str find_in_file(unit *u, CXCursor c, const note *notes)
{
    CXSourceRange extent = clang_getCursorExtent(c);
    size_t from, to;
    ct_place place = location_place(u, clang_getRangeStart(extent), &from);
    location_place(u, clang_getRangeEnd(extent), &to);
    const text_file *f = files_get(u->reader->files, place.file);
    for (const note *n = notes; n; n = n->next) {
        if (strcmp(n->place.file, place.file) == 0 && n->offset < from)
            from = n->offset;
    }
    if (from > f->text.len || to > f->text.len)
        return APUS_STR("");
    apus_str found = comment_before(f->text, from);
    if (found.len)
        return found;
    return is_member_kind(c) ? comment_behind(f->text, end_of_member(f->text, to)) : APUS_STR("");
}

static ct_doc read_comment(unit *u, CXCursor c, const note *notes, const char *param)
{
    CXString said = clang_Cursor_getRawCommentText(c);
    const char *raw = clang_getCString(said);
    const char *text = raw ? strip(u, apus_str_of(raw), param) : NULL;
    if (!raw)
        text = strip(u, find_in_file(u, c, notes), param);
    clang_disposeString(said);
    if (!text)
        return (ct_doc){ 0 };
    return (ct_doc){ .summary = summary_of(u, text), .description = text };
}

ct_doc doc_read(unit *u, CXCursor c, const note *notes)
{
    return read_comment(u, c, notes, NULL);
}

ct_doc doc_read_param(unit *u, CXCursor function, const note *notes, const char *name)
{
    return read_comment(u, function, notes, name);
}
