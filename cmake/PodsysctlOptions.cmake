# SPDX-License-Identifier: Apache-2.0
# Compiler and linker settings of every target, as one INTERFACE library: psys::options.

option(PSYS_TESTS "Build the tests" ON)
option(PSYS_BENCH "Build the benchmarks" OFF)
option(PSYS_FUZZ "Build the fuzz targets (needs clang)" OFF)
option(PSYS_STATIC "Link the binaries statically" OFF)
set(PSYS_SANITIZE "" CACHE STRING "Sanitizers for -fsanitize=, e.g. address,undefined")

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

find_program(PSYS_CCACHE ccache)
if(PSYS_CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER ${PSYS_CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${PSYS_CCACHE})
endif()

# With the compilers that the tests run with. What others warn of keeps nobody from building.
if((CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
   OR CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  set(PSYS_WERROR -Werror)
endif()

add_library(psys_options INTERFACE)
add_library(psys::options ALIAS psys_options)
target_compile_features(psys_options INTERFACE cxx_std_23)
target_compile_options(psys_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor
  -Woverloaded-virtual -Wold-style-cast -Wcast-align -Wformat=2 -Wimplicit-fallthrough
  # Designated initialisers leave fields at their written defaults: that is what they are for.
  -Wno-missing-field-initializers
  ${PSYS_WERROR} -Werror=unused-result
  -fstack-protector-strong -ftrivial-auto-var-init=zero -fno-omit-frame-pointer)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(psys_options INTERFACE
    -Wduplicated-cond -Wlogical-op -Wsuggest-override -fstack-clash-protection
    # GCC 12 sees overlapping copies in std::string at -O2 (GCC bug 105329).
    -Wno-restrict)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|amd64|AMD64")
    target_compile_options(psys_options INTERFACE -fcf-protection=full)
  endif()
endif()

# Assertions of the standard library stay on in release too: reading an errored Result aborts.
target_compile_definitions(psys_options INTERFACE _GLIBCXX_ASSERTIONS)
if(CMAKE_BUILD_TYPE MATCHES "Rel" AND NOT PSYS_SANITIZE)
  target_compile_definitions(psys_options INTERFACE _FORTIFY_SOURCE=3)
endif()

if(PSYS_SANITIZE)
  target_compile_options(psys_options INTERFACE
    -fsanitize=${PSYS_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(psys_options INTERFACE -fsanitize=${PSYS_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # GCC 12 sees uninitialised values in its own instrumentation (fmt's buffers).
    target_compile_options(psys_options INTERFACE -Wno-uninitialized -Wno-maybe-uninitialized)
  endif()
endif()

target_link_options(psys_options INTERFACE -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack)
if(PSYS_STATIC)
  set(CMAKE_POSITION_INDEPENDENT_CODE OFF)
  target_compile_options(psys_options INTERFACE -fno-pie)
  target_link_options(psys_options INTERFACE -static -no-pie)
else()
  set(CMAKE_POSITION_INDEPENDENT_CODE ON)
endif()
