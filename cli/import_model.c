/* Models, unions and enums: what has a name in C. */
#include <ctype.h>
#include <string.h>

#include "apus/json_pointer.h"
#include "command.h"
#include "import.h"

enum { MEMBERS_MAX = 500, PARTS_MAX = 16, LINE_MAX_LEN = 100 };

/* One member, wherever in allOf it was found. */
struct member {
    apus_str name;
    const apus_json *schema;
    const char *at;
    bool is_required;
};

struct members {
    struct member *items;
    unsigned n;
    const apus_json *extra; /* additionalProperties */
};

static apus_str text_of(const apus_json *object, const char *key)
{
    return apus_json_text_or(apus_json_get(object, key), APUS_STR(""));
}

/* --- declarations --- */

static import_declaration *find(importer *im, const apus_json *schema, const char *at)
{
    import_declaration *d = im->declarations;
    while (d && (d->schema != schema || strcmp(d->at, at) != 0))
        d = d->next;
    return d;
}

/* A name whose list and map are free as well. */
static const char *type_name(importer *im, const char *hint)
{
    static const char *const suffixes[] = { "", "_list", "_map", "_entry" };
    const char *name = name_snake(im->arena, apus_str_of(hint)), *candidate = name;
    for (unsigned i = 2;; i++) {
        bool is_free = true;
        for (size_t k = 0; k < 4; k++)
            is_free = is_free &&
                      !name_is_taken(&im->used, textf(im->arena, "%s%s", candidate, suffixes[k]));
        if (is_free)
            return name_unique(im->arena, &im->used, candidate);
        candidate = textf(im->arena, "%s_%u", name, i);
    }
}

static import_declaration *declare(importer *im, const apus_json *schema, const char *at,
                                   const char *hint)
{
    import_declaration *d =
        im->n_declarations < IMPORT_TYPES_MAX ? APUS_NEW(im->arena, import_declaration, 1) : NULL;
    if (!d) {
        if (!im->is_tangled)
            import_note(im, at, "more types than an import makes");
        im->is_tangled = true;
        return NULL;
    }
    im->n_declarations++;
    *d = (import_declaration){ .name = type_name(im, hint),
                               .at = at,
                               .schema = schema,
                               .is_open = true,
                               .next = im->declarations };
    im->declarations = d;
    return d;
}

/* "} Name("Order") Model(...) order;" */
static void end_type(importer *im, apus_buf *b, const import_declaration *d, const char *wire_name,
                     struct c_options *model)
{
    apus_buf_lit(b, "}");
    const char *own = name_of_schema(im->arena, d->name);
    if (wire_name && strcmp(own, wire_name) != 0) {
        apus_buf_lit(b, " Name(");
        c_text(b, apus_str_of(wire_name));
        apus_buf_lit(b, ")");
    }
    if (model && model->b.len)
        c_annotation(b, "Model", model);
    apus_buf_addf(b, " %s;\n", d->name);
}

/* What the component is called in the document that apusc writes. */
static void note_name(importer *im, const import_declaration *d, const char *wire_name,
                      const char *what)
{
    if (!wire_name)
        import_note(im, d->at, "%s is the component %s in C", what,
                    name_of_schema(im->arena, d->name));
}

static void note_title(importer *im, const import_declaration *d, const apus_json *schema,
                       const char *wire_name)
{
    apus_str title = text_of(schema, "title");
    const char *name = wire_name ? wire_name : name_of_schema(im->arena, d->name);
    if (title.len && !apus_str_eq(title, apus_str_of(name)))
        import_note(im, import_at(im, d->at, APUS_STR("title")),
                    "the title of a type is its name in C");
}

static void begin_type(importer *im, apus_buf *b, const apus_json *schema, const char *at)
{
    apus_str description = text_of(schema, "description");
    if (!c_comment(b, "", description) && description.len)
        import_note(im, import_at(im, at, APUS_STR("description")),
                    "a text that no comment can hold as it is");
}

