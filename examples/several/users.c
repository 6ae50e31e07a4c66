#include <apus/apus.h>

Router(users, tags = ["users"]);

/// Somebody.
typedef struct user {
    apus_str username;
} user;
List(user);

Get("/users/")
user_list read_users(apus_req *req)
{
    static user all[] = { { APUS_STR_INIT("ada") }, { APUS_STR_INIT("bob") } };
    return (user_list){ all, 2 };
}

Get("/users/me")
user *read_user_me(apus_req *req)
{
    return apus_some(req, user, { APUS_STR("ada") });
}

Get("/users/{username}")
user *read_user(apus_req *req, apus_str username)
{
    return apus_some(req, user, { username });
}
