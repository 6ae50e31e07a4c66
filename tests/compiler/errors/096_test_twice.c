#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

Test(works)
{
}
#define apus_test_works apus_test_again
Test(works)
{
}