static void append(importer *im, apus_buf *b)
{
    apus_str text;
    if (apus_buf_take(b, &text) == APUS_OK)
        apus_buf_add(&im->types, text);
    apus_buf_addc(&im->types, '\n');
}

/* --- enums --- */

/* What apusc would call the enumerator on the wire: without the prefix that all share. */
static size_t shared_prefix(const char *const *names, unsigned n, const char *type)
{
    size_t len = strlen(names[0]);
    if (n == 1) {
        size_t own = strlen(type);
        return len > own && names[0][own] == '_' ? own + 1 : 0;
    }
    for (unsigned i = 1; i < n; i++) {
        size_t same = 0;
        while (same < len && names[i][same] == names[0][same])
            same++;
        len = same;
    }
    for (; len > 0; len--) {
        bool fits = names[0][len - 1] == '_';
        for (unsigned i = 0; i < n && fits; i++)
            fits = isalpha((unsigned char)names[i][len]);
        if (fits)
            return len;
    }
    return 0;
}

static bool is_lowered(const char *name, apus_str value)
{
    for (size_t i = 0; i < value.len; i++) {
        if (!name[i] || tolower((unsigned char)name[i]) != value.ptr[i])
            return false;
    }
    return name[value.len] == '\0';
}

static const char *enumerator_name(importer *im, const char *type, apus_str value)
{
    const char *snake = name_snake(im->arena, value);
    size_t len = strlen(snake);
    while (len && snake[len - 1] == '_')
        len--;
    char *name = (char *)(uintptr_t)textf(im->arena, "%s_%.*s", type, (int)len, snake);
    for (char *p = name; *p; p++)
        *p = (char)toupper((unsigned char)*p);
    return name_unique(im->arena, &im->used, name);
}

/* The names are put into `names`, which has room for MEMBERS_MAX; how many. */
static unsigned write_enumerators(importer *im, apus_buf *b, const apus_json *values,
                                  const char *type, const char *at, const char **names)
{
    apus_str texts[MEMBERS_MAX];
    unsigned n = 0;
    struct name_set seen = { { NULL } };
    for (const apus_json *v = import_first(values); v; v = v->next) {
        if (v->kind != APUS_JSON_string)
            continue;
        const char *key = textf(im->arena, "%.*s", APUS_FMT(v->text));
        if (n == MEMBERS_MAX || name_is_taken(&seen, key)) {
            import_note(im, at,
                        n == MEMBERS_MAX ? "values past the first %d"
                                         : "a value that is listed twice",
                        MEMBERS_MAX);
            continue;
        }
        name_unique(im->arena, &seen, key);
        texts[n] = v->text;
        names[n++] = enumerator_name(im, type, v->text);
    }
    size_t prefix = n ? shared_prefix(names, n, type) : 0;
    for (unsigned i = 0; i < n; i++) {
        apus_buf_addf(b, "    %s", names[i]);
        if (!is_lowered(names[i] + prefix, texts[i])) {
            apus_buf_lit(b, " Name(");
            c_text(b, texts[i]);
            apus_buf_addc(b, ')');
        }
        apus_buf_lit(b, ",\n");
    }
    return n;
}

