/* The options that each annotation knows, and the shape of their values. */
#include <string.h>

#include "compiler/read.h"

typedef enum shape {
    SHAPE_any,
    SHAPE_flag,     /* the bare word, or = true | false */
    SHAPE_whole,    /* 201 */
    SHAPE_number,   /* 0.5 */
    SHAPE_text,     /* "..." */
    SHAPE_off_text, /* "...", or false */
    SHAPE_name,     /* a function, a member, a keyword */
    SHAPE_names,    /* one, or a list of them */
    SHAPE_texts,    /* one text, or a list */
    SHAPE_list,
    SHAPE_text_list, /* ["a", "b"] */
    SHAPE_map,
    SHAPE_flag_name, /* tag, tag = hidden */
    SHAPE_server,    /* a text or a map */
    SHAPE_servers,   /* a text, or a list of texts and maps */
    SHAPE_page,      /* "...", false, or a map */
} shape;

typedef struct key {
    const char *name;
    shape shape;
} key;

static const char *const shape_texts[] = {
    [SHAPE_any] = "anything",
    [SHAPE_flag] = "true or false",
    [SHAPE_whole] = "a whole number",
    [SHAPE_number] = "a number",
    [SHAPE_text] = "a text",
    [SHAPE_off_text] = "a text, or false",
    [SHAPE_name] = "a name",
    [SHAPE_names] = "a name or a list of names",
    [SHAPE_texts] = "a text or a list of texts",
    [SHAPE_list] = "a list",
    [SHAPE_text_list] = "a list of texts",
    [SHAPE_map] = "a map such as {404: problem}",
    [SHAPE_flag_name] = "nothing, or a name",
    [SHAPE_server] = "a text or a map",
    [SHAPE_page] = "a path, false, or a map such as {path: \"/docs\", title: \"...\"}",
    [SHAPE_servers] = "a text, or a list of texts and maps",
};

#define RULES                                                                                      \
    { "gt", SHAPE_number }, { "ge", SHAPE_number }, { "lt", SHAPE_number },                        \
        { "le", SHAPE_number }, { "multiple_of", SHAPE_number }, { "min_length", SHAPE_whole },    \
        { "max_length", SHAPE_whole }, { "pattern", SHAPE_text }, { "min_items", SHAPE_whole },    \
        { "max_items", SHAPE_whole }, { "unique", SHAPE_flag }, { "set", SHAPE_flag },             \
        { "max_digits", SHAPE_whole }, { "decimal_places", SHAPE_whole },                          \
        { "inf_nan", SHAPE_flag }, { "strict", SHAPE_flag }, { "strip", SHAPE_flag },              \
        { "lower", SHAPE_flag }, { "upper", SHAPE_flag }, { "past", SHAPE_flag },                  \
        { "future", SHAPE_flag }, { "aware", SHAPE_flag }, { "naive", SHAPE_flag },                \
        { "version", SHAPE_whole }, { "schemes", SHAPE_text_list },                                \
        { "host_required", SHAPE_flag }, { "byte_size", SHAPE_flag }, { "one_of", SHAPE_list },    \
        { "json", SHAPE_flag }, { "title", SHAPE_text }, { "description", SHAPE_text },            \
        { "format", SHAPE_text }, { "example", SHAPE_any }, { "examples", SHAPE_any },             \
        { "deprecated", SHAPE_flag }, { "hidden", SHAPE_flag }, { "openapi_extra", SHAPE_map },    \
        { "check", SHAPE_name }, { "before", SHAPE_name }, { "accepts", SHAPE_name },              \
    {                                                                                              \
        "alias", SHAPE_text                                                                        \
    }

#define PRESENCE                                                                                   \
    { "default", SHAPE_any }, { "required", SHAPE_flag }, { "no_null", SHAPE_flag },               \
    {                                                                                              \
        "secret", SHAPE_flag                                                                       \
    }

#define LIMITS                                                                                     \
    { "body_max", SHAPE_any }, { "files_max", SHAPE_whole }, { "fields_max", SHAPE_whole },        \
        { "part_max", SHAPE_any },                                                                 \
    {                                                                                              \
        "shed", SHAPE_any                                                                          \
    }

