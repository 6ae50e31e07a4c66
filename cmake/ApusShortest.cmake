# The digits of doubles: a shim over a header-only C++ library, compiled without the C++ run
# time, so that nothing links to it.  Without the header (or a C++ compiler) plain C does it.
include(CheckLanguage)
check_language(CXX)
find_path(DRAGONBOX_INCLUDE_DIR dragonbox/dragonbox.h
  PATH_SUFFIXES dragonbox-1.1.3 dragonbox-1.1.2 dragonbox)
if(CMAKE_CXX_COMPILER AND DRAGONBOX_INCLUDE_DIR)
  enable_language(CXX)
  add_library(apus_shortest OBJECT ${CMAKE_SOURCE_DIR}/src/codec/shortest.cc)
  set_target_properties(apus_shortest PROPERTIES CXX_STANDARD 17 CXX_VISIBILITY_PRESET hidden)
  target_include_directories(apus_shortest PRIVATE ${CMAKE_SOURCE_DIR}/src)
  target_include_directories(apus_shortest SYSTEM PRIVATE ${DRAGONBOX_INCLUDE_DIR})
  target_compile_options(apus_shortest PRIVATE -O2 -fno-exceptions -fno-rtti
    -fno-threadsafe-statics -fno-sanitize=all)
  set_property(GLOBAL PROPERTY APUS_EXTRA_OBJECTS_codec $<TARGET_OBJECTS:apus_shortest>)
  set(APUS_HAVE_SHORTEST ON)
else()
  message(STATUS "no libdragonbox-dev or no C++ compiler: doubles print ten times as slowly")
endif()