const char *import_enum(importer *im, const apus_json *schema, const char *at, const char *name,
                        const char *wire_name)
{
    static const char *const known[] = { "type",        "enum",     "const",    "title",
                                         "description", "default",  "example",  "examples",
                                         "deprecated",  "readOnly", "nullable", "writeOnly",
                                         NULL };
    import_declaration *d = find(im, schema, at);
    if (d)
        return d->name;
    d = declare(im, schema, at, name);
    if (!d)
        return "apus_str";
    apus_json *values = apus_json_array(im->arena);
    const apus_json *one = apus_json_get(schema, "const");
    if (one)
        apus_json_add(values, apus_json_text(im->arena, one->text));
    apus_buf b = apus_buf_in(im->arena);
    if (wire_name)
        begin_type(im, &b, schema, at);
    apus_buf_addf(&b, "typedef enum %s {\n", d->name);
    const char *names[MEMBERS_MAX];
    write_enumerators(im, &b, one ? values : apus_json_get(schema, "enum"), d->name, at, names);
    if (wire_name) {
        end_type(im, &b, d, wire_name, NULL);
        note_title(im, d, schema, wire_name);
        import_note_rest(im, schema, at, known);
    } else {
        apus_buf_addf(&b, "} Name(inline) %s;\n", d->name);
    }
    append(im, &b);
    d->is_open = false;
    return d->name;
}

/* --- members --- */

static bool is_listed(const apus_json *list, apus_str name)
{
    for (const apus_json *v = import_first(list); v; v = v->next) {
        if (v->kind == APUS_JSON_string && apus_str_eq(v->text, name))
            return true;
    }
    return false;
}

static void add_member(importer *im, struct members *all, const struct member *m)
{
    for (unsigned i = 0; i < all->n; i++) {
        if (!apus_str_eq(all->items[i].name, m->name))
            continue;
        bool was_required = all->items[i].is_required;
        all->items[i] = *m;
        all->items[i].is_required = was_required || m->is_required;
        return;
    }
    if (all->n == MEMBERS_MAX)
        import_note(im, m->at, "members past the first %d", MEMBERS_MAX);
    else
        all->items[all->n++] = *m;
}

static void require_listed(struct members *all, const apus_json *required)
{
    for (unsigned i = 0; i < all->n; i++)
        all->items[i].is_required =
            all->items[i].is_required || is_listed(required, all->items[i].name);
}

/* The members of the schema, those of its allOf first. */
static void collect(importer *im, struct members *all, const apus_json *schema, const char *at,
                    unsigned depth)
{
    const apus_json *parts = apus_json_get(schema, "allOf");
    if (depth == PARTS_MAX || !import_enter(im, at)) {
        import_note(im, at, "allOf within allOf, too deep or in a circle");
        return;
    }
    size_t i = 0;
    for (const apus_json *part = import_first(parts); part; part = part->next, i++) {
        const char *part_at = import_at_index(im, import_at(im, at, APUS_STR("allOf")), i);
        const apus_json *target = import_resolve(im, part, &part_at);
        if (target)
            collect(im, all, target, part_at, depth + 1);
    }
    const apus_json *properties = apus_json_get(schema, "properties");
    const char *within = import_at(im, at, APUS_STR("properties"));
    for (const apus_json *p = import_first(properties); p; p = p->next)
        add_member(
            im, all,
            &(struct member){ .name = p->name, .schema = p, .at = import_at(im, within, p->name) });
    require_listed(all, apus_json_get(schema, "required"));
    const apus_json *extra = apus_json_get(schema, "additionalProperties");
    all->extra = extra ? extra : all->extra;
    import_leave(im);
}

static bool is_flag(const apus_json *schema, const import_type *t, const char *key)
{
    return apus_json_bool_or(apus_json_get(schema, key), false) ||
           (t->schema && t->kind != IMPORT_model &&
            apus_json_bool_or(apus_json_get(t->schema, key), false));
}

/* Whether it is a pointer in C, and what says so. */
static bool say_presence(importer *im, struct c_options *o, const import_type *t,
                         const struct member *m)
{
    bool has_default = import_has_default(im, t);
    bool is_loop = t->declaration && t->declaration->is_open;
    if (is_loop)
        t->declaration->needs_forward = true;
    if (has_default && m->is_required) {
        const char *within = strstr(m->at, "/properties/");
        for (const char *next = within; next; next = strstr(next + 1, "/properties/"))
            within = next;
        import_note(
            im, within ? textf(im->arena, "%.*s/required", (int)(within - m->at), m->at) : m->at,
            "%.*s has a default: in C it may be left out", APUS_FMT(m->name));
    }
    if (m->is_required && !has_default) {
        if (t->is_nullable || is_loop)
            c_option(o, "required");
        if (is_loop && !t->is_nullable)
            c_option(o, "no_null");
        return t->is_nullable || is_loop;
    }
    if (has_default && !t->is_nullable)
        return false;
    if (!has_default && !t->is_nullable)
        c_option(o, "no_null");
    return true;
}