static const key app_keys[] = {
    LIMITS,
    { "strict_content_type", SHAPE_flag },
    { "title", SHAPE_text },
    { "version", SHAPE_text },
    { "summary", SHAPE_text },
    { "description", SHAPE_text },
    { "openapi", SHAPE_off_text },
    { "docs", SHAPE_page },
    { "redoc", SHAPE_page },
    { "openapi_edit", SHAPE_name },
    { "root_path", SHAPE_text },
    { "root_path_in_servers", SHAPE_flag },
    { "redirect_slashes", SHAPE_flag },
    { "tags", SHAPE_list },
    { "servers", SHAPE_servers },
    { "contact", SHAPE_map },
    { "license", SHAPE_map },
    { "terms_of_service", SHAPE_text },
    { "external_docs", SHAPE_map },
    { "openapi_extra", SHAPE_map },
    { "operation_ids", SHAPE_text },
    { "separate_schemas", SHAPE_flag },
    { "responses", SHAPE_map },
    { "output_required", SHAPE_flag },
    { "depends", SHAPE_names },
    { "middleware", SHAPE_names },
    { "problems", SHAPE_name },
    { "problem_types", SHAPE_text },
    { "produces", SHAPE_text },
    { "scopes", SHAPE_texts },
    { NULL, SHAPE_any },
};
static const key router_keys[] = {
    LIMITS,
    { "strict_content_type", SHAPE_flag },
    { "prefix", SHAPE_text },
    { "tags", SHAPE_texts },
    { "depends", SHAPE_names },
    { "middleware", SHAPE_names },
    { "deprecated", SHAPE_flag },
    { "hidden", SHAPE_flag },
    { "produces", SHAPE_text },
    { "scopes", SHAPE_texts },
    { "responses", SHAPE_map },
    { NULL, SHAPE_any },
};
static const key include_keys[] = {
    { "host", SHAPE_text },
    { "prefix", SHAPE_text },
    { "tags", SHAPE_texts },
    { "depends", SHAPE_names },
    { "middleware", SHAPE_names },
    { "scopes", SHAPE_texts },
    { "responses", SHAPE_map },
    { "produces", SHAPE_text },
    { "deprecated", SHAPE_flag },
    { "hidden", SHAPE_flag },
    LIMITS,
    { NULL, SHAPE_any },
};
/* What all routes take; the last lines are what the document says besides. */
#define ROUTE                                                                                      \
    { "status", SHAPE_whole }, { "summary", SHAPE_text }, { "description", SHAPE_text },           \
        { "response_description", SHAPE_text }, { "tags", SHAPE_texts },                           \
        { "responses", SHAPE_map }, { "deprecated", SHAPE_flag }, { "hidden", SHAPE_flag },        \
        { "operation_id", SHAPE_text }, { "depends", SHAPE_names }, { "scopes", SHAPE_texts },     \
        { "middleware", SHAPE_names }, { "timeout", SHAPE_text }, { "blocking", SHAPE_flag },      \
        { "last", SHAPE_flag }, { "omit", SHAPE_any }, { "produces", SHAPE_off_text },             \
        { "item", SHAPE_name }, { "include", SHAPE_text_list }, { "exclude", SHAPE_text_list },    \
        { "by_alias", SHAPE_flag }, { "callbacks", SHAPE_names }, { "external_docs", SHAPE_map },  \
        LIMITS,                                                                                    \
    {                                                                                              \
        "openapi_extra", SHAPE_map                                                                 \
    }

