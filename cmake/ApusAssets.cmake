# What the docs pages load, compiled into the app floor.  scripts/assets.sh fetches the files; a
# build without them has docs pages that say so.
set(APUS_ASSETS_DIR ${CMAKE_SOURCE_DIR}/build/assets CACHE PATH "where scripts/assets.sh put them")
set(asset_files
  ${APUS_ASSETS_DIR}/swagger-ui.css
  ${APUS_ASSETS_DIR}/swagger-ui-bundle.js
  ${APUS_ASSETS_DIR}/redoc.standalone.js)
set(have_assets TRUE)
foreach(file IN LISTS asset_files)
  if(NOT EXISTS ${file})
    set(have_assets FALSE)
  endif()
endforeach()
if(have_assets AND TARGET apus_app_objects)
  add_executable(embed ${CMAKE_SOURCE_DIR}/scripts/embed.c)
  target_link_libraries(embed PRIVATE apus_flags apus_base PkgConfig::zlib)
  set(table ${CMAKE_BINARY_DIR}/generated/app/assets_table.h)
  file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/generated/app)
  add_custom_command(OUTPUT ${table} COMMAND embed ${table} ${asset_files}
    DEPENDS embed ${asset_files} COMMENT "embedding the docs pages' files")
  add_custom_target(apus_assets DEPENDS ${table})
  add_dependencies(apus_app_objects apus_assets)
  # what was compiled before the files were there is compiled again
  target_compile_definitions(apus_app_objects PRIVATE APUS_HAVE_ASSETS=1)
elseif(NOT have_assets)
  message(WARNING "no files for /docs and /redoc: run scripts/assets.sh and configure again")
endif()
