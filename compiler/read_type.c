/* C types as they stand on the wire, and as generated code spells them. */
#include <string.h>

#include "compiler/read.h"

CXType type_canonical(CXType t)
{
    return clang_getCanonicalType(t);
}

const char *bare_name(const char *c_name)
{
    static const char *const tags[] = { "struct ", "enum ", "union " };
    for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
        size_t len = strlen(tags[i]);
        if (strncmp(c_name, tags[i], len) == 0)
            return c_name + len;
    }
    return c_name;
}

const char *unique_symbol(reader *r, const char *name)
{
    const char *symbol = name;
    for (unsigned i = 2; names_find(&r->symbols, symbol); i++)
        symbol = memory_textf(r->arena, "%s_%u", name, i);
    names_put(&r->symbols, symbol, r);
    return symbol;
}

const char *record_name(unit *u, CXType canonical)
{
    CXCursor c = clang_getTypeDeclaration(canonical);
    const char *tag = cursor_name(u, c);
    const char *word = canonical.kind == CXType_Enum                  ? "enum"
                       : clang_getCursorKind(c) == CXCursor_UnionDecl ? "union"
                                                                      : "struct";
    if (*tag)
        return memory_textf(u->reader->arena, "%s %s", word, tag);
    const char *name = take_text(u, clang_getTypeSpelling(canonical));
    static const char *const qualifiers[] = { "const ", "volatile " };
    for (size_t i = 0; i < sizeof(qualifiers) / sizeof(qualifiers[0]); i++) {
        if (strncmp(name, qualifiers[i], strlen(qualifiers[i])) == 0)
            name += strlen(qualifiers[i]);
    }
    return strchr(name, '(') || strchr(name, ' ') ? NULL : name;
}

bool type_is(unit *u, CXType t, const char *name)
{
    CXType canonical = type_canonical(t);
    if (canonical.kind != CXType_Record)
        return false;
    CXString tag = clang_getCursorSpelling(clang_getTypeDeclaration(canonical));
    const char *text = clang_getCString(tag);
    bool same = text && strcmp(text, name) == 0;
    clang_disposeString(tag);
    (void)u;
    return same;
}

CXType type_pointee(CXType t)
{
    CXType to = clang_getPointeeType(t); /* as it was written, unless a typedef hides it */
    return to.kind != CXType_Invalid ? to : clang_getPointeeType(type_canonical(t));
}

bool type_points_at(unit *u, CXType t, const char *name)
{
    CXType canonical = type_canonical(t);
    return canonical.kind == CXType_Pointer && type_is(u, clang_getPointeeType(canonical), name);
}

/* --- spelling --- */

/* Typedefs that generated code keeps: the others are looked through. */
static bool keeps_typedef(const char *name)
{
    static const char *const kept[] = {
        "int8_t",   "int16_t",  "int32_t", "int64_t",  "uint8_t",   "uint16_t",  "uint32_t",
        "uint64_t", "intptr_t", "size_t",  "intmax_t", "uintptr_t", "uintmax_t",
    };
    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
        if (strcmp(kept[i], name) == 0)
            return true;
    }
    return strncmp(name, "apus_", 5) == 0;
}

static const char *spell_plain(unit *u, CXType t)
{
    switch (t.kind) {
    case CXType_Typedef: {
        CXCursor c = clang_getTypeDeclaration(t);
        const char *name = cursor_name(u, c);
        return keeps_typedef(name) ? name : type_spell(u, clang_getTypedefDeclUnderlyingType(c));
    }
    case CXType_Elaborated:
        return type_spell(u, clang_Type_getNamedType(t));
    case CXType_Record:
    case CXType_Enum: {
        const char *name = record_name(u, t);
        return name ? name : "struct { ... }";
    }
    case CXType_Bool:
        return "bool";
    default:
        return take_text(u, clang_getTypeSpelling(t));
    }
}

const char *type_spell(unit *u, CXType t)
{
    apus_arena *a = u->reader->arena;
    if (t.kind == CXType_Pointer) {
        CXType to = clang_getPointeeType(t);
        if (type_canonical(to).kind == CXType_FunctionProto)
            return take_text(u, clang_getTypeSpelling(t));
        const char *inner = type_spell(u, to);
        const char *space = inner[strlen(inner) - 1] == '*' ? "" : " ";
        const char *is_const = clang_isConstQualifiedType(t) ? "const" : "";
        return memory_textf(a, "%s%s*%s", inner, space, is_const);
    }
    if (t.kind == CXType_ConstantArray)
        return memory_textf(a, "%s[%lld]", type_spell(u, clang_getArrayElementType(t)),
                            (long long)clang_getArraySize(t));
    const char *plain = spell_plain(u, t);
    if (clang_isConstQualifiedType(t) && strncmp(plain, "const ", 6) != 0)
        plain = memory_textf(a, "const %s", plain);
    return plain;
}