static const key route_keys[] = { ROUTE, { NULL, SHAPE_any } };
static const key methods_keys[] = { { "methods", SHAPE_names }, ROUTE, { NULL, SHAPE_any } };
/* Of what is documented and not served. */
static const key call_keys[] = {
    { "method", SHAPE_name },
    { "status", SHAPE_whole },
    { "summary", SHAPE_text },
    { "description", SHAPE_text },
    { "response_description", SHAPE_text },
    { "tags", SHAPE_texts },
    { "responses", SHAPE_map },
    { "deprecated", SHAPE_flag },
    { "operation_id", SHAPE_text },
    { "external_docs", SHAPE_map },
    { "openapi_extra", SHAPE_map },
    { NULL, SHAPE_any },
};
static const key sse_keys[] = {
    { "item", SHAPE_name },
    { "method", SHAPE_name },
    { "summary", SHAPE_text },
    { "description", SHAPE_text },
    { "tags", SHAPE_texts },
    { "response_description", SHAPE_text },
    { "responses", SHAPE_map },
    { "deprecated", SHAPE_flag },
    { "hidden", SHAPE_flag },
    { "operation_id", SHAPE_text },
    { "depends", SHAPE_names },
    { "scopes", SHAPE_texts },
    { "timeout", SHAPE_text },
    { "omit", SHAPE_any },
    { "callbacks", SHAPE_names },
    { "external_docs", SHAPE_map },
    { "openapi_extra", SHAPE_map },
    LIMITS,
    { NULL, SHAPE_any },
};
static const key websocket_keys[] = {
    { "depends", SHAPE_names },
    { "middleware", SHAPE_names },
    { "scopes", SHAPE_texts },
    { "timeout", SHAPE_text },
    { "subprotocols", SHAPE_texts },
    { "origins", SHAPE_texts },
    { "message_max", SHAPE_whole },
    { "queue", SHAPE_whole },
    { "ping", SHAPE_off_text },
    { "deflate", SHAPE_flag },
    { NULL, SHAPE_any },
};
static const key topic_keys[] = {
    { "queue", SHAPE_whole },
    { "overflow", SHAPE_name },
    { NULL, SHAPE_any },
};
static const key convertor_keys[] = {
    { "pattern", SHAPE_text },
    { "check", SHAPE_name },
    { NULL, SHAPE_any },
};
static const key no_keys[] = { { NULL, SHAPE_any } };
static const key field_keys[] = {
    RULES,
    PRESENCE,
    { "read_only", SHAPE_flag },
    { "write_only", SHAPE_flag },
    { "omit", SHAPE_any },
    { "tag", SHAPE_flag_name },
    { "skip", SHAPE_flag },
    { "count", SHAPE_name },
    { "extra", SHAPE_flag },
    { "alias_in", SHAPE_texts },
    { "alias_out", SHAPE_text },
    { "encode", SHAPE_name },
    { "computed", SHAPE_name },
    { NULL, SHAPE_any },
};
static const key query_keys[] = { RULES, PRESENCE, { NULL, SHAPE_any } };
static const key path_keys[] = { RULES, { NULL, SHAPE_any } };
static const key header_keys[] = {
    RULES,
    PRESENCE,
    { "convert", SHAPE_flag },
    { NULL, SHAPE_any },
};
static const key file_keys[] = {
    { "max_size", SHAPE_any },    { "types", SHAPE_text_list },  { "alias", SHAPE_text },
    { "title", SHAPE_text },      { "description", SHAPE_text }, { "optional", SHAPE_flag },
    { "deprecated", SHAPE_flag }, { "hidden", SHAPE_flag },      { NULL, SHAPE_any },
};
static const key body_keys[] = {
    RULES,
    PRESENCE,
    { "embed", SHAPE_flag },
    { "partial", SHAPE_flag },
    { "optional", SHAPE_flag },
    { "raw", SHAPE_flag },
    { "sent", SHAPE_flag },
    { "media_type", SHAPE_text },
    { NULL, SHAPE_any },
};
static const key model_keys[] = {
    { "extra", SHAPE_name },    { "check", SHAPE_name },        { "before", SHAPE_name },
    { "names", SHAPE_name },    { "by_name", SHAPE_flag },      { "example", SHAPE_any },
    { "examples", SHAPE_list }, { "openapi_extra", SHAPE_map }, { "accepts", SHAPE_name },
    { "encode", SHAPE_name },   { "tuple", SHAPE_flag },        { "strict", SHAPE_flag },
    { NULL, SHAPE_any },
};
static const key security_keys[] = {
    { "header", SHAPE_text }, { "query", SHAPE_text },  { "cookie", SHAPE_text },
    { "basic", SHAPE_flag },  { "bearer", SHAPE_flag }, { "digest", SHAPE_flag },
    { "oauth2", SHAPE_map },  { "openid", SHAPE_text }, { "realm", SHAPE_text },
    { "format", SHAPE_text }, { "scopes", SHAPE_map },  { "description", SHAPE_text },
    { "name", SHAPE_text },   { NULL, SHAPE_any },
};

