# SPDX-License-Identifier: Apache-2.0
# Run by every build: writes build_info.cc, and touches it only when something in it has changed.
# A package without a repository gives the commit with -DPSYS_COMMIT=.
if(NOT PSYS_COMMIT)
  execute_process(COMMAND git -C ${SOURCE_DIR} rev-parse --short=12 HEAD
                  OUTPUT_VARIABLE PSYS_COMMIT OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
if(NOT PSYS_COMMIT MATCHES "^[0-9a-f]+$")
  set(PSYS_COMMIT unknown)
endif()
configure_file(${TEMPLATE} ${OUTPUT} @ONLY)
