# The library laid out for what runs: first a build that counts (APUS_PROFILE=record), then, when
# the loads of bench/ have run on it, one that uses the counts (APUS_PROFILE=use) and sees all
# floors at once.  scripts/profiled.sh does both.  gcc only; counts are read by the gcc that wrote
# the code which made them.
set(APUS_PROFILE "" CACHE STRING "record what runs, or use what was recorded")
set(APUS_PROFILE_DIR ${CMAKE_SOURCE_DIR}/build/profile CACHE PATH "where the counts are kept")

if(APUS_PROFILE AND NOT CMAKE_C_COMPILER_ID STREQUAL "GNU")
  message(FATAL_ERROR "APUS_PROFILE needs gcc")
endif()

# What all objects of the library are compiled with.  The counts of an object are found by its
# place in the build, which the two builds share.
add_library(apus_profile INTERFACE)
if(APUS_PROFILE STREQUAL "record")
  target_compile_options(apus_profile INTERFACE -fprofile-generate=${APUS_PROFILE_DIR}
    -fprofile-prefix-path=${CMAKE_BINARY_DIR} -fprofile-update=atomic)
  add_link_options(-fprofile-generate)
elseif(APUS_PROFILE STREQUAL "use")
  target_compile_options(apus_profile INTERFACE -fprofile-use=${APUS_PROFILE_DIR}
    -fprofile-prefix-path=${CMAKE_BINARY_DIR} -fprofile-partial-training
    # it was not trained with everything, and guesses about what it moved around
    -Wno-missing-profile -Wno-maybe-uninitialized -Wno-format-overflow)
endif()

# apus_join_floors(OUT FLOOR...): the objects as the library takes them: all of them, or, in the
# build that uses counts, one object in which functions of one floor may stand within another's.
# Only what is joined is compiled for that: any other object would have the linker join it once
# more, with names that the one object has already.
function(apus_join_floors out)
  set(objects "")
  foreach(floor IN LISTS ARGN)
    get_property(extra GLOBAL PROPERTY APUS_EXTRA_OBJECTS_${floor})
    list(APPEND objects $<TARGET_OBJECTS:apus_${floor}_objects> ${extra})
    if(APUS_PROFILE STREQUAL "use")
      target_compile_options(apus_${floor}_objects PRIVATE -flto=auto -ffat-lto-objects)
    endif()
  endforeach()
  if(NOT APUS_PROFILE STREQUAL "use")
    set(${out} ${objects} PARENT_SCOPE)
    return()
  endif()
  set(joined ${CMAKE_BINARY_DIR}/apus_joined.o)
  add_custom_command(OUTPUT ${joined}
    COMMAND ${CMAKE_C_COMPILER} -O2 -g -fPIC -r -flto=auto -flinker-output=nolto-rel
            -Wno-maybe-uninitialized -Wno-format-overflow ${objects} -o ${joined}
    DEPENDS ${objects} COMMAND_EXPAND_LISTS VERBATIM COMMENT "joining the floors")
  set_source_files_properties(${joined} PROPERTIES EXTERNAL_OBJECT TRUE GENERATED TRUE)
  set(${out} ${joined} PARENT_SCOPE)
endfunction()
