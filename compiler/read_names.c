/* What members are called on the wire, on the way in and on the way out. */
#include <ctype.h>
#include <string.h>

#include "compiler/read.h"

/* --- rules for all members of a model --- */

/* unit_price as unitPrice, UnitPrice or unit-price. */
static const char *made(unit *u, const char *rule, const char *c_name)
{
    char *name = (char *)(uintptr_t)memory_text(u->reader->arena, c_name), *to = name;
    bool joins = strcmp(rule, "kebab") != 0;
    bool upper = strcmp(rule, "pascal") == 0;
    for (const char *p = c_name; *p; p++) {
        bool between = *p == '_' && p != c_name && p[1] && p[1] != '_';
        if (between && joins) {
            upper = true;
            continue;
        }
        *to++ = between ? '-' : upper ? (char)toupper((unsigned char)*p) : *p;
        upper = false;
    }
    *to = '\0';
    return name;
}

void model_names_read(unit *u, ct_model *m, const ct_value *options)
{
    static const char *const rules[] = { "camel", "pascal", "kebab" };
    const ct_value *v = value_get(options, "names");
    const char *word = value_word(v);
    m->by_name = value_flag(options, "by_name");
    for (size_t i = 0; word && i < sizeof(rules) / sizeof(rules[0]); i++) {
        if (strcmp(word, rules[i]) == 0)
            m->names = rules[i];
    }
    if (word && !m->names)
        diag_error(u->reader->diags, v->place, "names is camel, pascal or kebab, not '%s'", word);
}

/* --- one member --- */

static void add_also(unit *u, ct_field *f, const char *name, ct_place place)
{
    ct_also *a = NEW(u->reader->arena, ct_also);
    *a = (ct_also){ .name = name, .field = f, .place = place };
    APPEND(f->also, a);
}

/* The first name that is no place within the object is the one that is told. */
static void read_alias_in(unit *u, ct_field *f, const ct_value *in)
{
    const ct_value *list = in->kind == CT_VALUE_list ? in->items : in;
    bool named = false;
    for (const ct_value *v = list; v; v = in->kind == CT_VALUE_list ? v->next : NULL) {
        if (v->kind != CT_VALUE_string)
            continue;
        if (!named && v->text[0] != '/')
            f->name = v->text;
        else
            add_also(u, f, v->text, v->place);
        named = named || v->text[0] != '/';
    }
}

void names_read(unit *u, const ct_model *m, ct_field *f, const ct_value *options)
{
    const char *alias = value_text(options, "alias");
    const char *alias_out = value_text(options, "alias_out");
    const ct_value *alias_in = value_get(options, "alias_in");
    const char *own = m && m->names ? made(u, m->names, f->c_name) : f->c_name;
    const char *out = alias_out ? alias_out : alias ? alias : own;
    f->aliased = alias || alias_in;
    f->name = alias ? alias : own;
    if (alias_in)
        read_alias_in(u, f, alias_in);
    if (m && m->by_name && strcmp(f->name, f->c_name) != 0)
        add_also(u, f, f->c_name, f->place);
    f->name_out = strcmp(out, f->name) != 0 ? out : NULL;
}
