// SPDX-License-Identifier: Apache-2.0
#include "cli/agent_program.h"

int main(int argc, char** argv) { return podsysctl::cli::run_agent(argc, argv); }
