# apus_floor(NAME [DEPENDS floor...] [PACKAGES pkg-config-module...] [LIBRARIES target...])
#
# src/NAME/*.c becomes the object library apus_NAME_objects (they make up libapus) and the static
# library apus_NAME (tests link exactly the floor they test, so that a call upwards does not link).
find_package(PkgConfig REQUIRED)
set_property(GLOBAL PROPERTY APUS_FLOORS "")

function(apus_floor name)
  cmake_parse_arguments(FLOOR "" "" "DEPENDS;PACKAGES;LIBRARIES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${name}/*.c
       ${CMAKE_SOURCE_DIR}/src/${name}/*.S)
  if(NOT sources)
    return()
  endif()
  add_library(apus_${name}_objects OBJECT ${sources})
  target_include_directories(apus_${name}_objects PUBLIC
    ${CMAKE_SOURCE_DIR}/include ${CMAKE_SOURCE_DIR}/src ${CMAKE_BINARY_DIR}/generated)
  target_link_libraries(apus_${name}_objects PRIVATE apus_flags apus_profile)
  # objects of another language, compiled without its run time: to the linker they are C
  get_property(extra GLOBAL PROPERTY APUS_EXTRA_OBJECTS_${name})
  add_library(apus_${name} STATIC $<TARGET_OBJECTS:apus_${name}_objects> ${extra})
  target_include_directories(apus_${name} PUBLIC
    ${CMAKE_SOURCE_DIR}/include ${CMAKE_SOURCE_DIR}/src ${CMAKE_BINARY_DIR}/generated)
  target_link_libraries(apus_${name} PUBLIC m)
  foreach(floor IN LISTS FLOOR_DEPENDS)
    if(TARGET apus_${floor})
      target_link_libraries(apus_${name} PUBLIC apus_${floor})
    endif()
  endforeach()
  foreach(package IN LISTS FLOOR_PACKAGES)
    pkg_check_modules(${package} REQUIRED IMPORTED_TARGET ${package})
    target_link_libraries(apus_${name}_objects PRIVATE PkgConfig::${package})
    target_link_libraries(apus_${name} PUBLIC PkgConfig::${package})
  endforeach()
  foreach(library IN LISTS FLOOR_LIBRARIES)
    target_link_libraries(apus_${name}_objects PRIVATE ${library})
    target_link_libraries(apus_${name} PUBLIC ${library})
  endforeach()
  set_property(GLOBAL APPEND PROPERTY APUS_FLOORS ${name})
endfunction()

# apus_test(NAME SOURCE LIBRARY...): a cmocka program that ctest runs.
function(apus_test name source)
  pkg_check_modules(cmocka REQUIRED IMPORTED_TARGET cmocka)
  add_executable(${name} ${source})
  target_link_libraries(${name} PRIVATE apus_flags ${ARGN} PkgConfig::cmocka)
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT 300 ENVIRONMENT
    "APUS_SOURCE_DIR=${CMAKE_SOURCE_DIR};APUS_SHARED_DIR=${CMAKE_SOURCE_DIR}/../shared")
endfunction()