static void write_member(importer *im, apus_buf *b, struct name_set *names, const struct member *m,
                         const char *owner)
{
    const char *name = name_unique(im->arena, names, name_snake(im->arena, m->name));
    import_type t = import_schema(im, m->schema, m->at, textf(im->arena, "%s_%s", owner, name));
    struct c_options o = { .b = apus_buf_in(im->arena) };
    if (!apus_str_eq(m->name, apus_str_of(name)))
        c_option_text(&o, "alias", m->name);
    bool is_pointer = say_presence(im, &o, &t, m);
    import_rules(im, &o, &t, m->name.ptr);
    if (is_flag(m->schema, &t, "readOnly"))
        c_option(&o, "read_only");
    if (is_flag(m->schema, &t, "writeOnly"))
        c_option(&o, "write_only");
    if (t.is_secret)
        c_option(&o, "secret");
    const apus_json *description = apus_json_get(t.said, "description");
    bool has_name = t.kind == IMPORT_model || t.kind == IMPORT_enum;
    if (!description && t.schema && !has_name)
        description = apus_json_get(t.schema, "description");
    apus_str said = apus_json_text_or(description, APUS_STR(""));
    apus_buf line = apus_buf_in(im->arena);
    apus_buf_addf(&line, "    %s %s%s", t.text, is_pointer ? "*" : "", name);
    if (said.len && !c_comment_holds(said))
        c_option_text(&o, "description", said);
    if (o.b.len)
        c_annotation(&line, "Field", &o);
    apus_buf_addc(&line, ';');
    apus_str text;
    if (apus_buf_take(&line, &text))
        return;
    bool is_beside = said.len && c_comment_holds(said) && apus_str_find(said, '\n') == SIZE_MAX &&
                     text.len + said.len + 6 <= LINE_MAX_LEN;
    if (said.len && !is_beside)
        c_comment(b, "    ", said);
    apus_buf_add(b, text);
    if (is_beside)
        apus_buf_addf(b, " ///< %.*s", APUS_FMT(said));
    apus_buf_addc(b, '\n');
}

/* --- models --- */

static void say_model(importer *im, struct c_options *o, const apus_json *schema, const char *at,
                      const struct members *all)
{
    if (all->extra && all->extra->kind == APUS_JSON_false)
        c_option(o, "extra = forbid");
    else if (all->extra)
        c_option(o, "extra = keep");
    if (all->extra && all->extra->kind == APUS_JSON_object && all->extra->n)
        import_note(im, import_at(im, at, APUS_STR("additionalProperties")),
                    "further members of a model may be any value in C");
    const apus_json *list = apus_json_get(schema, "examples"),
                    *one = apus_json_get(schema, "example");
    apus_json *single = apus_json_array(im->arena);
    if (one && !list) {
        apus_buf b = apus_buf_in(im->arena);
        apus_json *copy;
        apus_str text;
        apus_json_write(&b, one);
        if (apus_buf_take(&b, &text) == APUS_OK &&
            apus_json_parse(im->arena, text, NULL, &copy, NULL) == APUS_OK)
            apus_json_add(single, copy);
        list = single;
    }
    if (!list)
        return;
    import_type t = { .kind = IMPORT_any, .schema = apus_json_object(im->arena) };
    bool fine = list->kind == APUS_JSON_list && list->n > 0;
    for (const apus_json *v = fine ? import_first(list) : NULL; v; v = v->next)
        fine = fine && import_value_fits(im, &t, v);
    if (!fine || !c_option_value(o, "examples", list))
        import_note(im, import_at(im, at, one ? APUS_STR("example") : APUS_STR("examples")),
                    "an example that C cannot say");
}

