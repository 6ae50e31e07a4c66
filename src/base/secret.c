#include "apus/secret.h"

bool apus_equal_secret(apus_str given, apus_str secret)
{
    /* volatile: the compiler may not see that the outcome is known early.  Where the secret is
     * shorter, its first byte stands in for those that it lacks. */
    volatile unsigned differ = given.len != secret.len;
    for (size_t i = 0; i < given.len; i++) {
        size_t at = i < secret.len ? i : 0;
        unsigned char there = secret.len ? (unsigned char)secret.ptr[at] : 0;
        differ |= (unsigned char)given.ptr[i] ^ there;
    }
    return differ == 0;
}
