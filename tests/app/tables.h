/* Short forms for the tables that these tests write by hand.
 *
 * Not a public interface: apusc writes them long (see test_by_hand.c for one that a
 * person wrote). */
#ifndef APUS_TESTS_TABLES_H
#define APUS_TESTS_TABLES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <apus/apus.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* A member `m` of struct s, of the table type t, called "m" on the wire. */
#define FIELD(s, m, t, ...)                                                                        \
    {                                                                                              \
        APUS_FIELD_NAME(#m), .type = &(t), .offset = offsetof(struct s, m), __VA_ARGS__            \
    }
#define NAMED(s, m, wire, t, ...)                                                                  \
    {                                                                                              \
        APUS_FIELD_NAME(wire), .type = &(t), .offset = offsetof(struct s, m), __VA_ARGS__          \
    }
#define REQUIRED      .flags = APUS_FIELD_required
#define OPTIONAL      .flags = APUS_FIELD_pointer | APUS_FIELD_nullable
#define MODEL_POINTER .flags = APUS_FIELD_required | APUS_FIELD_pointer

#define MODEL(s, ...)                                                                              \
    static const apus_model s##_model = { .name = #s,                                              \
                                          .size = sizeof(struct s),                                \
                                          .align = _Alignof(struct s),                             \
                                          .fields = s##_fields,                                    \
                                          .n_fields = COUNT(s##_fields),                           \
                                          __VA_ARGS__ };                                           \
    static const apus_type s##_type = { .kind = APUS_KIND_model,                                   \
                                        .size = sizeof(struct s),                                  \
                                        .align = _Alignof(struct s),                               \
                                        .model = &s##_model }

#define PARAMS(list) .params = list, .n_params = COUNT(list)
#define FN(f)        .name = #f, .fn = (apus_fn *)f, .call = f##_call

/* An app around an array of routes. */
#define APP(app, routes_, ...)                                                                     \
    static const apus_router app##_root = {                                                        \
        .name = #app, .prefix = APUS_STR_INIT(""), .routes = routes_, .n_routes = COUNT(routes_)   \
    };                                                                                             \
    static const apus_app app = {                                                                  \
        .name = #app, .title = #app, .version = "1", .root = &app##_root, __VA_ARGS__              \
    }

static inline void cmocka_fail(const char *text)
{
    fail_msg("%s", text);
}

#define EXPECT_BODY(a, text) assert_string_equal((a).body.ptr, text)

#endif
