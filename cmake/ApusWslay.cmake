# wslay, which reads and writes WebSocket frames: Debian's package has no pkg-config file.
find_path(WSLAY_INCLUDE_DIR wslay/wslay.h REQUIRED)
find_library(WSLAY_LIBRARY wslay REQUIRED)
add_library(apus_wslay INTERFACE IMPORTED)
target_include_directories(apus_wslay SYSTEM INTERFACE ${WSLAY_INCLUDE_DIR})
target_link_libraries(apus_wslay INTERFACE ${WSLAY_LIBRARY})
