/* What the reader makes of annotated C: the contract, field by field. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "compiler/args.h"
#include "compiler/check.h"
#include "compiler/environment.h"
#include "compiler/join.h"
#include "compiler/read.h"

static apus_arena arena;
static diags said;
static text_files text_of_files;
static char path[] = "/tmp/apusc_test_XXXXXX.c";

/* The contract of a source with these lines behind an App. */
static contract *read_text(const char *text)
{
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    fprintf(out, "#include <apus/apus.h>\nApp(t, title = \"T\", version = \"1\");\n%s", text);
    fclose(out);
    text_of_files = files_in(&arena);
    said = diags_in(&arena, &text_of_files);
    contract *c = NEW(&arena, contract);
    c->arena = &arena;
    c->sources = NEW(&arena, ct_source);
    *c->sources = (ct_source){ .path = path, .include = path, .stem = "t" };
    reader r = { .out = c, .arena = &arena, .diags = &said, .files = &text_of_files };
    reader_names(&r);
    const char *sources[] = { path };
    args a = { .sources = sources, .n_sources = 1 };
    read_options options;
    assert_true(environment_flags(&arena, &a, c, &options));
    bool ok = read_contract(&r, &options);
    if (ok)
        contract_check(c, &said);
    reader_finish(&r);
    if (!ok || said.n_errors) {
        diags_print(&said, stderr, DIAG_plain);
        fail_msg("this source should be fine:\n%s", text);
    }
    return c;
}

static const ct_function *function_of(const contract *c, const char *name)
{
    const ct_function *f = c->functions;
    while (f && strcmp(f->name, name) != 0)
        f = f->next;
    assert_non_null(f);
    return f;
}

static const ct_param *param_of(const ct_param *p, const char *name)
{
    while (p && strcmp(p->c_name, name) != 0)
        p = p->next;
    assert_non_null(p);
    return p;
}

static const ct_field *field_of(const ct_field *f, const char *name)
{
    while (f && strcmp(f->name, name) != 0)
        f = f->next;
    assert_non_null(f);
    return f;
}

static const ct_model *model_of(const contract *c, const char *name)
{
    const ct_model *m = c->models;
    while (m && strcmp(m->symbol, name) != 0)
        m = m->next;
    assert_non_null(m);
    return m;
}

/* --- where a value comes from --- */

static void test_sources_of_values(void **state)
{
    (void)state;
    contract *c = read_text(
        "typedef struct item { int n; } item;\nList(item);\n"
        "Post(\"/x/{id}\") void f(apus_req *req, int64_t id, int q, int *maybe, const item *body,\n"
        "    apus_str user_agent Header(), apus_str raw_name Header(convert = false),\n"
        "    apus_str named Header(alias = \"X-N\"), apus_str sid Cookie(),\n"
        "    const item *all Query(), apus_strs many Query()) {}\n");
    const ct_param *p = function_of(c, "f")->params;
    static const struct {
        const char *name, *wire;
        apus_in in;
        uint32_t field_flags, flags;
    } wanted[] = {
        { "id", "id", APUS_IN_path, APUS_FIELD_required, 0 },
        { "q", "q", APUS_IN_query, APUS_FIELD_required, 0 },
        { "maybe", "maybe", APUS_IN_query, APUS_FIELD_pointer | APUS_FIELD_nullable, 0 },
        { "body", "body", APUS_IN_body, APUS_FIELD_pointer | APUS_FIELD_required, 0 },
        { "user_agent", "user-agent", APUS_IN_header, APUS_FIELD_required, 0 },
        { "raw_name", "raw_name", APUS_IN_header, APUS_FIELD_required, 0 },
        { "named", "X-N", APUS_IN_header, APUS_FIELD_required, 0 },
        { "sid", "sid", APUS_IN_cookie, APUS_FIELD_required, 0 },
        { "all", "all", APUS_IN_query, APUS_FIELD_pointer, APUS_PARAM_model },
        { "many", "many", APUS_IN_query, APUS_FIELD_required, 0 },
    };
    assert_int_equal(p->kind, CT_PARAM_request);
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        const ct_param *one = param_of(p, wanted[i].name);
        assert_int_equal(one->kind, CT_PARAM_value);
        assert_int_equal(one->in, wanted[i].in);
        assert_string_equal(one->field.name, wanted[i].wire);
        assert_int_equal(one->field.flags, wanted[i].field_flags);
        assert_int_equal(one->flags, wanted[i].flags);
    }
    assert_string_equal(param_of(p, "body")->c_type, "const struct item *");
    assert_int_equal(c->apps->root->routes->body, APUS_BODY_json);
    assert_false(c->apps->root->routes->body_embedded);
}

