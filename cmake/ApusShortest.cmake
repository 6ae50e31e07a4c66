# The digits of doubles: a shim over a header-only C++ library, compiled without the C++ run
# time.  To CMake it is an object from elsewhere, so that C programs are still linked as C.
# Without the header (or a C++ compiler) plain C does it.
include(CheckLanguage)
check_language(CXX)
find_path(DRAGONBOX_INCLUDE_DIR dragonbox/dragonbox.h
  PATH_SUFFIXES dragonbox-1.1.3 dragonbox-1.1.2 dragonbox)
if(CMAKE_CXX_COMPILER AND DRAGONBOX_INCLUDE_DIR)
  set(shim ${CMAKE_SOURCE_DIR}/src/codec/shortest.cc)
  set(object ${CMAKE_BINARY_DIR}/shortest.o)
  add_custom_command(OUTPUT ${object}
    COMMAND ${CMAKE_CXX_COMPILER} -std=c++17 -O2 -g -fPIC -fvisibility=hidden -fno-exceptions
            -fno-rtti -fno-threadsafe-statics -I${CMAKE_SOURCE_DIR}/src
            -isystem ${DRAGONBOX_INCLUDE_DIR} -c ${shim} -o ${object}
    DEPENDS ${shim} ${CMAKE_SOURCE_DIR}/src/codec/shortest.h
    COMMENT "compiling the digits of doubles" VERBATIM)
  set_source_files_properties(${object} PROPERTIES EXTERNAL_OBJECT TRUE GENERATED TRUE)
  set_property(GLOBAL PROPERTY APUS_EXTRA_OBJECTS_codec ${object})
  set(APUS_HAVE_SHORTEST ON)
else()
  message(STATUS "no libdragonbox-dev or no C++ compiler: doubles print ten times as slowly")
endif()