const char *type_spell_value(unit *u, CXType t)
{
    const char *text = type_spell(u, t);
    size_t len = strlen(text);
    if (len > 6 && strcmp(text + len - 6, "*const") == 0)
        return memory_slice(u->reader->arena, text, len - 5);
    bool is_pointer = len && text[len - 1] == '*';
    return !is_pointer && strncmp(text, "const ", 6) == 0 ? text + 6 : text;
}

/* --- kinds --- */

static const struct {
    const char *name;
    apus_kind kind;
} records[] = {
    { "apus_str", APUS_KIND_str },
    { "apus_bytes", APUS_KIND_bytes },
    { "apus_time", APUS_KIND_time },
    { "apus_date", APUS_KIND_date },
    { "apus_duration", APUS_KIND_duration },
    { "apus_uuid", APUS_KIND_uuid },
    { "apus_decimal", APUS_KIND_decimal },
    { "apus_url", APUS_KIND_url },
    { "apus_email", APUS_KIND_email },
    { "apus_ip", APUS_KIND_ip },
    { "apus_json", APUS_KIND_json },
    { "apus_clock_time", APUS_KIND_clock_time },
    { "apus_secret", APUS_KIND_secret },
    { "apus_name_email", APUS_KIND_name_email },
    { "apus_ip_network", APUS_KIND_ip_network },
    { "apus_ip_interface", APUS_KIND_ip_interface },
};

static apus_kind integer_kind(CXType canonical)
{
    static const apus_kind with_sign[] = {
        [1] = APUS_KIND_int8, [2] = APUS_KIND_int16, [4] = APUS_KIND_int32, [8] = APUS_KIND_int64
    };
    static const apus_kind without[] = { [1] = APUS_KIND_uint8,
                                         [2] = APUS_KIND_uint16,
                                         [4] = APUS_KIND_uint32,
                                         [8] = APUS_KIND_uint64 };
    long long size = clang_Type_getSizeOf(canonical);
    if (size < 1 || size > 8)
        return APUS_KIND_none;
    switch (canonical.kind) {
    case CXType_Char_S:
    case CXType_SChar:
    case CXType_Short:
    case CXType_Int:
    case CXType_Long:
    case CXType_LongLong:
        return with_sign[size];
    case CXType_Char_U:
    case CXType_UChar:
    case CXType_UShort:
    case CXType_UInt:
    case CXType_ULong:
    case CXType_ULongLong:
        return without[size];
    default:
        return APUS_KIND_none;
    }
}

static apus_kind scalar_kind(CXType canonical)
{
    switch (canonical.kind) {
    case CXType_Bool:
        return APUS_KIND_bool;
    case CXType_Float:
        return APUS_KIND_float;
    case CXType_Double:
        return APUS_KIND_double;
    default:
        return integer_kind(canonical);
    }
}

static apus_kind record_kind(const char *c_name)
{
    const char *name = bare_name(c_name);
    for (size_t i = 0; i < sizeof(records) / sizeof(records[0]); i++) {
        if (strcmp(records[i].name, name) == 0)
            return records[i].kind;
    }
    return APUS_KIND_none;
}

static ct_type *new_type(unit *u, CXType t, apus_kind kind)
{
    ct_type *type = NEW(u->reader->arena, ct_type);
    long long size = clang_Type_getSizeOf(t), align = clang_Type_getAlignOf(t);
    *type = (ct_type){ .kind = kind,
                       .c_name = type_spell_value(u, t),
                       .size = size > 0 ? (uint32_t)size : 0,
                       .align = align > 0 ? (uint32_t)align : 1 };
    return type;
}

/* --- what holds items --- */

struct two_members {
    unit *unit;
    unsigned n;
    CXCursor member[2];
};

static enum CXVisitorResult take_member(CXCursor c, CXClientData data)
{
    struct two_members *m = data;
    if (m->n < 2)
        m->member[m->n] = c;
    m->n++;
    return CXVisit_Continue;
}

static bool has_two_members(unit *u, CXType record, const char *first, const char *second,
                            CXCursor out[2])
{
    struct two_members m = { .unit = u };
    clang_Type_visitFields(record, take_member, &m);
    if (m.n != 2)
        return false;
    out[0] = m.member[0];
    out[1] = m.member[1];
    return strcmp(cursor_name(u, out[0]), first) == 0 &&
           strcmp(cursor_name(u, out[1]), second) == 0;
}

static bool ends_with(const char *text, const char *end)
{
    return apus_str_ends(apus_str_of(text), apus_str_of(end));
}

/* An item: T, or T * where NULL means null. */
static bool read_item(unit *u, ct_type *type, CXType item, const char **why)
{
    CXType canonical = type_canonical(item);
    bool is_text = canonical.kind == CXType_Pointer &&
                   integer_kind(type_canonical(clang_getPointeeType(canonical))) == APUS_KIND_int8;
    if (canonical.kind == CXType_Pointer && !is_text) {
        type->item_pointer = true;
        type->item = type_read(u, type_pointee(item), why);
    } else {
        type->item = type_read(u, item, why);
    }
    type->item_c_name = type_spell_value(u, item);
    return type->item != NULL;
}

