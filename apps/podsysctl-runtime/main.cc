// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <cstdlib>
#include <exception>
#include <optional>
#include <string>
#include <vector>

#include "linux/file.h"
#include "oci/runtime.h"

namespace {

std::optional<std::string> variable(const std::string& name) {
  const char* const value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

int run(const std::vector<std::string>& args) {
  using namespace podsysctl;
  const oci::RuntimeAnswer answer = oci::run_runtime(args, variable, SystemClock());
  const auto told = linux::write_all(linux::FdRef(STDERR_FILENO), answer.err, "<stderr>");
  return told ? answer.exit_code : 1;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run({argv + (argc > 0 ? 1 : 0), argv + argc});
  } catch (const std::exception&) {
    return 1;  // no memory left: there is nothing to say it with
  }
}
