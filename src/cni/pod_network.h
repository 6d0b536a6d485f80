// SPDX-License-Identifier: Apache-2.0
// A pod's network namespace and its interface, to look at and to change. The host's own namespace
// is refused when it is opened, by whatever path it comes. Attributes of the interface are changed
// before sysctls: an MTU resets sysctls of its interface, not the other way round.
// The calling thread itself joins the namespace, and comes back.
// Errors: those of linux/net_link.h and sysctl/target.h. Thread-safety: a process with one thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cni/fault.h"
#include "cni/link_wishes.h"
#include "cni/saved.h"
#include "sysctl/setting.h"
#include "sysctl/target.h"

namespace podsysctl::cni {

struct Wishes {
  std::vector<sysctl::Setting> settings;
  std::vector<LinkWish> link;
};

class PodNetwork {
 public:
  // The path of CNI_NETNS.
  [[nodiscard]] static Outcome<PodNetwork> open(const std::string& path, std::string ifname);

  // All of them, read back. `keep` is given what there was of them before the first is changed;
  // where it fails nothing is. What was done before a later failure is for take_back().
  using Keep = std::function<Result<>(Saved)>;
  [[nodiscard]] Result<> put(const Wishes& wishes, const Keep& keep);
  // Former values, where ours are still there: what somebody else changed since is not ours.
  [[nodiscard]] Result<> take_back(const Saved& saved);
  // One text for each value that is not as it was set.
  [[nodiscard]] Result<std::vector<std::string>> differences(const Saved& saved);

 private:
  PodNetwork(sysctl::Target target, linux::HostNamespaces host, std::string ifname)
      : target_(std::move(target)), host_(std::move(host)), ifname_(std::move(ifname)) {}
  [[nodiscard]] Result<sysctl::SysctlWriter*> writer();
  [[nodiscard]] Result<> visit(const std::function<Result<>(sysctl::SysctlTree&)>& work);

  sysctl::Target target_;
  linux::HostNamespaces host_;
  std::string ifname_;
  std::optional<sysctl::SysctlWriter> writer_;  // opened when it is first needed
};

}  // namespace podsysctl::cni