static void write_members(importer *im, apus_buf *b, import_declaration *d, const apus_json *schema,
                          const char *without, struct c_options *model)
{
    struct members all = { .items = APUS_NEW(im->arena, struct member, MEMBERS_MAX) };
    struct name_set names = { { NULL } };
    unsigned written = 0;
    if (!all.items)
        return;
    collect(im, &all, schema, d->at, 0);
    for (unsigned i = 0; i < all.n; i++) {
        if (without && apus_str_eq(all.items[i].name, apus_str_of(without)))
            continue;
        write_member(im, b, &names, &all.items[i], d->name);
        written++;
    }
    if (all.extra && all.extra->kind != APUS_JSON_false) {
        apus_buf_addf(b, "    apus_json %s Field(extra);\n",
                      name_unique(im->arena, &names, "extra"));
        written++;
    }
    if (!written)
        apus_buf_lit(b, "    char nothing Field(skip);\n");
    say_model(im, model, schema, d->at, &all);
}

static const char *const model_keys[] = {
    "type",      "properties",  "required",   "title",
    "examples",  "description", "example",    "additionalProperties",
    "nullable",  "default",     "deprecated", "readOnly",
    "writeOnly", NULL
};

/* A struct of the schema's members, but the tag of the union that it is a shape of. */
static import_declaration *write_struct(importer *im, import_declaration *d,
                                        const apus_json *schema, const char *wire_name,
                                        const char *without)
{
    apus_buf b = apus_buf_in(im->arena);
    struct c_options model = { .b = apus_buf_in(im->arena) };
    begin_type(im, &b, schema, d->at);
    apus_buf_addf(&b, "typedef struct %s {\n", d->name);
    write_members(im, &b, d, schema, without, &model);
    end_type(im, &b, d, wire_name, &model);
    append(im, &b);
    note_title(im, d, schema, wire_name);
    if (apus_json_get(schema, "allOf"))
        import_note(im, import_at(im, d->at, APUS_STR("allOf")),
                    "the members of allOf are written out");
    return d;
}

/* --- tuples --- */

/* Whether it is a list of so many places, each with a schema of its own. */
bool import_is_tuple(const apus_json *schema)
{
    enum { PLACES_MAX = 50 };
    const apus_json *places = apus_json_get(schema, "prefixItems");
    const apus_json *more = apus_json_get(schema, "items"),
                    *most = apus_json_get(schema, "maxItems");
    if (!places || places->kind != APUS_JSON_list || !places->n || places->n > PLACES_MAX)
        return false;
    return (more && more->kind == APUS_JSON_false) ||
           (most && apus_json_int_or(most, -1) == (int64_t)places->n);
}

import_declaration *import_tuple(importer *im, const apus_json *schema, const char *at,
                                 const char *name)
{
    import_declaration *d = find(im, schema, at);
    if (d)
        return d->is_open ? NULL : d; /* within itself it is any value */
    d = declare(im, schema, at, name);
    if (!d)
        return NULL;
    if (strncmp(at, "/components/", 12) == 0)
        import_note(im, at, "a list with places stands in full wherever it is used");
    apus_buf b = apus_buf_in(im->arena);
    struct c_options model = { .b = apus_buf_in(im->arena) };
    struct name_set names = { { NULL } };
    const char *within = import_at(im, at, APUS_STR("prefixItems"));
    int64_t least = apus_json_int_or(apus_json_get(schema, "minItems"), 0);
    size_t i = 0;
    begin_type(im, &b, schema, at);
    apus_buf_addf(&b, "typedef struct %s {\n", d->name);
    for (const apus_json *p = import_first(apus_json_get(schema, "prefixItems")); p;
         p = p->next, i++) {
        apus_str title = text_of(p, "title");
        const char *called = title.len ? name_snake(im->arena, title) : "";
        called = *called ? called : textf(im->arena, "item_%zu", i + 1);
        write_member(im, &b, &names,
                     &(struct member){ .name = apus_str_of(called),
                                       .schema = p,
                                       .at = import_at_index(im, within, i),
                                       .is_required = (int64_t)i < least },
                     d->name);
    }
    c_option(&model, "tuple");
    end_type(im, &b, d, NULL, &model);
    append(im, &b);
    d->is_open = false;
    return d;
}

