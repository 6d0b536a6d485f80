// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <cstdlib>
#include <exception>
#include <optional>
#include <string>

#include "cni/plugin.h"
#include "linux/file.h"

namespace {

std::optional<std::string> variable(const std::string& name) {
  const char* const value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

int run() {
  using namespace podsysctl;
  const bool by_hand = !variable("CNI_COMMAND").has_value();
  const auto input =
      by_hand ? Result<std::string>("") : linux::read_all(linux::FdRef(STDIN_FILENO), "<stdin>");
  const cni::Answer answer = cni::run(variable, input.value_or(""));
  const bool told = linux::write_all(linux::FdRef(STDERR_FILENO), answer.err, "<stderr>") &&
                    linux::write_all(linux::FdRef(STDOUT_FILENO), answer.out, "<stdout>");
  return told ? answer.exit_code : 1;
}

}  // namespace

int main() {
  try {
    return run();
  } catch (const std::exception&) {
    return 1;  // no memory left: there is nothing to say it with
  }
}
