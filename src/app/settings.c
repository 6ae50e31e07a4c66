/* Settings: what the sources say, as a JSON object that the model's decoder reads, so
 * that settings are checked as requests are. */
#include "apus/settings.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apus/clock.h"
#include "apus/decode.h"
#include "apus/dotenv.h"
#include "apus/yaml.h"

enum { SCRATCH_MAX = 64 << 20 };

struct variable {
    apus_str name, value;
    struct variable *next;
};

struct reading {
    apus_worker *worker;
    apus_arena scratch;
    const apus_settings_options *options;
    struct variable *file; /* of the .env file, the last line first */
    apus_json *yaml;       /* an object; or NULL */
    apus_problems problems;
};

static apus_json *no_memory(struct reading *r)
{
    return apus_worker_fail(r->worker, "out of memory");
}

/* --- sources --- */

/* A file's text; APUS_NOT_FOUND, APUS_LIMIT, APUS_IO or APUS_NOMEM. */
static apus_rc read_file(struct reading *r, const char *path, size_t max, apus_str *out)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        return errno == ENOENT || errno == ENOTDIR ? APUS_NOT_FOUND : APUS_IO;
    char *text = apus_arena_alloc(&r->scratch, max + 1, 1);
    size_t len = text ? fread(text, 1, max + 1, f) : 0;
    apus_rc rc = !text ? APUS_NOMEM : ferror(f) ? APUS_IO : len > max ? APUS_LIMIT : APUS_OK;
    fclose(f);
    if (!rc) {
        text[len] = '\0';
        *out = (apus_str){ text, len };
    }
    return rc;
}

static void read_env_file(struct reading *r)
{
    const char *path = r->options->env_file;
    apus_dotenv d = { .line = 1 };
    apus_rc rc = path ? read_file(r, path, APUS_SETTINGS_FILE_MAX, &d.rest) : APUS_NOT_FOUND;
    if (rc == APUS_NOT_FOUND)
        return;
    if (rc)
        apus_worker_fail(r->worker, "%s: %s", path, apus_rc_text(rc));
    while (!rc) {
        struct variable *v = APUS_NEW(&r->scratch, struct variable, 1);
        rc = v ? apus_dotenv_next(&d, &r->scratch, &v->name, &v->value) : APUS_NOMEM;
        if (rc)
            break;
        v->next = r->file;
        r->file = v;
    }
    if (rc == APUS_SYNTAX)
        apus_worker_fail(r->worker, "%s:%u: not a line such as NAME=value", path, d.line);
    else if (rc == APUS_NOMEM)
        no_memory(r);
}

static void read_yaml_file(struct reading *r)
{
    const char *path = r->options->yaml_file;
    apus_str text;
    apus_err err = { 0 };
    apus_rc rc = path ? read_file(r, path, APUS_SETTINGS_FILE_MAX, &text) : APUS_NOT_FOUND;
    if (rc == APUS_NOT_FOUND)
        return;
    if (rc) {
        apus_worker_fail(r->worker, "%s: %s", path, apus_rc_text(rc));
        return;
    }
    if (apus_yaml_parse(&r->scratch, text, &r->yaml, &err))
        apus_worker_fail(r->worker, "%s: %s", path, err.msg);
    else if (r->yaml->kind != APUS_JSON_object)
        apus_worker_fail(r->worker, "%s: should be names and values", path);
}

static void lower(char *to, const char *from)
{
    do
        *to++ = (char)tolower((unsigned char)*from);
    while (*from++);
}

/* A secret's file, without the blanks around its text. */
static bool find_secret(struct reading *r, const char *name, apus_str *value)
{
    char small[APUS_SETTINGS_NAME_MAX + 1];
    lower(small, name);
    const char *const names[] = { name, small };
    for (int i = 0; i < 2; i++) {
        apus_str path = apus_arena_strf(&r->scratch, "%s/%s", r->options->secrets, names[i]);
        apus_rc rc =
            path.ptr ? read_file(r, path.ptr, APUS_SETTINGS_SECRET_MAX, value) : APUS_NOMEM;
        if (!rc) {
            *value = apus_str_trim(*value);
            return true;
        }
        if (rc != APUS_NOT_FOUND) {
            apus_worker_fail(r->worker, "%s: %s/%s: %s", name, r->options->secrets, names[i],
                             apus_rc_text(rc));
            return false;
        }
    }
    return false;
}

static bool find(struct reading *r, const char *name, apus_str *value)
{
    const char *text = getenv(name);
    if (text) {
        *value = apus_str_of(text);
        return true;
    }
    for (const struct variable *v = r->file; v; v = v->next) {
        if (apus_str_eq(v->name, apus_str_of(name))) {
            *value = v->value;
            return true;
        }
    }
    return r->options->secrets && find_secret(r, name, value);
}