static void test_bodies(void **state)
{
    (void)state;
    contract *c =
        read_text("typedef struct item { int n; } item;\n"
                  "Put(\"/two\") void two(apus_req *req, const item *a, const item *b) {}\n"
                  "Put(\"/one\") void one(apus_req *req, const item *a Body(embed)) {}\n"
                  "Put(\"/mixed\") void mixed(apus_req *req, const item *a, int n Body()) {}\n"
                  "Put(\"/scalar\") void scalar(apus_req *req, int n Body()) {}\n"
                  "Put(\"/maybe\") void maybe(apus_req *req, const item *a Body(optional)) {}\n"
                  "Put(\"/raw\") void raw(apus_req *req, apus_bytes b Body(raw)) {}\n"
                  "Put(\"/form\") void form(apus_req *req, apus_str a Form()) {}\n"
                  "Patch(\"/p\") void patch(apus_req *req, const item *a Body(partial)) {}\n");
    static const struct {
        const char *name;
        bool is_embedded;
        apus_body_kind body;
    } wanted[] = {
        { "two", true, APUS_BODY_json },    { "one", true, APUS_BODY_json },
        { "mixed", true, APUS_BODY_json },  { "scalar", false, APUS_BODY_json },
        { "maybe", false, APUS_BODY_json }, { "raw", false, APUS_BODY_raw },
        { "form", false, APUS_BODY_form },  { "patch", false, APUS_BODY_json },
    };
    const ct_route *r = c->apps->root->routes;
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++, r = r->next) {
        assert_string_equal(r->function->name, wanted[i].name);
        assert_int_equal(r->body, wanted[i].body);
        assert_int_equal(r->body_embedded, wanted[i].is_embedded);
        const ct_field *f = &r->function->params->next->field;
        assert_int_equal((f->flags & APUS_FIELD_embed) != 0, wanted[i].is_embedded);
    }
    const ct_param *maybe = param_of(function_of(c, "maybe")->params, "a");
    assert_int_equal(maybe->field.flags, APUS_FIELD_pointer | APUS_FIELD_nullable);
    assert_int_equal(param_of(function_of(c, "patch")->params, "a")->flags, APUS_PARAM_partial);
}

/* --- absent, null, default: the table of decisions --- */

static void test_presence(void **state)
{
    (void)state;
    contract *c =
        read_text("typedef struct item {\n"
                  "  int a; int b Field(default = 3); int *c; int *d Field(required);\n"
                  "  int *e Field(no_null); const char *f; bool g Field(default = true);\n"
                  "} item;\nPost(\"/x\") void f(apus_req *req, const item *body) {}\n");
    const ct_field *f = model_of(c, "item")->fields;
    uint32_t p = APUS_FIELD_pointer, n = APUS_FIELD_nullable, r = APUS_FIELD_required;
    assert_int_equal(field_of(f, "a")->flags, r);
    assert_int_equal(field_of(f, "b")->flags, 0);
    assert_int_equal(field_of(f, "b")->default_value->integer, 3);
    assert_int_equal(field_of(f, "c")->flags, p | n);
    assert_int_equal(field_of(f, "d")->flags, p | n | r);
    assert_int_equal(field_of(f, "e")->flags, p);
    assert_int_equal(field_of(f, "f")->flags, n);
    assert_int_equal(field_of(f, "f")->type->kind, APUS_KIND_cstr);
    assert_int_equal(field_of(f, "g")->default_value->kind, CT_VALUE_bool);
}

/* --- types --- */

