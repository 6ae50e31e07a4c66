/* From libyaml's events to a JSON value.
 *
 * An alias becomes a copy of what its anchor names, and each value of a copy counts like one that
 * was written: ten lines that stand for a billion values end at the limit.  Copies share their
 * texts, so that they cost no more than their values.  An anchor is known when its node is
 * complete, so nothing contains itself. */
#include "apus/yaml.h"

#include <yaml.h>

struct anchor {
    apus_str name;
    const apus_json *value;
};

struct reading {
    yaml_parser_t parser;
    apus_arena *arena;
    apus_err *err;
    apus_yaml_options options;
    unsigned nodes, depth;
    struct anchor anchors[APUS_YAML_ANCHORS_MAX];
    unsigned n_anchors;
};

/* Lines count from 1 for people. */
static unsigned line_of(yaml_mark_t mark)
{
    return (unsigned)mark.line + 1;
}

static apus_str text_of(const yaml_event_t *e)
{
    return (apus_str){ (const char *)e->data.scalar.value, e->data.scalar.length };
}

static apus_rc no_memory(struct reading *r)
{
    return apus_err_set(r->err, APUS_NOMEM, "out of memory");
}

static apus_rc refuse(struct reading *r, const yaml_event_t *e, const char *what)
{
    return apus_err_set(r->err, APUS_SYNTAX, "line %u: %s", line_of(e->start_mark), what);
}

static apus_rc next(struct reading *r, yaml_event_t *e)
{
    if (yaml_parser_parse(&r->parser, e))
        return APUS_OK;
    if (r->parser.error == YAML_MEMORY_ERROR)
        return no_memory(r);
    return apus_err_set(r->err, APUS_SYNTAX, "line %u: %s", line_of(r->parser.problem_mark),
                        r->parser.problem ? r->parser.problem : "not YAML");
}

/* One value more, at the line of e. */
static apus_rc count_node(struct reading *r, const yaml_event_t *e)
{
    if (++r->nodes <= r->options.nodes_max)
        return APUS_OK;
    return apus_err_set(r->err, APUS_LIMIT, "line %u: over %u values", line_of(e->start_mark),
                        r->options.nodes_max);
}

static apus_rc go_deeper(struct reading *r, const yaml_event_t *e)
{
    if (++r->depth <= r->options.depth_max)
        return APUS_OK;
    return apus_err_set(r->err, APUS_LIMIT, "line %u: over %u deep", line_of(e->start_mark),
                        r->options.depth_max);
}

/* --- anchors and aliases --- */

static struct anchor *find_anchor(struct reading *r, apus_str name)
{
    for (unsigned i = 0; i < r->n_anchors; i++)
        if (apus_str_eq(r->anchors[i].name, name))
            return &r->anchors[i];
    return NULL;
}

/* &name: from here on *name is that value.  A name that is taken again means the new one. */
static apus_rc put_anchor(struct reading *r, const yaml_event_t *e, const yaml_char_t *name,
                          const apus_json *value)
{
    apus_str text = apus_str_of((const char *)name);
    struct anchor *known = find_anchor(r, text);
    if (!known) {
        if (r->n_anchors == APUS_YAML_ANCHORS_MAX)
            return apus_err_set(r->err, APUS_LIMIT, "line %u: over %d anchors",
                                line_of(e->start_mark), APUS_YAML_ANCHORS_MAX);
        text = apus_arena_str(r->arena, text);
        if (!text.ptr)
            return no_memory(r);
        known = &r->anchors[r->n_anchors++];
        known->name = text;
    }
    known->value = value;
    return APUS_OK;
}

static apus_rc copy_node(struct reading *r, const yaml_event_t *e, const apus_json *value,
                         apus_json **out);

static apus_rc copy_children(struct reading *r, const yaml_event_t *e, const apus_json *value,
                             apus_json *to)
{
    apus_rc rc = go_deeper(r, e);
    for (const apus_json *c = value->first; !rc && c; c = c->next) {
        apus_json *child;
        rc = copy_node(r, e, c, &child);
        if (rc)
            return rc;
        bool is_added = to->kind == APUS_JSON_list
                            ? apus_json_add(to, child)
                            : apus_json_set(r->arena, to, c->name.ptr, child);
        rc = is_added ? APUS_OK : no_memory(r);
    }
    r->depth--;
    return rc;
}

