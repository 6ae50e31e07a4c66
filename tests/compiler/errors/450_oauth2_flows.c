#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

Security(one, oauth2 = {pasword: "token"});
Security(two, oauth2 = {authorization_code: "https://id.example/token"});
Security(three, oauth2 = {implicit: {token: "https://id.example/token"}});
Security(four, oauth2 = {password: {token: 7}});
Security(five, oauth2 = {device: "token"});

Get("/items")
void list_items(apus_req *req, one a)
{
}