static void test_kinds(void **state)
{
    (void)state;
    contract *c = read_text(
        "typedef enum side { SIDE_BUY, SIDE_SELL } side;\n"
        "typedef struct point { double x; } point;\nList(point); Map(int32_t);\n"
        "typedef long mine;\n"
        "typedef struct all { mine a_long; unsigned char b; apus_decimal c; char d[8]; int e[3];\n"
        "  side f; point g; point_list h; int32_t_map i; point *j Field(count = n_j); int n_j;\n"
        "  struct all *k; point l Flatten(); void *m Field(skip); apus_json n; size_t o;\n"
        "  struct { int p; }; point **q Field(count = n_q); uint8_t n_q; } all;\n"
        "Post(\"/x\") all *f(apus_req *req, const all *body) { return NULL; }\n");
    static const struct {
        const char *name, *path, *c_name;
        apus_kind kind;
    } wanted[] = {
        { "a_long", "a_long", "long", APUS_KIND_int64 },
        { "b", "b", "unsigned char", APUS_KIND_uint8 },
        { "c", "c", "apus_decimal", APUS_KIND_decimal },
        { "d", "d", "char[8]", APUS_KIND_chars },
        { "e", "e", "int[3]", APUS_KIND_array },
        { "f", "f", "enum side", APUS_KIND_enum },
        { "g", "g", "struct point", APUS_KIND_model },
        { "h", "h", "struct point_list", APUS_KIND_list },
        { "i", "i", "struct int32_t_map", APUS_KIND_map },
        { "j", "j", "struct point *", APUS_KIND_counted },
        { "k", "k", "struct all", APUS_KIND_model },
        { "x", "l.x", "double", APUS_KIND_double },
        { "n", "n", "apus_json", APUS_KIND_json },
        { "o", "o", "size_t", APUS_KIND_uint64 },
        { "p", "p", "int", APUS_KIND_int32 },
        { "q", "q", "struct point **", APUS_KIND_counted },
    };
    const ct_model *m = model_of(c, "all");
    const ct_field *f = m->fields;
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++, f = f->next) {
        assert_non_null(f);
        assert_string_equal(f->name, wanted[i].name);
        assert_string_equal(f->path, wanted[i].path);
        assert_int_equal(f->type->kind, wanted[i].kind);
        assert_string_equal(f->type->c_name, wanted[i].c_name);
    }
    assert_null(f); /* neither the counts nor what is skipped */
    f = m->fields;
    assert_ptr_equal(field_of(f, "k")->type->model, m);
    assert_string_equal(field_of(f, "j")->count_path, "n_j");
    assert_int_equal(field_of(f, "j")->count_size, 4);
    assert_true(field_of(f, "q")->type->item_pointer);
    assert_string_equal(field_of(f, "i")->type->entry_c_name, "struct int32_t_entry");
    assert_string_equal(field_of(f, "f")->type->enumeration->values->name, "buy");
    assert_true(m->reached[CT_WAY_in] && m->reached[CT_WAY_out]);
}

static void test_enum_names(void **state)
{
    (void)state;
    contract *c =
        read_text("typedef enum a { A_ONE, A_TWO_THREE Name(\"2-3\"), A_COUNT Name(skip) } a;\n"
                  "typedef enum level { LEVEL_1, LEVEL_2 } level;\n"
                  "typedef enum color { COLOR_RED } color;\n"
                  "typedef enum plain { apple, pear } plain;\n"
                  "enum { UNUSED = 5 };\n"
                  "Get(\"/\") void f(apus_req *req, a w, level x, color y, plain z Query(default = "
                  "pear)) {}\n");
    static const char *const wanted[][2] = {
        { "one", "2-3" }, { "level_1", "level_2" }, { "red", NULL }, { "apple", "pear" }
    };
    const ct_enum *e = c->enums;
    for (size_t i = 0; i < 4; i++, e = e->next) {
        assert_string_equal(e->values->name, wanted[i][0]);
        if (wanted[i][1])
            assert_string_equal(e->values->next->name, wanted[i][1]);
        else
            assert_null(e->values->next);
    }
    assert_null(c->enums->values->next->next);
    const ct_param *z = param_of(function_of(c, "f")->params, "z");
    assert_string_equal(z->field.default_value->word, "pear");
}