static apus_rc copy_node(struct reading *r, const yaml_event_t *e, const apus_json *value,
                         apus_json **out)
{
    apus_rc rc = count_node(r, e);
    if (rc)
        return rc;
    apus_json *copy = value->kind == APUS_JSON_object ? apus_json_object(r->arena)
                      : value->kind == APUS_JSON_list ? apus_json_array(r->arena)
                                                      : apus_json_null_new(r->arena);
    if (!copy)
        return no_memory(r);
    *out = copy;
    if (value->kind == APUS_JSON_object || value->kind == APUS_JSON_list)
        return copy_children(r, e, value, copy);
    *copy = *value; /* its text is never changed, and may be shared */
    copy->name = APUS_STR("");
    copy->next = NULL;
    return APUS_OK;
}

static apus_rc read_alias(struct reading *r, const yaml_event_t *e, apus_json **out)
{
    const char *name = (const char *)e->data.alias.anchor;
    const struct anchor *known = find_anchor(r, apus_str_of(name));
    if (!known)
        return apus_err_set(r->err, APUS_SYNTAX,
                            "line %u: *%.40s stands for nothing: no &%.40s "
                            "in front of it",
                            line_of(e->start_mark), name, name);
    return copy_node(r, e, known->value, out);
}

/* --- nodes --- */

static bool is_null(const yaml_event_t *e)
{
    apus_str text = text_of(e);
    return e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
           (text.len == 0 || apus_str_eq(text, APUS_STR("~")) ||
            apus_str_eq_nocase(text, APUS_STR("null")));
}