/* --- the object --- */

/* before, then the member in capitals; false: too long. */
static bool name_variable(char *to, const char *before, apus_str member)
{
    size_t len = strlen(before);
    if (len + member.len > APUS_SETTINGS_NAME_MAX)
        return false;
    memcpy(to, before, len);
    for (size_t i = 0; i < member.len; i++) {
        unsigned char c = (unsigned char)member.ptr[i];
        to[len + i] = (char)(isalnum(c) ? toupper(c) : '_');
    }
    to[len + member.len] = '\0';
    return true;
}

static bool is_compound(apus_kind kind)
{
    return kind == APUS_KIND_list || kind == APUS_KIND_counted || kind == APUS_KIND_array ||
           kind == APUS_KIND_map || kind == APUS_KIND_model || kind == APUS_KIND_json;
}

static apus_json *value_of(struct reading *r, const apus_type *t, const char *name, apus_str text)
{
    apus_json *value = NULL;
    if (!is_compound(t->kind)) {
        value = apus_json_text(&r->scratch, text);
        return value ? value : no_memory(r);
    }
    apus_rc rc = apus_json_parse(&r->scratch, text, NULL, &value, NULL);
    if (rc && t->kind == APUS_KIND_json && rc != APUS_NOMEM)
        return apus_json_text(&r->scratch, text);
    if (rc)
        return apus_worker_fail(r->worker, "%s: should be JSON", name);
    return value;
}

static apus_json *object_of(struct reading *r, const apus_model *m, const char *before,
                            const apus_json *yaml, unsigned depth);

/* What the YAML file says of a member, out of its object; NULL: nothing. */
static apus_json *written(struct reading *r, const apus_field *f, const apus_json *yaml)
{
    const apus_json *said = apus_json_get(yaml, f->name.ptr);
    apus_json *value = said ? APUS_NEW(&r->scratch, apus_json, 1) : NULL;
    if (!said)
        return NULL;
    if (!value)
        return no_memory(r);
    *value = *said;
    value->next = NULL;
    return value;
}

/* A model member by member: variables may say more of it, or otherwise, than the file. */
static apus_json *within_of(struct reading *r, const apus_field *f, const char *name,
                            const apus_json *yaml, unsigned depth)
{
    char within[APUS_SETTINGS_NAME_MAX + 1];
    if (depth == APUS_SETTINGS_DEPTH_MAX || !name_variable(within, name, APUS_STR("__")))
        return NULL;
    apus_json *object = object_of(r, f->type->model, within, yaml, depth + 1);
    bool is_required = (f->flags & APUS_FIELD_required) != 0;
    return object && (object->n || is_required || yaml) ? object : NULL;
}

/* What is said of a member; NULL: nothing, or the worker has failed. */
static apus_json *member_of(struct reading *r, const apus_field *f, const char *before,
                            const apus_json *yaml, unsigned depth)
{
    char name[APUS_SETTINGS_NAME_MAX + 1];
    apus_str text;
    if (!name_variable(name, before, f->name))
        return apus_worker_fail(r->worker, "%s%s: the name is too long", before, f->name.ptr);
    if (find(r, name, &text))
        return value_of(r, f->type, name, text);
    if (apus_worker_failed(r->worker))
        return NULL;
    const apus_json *said = apus_json_get(yaml, f->name.ptr);
    bool is_model = f->type->kind == APUS_KIND_model;
    if (is_model && (!said || said->kind == APUS_JSON_object))
        return within_of(r, f, name, said, depth);
    return written(r, f, yaml);
}

static bool is_member(const apus_model *m, apus_str name)
{
    for (uint32_t i = 0; i < m->n_fields; i++)
        if (apus_str_eq(m->fields[i].name, name))
            return true;
    return false;
}

/* A name that is no member's is a slip of somebody's pen. */
static bool check_names(struct reading *r, const apus_model *m, const apus_json *yaml)
{
    for (const apus_json *v = yaml ? yaml->first : NULL; v; v = v->next) {
        if (is_member(m, v->name))
            continue;
        apus_worker_fail(r->worker, "%s: there is no setting \"%.*s\"", r->options->yaml_file,
                         APUS_FMT(v->name));
        return false;
    }
    return true;
}