static void test_union(void **state)
{
    (void)state;
    contract *c =
        read_text("typedef enum kind { KIND_CAT, KIND_DOG, KIND_NONE } kind;\n"
                  "typedef struct cat { int lives; } cat; typedef struct dog { bool good; } dog;\n"
                  "typedef struct pet { int id; kind kind Field(tag); union { cat cat; dog dog; } "
                  "as; } pet;\n"
                  "typedef struct shape { kind kind Field(tag = hidden); union { cat cat; dog dog; "
                  "}; } shape;\n"
                  "Post(\"/x\") void f(apus_req *req, const pet *body, const shape *s) {}\n");
    const ct_model *m = model_of(c, "pet");
    assert_int_equal(m->n_variants, 3);
    assert_string_equal(m->tag_name, "kind");
    assert_false(m->tag_hidden);
    const ct_variant *cat = m->variants, *none = cat->next->next;
    assert_string_equal(cat->name, "cat");
    assert_string_equal(cat->own->name, "Cat");
    assert_string_equal(cat->whole->symbol, "pet_as_cat");
    assert_int_equal(cat->whole->n_fields, 3);
    assert_string_equal(cat->whole->fields->name, "kind"); /* the tag comes first */
    assert_string_equal(field_of(cat->whole->fields, "lives")->path, "as.cat.lives");
    assert_null(none->own);
    assert_int_equal(none->whole->n_fields, 2);
    assert_string_equal(none->tag_c_name, "KIND_NONE");
    m = model_of(c, "shape");
    assert_true(m->tag_hidden);
    assert_int_equal(m->n_variants, 2); /* what has no member cannot be recognised */
    assert_int_equal(m->variants->whole->n_fields, 1);
    assert_string_equal(m->variants->whole->fields->path, "cat.lives");
}

/* --- the rest --- */

static void test_docs(void **state)
{
    (void)state;
    contract *c = read_text("/// A thing. With more.\n/// And more.\n"
                            "typedef struct item {\n"
                            "  int a; ///< Behind.\n"
                            "  /** In front. */\n  int b Field(\n    ge = 1);\n"
                            "  int c Field(\n    ge = 1, le = 5); ///< Far\n  ///< behind.\n"
                            "} item;\n\n"
                            "/** Says so.\n *\n * At length. */\n"
                            "Get(\"/x/{id}\", status = 200,\n    deprecated)\n"
                            "item *f(apus_req *req, int id) { return NULL; }\n"
                            "/// @brief Short.\n/// @param id The\n/// number.\n/// @return it\n"
                            "Get(\"/y/{id}\") void g(apus_req *req, int id,\n"
                            "  int q Query(ge = 1, le = 5), ///< How many.\n  /// Where.\n"
                            "  int *r) {}\n");
    const ct_model *m = model_of(c, "item");
    assert_string_equal(m->doc.summary, "A thing.");
    assert_string_equal(m->doc.description, "A thing. With more.\nAnd more.");
    assert_string_equal(field_of(m->fields, "a")->doc.description, "Behind.");
    assert_string_equal(field_of(m->fields, "b")->doc.description, "In front.");
    assert_string_equal(field_of(m->fields, "c")->doc.description, "Far\nbehind.");
    const ct_function *g = function_of(c, "g");
    assert_string_equal(g->doc.description, "Short.");
    assert_string_equal(param_of(g->params, "id")->field.doc.description, "The\nnumber.");
    assert_string_equal(param_of(g->params, "q")->field.doc.description, "How many.");
    assert_string_equal(param_of(g->params, "r")->field.doc.description, "Where.");
    const ct_function *f = function_of(c, "f");
    assert_null(f->params->next->field.doc.description);
    assert_string_equal(f->doc.summary, "Says so.");
    assert_string_equal(f->doc.description, "Says so.\n\nAt length.");
}

