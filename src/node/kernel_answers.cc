// SPDX-License-Identifier: Apache-2.0
#include "node/kernel_answers.h"

#include <cerrno>

#include "enforce/kernel_rules.h"
#include "sysctl/probe_cache.h"

namespace podsysctl::node {
namespace {

bool may_be_explained(const Error& error) {
  return error.sys_errno == ENOENT || error.sys_errno == EACCES || error.sys_errno == EPERM;
}

}  // namespace

std::optional<sysctl::ProbeReport> kernel_answers(const Node& node,
                                                  const std::vector<sysctl::Setting>& settings) {
  if (settings.empty()) {
    return std::nullopt;
  }
  std::vector<sysctl::SysctlKey> keys;
  keys.reserve(settings.size());
  for (const sysctl::Setting& setting : settings) {
    keys.push_back(setting.key);
  }
  return sysctl::look_up_cached(node.root, keys);
}

std::vector<policy::Verdict> explain_refused_write(const Node& node,
                                                   const std::vector<sysctl::Setting>& settings,
                                                   const Error& error) {
  if (!may_be_explained(error)) {
    return {};
  }
  const Result<sysctl::ProbeReport> report = sysctl::probe_cached(node.root);
  return report ? enforce::probe_verdicts(settings, *report, enforce::PodNetwork::made)
                : std::vector<policy::Verdict>{};
}

}  // namespace podsysctl::node
