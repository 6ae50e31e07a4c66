#include <apus/apus.h>

Get("/items")
void list_items(apus_req *req)
{
}
