# SPDX-License-Identifier: Apache-2.0
# psys_library(NAME sysctl HDRS ... SRCS ... DEPS base linux PRIVATE_DEPS yaml TESTS a_test.cc ...)
#   One folder's library, target psys_<NAME> (alias psys::<NAME>). HDRS are verified to compile alone.
#   TESTS become one executable <NAME>_test, run by ctest with the label "unit".
#   PROTOS are made into "<NAME>/<file>.pb.h" at build time, for the folder's own .cc files alone.
# psys_executable(NAME podsysctl SRCS main.cc DEPS cli)
function(psys_library)
  cmake_parse_arguments(ARG "" "NAME" "HDRS;SRCS;DEPS;PRIVATE_DEPS;TESTS;TEST_DEPS;PROTOS" ${ARGN})
  if(ARG_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "psys_library(${ARG_NAME}): unknown ${ARG_UNPARSED_ARGUMENTS}")
  endif()
  add_library(psys_${ARG_NAME} STATIC ${ARG_SRCS})
  add_library(psys::${ARG_NAME} ALIAS psys_${ARG_NAME})
  target_sources(psys_${ARG_NAME} PUBLIC FILE_SET HEADERS
                 BASE_DIRS ${PROJECT_SOURCE_DIR}/src FILES ${ARG_HDRS})
  target_include_directories(psys_${ARG_NAME} PUBLIC ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(psys_${ARG_NAME} PUBLIC psys::options)
  foreach(dep IN LISTS ARG_DEPS)
    psys_link(psys_${ARG_NAME} PUBLIC ${dep})
  endforeach()
  foreach(dep IN LISTS ARG_PRIVATE_DEPS)
    psys_link(psys_${ARG_NAME} PRIVATE ${dep})
  endforeach()
  if(ARG_PROTOS)
    psys_messages(${ARG_NAME} ${ARG_PROTOS})
  endif()
  if(PSYS_TESTS AND ARG_TESTS)
    add_executable(${ARG_NAME}_test ${ARG_TESTS})
    target_link_libraries(${ARG_NAME}_test PRIVATE psys::${ARG_NAME} GTest::gmock GTest::gtest_main)
    foreach(dep IN LISTS ARG_TEST_DEPS)
      psys_link(${ARG_NAME}_test PRIVATE ${dep})
    endforeach()
    if(ARG_PROTOS)
      target_include_directories(${ARG_NAME}_test SYSTEM PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/generated)
    endif()
    add_test(NAME ${ARG_NAME}_test COMMAND ${ARG_NAME}_test)
    set_tests_properties(${ARG_NAME}_test PROPERTIES LABELS unit SKIP_RETURN_CODE 77 TIMEOUT 300)
  endif()
endfunction()

# Protocol buffers (lite) of one folder. What protoc makes is not our code: none of our warnings, and
# no analysis.
function(psys_messages layer)
  find_program(PSYS_PROTOC protoc REQUIRED)
  find_library(PSYS_PROTOBUF_LIBRARY NAMES libprotobuf-lite.a protobuf-lite REQUIRED)
  set(generated ${CMAKE_CURRENT_BINARY_DIR}/generated)
  file(MAKE_DIRECTORY ${generated}/${layer})
  foreach(proto IN LISTS ARGN)
    string(REPLACE ".proto" ".pb" stem ${proto})
    set(made ${generated}/${layer}/${stem}.cc ${generated}/${layer}/${stem}.h)
    add_custom_command(
      OUTPUT ${made}
      COMMAND ${PSYS_PROTOC} --proto_path=${CMAKE_CURRENT_SOURCE_DIR} --cpp_out=${generated}/${layer} ${proto}
      DEPENDS ${proto} VERBATIM)
    list(APPEND all_made ${made})
    set_source_files_properties(${generated}/${layer}/${stem}.cc PROPERTIES SKIP_LINTING ON)
  endforeach()
  add_library(psys_${layer}_messages OBJECT ${all_made})
  target_compile_features(psys_${layer}_messages PRIVATE cxx_std_23)
  target_compile_options(psys_${layer}_messages PRIVATE -w -fno-omit-frame-pointer)
  if(PSYS_STATIC)
    target_compile_options(psys_${layer}_messages PRIVATE -fno-pie)
  endif()
  target_sources(psys_${layer} PRIVATE $<TARGET_OBJECTS:psys_${layer}_messages>)
  target_include_directories(psys_${layer} SYSTEM PRIVATE ${generated})
  target_link_libraries(psys_${layer} PRIVATE ${PSYS_PROTOBUF_LIBRARY} Threads::Threads)
  add_dependencies(psys_${layer} psys_${layer}_messages)
endfunction()

# Links a layer of ours by its short name (base) or a third-party target by its full one (fmt::fmt).
function(psys_link target visibility dep)
  if(dep MATCHES "::" OR dep MATCHES "^[-/]")
    target_link_libraries(${target} ${visibility} ${dep})
  else()
    target_link_libraries(${target} ${visibility} psys::${dep})
  endif()
endfunction()

function(psys_executable)
  cmake_parse_arguments(ARG "" "NAME" "SRCS;DEPS" ${ARGN})
  add_executable(${ARG_NAME} ${ARG_SRCS})
  target_link_libraries(${ARG_NAME} PRIVATE psys::options)
  foreach(dep IN LISTS ARG_DEPS)
    psys_link(${ARG_NAME} PRIVATE ${dep})
  endforeach()
endfunction()

find_package(Python3 REQUIRED COMPONENTS Interpreter)
find_package(Threads REQUIRED)
# The archive, not the shared library that fmt's own package file names: binaries are linked static.
# Debian 12 has the shared one only; a static build then makes the archive itself.
find_library(PSYS_FMT_LIBRARY NAMES libfmt.a fmt REQUIRED)
add_library(psys_fmt INTERFACE)
add_library(psys::fmt ALIAS psys_fmt)
if(PSYS_STATIC AND NOT PSYS_FMT_LIBRARY MATCHES "\\.a$")
  add_library(psys_fmt_archive STATIC ${PROJECT_SOURCE_DIR}/cmake/fmt_archive.cc)
  target_compile_features(psys_fmt_archive PRIVATE cxx_std_23)
  target_link_libraries(psys_fmt INTERFACE psys_fmt_archive)
else()
  target_link_libraries(psys_fmt INTERFACE ${PSYS_FMT_LIBRARY})
endif()
if(PSYS_TESTS)
  find_package(GTest REQUIRED)
endif()

# An include that points up a layer fails the build, before anything is compiled.
add_custom_target(check_layers ALL
  COMMAND Python3::Interpreter ${PROJECT_SOURCE_DIR}/tools/check_layers.py ${PROJECT_SOURCE_DIR}
  COMMENT "Checking that no include points up a layer" VERBATIM)
