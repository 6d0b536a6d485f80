// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <exception>
#include <string>
#include <vector>

#include "linux/file.h"
#include "oci/hook.h"

namespace {

int run(const std::vector<std::string>& args) {
  using namespace podsysctl;
  oci::HookAnswer answer{1, ""};
  const auto options = oci::parse_hook_options(args);
  const auto input = options ? linux::read_all(linux::FdRef(STDIN_FILENO), "<stdin>")
                             : Result<std::string>(std::unexpected(options.error()));
  if (input) {
    answer = oci::run_hook(*options, *input);
  } else {
    answer.err = "podsysctl-hook: " + input.error().message + "\n";
  }
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
