/* One source: parsed by libclang, its complaints passed on, its declarations noted. */
#include <string.h>

#include "compiler/read.h"

const char *take_text(unit *u, CXString s)
{
    const char *text = clang_getCString(s);
    text = memory_text(u->reader->arena, text ? text : "");
    clang_disposeString(s);
    return text;
}

const char *cursor_name(unit *u, CXCursor c)
{
    return take_text(u, clang_getCursorSpelling(c));
}

bool cursor_is_system(CXCursor c)
{
    return clang_Location_isInSystemHeader(clang_getCursorLocation(c)) != 0;
}

/* Two sources may come to one header by two ways: it is called as the first calls it. */
static const char *file_name(unit *u, CXFile file)
{
    CXFileUniqueID id = { { 0 } };
    const char *name = take_text(u, clang_getFileName(file));
    if (clang_getFileUniqueID(file, &id))
        return name;
    const char *key = memory_textf(u->reader->arena, "%llx:%llx", id.data[0], id.data[1]);
    const char *const *known = names_find(&u->reader->file_names, key);
    if (known)
        return *known;
    const char **kept = NEW(u->reader->arena, const char *);
    *kept = name;
    names_put(&u->reader->file_names, key, kept);
    return name;
}

ct_place location_place(unit *u, CXSourceLocation at, size_t *offset)
{
    CXFile in;
    unsigned line, column, byte;
    clang_getExpansionLocation(at, &in, &line, &column, &byte);
    if (offset)
        *offset = byte;
    if (!in)
        return (ct_place){ .file = u->source->path };
    if (!u->last_name || !clang_File_isEqual(in, u->last_file)) {
        u->last_file = in;
        u->last_name = file_name(u, in);
    }
    return (ct_place){ .file = u->last_name, .line = line, .column = column };
}

ct_place cursor_place(unit *u, CXCursor c)
{
    return location_place(u, clang_getCursorLocation(c), NULL);
}

const char *declaration_key(unit *u, CXCursor c, const char *c_name)
{
    CXFile in;
    CXFileUniqueID id = { { 0 } };
    unsigned line, column;
    clang_getExpansionLocation(clang_getCursorLocation(c), &in, &line, &column, NULL);
    if (in)
        (void)clang_getFileUniqueID(in, &id);
    return memory_textf(u->reader->arena, "%s %llx:%llx:%u:%u", c_name, id.data[0], id.data[1],
                        line, column);
}

/* --- complaints of the C compiler --- */

/* List(order) a second time: clang speaks of types, we of lists. */
static bool is_second_list(unit *u, ct_place place, const char *text)
{
    if (strncmp(text, "redefinition of '", 17) != 0 &&
        strncmp(text, "typedef redefinition", 20) != 0)
        return false;
    const text_file *f = files_get(u->reader->files, place.file);
    apus_str line = file_line(f, place.line);
    apus_str at = apus_str_slice(line, place.column ? place.column - 1 : 0, line.len);
    return apus_str_starts(at, APUS_STR("List(")) || apus_str_starts(at, APUS_STR("Map(")) ||
           apus_str_starts(at, APUS_STR("APUS_LIST(")) ||
           apus_str_starts(at, APUS_STR("APUS_MAP("));
}

/* text: say this instead, once, where what is redefined stands first. */
static void add_notes(unit *u, CXDiagnostic d, diag *to, const char *text)
{
    CXDiagnosticSet children = clang_getChildDiagnostics(d);
    for (unsigned i = 0; i < clang_getNumDiagnosticsInSet(children); i++) {
        CXDiagnostic child = clang_getDiagnosticInSet(children, i);
        ct_place place = location_place(u, clang_getDiagnosticLocation(child), NULL);
        const char *said = take_text(u, clang_getDiagnosticSpelling(child));
        bool is_first = strncmp(said, "previous definition", 19) == 0;
        if (text ? is_first : strncmp(said, "expanded from macro", 19) != 0)
            diag_note(u->reader->diags, to, place.line ? &place : NULL, "%s", text ? text : said);
        clang_disposeDiagnostic(child);
    }
}

/* "order_list" of "redefinition of 'order_list'" gives "List(order)". */
static const char *list_word(unit *u, ct_place place)
{
    const text_file *f = files_get(u->reader->files, place.file);
    apus_str line = file_line(f, place.line);
    apus_str at = apus_str_slice(line, place.column - 1, line.len);
    size_t end = apus_str_find(at, ')');
    return memory_slice(u->reader->arena, at.ptr, end < at.len ? end + 1 : at.len);
}

