# Debian packages of what is built: `make deb`, or cpack in a build folder.
#
#   libapus0     the shared library
#   libapus-dev  headers, the static library, pkg-config, the CMake package
#   apus         the commands apus and apusc
#   apus-market  the market service: program, unit for systemd, settings
#
# Each is a component of what is installed.  `cmake --install` leaves out what only packages
# have: documents that Debian wants, and the service.  What a package says to dpkg, and what it
# does when it comes and goes, stands in deploy/debian/.
set(debian ${CMAKE_SOURCE_DIR}/deploy/debian)
set(packages runtime libapus0 development libapus-dev tools apus market apus-market)

# --- the service ---

# service@.service for one program: its hardening stands in one place
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/deploy/systemd/service@.service)
file(READ ${CMAKE_SOURCE_DIR}/deploy/systemd/service@.service unit)
string(REGEX REPLACE "^(#[^\n]*\n)+" "" unit "${unit}")
foreach(pair IN ITEMS "/usr/lib/apus/services/%i=/usr/bin/market" "%i, an HTTP API=Price histories over HTTP"
                      "man:apus(1)=man:market(1)" "%i=market")
  string(REGEX MATCH "^([^=]*)=(.*)$" pair "${pair}")
  string(REPLACE "${CMAKE_MATCH_1}" "${CMAKE_MATCH_2}" unit "${unit}")
endforeach()
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/debian/market.service CONTENT "${unit}" @ONLY)

install(TARGETS market RUNTIME DESTINATION bin COMPONENT market EXCLUDE_FROM_ALL)
install(FILES ${CMAKE_BINARY_DIR}/debian/market.service
  DESTINATION /lib/systemd/system COMPONENT market EXCLUDE_FROM_ALL)
install(FILES ${debian}/market/market.yaml DESTINATION /etc/apus COMPONENT market EXCLUDE_FROM_ALL)

# its page: what the program says of itself, and what it has besides
set(page ${CMAKE_BINARY_DIR}/debian/market.1)
add_custom_command(OUTPUT ${page}
  COMMAND sh -c "\"$1\" --help-man > \"$3\" && cat \"$2\" >> \"$3\"" page
    $<TARGET_FILE:market> ${debian}/market/sections.1 ${page}
  DEPENDS market ${debian}/market/sections.1 VERBATIM)
add_custom_target(market_page ALL DEPENDS ${page})
install(FILES ${page} DESTINATION share/man/man1 COMPONENT market EXCLUDE_FROM_ALL)

# --- documents of each package ---

# Set it when you build packages for others: cmake -D "APUS_MAINTAINER=Ada <ada@example.org>"
set(APUS_MAINTAINER "The Apus authors <maintainers@example.com>" CACHE STRING
  "who answers for packages: a name and an address that is read")
if(NOT APUS_MAINTAINER MATCHES "^[^<>]+ <[^<>@ ]+@[^<>@ ]+>$")
  message(FATAL_ERROR "APUS_MAINTAINER is \"${APUS_MAINTAINER}\", not \"Name <address>\"")
endif()
string(TIMESTAMP APUS_PACKAGED "%a, %d %b %Y %H:%M:%S +0000" UTC) # or SOURCE_DATE_EPOCH
configure_file(${debian}/changelog.in ${CMAKE_BINARY_DIR}/debian/changelog @ONLY)
while(packages)
  list(POP_FRONT packages component package)
  install(FILES ${debian}/copyright ${CMAKE_BINARY_DIR}/debian/changelog
    DESTINATION share/doc/${package} COMPONENT ${component} EXCLUDE_FROM_ALL)
  if(EXISTS ${debian}/${component}/overrides)
    install(FILES ${debian}/${component}/overrides DESTINATION share/lintian/overrides
      RENAME ${package} COMPONENT ${component} EXCLUDE_FROM_ALL)
  endif()
  string(TOUPPER ${component} name)
  set(CPACK_DEBIAN_${name}_PACKAGE_NAME ${package})
  file(GLOB CPACK_DEBIAN_${name}_PACKAGE_CONTROL_EXTRA ${debian}/${component}/conffiles
    ${debian}/${component}/triggers ${debian}/${component}/p*inst ${debian}/${component}/p*rm)
endwhile()

# --- what dpkg is told ---

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME apus)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_CONTACT "${APUS_MAINTAINER}")
set(CPACK_PACKAGE_VENDOR Apus)
set(CPACK_RESOURCE_FILE_LICENSE ${CMAKE_SOURCE_DIR}/LICENSE)
set(CPACK_PACKAGE_DIRECTORY ${CMAKE_BINARY_DIR}/packages)
set(CPACK_COMPONENTS_ALL runtime development tools market)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_PRE_BUILD_SCRIPTS ${debian}/finish.cmake)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_SOURCE apus)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS_POLICY ">=")
set(CPACK_DEBIAN_DEBUGINFO_PACKAGE ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(CPACK_DEBIAN_RUNTIME_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_RUNTIME_DESCRIPTION "API framework for C (shared library)
Apus makes HTTP APIs of plain C structs and functions with annotations:
validation, JSON, routing, dependencies and OpenAPI documents.

This package has the library for programs that load it; most link it in.")

set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SHLIBDEPS OFF)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS "libapus0 (= ${PROJECT_VERSION}), libc6-dev, libuv1-dev, \
libpcre2-dev, zlib1g-dev, libwslay-dev, libyaml-dev, libbrotli-dev, libzstd-dev, libnghttp2-dev, libssl-dev, libargon2-dev")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_RECOMMENDS "apus")
set(CPACK_DEBIAN_DEVELOPMENT_DESCRIPTION "API framework for C (development files)
Apus makes HTTP APIs of plain C structs and functions with annotations:
validation, JSON, routing, dependencies and OpenAPI documents.

This package has the headers, the static library, and what pkg-config and
CMake need to find them. The compiler of annotations is in apus.")

set(CPACK_DEBIAN_TOOLS_PACKAGE_SECTION devel)
# apusc reads C with clang's own headers
set(CPACK_DEBIAN_TOOLS_PACKAGE_DEPENDS "libapus-dev (= ${PROJECT_VERSION}), gcc | c-compiler, libclang-common-14-dev")
set(CPACK_DEBIAN_TOOLS_DESCRIPTION "API framework for C (the commands apus and apusc)
Apus makes HTTP APIs of plain C structs and functions with annotations:
validation, JSON, routing, dependencies and OpenAPI documents.

This package has apusc, which reads annotated C and writes C, and apus, which
makes, serves, tests and checks projects: apus new shop, apus dev.")

set(CPACK_DEBIAN_MARKET_PACKAGE_SECTION web)
set(CPACK_DEBIAN_MARKET_DESCRIPTION "price histories over HTTP, a service made with Apus
Candles at any interval, prices and assets from a store of price histories
that says where each figure comes from, with documentation at /docs.

The service listens on 127.0.0.1:8000 as a user of its own, with workers that
are replaced when they fall; an upgrade goes over to the new program without
losing a request.")

include(CPack)
