/* From libyaml's events to a JSON value. */
#include "apus/yaml.h"

#include <yaml.h>

struct reading {
    yaml_parser_t parser;
    apus_arena *arena;
    apus_err *err;
    apus_yaml_options options;
    unsigned nodes, depth;
};

/* Lines count from 1 for people. */
static unsigned line_of(yaml_mark_t mark)
{
    return (unsigned)mark.line + 1;
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

static bool is_null(const yaml_event_t *e)
{
    apus_str text = { (const char *)e->data.scalar.value, e->data.scalar.length };
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
    apus_str text = { (const char *)e->data.scalar.value, e->data.scalar.length };
    if (e->data.scalar.anchor || e->data.scalar.tag)
        return refuse(r, e, "anchors and tags are not read");
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
    apus_str text = { (const char *)e->data.scalar.value, e->data.scalar.length };
    if (e->data.scalar.anchor || e->data.scalar.tag || apus_str_eq(text, APUS_STR("<<")))
        return refuse(r, e, "anchors, tags and merge keys are not read");
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

static apus_rc read_mapping(struct reading *r, apus_json **out)
{
    yaml_event_t e;
    apus_json *object = apus_json_object(r->arena), *value;
    apus_rc rc = object ? APUS_OK : no_memory(r);
    for (;;) {
        apus_str key = APUS_STR("");
        rc = rc ? rc : next(r, &e);
        if (rc)
            return rc;
        bool is_over = e.type == YAML_MAPPING_END_EVENT;
        rc = is_over ? APUS_OK : read_key(r, &e, object, &key);
        yaml_event_delete(&e);
        if (is_over)
            break;
        rc = rc ? rc : read_value(r, &value);
        if (!rc && !apus_json_set(r->arena, object, key.ptr, value))
            rc = no_memory(r);
    }
    *out = object;
    return APUS_OK;
}

static apus_rc read_node(struct reading *r, const yaml_event_t *e, apus_json **out)
{
    if (++r->nodes > r->options.nodes_max)
        return apus_err_set(r->err, APUS_LIMIT, "line %u: over %u values", line_of(e->start_mark),
                            r->options.nodes_max);
    if (e->type == YAML_SCALAR_EVENT)
        return read_scalar(r, e, out);
    if (e->type == YAML_ALIAS_EVENT)
        return refuse(r, e, "aliases are not read");
    bool is_list = e->type == YAML_SEQUENCE_START_EVENT;
    bool is_marked = is_list ? e->data.sequence_start.anchor || e->data.sequence_start.tag
                             : e->data.mapping_start.anchor || e->data.mapping_start.tag;
    if (is_marked)
        return refuse(r, e, "anchors and tags are not read");
    if (++r->depth > r->options.depth_max)
        return apus_err_set(r->err, APUS_LIMIT, "line %u: over %u deep", line_of(e->start_mark),
                            r->options.depth_max);
    apus_rc rc = is_list ? read_list(r, out) : read_mapping(r, out);
    r->depth--;
    return rc;
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
    if (closes)
        (*depth)--;
    bool is_node = *depth == 1 && (is_scalar || closes);
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
    unsigned depth = 0, line = 0;
    bool is_key = true, is_over = false;
    if (!yaml_parser_initialize(&parser))
        return 0;
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text.ptr, text.len);
    while (!line && !is_over && yaml_parser_parse(&parser, &e)) {
        is_over =
            e.type == YAML_STREAM_END_EVENT || (depth == 0 && e.type == YAML_SEQUENCE_START_EVENT);
        if (is_key_of_outermost(&e, &depth, &is_key) &&
            apus_str_eq((apus_str){ (const char *)e.data.scalar.value, e.data.scalar.length }, key))
            line = line_of(e.start_mark);
        yaml_event_delete(&e);
    }
    yaml_parser_delete(&parser);
    return line;
}
