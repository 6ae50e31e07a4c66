#include "app/assets.h"

#if defined(__has_include)
#if __has_include("app/assets_table.h")
#include "app/assets_table.h"
#define HAS_TABLE 1
#endif
#endif

const struct apus__asset *apus__asset_find(apus_str name)
{
#ifdef HAS_TABLE
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        if (apus_str_eq(apus_str_of(table[i].name), name))
            return &table[i];
#endif
    (void)name;
    return NULL;
}
