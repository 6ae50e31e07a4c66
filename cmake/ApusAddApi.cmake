# apus_add_api(TARGET SOURCE...): a program from annotated sources.
#
# apusc reads the sources and writes a wrapper for each and one file for the program; these are
# compiled in place of the sources.  A change of a source, or of a header it includes, runs it
# again; unchanged output is not rewritten, so nothing else is rebuilt.
#
# In Apus' own tree APUS_APUSC and APUS_LIB name the targets; elsewhere they come from the package.
function(apus_add_api target)
  set(apusc "${apus_APUSC}")
  set(library apus::apus)
  set(include "${apus_INCLUDE_DIR}")
  if(TARGET apusc)
    set(apusc $<TARGET_FILE:apusc>)
    set(library apus_static)
    set(include "${CMAKE_SOURCE_DIR}/include")
  endif()
  set(dir "${CMAKE_CURRENT_BINARY_DIR}/${target}.apus")
  file(MAKE_DIRECTORY "${dir}")
  set(sources "")
  set(wrappers "${dir}/apus_app.c")
  foreach(source IN LISTS ARGN)
    get_filename_component(path "${source}" ABSOLUTE)
    get_filename_component(stem "${source}" NAME_WE)
    list(APPEND sources "${path}")
    list(APPEND wrappers "${dir}/${stem}.apus.c")
  endforeach()
  add_custom_command(
    OUTPUT "${dir}/stamp"
    BYPRODUCTS ${wrappers}
    COMMAND ${apusc} -o "${dir}" --depfile "${dir}/stamp.d" ${sources} --
            -iquote "${CMAKE_CURRENT_SOURCE_DIR}" # messages name sources, not the way to them
            "-I$<JOIN:$<TARGET_PROPERTY:${target},INCLUDE_DIRECTORIES>,;-I>"
    COMMAND ${CMAKE_COMMAND} -E touch "${dir}/stamp"
    DEPENDS ${sources} $<$<TARGET_EXISTS:apusc>:apusc>
    COMMENT "apusc ${target}" VERBATIM COMMAND_EXPAND_LISTS)
  add_custom_target(${target}_contract DEPENDS "${dir}/stamp")
  # handlers are called through tables: they need no prototype, and not all they are given
  set_source_files_properties(${wrappers} PROPERTIES COMPILE_OPTIONS
    "-Wno-missing-prototypes;-Wno-unused-parameter")
  add_executable(${target} ${wrappers})
  add_dependencies(${target} ${target}_contract)
  target_include_directories(${target} PRIVATE "${include}" "${CMAKE_CURRENT_SOURCE_DIR}")
  target_compile_options(${target} PRIVATE -fstack-clash-protection)
  target_link_libraries(${target} PRIVATE ${library})
endfunction()
