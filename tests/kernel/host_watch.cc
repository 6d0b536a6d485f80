// SPDX-License-Identifier: Apache-2.0
#include "host_watch.h"

#include <fmt/core.h>

#include "linux/proc_sys.h"

namespace podsysctl::kernel_test {
namespace {

// A test whose own preparation fails has nothing to say: let it stop there.
sysctl::View view_of_host() { return sysctl::look_around(linux::ProcSys::open().value()).value(); }

}  // namespace

HostWatch::HostWatch() : before_(view_of_host()) {}

std::vector<std::string> HostWatch::changes() const {
  std::vector<std::string> lines;
  const sysctl::View now = view_of_host();
  for (const auto& [key, look] : before_) {
    const auto found = now.find(key);
    const std::string is = found == now.end() ? "gone" : found->second.value;
    if (look.access == linux::SysctlAccess::read_write && is != look.value) {
      lines.push_back(fmt::format("{}: was {}, is {}", key.name(), look.value, is));
    }
  }
  return lines;
}

}  // namespace podsysctl::kernel_test