/* What would have declared it, where the name says so; how a header is found. */
static void advise(unit *u, diag *g, const char *text)
{
    if (apus_str_ends(apus_str_of(text), APUS_STR("' file not found")))
        diag_note(u->reader->diags, g, NULL,
                  "install what brings it, or say where it is: cflags in apus.yaml, -I");
    static const char before[] = "use of undeclared identifier '";
    if (strncmp(text, before, sizeof(before) - 1) != 0)
        return;
    apus_str name = apus_str_of(text + sizeof(before) - 1);
    if (apus_str_ends(name, APUS_STR("_state'")))
        diag_note(u->reader->diags, g, NULL, "State(%.*s); behind the struct declares it",
                  (int)name.len - 7, name.ptr);
    else if (apus_str_ends(name, APUS_STR("_topic'")))
        diag_note(u->reader->diags, g, NULL, "Topic(%.*s, MODEL); declares it", (int)name.len - 7,
                  name.ptr);
}

static bool is_missing_header(unit *u, CXDiagnostic d)
{
    return apus_str_ends(apus_str_of(take_text(u, clang_getDiagnosticSpelling(d))),
                         APUS_STR("' file not found"));
}

static bool pass_on(unit *u, CXDiagnostic d)
{
    enum CXDiagnosticSeverity severity = clang_getDiagnosticSeverity(d);
    if (severity < CXDiagnostic_Error)
        return true;
    ct_place place = location_place(u, clang_getDiagnosticLocation(d), NULL);
    const char *text = take_text(u, clang_getDiagnosticSpelling(d));
    diags *to = u->reader->diags;
    if (place.line && is_second_list(u, place, text)) {
        diag *g = diag_error(to, place, "%s is written twice", list_word(u, place));
        add_notes(u, d, g, "it stands here already: write it once, beside the model");
        return false;
    }
    diag *g = diag_add(to, DIAG_error, place, text);
    add_notes(u, d, g, NULL);
    advise(u, g, text);
    return false;
}

/* What follows from a header that is missing is no news: it is said alone. */
static bool pass_all_on(unit *u)
{
    unsigned n = clang_getNumDiagnostics(u->tu);
    CXDiagnostic *all = NEW_N(u->reader->arena, CXDiagnostic, n + 1);
    bool ok = true, is_missing = false;
    for (unsigned i = 0; i < n; i++) {
        all[i] = clang_getDiagnostic(u->tu, i);
        is_missing = is_missing || is_missing_header(u, all[i]);
    }
    for (unsigned i = 0; i < n; i++) {
        if (!is_missing || is_missing_header(u, all[i]))
            ok = pass_on(u, all[i]) && ok;
        clang_disposeDiagnostic(all[i]);
    }
    return ok;
}

/* --- declarations --- */

static void note_type(unit *u, CXCursor c)
{
    const char *name = cursor_name(u, c);
    if (!*name)
        return;
    CXType *type = NEW(u->reader->arena, CXType);
    *type = clang_getCursorType(c);
    names_put(&u->types, name, type);
}

static enum CXChildVisitResult note_enumerator(CXCursor c, CXCursor parent, CXClientData data)
{
    unit *u = data;
    (void)parent;
    if (clang_getCursorKind(c) == CXCursor_EnumConstantDecl) {
        int64_t *value = NEW(u->reader->arena, int64_t);
        *value = clang_getEnumConstantDeclValue(c);
        names_put(&u->enumerators, cursor_name(u, c), value);
    }
    return CXChildVisit_Continue;
}

/* Enums may be declared within structs. */
static enum CXChildVisitResult note_nested(CXCursor c, CXCursor parent, CXClientData data)
{
    (void)parent;
    enum CXCursorKind kind = clang_getCursorKind(c);
    if (kind == CXCursor_EnumDecl)
        clang_visitChildren(c, note_enumerator, data);
    if (kind == CXCursor_StructDecl || kind == CXCursor_UnionDecl)
        return CXChildVisit_Recurse;
    return CXChildVisit_Continue;
}