/* --- unions --- */

static const apus_json *shapes_of(const apus_json *schema, const char **key)
{
    *key = apus_json_get(schema, "oneOf") ? "oneOf" : "anyOf";
    return apus_json_get(schema, *key);
}

/* Quiet: only looks. */
static const apus_json *shape_target(importer *im, const apus_json *shape)
{
    return apus_json_reference(im->document, text_of(shape, "$ref"));
}

bool import_is_union(importer *im, const apus_json *schema)
{
    const char *key;
    const apus_json *shapes = shapes_of(schema, &key);
    if (!shapes || shapes->kind != APUS_JSON_list || shapes->n < 2 || shapes->n > 50)
        return false;
    for (const apus_json *shape = import_first(shapes); shape; shape = shape->next) {
        const apus_json *target = shape_target(im, shape);
        const apus_json *properties = apus_json_get(target, "properties");
        if (!properties || properties->n == 0)
            return false;
    }
    return true;
}

/* What the tag says for that shape: the mapping's key, the constant, or the component's name. */
static apus_str tag_value(importer *im, const apus_json *schema, const apus_json *shape,
                          const char *tag)
{
    const apus_json *mapping = apus_json_get(apus_json_get(schema, "discriminator"), "mapping");
    apus_str ref = text_of(shape, "$ref");
    for (const apus_json *m = import_first(mapping); m; m = m->next) {
        apus_str to = apus_json_text_or(m, APUS_STR(""));
        if (apus_str_eq(to, ref) || (to.len && apus_str_ends(ref, to) && to.len < ref.len &&
                                     ref.ptr[ref.len - to.len - 1] == '/'))
            return m->name;
    }
    const apus_json *member =
        apus_json_get(apus_json_get(shape_target(im, shape), "properties"), tag);
    const apus_json *values = apus_json_get(member, "enum"), *one = apus_json_get(member, "const");
    one = one ? one : values && values->n == 1 ? apus_json_at(values, 0) : NULL;
    size_t slash = ref.len;
    while (slash && ref.ptr[slash - 1] != '/')
        slash--;
    return apus_json_text_or(one, apus_str_slice(ref, slash, ref.len));
}