/* A text, or a number that is written as one. */
static bool is_key(unit *u, CXType t, bool *is_int)
{
    *is_int = integer_kind(type_canonical(t)) == APUS_KIND_int64;
    return *is_int || type_is(u, t, "apus_str");
}

/* struct { T *ptr; size_t len; }, as List() and Map() declare it. */
static ct_type *read_list(unit *u, CXType t, CXType canonical, const char **why, bool *is_list)
{
    CXCursor members[2], entry[2];
    *is_list = has_two_members(u, canonical, "ptr", "len", members) &&
               type_canonical(clang_getCursorType(members[0])).kind == CXType_Pointer;
    if (!*is_list)
        return NULL;
    CXType item = type_pointee(clang_getCursorType(members[0]));
    CXType entries = type_canonical(item);
    bool int_keys = false;
    const char *c_name = record_name(u, canonical);
    bool is_map = c_name && ends_with(c_name, "_map") && entries.kind == CXType_Record &&
                  has_two_members(u, entries, "key", "value", entry) &&
                  is_key(u, clang_getCursorType(entry[0]), &int_keys);
    ct_type *type = new_type(u, t, is_map ? APUS_KIND_map : APUS_KIND_list);
    if (is_map) {
        type->entry_c_name = record_name(u, entries);
        type->int_keys = int_keys;
        item = clang_getCursorType(entry[1]);
    }
    return read_item(u, type, item, why) ? type : NULL;
}

static ct_type *read_record(unit *u, CXType t, CXType canonical, const char **why)
{
    const char *c_name = record_name(u, canonical);
    apus_kind kind = c_name ? record_kind(c_name) : APUS_KIND_none;
    if (kind != APUS_KIND_none)
        return new_type(u, t, kind);
    if (clang_Type_getSizeOf(canonical) < 0) {
        *why = "it is declared, but what is in it is not known here";
        return NULL;
    }
    bool is_list;
    ct_type *type = read_list(u, t, canonical, why, &is_list);
    if (is_list)
        return type;
    if (!c_name) {
        *why = "a struct needs a name to stand on the wire";
        return NULL;
    }
    ct_model *model = model_read(u, canonical, why);
    if (!model)
        return NULL;
    type = new_type(u, t, APUS_KIND_model);
    type->c_name = c_name;
    type->model = model;
    return type;
}

static ct_type *read_array(unit *u, CXType t, CXType canonical, const char **why)
{
    CXType item = clang_getArrayElementType(canonical);
    long long n = clang_getArraySize(canonical);
    if (n < 1) {
        *why = "an array needs at least one item";
        return NULL;
    }
    if (type_canonical(item).kind == CXType_Char_S || type_canonical(item).kind == CXType_Char_U) {
        ct_type *type = new_type(u, t, APUS_KIND_chars);
        type->n = (uint32_t)n;
        type->c_name = memory_textf(u->reader->arena, "char[%lld]", n);
        return type;
    }
    ct_type *type = new_type(u, t, APUS_KIND_array);
    type->n = (uint32_t)n;
    return read_item(u, type, item, why) ? type : NULL;
}

static ct_type *read_pointer(unit *u, CXType t, CXType canonical, const char **why)
{
    CXType to = type_canonical(clang_getPointeeType(canonical));
    if (to.kind == CXType_Char_S || to.kind == CXType_Char_U) {
        ct_type *type = new_type(u, t, APUS_KIND_cstr);
        type->c_name = type_spell(u, canonical);
        return type;
    }
    *why = "it points at a pointer, and one of them at most can mean null";
    return NULL;
}

ct_type *type_read(unit *u, CXType t, const char **why)
{
    CXType canonical = type_canonical(t);
    apus_kind kind = scalar_kind(canonical);
    if (kind != APUS_KIND_none)
        return new_type(u, t, kind);
    switch (canonical.kind) {
    case CXType_Enum: {
        ct_enum *e = enum_read(u, canonical);
        if (!e) {
            *why = "an enum needs a name to stand on the wire";
            return NULL;
        }
        ct_type *type = new_type(u, t, APUS_KIND_enum);
        type->c_name = e->c_name;
        type->enumeration = e;
        return type;
    }
    case CXType_Record:
        if (clang_getCursorKind(clang_getTypeDeclaration(canonical)) == CXCursor_UnionDecl) {
            *why = "a union does not say which of its members is meant";
            return NULL;
        }
        return read_record(u, t, canonical, why);
    case CXType_ConstantArray:
        return read_array(u, t, canonical, why);
    case CXType_IncompleteArray:
        *why = "an array without a length";
        return NULL;
    case CXType_Pointer:
        return read_pointer(u, t, canonical, why);
    case CXType_LongDouble:
        *why = "long double differs between machines: use double or apus_decimal";
        return NULL;
    case CXType_Void:
        *why = "a void * does not say what it points at";
        return NULL;
    case CXType_FunctionProto:
    case CXType_FunctionNoProto:
        *why = "a function cannot be sent";
        return NULL;
    case CXType_Complex:
        *why = "JSON has no complex numbers";
        return NULL;
    default:
        *why = "JSON has nothing like it";
        return NULL;
    }
}
