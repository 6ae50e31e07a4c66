/* What a type is called in the document. */
#include <ctype.h>
#include <string.h>

#include "compiler/memory.h"
#include "compiler/read.h"

/* new_order -> NewOrder, as generated clients spell types; what has capitals is left. */
static const char *type_name(apus_arena *arena, const char *bare)
{
    char *name = (char *)(uintptr_t)memory_textf(arena, "%s", bare), *to = name;
    for (const char *p = bare; *p; p++) {
        if (isupper((unsigned char)*p))
            return bare;
    }
    bool starts = true;
    for (const char *p = bare; *p; p++) {
        if (*p != '_')
            *to++ = (char)(starts ? toupper((unsigned char)*p) : *p);
        starts = *p == '_';
    }
    *to = '\0';
    return *name ? name : bare;
}

const char *schema_name(unit *u, const note *notes, const char *c_name)
{
    const note *named = notes_find(notes, "Name");
    const ct_value *name = named ? value_unnamed(named->options, 0) : NULL;
    if (name && name->kind == CT_VALUE_string)
        return name->text;
    return type_name(u->reader->arena, bare_name(c_name));
}
