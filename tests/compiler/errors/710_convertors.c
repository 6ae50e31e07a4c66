#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

Convertor(upper, pattern = "^[A-Z+$");
Convertor(even, check = is_even);
Convertor(even, pattern = "^[02468]+$");
Convertor(path, pattern = "^/");
Convertor(any);

int is_even(const char *text)
{
    return !text;
}

Get("/a/{code:uper}")
int read_a(apus_req *req, apus_str code)
{
    return (int)code.len;
}

Get("/b/{code:upper}.{form}")
int read_b(apus_req *req, apus_str code, apus_str form)
{
    return (int)(code.len + form.len);
}

Get("/c/{code:hexadecimal}")
int read_c(apus_req *req, apus_str code)
{
    return (int)code.len;
}
