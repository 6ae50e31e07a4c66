/* Schemes, scopes on everything that takes them, a dependency that comes with Apus, fresh ones. */
#include <apus/apus.h>

App(guarded, title = "Guarded", version = "1.0.0", scopes = "app");
Security(login, basic, realm = "here");
Security(digest, digest);
Security(token, oauth2 = {password: "token", authorization_code: {authorization: "https://id.example/a", token: "https://id.example/t", refresh: "https://id.example/r"}, client_credentials: "t", implicit: {authorization: "https://id.example/i"}},
         scopes = {app: "Anything.", read: "Read.", "items:write": "Write items."});
Security(sso, name = "SSO", openid = "https://id.example/.well-known/openid-configuration");

static const char *who(apus_req *req, token t)
{
    return t.value.ptr;
}

static const char *writer(apus_req *req, const char *name Depends(who, scopes = ["items:write", "read"]))
{
    return name;
}

static int next(apus_req *req)
{
    return 1;
}

Get("/me")
int read_me(apus_req *req, const char *name Depends(who), int a Depends(next), int b Depends(next, fresh),
            int c Depends(next, fresh))
{
    return a + b + c;
}

Post("/token")
int log_in(apus_req *req, const apus_password_form *form Depends(apus_password_form_read), token *t)
{
    return 1;
}

Post("/strict", depends = [who])
int log_in_strictly(apus_req *req, const apus_password_form *form Depends(apus_password_form_read_strict), sso *s, login *l, digest *d)
{
    return 1;
}

Router(items, prefix = "/items", scopes = ["read"]);
Include(guarded_app, items_router, scopes = "items:write");

Get("/{id}", scopes = ["read", "app"])
int read_item(apus_req *req, int id, const char *name Depends(writer))
{
    return id;
}