static void write_union(importer *im, import_declaration *d, const apus_json *schema,
                        const char *wire_name)
{
    const char *key, *tag = text_of(apus_json_get(schema, "discriminator"), "propertyName").ptr;
    const apus_json *shapes = shapes_of(schema, &key);
    bool is_hidden = !*tag;
    const char *list_at = import_at(im, d->at, apus_str_of(key));
    apus_json *values = apus_json_array(im->arena);
    apus_buf members = apus_buf_in(im->arena);
    const char *kind = type_name(im, textf(im->arena, "%s_kind", d->name));
    const char *enumerators[MEMBERS_MAX];
    apus_buf b = apus_buf_in(im->arena);
    for (const apus_json *shape = import_first(shapes); shape; shape = shape->next) {
        apus_str value = tag_value(im, schema, shape, tag);
        if (is_hidden)
            value = apus_str_of(name_snake(im->arena, value));
        apus_json_add(values, apus_json_text(im->arena, value));
    }
    apus_buf_addf(&b, "typedef enum %s {\n", kind);
    if (write_enumerators(im, &b, values, kind, d->at, enumerators) < shapes->n) {
        import_note(im, d->at, "two shapes have one value of the discriminator");
        return;
    }
    apus_buf_addf(&b, "} %s;\n\n", kind);
    size_t i = 0;
    for (const apus_json *shape = import_first(shapes); shape; shape = shape->next, i++) {
        const char *at = import_at_index(im, list_at, i), *target_at = at;
        const apus_json *target = import_resolve(im, shape, &target_at);
        const char *slash = strrchr(target_at, '/');
        const char *own = slash ? slash + 1 : "shape";
        import_declaration *one = declare(im, target, at, textf(im->arena, "%s_%s", d->name, own));
        if (!one)
            return;
        one->at = target_at;
        bool is_alone = !name_is_taken(&im->refs_twice, text_of(shape, "$ref").ptr);
        write_struct(im, one, target, is_alone ? own : NULL, is_hidden ? NULL : tag);
        one->is_open = false;
        /* so that nobody takes it for the component itself, which has the tag */
        one->schema = shape;
        one->at = at;
        const apus_json *value = apus_json_at(values, i);
        bool is_word = strcmp(name_snake(im->arena, value->text), value->text.ptr) == 0;
        apus_buf_addf(&members, "        %s %s;\n", one->name,
                      is_word ? value->text.ptr : enumerators[i]);
        import_note(im, at, "the shape %s is a component of its own, called after the union", own);
    }
    if (!is_hidden)
        import_note(im, import_at(im, d->at, APUS_STR("discriminator")),
                    "its mapping leads to the shapes under their names in C");
    if (is_hidden && strcmp(key, "oneOf") == 0)
        import_note(im, list_at,
                    "without a discriminator the first shape that fits is taken: anyOf");
    begin_type(im, &b, schema, d->at);
    const char *tag_name = is_hidden ? "kind" : name_snake(im->arena, apus_str_of(tag));
    apus_buf_addf(&b, "typedef struct %s {\n    %s %s Field(tag%s", d->name, kind, tag_name,
                  is_hidden ? " = hidden" : "");
    if (!is_hidden && strcmp(tag_name, tag) != 0) {
        apus_buf_lit(&b, ", alias = ");
        c_text(&b, apus_str_of(tag));
    }
    apus_str text;
    apus_buf_lit(&b, ");\n    union {\n");
    if (apus_buf_take(&members, &text) == APUS_OK)
        apus_buf_add(&b, text);
    apus_buf_lit(&b, "    };\n");
    struct c_options model = { .b = apus_buf_in(im->arena) };
    say_model(im, &model, schema, d->at, &(struct members){ .n = 0 });
    end_type(im, &b, d, wire_name, &model);
    append(im, &b);
    note_title(im, d, schema, wire_name);
}

import_declaration *import_model(importer *im, const apus_json *schema, const char *at,
                                 const char *name, const char *wire_name)
{
    import_declaration *d = find(im, schema, at);
    if (d)
        return d;
    if (!import_enter(im, at))
        return NULL;
    d = declare(im, schema, at, name);
    if (d) {
        const char *known[32];
        size_t n = 0;
        for (; model_keys[n]; n++)
            known[n] = model_keys[n];
        bool is_union = import_is_union(im, schema);
        static const char *const shapes[] = { "oneOf", "anyOf", "discriminator" };
        for (size_t i = 0; is_union && i < 3; i++)
            known[n++] = shapes[i];
        known[n++] = "allOf";
        known[n] = NULL;
        d->is_model = true;
        if (is_union)
            write_union(im, d, schema, wire_name);
        else
            write_struct(im, d, schema, wire_name, NULL);
        d->is_open = false;
        note_name(im, d, wire_name, "a schema without a name");
        import_note_rest(im, schema, at, known);
        if (d->needs_forward)
            apus_buf_addf(&im->forwards, "typedef struct %s %s;\n", d->name, d->name);
    }
    import_leave(im);
    return d;
}