/* true, false, or what JSON takes for a number; NULL: it is a text. */
static apus_json *read_typed(struct reading *r, const yaml_event_t *e, apus_str text)
{
    apus_json *value = NULL;
    bool is_true = apus_str_eq_nocase(text, APUS_STR("true"));
    if (!r->options.is_typed || e->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
        return NULL;
    if (is_true || apus_str_eq_nocase(text, APUS_STR("false")))
        return apus_json_bool(r->arena, is_true);
    bool may_be = text.len && (text.ptr[0] == '-' || (text.ptr[0] >= '0' && text.ptr[0] <= '9'));
    return may_be && !apus_json_parse(r->arena, text, NULL, &value, NULL) ? value : NULL;
}

static apus_rc read_scalar(struct reading *r, const yaml_event_t *e, apus_json **out)
{
    apus_str text = text_of(e);
    if (e->data.scalar.tag)
        return refuse(r, e, "tags are not read");
    *out = is_null(e) ? apus_json_null_new(r->arena) : read_typed(r, e, text);
    if (!*out)
        *out = apus_json_text(r->arena, text);
    return *out ? APUS_OK : no_memory(r);
}

static apus_rc read_node(struct reading *r, const yaml_event_t *e, apus_json **out);

static apus_rc read_list(struct reading *r, apus_json **out)
{
    yaml_event_t e;
    apus_json *list = apus_json_array(r->arena), *item;
    apus_rc rc = list ? APUS_OK : no_memory(r);
    for (;;) {
        rc = rc ? rc : next(r, &e);
        if (rc)
            return rc;
        bool is_over = e.type == YAML_SEQUENCE_END_EVENT;
        rc = is_over ? APUS_OK : read_node(r, &e, &item);
        yaml_event_delete(&e);
        if (is_over)
            break;
        if (!rc && !apus_json_add(list, item))
            rc = no_memory(r);
    }
    *out = list;
    return APUS_OK;
}

/* A key is a scalar without a NUL, which stands once. */
static apus_rc read_key(struct reading *r, const yaml_event_t *e, const apus_json *object,
                        apus_str *key)
{
    if (e->type != YAML_SCALAR_EVENT)
        return refuse(r, e, "a key is one word or text");
    apus_str text = text_of(e);
    if (e->data.scalar.anchor || e->data.scalar.tag)
        return refuse(r, e, "anchors and tags of keys are not read");
    if (apus_str_find(text, '\0') != SIZE_MAX)
        return refuse(r, e, "a key has a NUL in it");
    *key = apus_arena_str(r->arena, text);
    if (!key->ptr)
        return no_memory(r);
    return apus_json_get(object, key->ptr) ? refuse(r, e, "a key stands twice") : APUS_OK;
}

static apus_rc read_value(struct reading *r, apus_json **out)
{
    yaml_event_t e;
    apus_rc rc = next(r, &e);
    if (rc)
        return rc;
    rc = read_node(r, &e, out);
    yaml_event_delete(&e);
    return rc;
}

/* << without quotes: what follows is merged into the mapping. */
static bool is_merge(const yaml_event_t *e)
{
    return e->type == YAML_SCALAR_EVENT && e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
           apus_str_eq(text_of(e), APUS_STR("<<"));
}

/* Members of from that are not in object yet: its own win, and those of earlier ones. */
static apus_rc merge(struct reading *r, const yaml_event_t *e, apus_json *object,
                     const apus_json *from)
{
    apus_rc rc = APUS_OK;
    for (const apus_json *c = from->first; !rc && c; c = c->next) {
        apus_json *copy;
        if (apus_json_get(object, c->name.ptr))
            continue;
        rc = copy_node(r, e, c, &copy);
        if (!rc && !apus_json_set(r->arena, object, c->name.ptr, copy))
            rc = no_memory(r);
    }
    return rc;
}

/* from: a mapping, or a list of mappings; NULL: there was no <<. */
static apus_rc merge_all(struct reading *r, const yaml_event_t *e, apus_json *object,
                         const apus_json *from)
{
    apus_rc rc = APUS_OK;
    if (!from || from->kind == APUS_JSON_object)
        return from ? merge(r, e, object, from) : APUS_OK;
    if (from->kind != APUS_JSON_list)
        return refuse(r, e, "<< merges a mapping, or a list of them");
    for (const apus_json *c = from->first; !rc && c; c = c->next)
        rc = c->kind == APUS_JSON_object ? merge(r, e, object, c)
                                         : refuse(r, e, "<< merges mappings");
    return rc;
}

static apus_rc read_mapping(struct reading *r, apus_json **out)
{
    yaml_event_t e;
    apus_json *object = apus_json_object(r->arena), *value, *merged = NULL;
    apus_rc rc = object ? APUS_OK : no_memory(r);
    for (bool is_over = false; !rc && !is_over;) {
        apus_str key = APUS_STR("");
        rc = next(r, &e);
        if (rc)
            return rc;
        is_over = e.type == YAML_MAPPING_END_EVENT;
        bool is_merged = is_merge(&e);
        if (is_over)
            rc = merge_all(r, &e, object, merged);
        else if (!is_merged)
            rc = read_key(r, &e, object, &key);
        else if (merged)
            rc = refuse(r, &e, "a second <<: one may have a list");
        yaml_event_delete(&e);
        if (rc || is_over)
            continue;
        rc = read_value(r, is_merged ? &merged : &value);
        if (!rc && !is_merged && !apus_json_set(r->arena, object, key.ptr, value))
            rc = no_memory(r);
    }
    *out = object;
    return rc;
}

/* The name that &name gives a node, or NULL. */
static const yaml_char_t *anchor_of(const yaml_event_t *e)
{
    return e->type == YAML_SCALAR_EVENT           ? e->data.scalar.anchor
           : e->type == YAML_SEQUENCE_START_EVENT ? e->data.sequence_start.anchor
                                                  : e->data.mapping_start.anchor;
}

static apus_rc read_branch(struct reading *r, const yaml_event_t *e, apus_json **out)
{
    bool is_list = e->type == YAML_SEQUENCE_START_EVENT;
    if (is_list ? e->data.sequence_start.tag : e->data.mapping_start.tag)
        return refuse(r, e, "tags are not read");
    apus_rc rc = go_deeper(r, e);
    if (!rc)
        rc = is_list ? read_list(r, out) : read_mapping(r, out);
    r->depth--;
    return rc;
}

static apus_rc read_node(struct reading *r, const yaml_event_t *e, apus_json **out)
{
    if (e->type == YAML_ALIAS_EVENT)
        return read_alias(r, e, out);
    apus_rc rc = count_node(r, e);
    if (!rc)
        rc = e->type == YAML_SCALAR_EVENT ? read_scalar(r, e, out) : read_branch(r, e, out);
    return !rc && anchor_of(e) ? put_anchor(r, e, anchor_of(e), *out) : rc;
}

/* The first document, and that there is no other. */
static apus_rc read_stream(struct reading *r, apus_json **out)
{
    yaml_event_t e;
    unsigned documents = 0;
    bool is_over = false;
    apus_rc rc = APUS_OK;
    while (!rc && !is_over) {
        rc = next(r, &e);
        if (rc)
            return rc;
        is_over = e.type == YAML_STREAM_END_EVENT;
        bool is_frame = is_over || e.type == YAML_STREAM_START_EVENT ||
                        e.type == YAML_DOCUMENT_START_EVENT || e.type == YAML_DOCUMENT_END_EVENT;
        if (e.type == YAML_DOCUMENT_START_EVENT && ++documents > 1)
            rc = refuse(r, &e, "a second document begins");
        else if (!is_frame)
            rc = read_node(r, &e, out);
        yaml_event_delete(&e);
    }
    return rc;
}

apus_rc apus_yaml_parse(apus_arena *a, apus_str text, apus_json **out, apus_err *err)
{
    return apus_yaml_parse_as(a, text, &(apus_yaml_options){ .depth_max = 0 }, out, err);
}

static apus_yaml_options complete(const apus_yaml_options *given)
{
    apus_yaml_options o = *given;
    o.depth_max = o.depth_max ? o.depth_max : APUS_YAML_DEPTH_MAX;
    o.depth_max = o.depth_max < APUS_YAML_DEPTH_MOST ? o.depth_max : APUS_YAML_DEPTH_MOST;
    o.nodes_max = o.nodes_max ? o.nodes_max : APUS_YAML_NODES_MAX;
    return o;
}

apus_rc apus_yaml_parse_as(apus_arena *a, apus_str text, const apus_yaml_options *options,
                           apus_json **out, apus_err *err)
{
    struct reading r = { .arena = a, .err = err, .options = complete(options) };
    apus_json *value = NULL;
    if (!yaml_parser_initialize(&r.parser))
        return no_memory(&r);
    yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)text.ptr, text.len);
    apus_rc rc = read_stream(&r, &value);
    yaml_parser_delete(&r.parser);
    if (!rc && (!value || value->kind == APUS_JSON_null)) {
        value = apus_json_object(a);
        rc = value ? APUS_OK : no_memory(&r);
    }
    if (!rc)
        *out = value;
    return rc;
}

