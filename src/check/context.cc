// SPDX-License-Identifier: Apache-2.0
#include "check/context.h"

#include "base/strings.h"

namespace podsysctl::check {

std::optional<Runtime> runtime_from_string(std::string_view text) noexcept {
  if (text == "containerd") {
    return Runtime::containerd;
  }
  if (text == "cri-o") {
    return Runtime::cri_o;
  }
  if (text == "docker") {
    return Runtime::docker;
  }
  return std::nullopt;
}

Result<Kernel> Kernel::parse(std::string_view release, std::string_view version) {
  const auto kubernetes = policy::KernelVersion::parse(release);
  const auto upstream = sysctl::kernel_version(release, version);
  if (!kubernetes || !upstream) {
    return Error::of(Code::invalid_argument,
                     "{} is no kernel release; write it as uname -r does: 6.1.0-13-amd64",
                     in_quotes(release));
  }
  return Kernel{std::string(release), *kubernetes, *upstream};
}

}  // namespace podsysctl::check