static void test_dependencies(void **state)
{
    (void)state;
    contract *c = read_text(
        "Security(key, header = \"X-Key\");\n"
        "typedef struct store store; store *open_store(apus_req *req);\n"
        "const int *who(apus_req *req, key k, store *db Depends(open_store)) { return NULL; }\n"
        "store *open_store(apus_req *req) { return NULL; }\n"
        "bool has(apus_req *req, apus_str word, apus_str q) { return true; }\n"
        "void guard(apus_req *req, const int *id Depends(who)) {}\n"
        "int twice(apus_req *req, int id) { return id; }\n"
        "Get(\"/a/{id}\", depends = [guard]) void f(apus_req *req, store *db Depends(open_store),\n"
        "  bool a Depends(has, word = \"x\"), bool b Depends(has, word = \"y\"),\n"
        "  bool c Depends(has, word = \"x\"), int t Depends(twice)) {}\n"
        "Get(\"/b\") void g(apus_req *req, int t Depends(twice), key *k) {}\n");
    const ct_param *p = function_of(c, "f")->params;
    const ct_dependency *a = param_of(p, "a")->dependency, *b = param_of(p, "b")->dependency;
    assert_ptr_not_equal(a, b);
    assert_ptr_equal(a, param_of(p, "c")->dependency);
    assert_string_equal(a->symbol, "has");
    assert_string_equal(b->symbol, "has_2");
    assert_int_equal(param_of(b->params, "word")->kind, CT_PARAM_constant);
    assert_string_equal(param_of(b->params, "word")->field.default_value->text, "y");
    assert_int_equal(param_of(b->params, "q")->in, APUS_IN_query);
    const ct_dependency *guard = c->apps->root->routes->depends->dependency;
    assert_true(guard->authenticates);
    assert_false(param_of(p, "db")->dependency->authenticates);
    /* The same function takes its id from one route's path and another's query. */
    const ct_dependency *in_path = param_of(p, "t")->dependency;
    const ct_dependency *in_query = param_of(function_of(c, "g")->params, "t")->dependency;
    assert_int_equal(param_of(in_path->params, "id")->in, APUS_IN_path);
    assert_int_equal(param_of(in_query->params, "id")->in, APUS_IN_query);
    assert_true(param_of(function_of(c, "g")->params, "k")->is_optional);
    uint32_t slot = 0;
    for (const ct_dependency *d = c->dependencies; d; d = d->next)
        assert_int_equal(d->slot, slot++);
}

static void test_routes(void **state)
{
    (void)state;
    contract *c = read_text(
        "typedef struct no { int x; } no;\n"
        "Get(\"/own\") void own(apus_req *req) {}\n"
        "Router(a, prefix = \"/a\", tags = \"one\"); Include(t_app, a_router, prefix = \"/v1\");\n"
        "Get(\"\", timeout = \"1.5s\", responses = {404: no, 409: {model: no, description: "
        "\"d\"}})\n"
        "const char *f(apus_req *req) { return \"\"; }\n"
        "Get(\"/{path:path}\", blocking, hidden) void g(apus_req *req, apus_str path)\n"
        "{ no n = {0}; apus_respond(req, 409, no, &n); }\n");
    const joined_route *r = routes_join(&arena, c->apps);
    assert_string_equal(r->path, "/own");
    assert_string_equal(r->next->path, "/v1/a");
    assert_string_equal(r->next->next->path, "/v1/a/{path:path}");
    const ct_route *f = r->next->route;
    assert_int_equal(f->timeout_ns, 1500000000);
    assert_int_equal(f->responses->status, 404);
    assert_string_equal(f->responses->next->description, "d");
    assert_string_equal(f->responses->next->type->model->name, "No");
    assert_true(r->next->next->route->blocking && r->next->next->route->hidden);
    assert_string_equal(f->function->type, "const char *(*)(apus_req *)");
}

static int setup(void **state)
{
    (void)state;
    int fd = mkstemps(path, 2);
    if (fd < 0)
        return 1;
    close(fd);
    apus_arena_init(&arena, &apus_alloc_libc, SIZE_MAX);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    unlink(path);
    apus_arena_finish(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sources_of_values),
        cmocka_unit_test(test_bodies),
        cmocka_unit_test(test_presence),
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_enum_names),
        cmocka_unit_test(test_union),
        cmocka_unit_test(test_docs),
        cmocka_unit_test(test_dependencies),
        cmocka_unit_test(test_routes),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
