# How everything is compiled: C17, strict warnings, hardened, and one switch for
# each instrumented build (APUS_SANITIZE=address;undefined | thread | fuzzer...).
set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Debug, Release" FORCE)
endif()
set(CMAKE_C_FLAGS_RELEASE "-O2 -g")
set(CMAKE_C_FLAGS_DEBUG "-O0 -g3")

set(APUS_SANITIZE "" CACHE STRING "sanitizers, as -fsanitize takes them")
option(APUS_WERROR "warnings are errors" OFF)
option(APUS_COVERAGE "instrument for coverage" OFF)
option(APUS_FUZZ "build the fuzz targets with libFuzzer (clang)" OFF)

add_library(apus_flags INTERFACE)
target_compile_options(apus_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wvla
  -Wundef -Wwrite-strings -Wimplicit-fallthrough -fstack-clash-protection
  $<$<BOOL:${APUS_WERROR}>:-Werror>)
target_compile_definitions(apus_flags INTERFACE _GNU_SOURCE)
if(APUS_SANITIZE)
  string(REPLACE ";" "," sanitizers "${APUS_SANITIZE}")
  add_compile_options(-fsanitize=${sanitizers} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${sanitizers})
else()
  target_compile_options(apus_flags INTERFACE
    -fstack-protector-strong $<$<CONFIG:Release>:-D_FORTIFY_SOURCE=2>)
  # addresses of functions elsewhere are found at the start and not written any more
  add_link_options($<$<PLATFORM_ID:Linux>:LINKER:-z,relro,-z,now>)
endif()
if(BUILD_TESTING AND NOT APUS_SANITIZE)
  include(CheckIncludeFile)
  check_include_file(valgrind/valgrind.h APUS_VALGRIND)
  if(APUS_VALGRIND)
    target_compile_definitions(apus_flags INTERFACE APUS_VALGRIND)
  endif()
endif()
if(APUS_COVERAGE)
  add_compile_options(--coverage)
  add_link_options(--coverage)
endif()
if(APUS_FUZZ)
  add_compile_options(-O1) # twice as many inputs in the same time
endif()
