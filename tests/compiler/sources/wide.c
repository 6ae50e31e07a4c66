#include "wide.h"

#define LEAST    1
#define POSITIVE Field(gt = 0)

/// Everything at once.
App(wide, title = "Wide", version = "2.0.0", docs = "/help", redoc = false,
    tags = [{ name : "pets", description : "Animals" }], servers = "https://api.example.org",
    contact = {name : "Ada", email : "ada@example.org"}, license = {name : "MIT"});

Security(session, cookie = "sid");
Security(login, basic, realm = "wide");
Security(token, bearer);

typedef struct cat {
    int lives Field(ge = LEAST, le = 9);
} cat;

typedef struct dog {
    bool good;
    apus_str *breed;
} dog;

/// A pet is one or the other.
typedef struct pet {
    apus_uuid id;
    kind kind Field(tag);
    union {
        cat cat;
        dog dog;
    };
} pet;
List(pet);
Map(pet);
Map(double);

typedef struct shape {
    kind kind Field(tag = hidden);
    union {
        cat cat;
        dog dog;
    } as;
} shape;

typedef struct node node;
struct node {
    apus_str name;
    node *left, *right;
};
List(node);

typedef struct every {
    bool a_bool;
    char a_char;
    signed char a_signed_char;
    short a_short;
    int an_int Field(default = INT32_MIN);
    long a_long;
    long long a_long_long;
    unsigned an_unsigned;
    int8_t an_int8;
    uint8_t a_uint8;
    int16_t an_int16;
    uint16_t a_uint16;
    int32_t an_int32;
    uint32_t a_uint32;
    int64_t an_int64 Field(default = INT64_MAX);
    uint64_t a_uint64 Field(le = UINT64_MAX);
    size_t a_size;
    float a_float POSITIVE;
    double a_double Field(inf_nan, default = -1.5e3);
    apus_str a_str Field(min_length = 1, max_length = 20, pattern = "^\\w+$", default = "x");
    const char *a_cstr;
    char some_chars[16] Field(default = "abc");
    apus_bytes some_bytes;
    apus_time a_time;
    apus_date a_date Field(default = "2024-02-29");
    apus_duration a_duration;
    apus_uuid a_uuid;
    apus_decimal a_decimal Field(max_digits = 10, decimal_places = 2);
    apus_url a_url;
    apus_email an_email;
    apus_ip an_ip;
    apus_json a_json;
    apus_json *a_json_pointer;
    kind an_enum Field(default = KIND_DOG);
    kind *an_enum_pointer;
    point a_point;
    point *a_point_pointer Field(required);
    apus_strs some_strs Field(min_items = 1, unique);
    apus_ints some_ints;
    apus_doubles some_doubles Field(default = [ 1, 2.5 ]);
    pet_list some_pets;
    pet_map mapped_pets;
    double_map mapped_doubles;
    int an_array[3];
    point some_points[2];
    point *points Field(count = n_points);
    uint16_t n_points;
    const char **names Field(count = n_names, default = []);
    int n_names;
    void *ours Field(skip);
    struct {
        int inline_a;
        int inline_b;
    };
    double *an_optional Field(no_null, gt = 0, lt = 10);
    apus_str password Field(secret, write_only, alias = "passWord");
} Model(check = every_check) every; ///< All types.

static const char *every_check(const every *e)
{
    return e->a_bool ? NULL : "a_bool must be true";
}

typedef struct checked {
    int from, to;
    apus_json rest Field(extra);
} Model(check = checked_check) Name("Range") checked;

static const char *checked_check(const checked *c)
{
    return c->from <= c->to ? NULL : "ends before it starts";
}

typedef struct outer {
    int id;
    point base Flatten();
    every *inner;
} Model(extra = forbid, examples = [{id : 1}]) outer;

typedef struct filters {
    int limit Field(default = 100, gt = 0, le = 100);
    apus_strs tags Field(default = []);
    kind *kind;
} Model(extra = forbid) filters;

typedef struct problem {
    apus_str why;
} problem;

static bool has_word(apus_req *req, apus_str q, apus_str word)
{
    (void)req;
    return apus_str_eq(q, word);
}

static void guard(apus_req *req, token t)
{
    (void)req;
    (void)t;
}

static int64_t doubled(apus_req *req, int64_t id)
{
    (void)req;
    return id * 2;
}