/* What stands without a key. */
typedef struct annotation {
    const char *word;
    const key *keys; /* NULL: any, not looked at */
    unsigned n_unnamed;
    shape unnamed;
    const char *example;
} annotation;

static const annotation annotations[] = {
    { "App", app_keys, 1, SHAPE_name, "App(shop, title = \"Shop\", version = \"1.0.0\")" },
    { "Router", router_keys, 1, SHAPE_name, "Router(orders, prefix = \"/orders\")" },
    { "Include", include_keys, 2, SHAPE_name, "Include(shop_app, orders_router)" },
    { "Get", route_keys, 1, SHAPE_text, "Get(\"/items/{id}\")" },
    { "Post", route_keys, 1, SHAPE_text, "Post(\"/items\")" },
    { "Put", route_keys, 1, SHAPE_text, "Put(\"/items/{id}\")" },
    { "Patch", route_keys, 1, SHAPE_text, "Patch(\"/items/{id}\")" },
    { "Delete", route_keys, 1, SHAPE_text, "Delete(\"/items/{id}\")" },
    { "Head", route_keys, 1, SHAPE_text, "Head(\"/items\")" },
    { "Options", route_keys, 1, SHAPE_text, "Options(\"/items\")" },
    { "Trace", route_keys, 1, SHAPE_text, "Trace(\"/items\")" },
    { "Route", methods_keys, 1, SHAPE_text, "Route(\"/items\", methods = [get, post])" },
    { "Sse", sse_keys, 1, SHAPE_text, "Sse(\"/prices\", item = price)" },
    { "WebSocket", websocket_keys, 1, SHAPE_text, "WebSocket(\"/chat\")" },
    { "Topic", topic_keys, 2, SHAPE_name, "Topic(prices, price)" },
    { "State", no_keys, 1, SHAPE_name, "State(visitor)" },
    { "Convertor", convertor_keys, 1, SHAPE_name, "Convertor(upper, pattern = \"^[A-Z]+$\")" },
    { "Webhook", call_keys, 1, SHAPE_text, "Webhook(\"order-shipped\")" },
    { "Callback", call_keys, 1, SHAPE_text, "Callback(\"{$request.body#/callback_url}\")" },
    { "OnFail", no_keys, 1, SHAPE_any, "OnFail(404)" },
    { "Field", field_keys, 0, SHAPE_any, NULL },
    { "Flatten", no_keys, 0, SHAPE_any, NULL },
    { "Query", query_keys, 0, SHAPE_any, NULL },
    { "Path", path_keys, 0, SHAPE_any, NULL },
    { "Header", header_keys, 0, SHAPE_any, NULL },
    { "Cookie", query_keys, 0, SHAPE_any, NULL },
    { "Body", body_keys, 0, SHAPE_any, NULL },
    { "Form", query_keys, 0, SHAPE_any, NULL },
    { "File", file_keys, 0, SHAPE_any, NULL },
    { "Depends", NULL, 1, SHAPE_name, "Depends(open_store)" },
    { "Name", no_keys, 1, SHAPE_any, "Name(\"buy\")" },
    { "Model", model_keys, 0, SHAPE_any, NULL },
    { "Security", security_keys, 1, SHAPE_name, "Security(api_key, header = \"X-API-Key\")" },
    { "Middleware", no_keys, 1, SHAPE_name, "Middleware(gate, .run = f, .settings = &x)" },
    { "List", NULL, 1, SHAPE_any, NULL },
    { "Map", NULL, 1, SHAPE_any, NULL },
    { "IntMap", NULL, 1, SHAPE_any, NULL },
    { "Test", NULL, 1, SHAPE_any, NULL },
};

static const annotation *find_annotation(const char *word)
{
    for (size_t i = 0; i < sizeof(annotations) / sizeof(annotations[0]); i++) {
        if (strcmp(annotations[i].word, word) == 0)
            return &annotations[i];
    }
    return NULL;
}

static const key *find_key(const key *keys, const char *name)
{
    for (; keys->name; keys++) {
        if (strcmp(keys->name, name) == 0)
            return keys;
    }
    return NULL;
}

/* --- shapes --- */

