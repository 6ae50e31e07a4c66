# What stands in packages otherwise than below a prefix: pages and changelogs compressed, the static
# library without what only debuggers read.  cpack runs it when everything lies in its folder.
file(GLOB_RECURSE pages ${CPACK_TEMPORARY_INSTALL_DIRECTORY}/*/usr/share/man/*.1
  ${CPACK_TEMPORARY_INSTALL_DIRECTORY}/*/usr/share/doc/*/changelog)
file(GLOB_RECURSE archives ${CPACK_TEMPORARY_INSTALL_DIRECTORY}/*/usr/lib/*.a)
execute_process(COMMAND gzip -9n ${pages} COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND strip --strip-debug --enable-deterministic-archives
    --remove-section=.comment --remove-section=.note ${archives} COMMAND_ERROR_IS_FATAL ANY)