static apus_json *object_of(struct reading *r, const apus_model *m, const char *before,
                            const apus_json *yaml, unsigned depth)
{
    apus_json *object = apus_json_object(&r->scratch);
    if (object && !check_names(r, m, yaml))
        return NULL;
    for (uint32_t i = 0; object && i < m->n_fields; i++) {
        apus_json *value = member_of(r, &m->fields[i], before, yaml, depth);
        if (value && !apus_json_set(&r->scratch, object, m->fields[i].name.ptr, value))
            return no_memory(r);
    }
    return object ? object : no_memory(r);
}

/* --- what is wrong --- */

/* ["settings","database","url"] is SHOP_DATABASE__URL. */
static void add_variable(const struct reading *r, apus_buf *to, const apus_json *loc)
{
    char name[APUS_SETTINGS_NAME_MAX + 1];
    const apus_json *root = apus_json_at(loc, 0);
    apus_buf_add(to, apus_str_of(r->options->prefix));
    for (const apus_json *s = root ? root->next : NULL; s; s = s->next) {
        if (s->kind == APUS_JSON_int)
            apus_buf_addf(to, "[%lld]", (long long)s->integer);
        else if (name_variable(name, s == root->next ? "" : "__",
                               apus_json_text_or(s, APUS_STR(""))))
            apus_buf_add(to, apus_str_of(name));
    }
}

static void add_problem(const struct reading *r, apus_buf *to, const apus_json *p)
{
    if (to->len)
        apus_buf_lit(to, "; ");
    add_variable(r, to, apus_json_get(p, "loc"));
    apus_str type = apus_json_text_or(apus_json_get(p, "type"), APUS_STR(""));
    apus_str msg = apus_json_text_or(apus_json_get(p, "msg"), APUS_STR(""));
    if (apus_str_eq(type, APUS_STR("missing")))
        apus_buf_lit(to, " is not set");
    else
        apus_buf_addf(to, ": %.*s", APUS_FMT(msg));
}

/* The problems in their order, which only their answer has. */
static void tell(struct reading *r)
{
    apus_buf b = apus_buf_in(&r->scratch), list = apus_buf_in(&r->scratch);
    apus_str text;
    apus_json *problems = NULL;
    apus_problems_write_list(&r->problems, &list);
    apus_rc rc = apus_buf_take(&list, &text);
    if (!rc)
        rc = apus_json_parse(&r->scratch, text, NULL, &problems, NULL);
    for (const apus_json *p = rc ? NULL : problems->first; p; p = p->next)
        add_problem(r, &b, p);
    if (rc || apus_buf_take(&b, &text))
        no_memory(r);
    else
        apus_worker_fail(r->worker, "%s", text.ptr);
}

/* --- all of it --- */

static void decode(struct reading *r, const apus_model *m, const apus_json *object, void *to)
{
    apus_buf b = apus_buf_in(&r->scratch);
    apus_str text;
    apus_err err = { 0 };
    apus_json_write(&b, object);
    if (apus_buf_take(&b, &text)) {
        no_memory(r);
        return;
    }
    if (apus_model_prepare(m, &err)) {
        apus_worker_fail(r->worker, "%s", err.msg);
        return;
    }
    apus_problems_init(&r->problems, &r->scratch);
    apus_decoder d = { .arena = apus_worker_arena(r->worker),
                       .problems = &r->problems,
                       .now = apus_clock_wall };
    apus_type type = { .kind = APUS_KIND_model, .size = m->size, .align = m->align, .model = m };
    apus_place place = { .key = APUS_STR("settings") };
    apus_rc rc = apus_decode_json(&d, &type, NULL, text, &place, to);
    if (rc == APUS_INVALID && !r->problems.no_memory)
        tell(r);
    else if (rc == APUS_SYNTAX) /* JSON can hold all but this */
        apus_worker_fail(r->worker, "a setting is not UTF-8");
    else if (rc)
        apus_worker_fail(r->worker, "%s", apus_rc_text(rc));
}

const void *apus__settings_read(apus_worker *w, const apus_model *m,
                                const apus_settings_options *options)
{
    struct reading r = { .worker = w, .options = options };
    apus_arena_init(&r.scratch, &apus_alloc_libc, SCRATCH_MAX);
    void *out = apus__worker_new(w, m->size, m->align);
    if (out)
        read_env_file(&r);
    if (out && !apus_worker_failed(w))
        read_yaml_file(&r);
    const char *prefix = options->prefix ? options->prefix : "";
    apus_json *object = apus_worker_failed(w) ? NULL : object_of(&r, m, prefix, r.yaml, 0);
    if (object && !apus_worker_failed(w))
        decode(&r, m, object, out);
    apus_arena_finish(&r.scratch);
    return apus_worker_failed(w) ? NULL : out;
}