static bool is_truth(const ct_value *v)
{
    return v->kind == CT_VALUE_bool ||
           (v->kind == CT_VALUE_int && (v->integer == 0 || v->integer == 1));
}

static bool all_are(const ct_value *list, shape want);

static bool has_shape(const ct_value *v, shape want)
{
    switch (want) {
    case SHAPE_any:
        return true;
    case SHAPE_flag:
        return is_truth(v);
    case SHAPE_whole:
        return v->kind == CT_VALUE_int && v->integer >= 0;
    case SHAPE_number:
        return v->kind == CT_VALUE_int || v->kind == CT_VALUE_double;
    case SHAPE_text:
        return v->kind == CT_VALUE_string;
    case SHAPE_off_text:
        return v->kind == CT_VALUE_string || v->kind == CT_VALUE_null ||
               (is_truth(v) && !v->truth && !v->integer);
    case SHAPE_name:
        return value_word(v) != NULL;
    case SHAPE_names:
        return value_word(v) || all_are(v, SHAPE_name);
    case SHAPE_texts:
        return v->kind == CT_VALUE_string || all_are(v, SHAPE_text);
    case SHAPE_list:
        return v->kind == CT_VALUE_list;
    case SHAPE_text_list:
        return all_are(v, SHAPE_text);
    case SHAPE_map:
        return v->kind == CT_VALUE_map;
    case SHAPE_flag_name:
        return is_truth(v) || value_word(v);
    case SHAPE_servers:
        return v->kind == CT_VALUE_string || all_are(v, SHAPE_server);
    case SHAPE_page:
        return v->kind == CT_VALUE_map || has_shape(v, SHAPE_off_text);
    case SHAPE_server:
        return v->kind == CT_VALUE_string || v->kind == CT_VALUE_map;
    }
    return false;
}

static bool all_are(const ct_value *list, shape want)
{
    if (list->kind != CT_VALUE_list)
        return false;
    for (const ct_value *v = list->items; v; v = v->next) {
        if (!has_shape(v, want))
            return false;
    }
    return true;
}

/* --- messages --- */

/* Options of later versions: refused like any other, never passed over. */
static bool is_planned(const char *name)
{
    static const char *const planned[] = { "limit", "idempotent", "page", "cache", "quota" };
    for (size_t i = 0; i < sizeof(planned) / sizeof(planned[0]); i++) {
        if (strcmp(planned[i], name) == 0)
            return true;
    }
    return false;
}

static void say_unknown(unit *u, const note *n, const key *keys, const char *name, ct_place place)
{
    diags *d = u->reader->diags;
    near like = near_to(name);
    for (const key *k = is_planned(name) ? no_keys : keys; k->name; k++)
        near_offer(&like, k->name);
    if (like.best) {
        diag *g = diag_error(d, place, "unknown option '%s' of %s; did you mean '%s'?", name,
                             n->word, like.best);
        diag_fix(g, like.best);
        return;
    }
    diag *g = diag_error(d, place, "unknown option '%s' of %s", name, n->word);
    if (is_planned(name)) {
        diag_note(d, g, NULL, "it is planned, but this version does not have it yet");
        return;
    }
    if (!keys->name) {
        diag_note(d, g, NULL, "%s takes no options of that kind", n->word);
        return;
    }
    const char *list = "";
    for (const key *k = keys; k->name; k++)
        list = memory_textf(u->reader->arena, "%s%s%s", list, *list ? ", " : "", k->name);
    diag_note(d, g, NULL, "%s knows %s", n->word, list);
}

/* Path() has no default, since a path without the value is another path. */
static bool say_special(unit *u, const note *n, const char *name, ct_place place)
{
    static const char *const presence[] = { "default", "required", "no_null" };
    for (size_t i = 0; i < sizeof(presence) / sizeof(presence[0]); i++) {
        if (strcmp(n->word, "Path") != 0 || strcmp(name, presence[i]) != 0)
            continue;
        diag *g = diag_error(u->reader->diags, place,
                             "a path parameter is always there: it takes no '%s'", name);
        diag_note(u->reader->diags, g, NULL, "take it out, or take the value from Query()");
        return true;
    }
    return false;
}

