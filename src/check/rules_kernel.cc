// SPDX-License-Identifier: Apache-2.0
// 2xx: what the kernel makes of a pod's sysctl, as the catalogue predicts it for the kernel asked
// for, and what the runtimes can reach.
#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <fmt/core.h>

#include "base/strings.h"
#include "check/subject.h"
#include "sysctl/near_keys.h"
#include "sysctl/predict.h"
#include "sysctl/probe_leaks.h"

namespace podsysctl::check {
namespace {

using sysctl::Entry;
using sysctl::Scope;
using sysctl::Settability;

std::string on_node_hint(const Entry& entry, std::string_view name) {
  const std::string set = fmt::format("set {} on the node itself (/etc/sysctl.d)", name);
  return entry.instead.empty() ? set : fmt::format("{}; {}", set, plain_end(entry.instead));
}

void report_node_only(const Subject& subject, const Wish& wish) {
  const Entry& entry = *wish.facts->entry;
  const std::string& name = wish.facts->key->name();
  const bool later = entry.scope != Scope::node && entry.scope != Scope::user &&
                     !entry.namespaced_since.empty() &&
                     !sysctl::reached(entry.namespaced_since, subject.context.kernel.upstream);
  if (later) {
    subject.sink.add(
        Rule::not_namespaced_yet, subject.name_place(wish),
        fmt::format("{} is the node's on kernel {}: a pod has its own from Linux {} on", name,
                    subject.context.kernel.release, entry.namespaced_since),
        fmt::format("needs nodes with Linux {} or later", entry.namespaced_since));
    return;
  }
  if (entry.scope == Scope::user) {
    subject.sink.add(Rule::node_only, subject.name_place(wish),
                     fmt::format("{} belongs to the user namespace, which no allowlist gives to a "
                                 "pod",
                                 name),
                     "remove it");
    return;
  }
  subject.sink.add(Rule::node_only, subject.name_place(wish),
                   fmt::format("{} belongs to the node: no pod has its own", name),
                   on_node_hint(entry, name));
}

void report_absent(const Subject& subject, const Wish& wish) {
  const Entry& entry = *wish.facts->entry;
  const std::string& name = wish.facts->key->name();
  const sysctl::KernelVersion kernel = subject.context.kernel.upstream;
  if (sysctl::reached(entry.removed, kernel)) {
    subject.sink.add(Rule::removed, subject.name_place(wish),
                     fmt::format("{} is gone since Linux {}, kernel {} does not have it", name,
                                 entry.removed, subject.context.kernel.release),
                     entry.instead.empty() ? "remove it" : plain_end(entry.instead));
    return;
  }
  subject.sink.add(Rule::kernel_too_old, subject.name_place(wish),
                   fmt::format("{} came with Linux {}, kernel {} does not have it", name,
                               entry.since, subject.context.kernel.release),
                   fmt::format("needs nodes with Linux {} or later", entry.since));
}

void report_settability(const Subject& subject, const Wish& wish) {
  const std::string& name = wish.facts->key->name();
  switch (wish.facts->settability) {
    case Settability::pod_writable:
      return;
    case Settability::node_only:
      return report_node_only(subject, wish);
    case Settability::absent:
      return report_absent(subject, wish);
    case Settability::pod_read_only:
      subject.sink.add(Rule::read_only_in_pod, subject.name_place(wish),
                       fmt::format("{} can be seen and not written in a pod: the sandbox cannot be "
                                   "made, and the pod stays Pending",
                                   name),
                       on_node_hint(*wish.facts->entry, name));
      return;
    case Settability::leaky:
      subject.sink.add(
          Rule::leaky, subject.name_place(wish),
          fmt::format("{} leaks to the host on kernel {}: {}", name, subject.context.kernel.release,
                      sysctl::known_leak(*wish.facts->entry, subject.context.kernel.upstream)
                          .value_or("a write in a pod changes the host's value")),
          "remove it, or use nodes with a kernel that is mended");
      return;
  }
}

void report_unknown(const Subject& subject, const Wish& wish) {
  const std::string& name = wish.facts->key->name();
  const std::vector<std::string> near =
      subject.sink.wants(Rule::unknown_key) ? sysctl::near_keys(name) : std::vector<std::string>();
  subject.sink.add(Rule::unknown_key, subject.name_place(wish),
                   fmt::format("{} is not in the catalogue of kernel parameters", name),
                   near.empty()
                       ? "check the spelling; a key of a module that is not known here may be right"
                       : fmt::format("did you mean {}?", near.front()));
}

// The interface in net.ipv4.conf.IF.x and its like; "" where the key has none.
std::string_view interface_of(std::string_view name) {
  constexpr auto kFamilies = std::to_array<std::string_view>(
      {"net.ipv4.conf.", "net.ipv4.neigh.", "net.ipv6.conf.", "net.ipv6.neigh.", "net.mpls.conf."});
  for (const std::string_view family : kFamilies) {
    if (name.starts_with(family)) {
      const std::string_view rest = name.substr(family.size());
      const std::size_t dot = rest.find('.');
      return dot == std::string_view::npos ? std::string_view() : rest.substr(0, dot);
    }
  }
  return {};
}

void check_interface(const Subject& subject, const Wish& wish) {
  const std::string_view interface = interface_of(wish.facts->key->name());
  if (interface.empty() || interface == "all" || interface == "default" || interface == "lo") {
    return;
  }
  if (interface.find('/') != std::string_view::npos) {
    std::string shown(interface);
    std::ranges::replace(shown, '/', '.');
    subject.sink.add(Rule::dotted_interface, subject.name_place(wish),
                     fmt::format("interface {} has a dot in its name: runc and crun take the dot "
                                 "for a separator, in every spelling, and the pod does not start",
                                 shown),
                     "name the interface without a dot, or set it by a CNI plugin");
    return;
  }
  const Runtime runtime = subject.context.runtime;
  if (runtime == Runtime::containerd) {
    return;
  }
  const std::string_view why =
      runtime == Runtime::docker
          ? "Docker 27 and later make interfaces after the sysctls are written: it takes a driver "
            "option instead"
          : "CRI-O writes sysctls before the network is there, and the pod does not start";
  subject.sink.add(
      Rule::interface_key, subject.name_place(wish),
      fmt::format("interface {} does not exist yet when the sysctl is written: {}{}", interface,
                  runtime == Runtime::unknown ? "containerd can set it, but " : "", why),
      "use conf.default or conf.all, or the CNI tuning plugin");
}

void check_module(const Subject& subject, const Wish& wish) {
  const Entry& entry = *wish.facts->entry;
  if (wish.facts->settability != Settability::pod_writable) {
    return;
  }
  if (!entry.module.empty()) {
    subject.sink.add(Rule::needs_module, subject.name_place(wish),
                     fmt::format("{} is there only while the node has loaded module {}",
                                 wish.facts->key->name(), entry.module),
                     "load the module on the nodes (/etc/modules-load.d), else the pod stays "
                     "Pending");
  } else if (!entry.config.empty() && entry.safe_since.empty()) {
    subject.sink.add(Rule::needs_module, subject.name_place(wish),
                     fmt::format("{} is there only in a kernel with CONFIG_{}",
                                 wish.facts->key->name(), entry.config),
                     "make sure of it on every node, else the pod stays Pending");
  }
}

void check_runtime_class(const Subject& subject) {
  constexpr auto kOwnKernel = std::to_array<std::string_view>({"kata", "gvisor", "runsc"});
  const std::string_view name = subject.workload.runtime_class;
  const bool own = std::ranges::any_of(
      kOwnKernel, [&](std::string_view word) { return name.find(word) != std::string_view::npos; });
  if (own && !subject.wishes.empty()) {
    subject.sink.add(
        Rule::own_kernel, subject.name_place(subject.wishes.front()),
        fmt::format("runtime class {} gives the pod a kernel of its own: what is said here of the "
                    "node's kernel does not hold there",
                    in_quotes(name)),
        "read the values back in the running pod");
  }
}

}  // namespace

void check_kernel(Subject& subject) {
  for (const Wish& wish : subject.wishes) {
    if (!wish.facts->key) {
      continue;
    }
    if (wish.facts->entry == nullptr) {
      report_unknown(subject, wish);
    } else {
      report_settability(subject, wish);
      check_module(subject, wish);
    }
    if (!wish.is_for_agent()) {
      check_interface(subject, wish);
    }
  }
  if (!subject.workload.runtime_class.empty()) {
    check_runtime_class(subject);
  }
}

}  // namespace podsysctl::check
