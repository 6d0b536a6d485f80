// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <exception>
#include <string>
#include <vector>

#include "linux/file.h"
#include "oci/hook.h"
#include "oci/rights.h"

namespace {

// The runtime waits for its hooks. Theirs is a time-out as well, but with one crun 1.8 now and then
// misses that a hook has ended.
constexpr unsigned kLongestSeconds = 10;

int run(const std::vector<std::string>& args) {
  using namespace podsysctl;
  ::alarm(kLongestSeconds);
  // Less than all rights is better, and no reason against a container.
  static_cast<void>(oci::keep_few_rights());
  const auto options = oci::parse_hook_options(args);
  const auto input = options ? linux::read_all(linux::FdRef(STDIN_FILENO), "<stdin>")
                             : Result<std::string>(std::unexpected(options.error()));
  const oci::HookAnswer answer =
      input ? oci::run_hook(*options, *input)
            : oci::HookAnswer{1, "podsysctl-hook: " + input.error().message + "\n"};
  if (!answer.err.empty()) {  // crun drops what its hooks say
    static_cast<void>(linux::tell_system_log("podsysctl-hook", answer.level(), answer.err));
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
