/* apus/api.h - what every public header needs: visibility and compiler hints.
 *
 * The library is compiled with hidden symbols; what stands between
 * APUS_API_BEGIN and APUS_API_END is exported.  Each hint has a plain fallback,
 * so that the headers read the same to a compiler that knows none of them. */
#ifndef APUS_API_H
#define APUS_API_H

#define APUS_VERSION_MAJOR 0
#define APUS_VERSION_MINOR 1
#define APUS_VERSION_PATCH 0
#define APUS_VERSION       "0.1.0"

/* One number for comparisons: 0.1.0 is 100, 1.2.3 is 10203. */
#define APUS_VERSION_NUMBER                                                                        \
    (APUS_VERSION_MAJOR * 10000 + APUS_VERSION_MINOR * 100 + APUS_VERSION_PATCH)

#ifdef __cplusplus
#define APUS__EXTERN_C_BEGIN extern "C" {
#define APUS__EXTERN_C_END   }
#else
#define APUS__EXTERN_C_BEGIN
#define APUS__EXTERN_C_END
#endif

#if defined(__GNUC__)
#define APUS_API_BEGIN               APUS__EXTERN_C_BEGIN _Pragma("GCC visibility push(default)")
#define APUS_API_END                 _Pragma("GCC visibility pop") APUS__EXTERN_C_END
#define APUS_NODISCARD               __attribute__((warn_unused_result))
#define APUS_PRINTF(fmt_at, args_at) __attribute__((format(printf, fmt_at, args_at)))
#define APUS_SENTINEL                __attribute__((sentinel))
#define APUS_NORETURN                __attribute__((noreturn))
#define APUS_INLINE                  inline __attribute__((always_inline))
#define APUS_NOINLINE                __attribute__((noinline))
#define APUS_LIKELY(x)               __builtin_expect((x), 1)
#define APUS_UNLIKELY(x)             __builtin_expect((x), 0)
#else
#define APUS_API_BEGIN APUS__EXTERN_C_BEGIN
#define APUS_API_END   APUS__EXTERN_C_END
#define APUS_NODISCARD
#define APUS_PRINTF(fmt_at, args_at)
#define APUS_SENTINEL
#define APUS_NORETURN
#define APUS_INLINE inline
#define APUS_NOINLINE
#define APUS_LIKELY(x)   (x)
#define APUS_UNLIKELY(x) (x)
#endif

APUS_API_BEGIN

/* The version of the library that is running, as "0.1.0"; static.  It may
 * differ from APUS_VERSION, which the caller was compiled with. */
const char *apus_version(void);

APUS_API_END

#endif