static function_decl *note_function(unit *u, CXCursor c)
{
    const char *name = cursor_name(u, c);
    function_decl *f = names_find(&u->functions, name);
    if (!f) {
        f = NEW(u->reader->arena, function_decl);
        *f = (function_decl){ .name = name, .unit = u, .cursor = c };
        names_put(&u->functions, name, f);
    }
    bool is_definition = clang_isCursorDefinition(c) != 0;
    if (is_definition || !f->is_defined)
        f->cursor = c;
    f->is_defined = f->is_defined || is_definition;
    f->is_static = f->is_static || clang_Cursor_getStorageClass(c) == CX_SC_Static;
    CXCursor *all = NEW_N(u->reader->arena, CXCursor, f->n_all + 1);
    if (f->n_all)
        memcpy(all, f->all, f->n_all * sizeof(*all));
    all[f->n_all++] = c;
    f->all = all;
    notes_join(&f->notes, notes_read(u, c));
    if (is_definition && strcmp(name, "main") == 0)
        u->source->has_main = true;
    return f;
}

static void add_item(unit *u, CXCursor c, function_decl *f, note *notes)
{
    file_item *it = NEW(u->reader->arena, file_item);
    *it = (file_item){ .cursor = c, .function = f, .notes = notes };
    if (u->last_item)
        u->last_item->next = it;
    else
        u->items = it;
    u->last_item = it;
}

/* Functions that come with Apus and that options may name, wherever it is installed:
 * dependencies (apus/oauth2.h) and defaults (apus/fresh.h). */
static bool is_ours(unit *u, CXCursor c)
{
    static const char *const ours[] = { "apus_password_form_read", "apus_password_form_read_strict",
                                        "apus_time_now", "apus_uuid4", "apus_uuid7" };
    if (clang_getCursorKind(c) != CXCursor_FunctionDecl)
        return false;
    const char *name = cursor_name(u, c);
    for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
        if (strcmp(name, ours[i]) == 0)
            return true;
    return false;
}

static enum CXChildVisitResult note_declaration(CXCursor c, CXCursor parent, CXClientData data)
{
    unit *u = data;
    (void)parent;
    if (cursor_is_system(c) && !is_ours(u, c))
        return CXChildVisit_Continue;
    switch (clang_getCursorKind(c)) {
    case CXCursor_FunctionDecl:
        add_item(u, c, note_function(u, c), NULL);
        break;
    case CXCursor_EnumDecl:
    case CXCursor_StructDecl:
    case CXCursor_UnionDecl:
        note_type(u, c);
        break;
    case CXCursor_TypedefDecl:
        note_type(u, c);
        add_item(u, c, NULL, NULL);
        break;
    case CXCursor_VarDecl:
        add_item(u, c, NULL, NULL);
        break;
    default:
        break;
    }
    return CXChildVisit_Continue;
}

/* Options may use any enumerator of the source, so their text is read when all
 * declarations have been seen; functions are done already where they are noted. */
static void read_item_notes(unit *u)
{
    for (file_item *it = u->items; it; it = it->next) {
        if (!it->function)
            it->notes = notes_read(u, it->cursor);
    }
}

static enum CXChildVisitResult find_enumerators(CXCursor c, CXCursor parent, CXClientData data)
{
    if (cursor_is_system(c))
        return CXChildVisit_Continue;
    if (clang_getCursorKind(c) == CXCursor_StructDecl)
        clang_visitChildren(c, note_nested, data);
    else
        note_nested(c, parent, data);
    return CXChildVisit_Continue;
}

static const char *why_not_parsed(enum CXErrorCode code)
{
    switch (code) {
    case CXError_Crashed:
        return "libclang crashed on this source";
    case CXError_InvalidArguments:
        return "libclang does not understand these flags";
    case CXError_ASTReadError:
        return "this is a syntax tree, not C";
    default:
        return "this source cannot be read";
    }
}

bool unit_parse(unit *u, const flag_list *flags)
{
    reader *r = u->reader;
    u->functions = names_in(r->arena);
    u->types = names_in(r->arena);
    u->enumerators = names_in(r->arena);
    enum CXErrorCode code =
        clang_parseTranslationUnit2(r->index, u->source->path, flags->flags, (int)flags->n, NULL, 0,
                                    CXTranslationUnit_KeepGoing, &u->tu);
    if (code != CXError_Success) {
        diag_error(r->diags, (ct_place){ .file = u->source->path }, "%s", why_not_parsed(code));
        u->tu = NULL;
        return false;
    }
    bool ok = pass_all_on(u);
    CXCursor top = clang_getTranslationUnitCursor(u->tu);
    clang_visitChildren(top, find_enumerators, u);
    clang_visitChildren(top, note_declaration, u);
    read_item_notes(u);
    return ok;
}