/// Names the pet.
Post("/pets/{id}", status = 201, tags = [ "pets", "new" ], summary = "Add", depends = [guard],
     responses = { 404 : problem, 409 : {model : problem, description : "Taken"}, 410 : "Gone" },
     deprecated, operation_id = "addPet", omit = null)
static pet *add_pet(apus_req *req, int64_t id, const pet *body, bool fast Query(default = false),
                    int64_t twice Depends(doubled), bool ok Depends(has_word, word = "yes"))
{
    problem p = { APUS_STR("no") };
    (void)id, (void)body, (void)fast, (void)twice;
    return ok ? NULL : apus_respond(req, 404, problem, &p);
}

OnFail(404)
static void not_found(apus_req *req)
{
    (void)req;
}

OnFail("unknown_pet")
static void unknown_pet(apus_req *req)
{
    (void)req;
}

Router(more, prefix = "/more", tags = "more", depends = guard);
Include(wide_app, more_router, prefix = "/v1");

Get("/filtered")
static pet_list filtered(apus_req *req, const filters *f Query(), apus_strs ids Query(alias = "id"),
                         apus_str x_token Header(), apus_strs x_many Header(convert = false),
                         apus_str *ads_id Cookie())
{
    (void)req, (void)f, (void)ids, (void)x_token, (void)x_many, (void)ads_id;
    return (pet_list){ 0 };
}

Put("/two")
static void two_bodies(apus_req *req, const outer *first, const every *second,
                       int importance Body(gt = 0))
{
    (void)req, (void)first, (void)second, (void)importance;
}

Put("/embedded", status = 204)
static void embedded(apus_req *req, const checked *range Body(embed))
{
    (void)req, (void)range;
}

Patch("/partial")
static outer *partial(apus_req *req, const outer *patch Body(partial), login who, session *s)
{
    (void)who, (void)s;
    return apus_merge(req, outer, patch, patch);
}

Post("/raw")
static apus_response *raw(apus_req *req, apus_bytes body Body(raw))
{
    return apus_respond_bytes(req, "application/octet-stream", body);
}

Post("/form")
static apus_json *form(apus_req *req, apus_str name Form(min_length = 2), int *age Form(),
                       apus_bytes photo File(description = "A picture"))
{
    (void)req, (void)name, (void)age, (void)photo;
    return NULL;
}

Post("/files")
static int64_t upload(apus_req *req, const apus_upload *one, apus_uploads several File(),
                      const apus_upload *maybe File(optional, description = "If you like"))
{
    (void)req, (void)one, (void)maybe;
    return (int64_t)several.len;
}

Post("/list")
static node_list nodes(apus_req *req, const node_list *body, const shape *s)
{
    (void)req, (void)body, (void)s;
    return (node_list){ 0 };
}

Post("/maybe")
static int64_t maybe(apus_req *req, const point *p Body(optional))
{
    (void)req;
    return p != NULL;
}

Get("/files/{path:path}", blocking, timeout = "1.5s", hidden)
static const char *file(apus_req *req, apus_str path)
{
    (void)req;
    return path.ptr;
}

Get("/kinds/{kind}")
static pet_map kinds(apus_req *req, enum kind which Path(alias = "kind"), apus_json *any Body())
{
    (void)req, (void)which, (void)any;
    return (pet_map){ 0 };
}

Delete("/nothing")
static void nothing(apus_req *req)
{
    (void)req;
}

/* More than fits on a line. */
Get("/many")
static point *many_parameters(apus_req *req, int first_of_many, int second_of_many,
                              int third_of_many, int fourth_of_many, int fifth_of_many,
                              apus_str sixth_of_many Query(default = "x"), apus_str *seventh_of_many)
{
    (void)first_of_many, (void)second_of_many, (void)third_of_many, (void)fourth_of_many;
    (void)fifth_of_many, (void)sixth_of_many, (void)seventh_of_many;
    return apus_new(req, point);
}

Get("/many/void")
static void many_void(apus_req *req, int first_of_many, int second_of_many, int third_of_many,
                      int fourth_of_many, int fifth_of_many, apus_strs sixth_of_many Query())
{
    (void)req, (void)first_of_many, (void)second_of_many, (void)third_of_many;
    (void)fourth_of_many, (void)fifth_of_many, (void)sixth_of_many;
}

point *shared_point(apus_req *req, int64_t id)
{
    (void)id;
    return apus_new(req, point);
}

Test(nothing_works)
{
    apus_test *t = apus_test_start(&wide_app);
    apus_expect_status(apus_test_delete(t, "/v1/more/nothing"), 200);
    apus_test_stop(t);
}
