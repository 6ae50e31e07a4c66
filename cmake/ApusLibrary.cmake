# libapus: every floor in one library, static and shared, and what makes it usable from an
# install prefix: headers, pkg-config, a CMake package with apus_add_api().
include(CMakePackageConfigHelpers)

# What programs may do without (compression, passwords) stays apart, with the libraries it needs.
set(objects "")
get_property(every_request GLOBAL PROPERTY APUS_FLOORS)
foreach(floor IN ITEMS edge guard observe serve)
  list(REMOVE_ITEM every_request ${floor})
  list(APPEND objects $<TARGET_OBJECTS:apus_${floor}_objects>)
endforeach()
apus_join_floors(joined ${every_request})
list(APPEND objects ${joined})

add_library(apus_static STATIC ${objects})
add_library(apus_shared SHARED ${objects})
foreach(library IN ITEMS apus_static apus_shared)
  set_target_properties(${library} PROPERTIES OUTPUT_NAME apus LINKER_LANGUAGE C)
  target_include_directories(${library} PUBLIC
    $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_link_libraries(${library} PRIVATE PkgConfig::libuv PkgConfig::libpcre2-8 PkgConfig::zlib
    PkgConfig::libbrotlienc PkgConfig::libzstd PkgConfig::yaml-0.1 PkgConfig::libnghttp2 PkgConfig::libssl PkgConfig::libcrypto
    PkgConfig::libargon2 apus_wslay m)
endforeach()
set_target_properties(apus_shared PROPERTIES
  VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR})

# What programs that link libapus.a need besides.
set(APUS_LINK_LIBS "-luv -lpcre2-8 -lz -lwslay -lyaml -lbrotlienc -lzstd -lnghttp2 -lssl -lcrypto -largon2 -lpthread -lm")

# A prefix may be moved, or chosen as late as `cmake --install --prefix`.
file(RELATIVE_PATH APUS_PREFIX_FROM_PC ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
string(REGEX REPLACE "/$" "" APUS_PREFIX_FROM_PC "${APUS_PREFIX_FROM_PC}")
foreach(package IN ITEMS apus apus-shared)
  configure_file(${CMAKE_SOURCE_DIR}/cmake/${package}.pc.in ${CMAKE_BINARY_DIR}/${package}.pc @ONLY)
endforeach()
configure_package_config_file(${CMAKE_SOURCE_DIR}/cmake/apusConfig.cmake.in
  ${CMAKE_BINARY_DIR}/apusConfig.cmake INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/apus
  PATH_VARS CMAKE_INSTALL_INCLUDEDIR CMAKE_INSTALL_BINDIR CMAKE_INSTALL_LIBDIR)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/apusConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)

# Components are packages: see ApusPackages.cmake.
install(TARGETS apus_static ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development)
install(TARGETS apus_shared LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
  COMPONENT runtime NAMELINK_COMPONENT development)
install(DIRECTORY include/apus DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development)
install(FILES ${CMAKE_BINARY_DIR}/apus.pc ${CMAKE_BINARY_DIR}/apus-shared.pc
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT development)
install(FILES ${CMAKE_BINARY_DIR}/apusConfig.cmake ${CMAKE_BINARY_DIR}/apusConfigVersion.cmake
  cmake/ApusAddApi.cmake DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/apus COMPONENT development)
