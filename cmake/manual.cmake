# lvsd_manual(PAGE [TARGET [TOPIC]]): PAGE.scd of this folder as a man page beside what is built of
# it. What the program TARGET prints when it is asked for its manual, or for what it has of a topic,
# takes the place of @MANUAL@. Without scdoc there are no man pages.
include(GNUInstallDirs)
find_program(SCDOC scdoc)

function(lvsd_manual page)
  if(NOT SCDOC)
    return()
  endif()
  set(program "")
  set(target "")
  set(topic "")
  list(LENGTH ARGN given)
  if(given GREATER 0)
    list(GET ARGN 0 target)
  endif()
  if(given GREATER 1)
    list(GET ARGN 1 topic)
  endif()
  if(target)
    set(program $<TARGET_FILE:${target}>)
  endif()
  set(source ${CMAKE_CURRENT_SOURCE_DIR}/${page}.scd)
  set(made ${CMAKE_CURRENT_BINARY_DIR}/${page})
  add_custom_command(OUTPUT ${made}
    COMMAND ${CMAKE_COMMAND} -DSCDOC=${SCDOC} -DSOURCE=${source} -DMADE=${made} -DPROGRAM=${program} -DTOPIC=${topic}
      -P ${CMAKE_SOURCE_DIR}/cmake/render_manual.cmake
    DEPENDS ${source} ${CMAKE_SOURCE_DIR}/cmake/render_manual.cmake ${target} VERBATIM)
  add_custom_target(manual_${page} ALL DEPENDS ${made})
  string(REGEX MATCH "[0-9]$" section ${page})
  install(FILES ${made} DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section})
  if(LVSD_TESTS AND NOT LVSD_SANITIZE)
    add_test(NAME manual.${page} COMMAND ${CMAKE_SOURCE_DIR}/test/lint/manual ${made})
    set_tests_properties(manual.${page} PROPERTIES LABELS unit)
  endif()
endfunction()
