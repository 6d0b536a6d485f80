// SPDX-License-Identifier: Apache-2.0
#include "cni/pod_network.h"

#include <algorithm>
#include <utility>

#include "base/fault_point.h"
#include "base/strings.h"
#include "enforce/enforce.h"
#include "sysctl/plan.h"
#include "sysctl/value.h"

namespace podsysctl::cni {
namespace {

using linux::NetLink;
using sysctl::Setting;
using sysctl::SysctlTree;

Result<> outcome_of(const sysctl::Application& application) {
  return application.failure ? Result<>(std::unexpected(*application.failure)) : Result<>();
}

// What there is now of what would be changed.
Result<Saved> look(const sysctl::Plan& plan, const std::string& ifname,
                   const std::vector<LinkWish>& wishes) {
  Saved saved;
  saved.cookie = linux::own_net_cookie();
  for (const sysctl::Step& step : plan.steps) {
    saved.values.emplace_back(step.setting.key, std::nullopt, step.setting.value);
    if (!step.unset) {
      saved.values.back().previous = sysctl::normalise(step.previous);
    }
  }
  PSYS_TRY_ASSIGN(const NetLink link, NetLink::open(ifname));
  for (const LinkWish& wish : wishes) {
    PSYS_TRY_ASSIGN(std::string now, link.read(wish.attribute));
    saved.link.emplace_back(wish.attribute, std::move(now), wish.value);
  }
  return saved;
}

Result<> put_on_link(const std::string& ifname, const std::vector<LinkWish>& wishes,
                     sysctl::Plan& plan) {
  for (sysctl::Step& step : plan.steps) {
    step.disturbed = true;
  }
  PSYS_TRY_ASSIGN(const NetLink link, NetLink::open(ifname));
  for (const LinkWish& wish : wishes) {
    PSYS_TRY(link.write(wish.attribute, wish.value));
    fault_point("cni-link-changed");
    PSYS_TRY_ASSIGN(const std::string now, link.read(wish.attribute));
    if (now != wish.value) {
      return Error::of(Code::conflict, "{} of {} was set to {} but reads back {}",
                       to_string(wish.attribute), in_quotes(ifname), wish.value, now);
    }
  }
  return {};
}

Result<> take_back_link(const std::string& ifname, const std::vector<SavedLink>& saved) {
  PSYS_TRY_ASSIGN(const NetLink link, NetLink::open(ifname));
  for (const SavedLink& each : saved) {
    const auto now = link.read(each.attribute);
    if (!now && now.error().code == Code::not_found) {
      return {};  // the interface took its attributes with it
    }
    PSYS_TRY(now);
    if (*now == each.wanted && *now != each.previous) {
      PSYS_TRY(link.write(each.attribute, each.previous));
    }
  }
  return {};
}

// Those whose former value is to be written again.
std::vector<Setting> still_ours(const std::vector<SavedValue>& values, SysctlTree& tree) {
  std::vector<Setting> ours;
  for (const SavedValue& each : values) {
    const auto now = tree.read(each.key);
    if (now && each.previous && same_value(each.key, each.wanted, *now)) {
      ours.emplace_back(each.key, *each.previous, sysctl::Origin(), "");
    }
  }
  return ours;
}

std::string difference(std::string_view name, const Result<std::string>& now,
                       std::string_view wanted) {
  return fmt::format("{} is {}, not {}", name,
                     now ? in_quotes(sysctl::normalise(*now)) : now.error().message,
                     in_quotes(wanted));
}

}  // namespace

Outcome<PodNetwork> PodNetwork::open(const std::string& path, std::string ifname) {
  auto netns = linux::Namespace::from_path(path, linux::NamespaceKind::net);
  if (!netns) {
    const bool is_other = netns.error().code == Code::invalid_argument;
    return fault(is_other ? FaultCode::invalid_namespace : FaultCode::io, std::move(netns).error());
  }
  auto host = linux::HostNamespaces::read();
  if (!host) {
    return fault(FaultCode::io, std::move(host).error());
  }
  if (host->contains(*netns)) {
    return fault(
        FaultCode::invalid_namespace,
        fmt::format("{} is the host's network namespace, which is never written", in_quotes(path)),
        "CNI_NETNS");
  }
  sysctl::Target target;
  target.net = *std::move(netns);
  return PodNetwork(std::move(target), *std::move(host), std::move(ifname));
}

Result<sysctl::SysctlWriter*> PodNetwork::writer() {
  if (!writer_) {
    PSYS_TRY_ASSIGN(sysctl::SysctlWriter opened, sysctl::SysctlWriter::open_here(host_));
    writer_ = std::move(opened);
  }
  return &*writer_;
}

Result<> PodNetwork::visit(const std::function<Result<>(SysctlTree&)>& work) {
  PSYS_TRY_ASSIGN(sysctl::SysctlWriter* const way_in, writer());
  Result<> outcome;
  PSYS_TRY(way_in->visit(target_, [&](SysctlTree& tree) { outcome = work(tree); }));
  return outcome;
}

Result<> PodNetwork::put(const Wishes& wishes, const Keep& keep) {
  PSYS_TRY_ASSIGN(sysctl::SysctlWriter* const way_in, writer());
  return outcome_of(
      enforce::enforce(wishes.settings, target_, *way_in, [&](sysctl::Plan& plan) -> Result<> {
        PSYS_TRY_ASSIGN(Saved before, look(plan, ifname_, wishes.link));
        PSYS_TRY(keep(std::move(before)));
        return wishes.link.empty() ? Result<>() : put_on_link(ifname_, wishes.link, plan);
      }));
}

Result<> PodNetwork::take_back(const Saved& saved) {
  std::vector<Setting> ours;
  Result<> link;
  PSYS_TRY(visit([&](SysctlTree& tree) -> Result<> {
    if (!saved.is_of(linux::own_net_cookie())) {
      return {};
    }
    ours = still_ours(saved.values, tree);
    link = saved.link.empty() ? Result<>() : take_back_link(ifname_, saved.link);
    return {};
  }));
  PSYS_TRY(outcome_of(enforce::enforce(ours, target_, *writer_)));
  return link;
}

Result<std::vector<std::string>> PodNetwork::differences(const Saved& saved) {
  std::vector<std::string> found;
  PSYS_TRY(visit([&](SysctlTree& tree) -> Result<> {
    if (!saved.is_of(linux::own_net_cookie())) {
      found.emplace_back("the record is of a network namespace that is gone");
      return {};
    }
    for (const SavedValue& each : saved.values) {
      const auto now = tree.read(each.key);
      if (!now || !same_value(each.key, each.wanted, *now)) {
        found.push_back(difference(each.key.name(), now, each.wanted));
      }
    }
    PSYS_TRY_ASSIGN(const NetLink link, NetLink::open(ifname_));
    for (const SavedLink& each : saved.link) {
      const auto now = link.read(each.attribute);
      if (!now || *now != each.wanted) {
        found.push_back(difference(to_string(each.attribute), now, each.wanted));
      }
    }
    return {};
  }));
  return found;
}

}  // namespace podsysctl::cni