/* An enumerator has a number, and no text. */
static const ct_value *find_enumerator(const ct_value *v)
{
    for (const ct_value *item = v->kind == CT_VALUE_list ? v->items : v; item; item = item->next) {
        if (item->kind == CT_VALUE_int && item->word)
            return item;
        if (item == v)
            break;
    }
    return NULL;
}

static void say_shape(unit *u, const note *n, const key *k, const ct_value *v)
{
    const ct_value *e = find_enumerator(v);
    diag *g = diag_error(u->reader->diags, v->place, "'%s' of %s takes %s, not %s", v->key, n->word,
                         shape_texts[k->shape], e ? "an enumerator" : value_kind_text(v));
    if (e && (k->shape == SHAPE_texts || k->shape == SHAPE_text || k->shape == SHAPE_text_list))
        diag_note(u->reader->diags, g, NULL,
                  "an enumerator is a number; a macro names a text: #define %s \"...\"", e->word);
}

static void check_keyed(unit *u, const note *n, const key *keys, const ct_value *v)
{
    const key *k = find_key(keys, v->key);
    if (!k) {
        if (!say_special(u, n, v->key, v->key_place))
            say_unknown(u, n, keys, v->key, v->key_place);
        return;
    }
    if (!has_shape(v, k->shape))
        say_shape(u, n, k, v);
    for (const ct_value *other = n->options->items; other != v; other = other->next) {
        if (!other->key || strcmp(other->key, v->key) != 0)
            continue;
        diag *g = diag_error(u->reader->diags, v->key_place, "'%s' is given twice", v->key);
        diag_note(u->reader->diags, g, &other->key_place, "first given here");
    }
}

/* A bare word that names a flag is that flag, set. */
static bool take_flag(const key *keys, ct_value *v)
{
    const char *word = value_word(v);
    const key *k = word ? find_key(keys, word) : NULL;
    if (!k || (k->shape != SHAPE_flag && k->shape != SHAPE_flag_name))
        return false;
    v->key = word;
    v->key_place = v->place;
    v->kind = CT_VALUE_bool;
    v->truth = true;
    v->integer = 1;
    return true;
}

/* Depends(f, fresh): the one word beside the constants of f. */
static bool takes_fresh(const note *n, const char *word)
{
    return strcmp(n->word, "Depends") == 0 && strcmp(word, "fresh") == 0;
}

static void check_unnamed(unit *u, const note *n, const annotation *a, const ct_value *v,
                          unsigned i)
{
    diags *d = u->reader->diags;
    if (i < a->n_unnamed) {
        if (has_shape(v, a->unnamed))
            return;
        diag *g = diag_error(d, v->place, "%s begins with %s, not %s", n->word,
                             shape_texts[a->unnamed], value_kind_text(v));
        diag_note(d, g, NULL, "write it as %s", a->example);
        return;
    }
    const char *word = value_word(v);
    if (word && a->keys) {
        if (find_key(a->keys, word))
            diag_error(d, v->place, "the option '%s' of %s needs a value: %s = ...", word, n->word,
                       word);
        else
            say_unknown(u, n, a->keys, word, v->place);
        return;
    }
    if (word && takes_fresh(n, word))
        return;
    diag *g = diag_error(d, v->place, "%s does not expect %s here", n->word, value_kind_text(v));
    diag_note(d, g, NULL, "%s",
              strcmp(n->word, "Depends") == 0
                  ? "behind the function stand fresh, scopes = \"...\" and constants: name = value"
                  : "options are written as name = value");
}

void keys_check(unit *u, note *n)
{
    const annotation *a = find_annotation(n->word);
    if (!a)
        return;
    unsigned unnamed = 0;
    for (ct_value *v = n->options->items; v; v = v->next) {
        if (!v->key && a->keys && unnamed >= a->n_unnamed)
            take_flag(a->keys, v);
        if (!v->key)
            check_unnamed(u, n, a, v, unnamed++);
        else if (a->keys)
            check_keyed(u, n, a->keys, v);
    }
    if (unnamed < a->n_unnamed && a->example) {
        diag *g = diag_error(u->reader->diags, n->place, "%s lacks its %s", n->word,
                             a->unnamed == SHAPE_text   ? "path"
                             : a->unnamed == SHAPE_name ? "name"
                                                        : "value");
        diag_note(u->reader->diags, g, NULL, "write it as %s", a->example);
    }
}