/* --- where something stands --- */

/* Moves *depth, and *is_key, which says whether a node at depth 1 is a key or its value. */
static bool is_key_of_outermost(const yaml_event_t *e, unsigned *depth, bool *is_key)
{
    bool opens = e->type == YAML_MAPPING_START_EVENT || e->type == YAML_SEQUENCE_START_EVENT;
    bool closes = e->type == YAML_MAPPING_END_EVENT || e->type == YAML_SEQUENCE_END_EVENT;
    bool is_scalar = e->type == YAML_SCALAR_EVENT, was_key = *is_key;
    bool is_leaf = is_scalar || e->type == YAML_ALIAS_EVENT;
    if (closes)
        (*depth)--;
    bool is_node = *depth == 1 && (is_leaf || closes);
    if (opens)
        (*depth)++;
    if (is_node)
        *is_key = !was_key;
    return is_node && is_scalar && was_key;
}

unsigned apus_yaml_line_of(apus_str text, apus_str key)
{
    yaml_parser_t parser;
    yaml_event_t e;
    unsigned depth = 0, line = 0, merged = 0;
    bool is_key = true, is_over = false;
    if (!yaml_parser_initialize(&parser))
        return 0;
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text.ptr, text.len);
    while (!line && !is_over && yaml_parser_parse(&parser, &e)) {
        is_over =
            e.type == YAML_STREAM_END_EVENT || (depth == 0 && e.type == YAML_SEQUENCE_START_EVENT);
        bool is_here = is_key_of_outermost(&e, &depth, &is_key);
        if (is_here && apus_str_eq(text_of(&e), key))
            line = line_of(e.start_mark);
        if (is_here && is_merge(&e))
            merged = line_of(e.start_mark);
        yaml_event_delete(&e);
    }
    yaml_parser_delete(&parser);
    return line ? line : merged;
}
