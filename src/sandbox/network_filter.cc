// SPDX-License-Identifier: Apache-2.0
#include "sandbox/network_filter.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "linux/file_lock.h"
#include "linux/spawn.h"
#include "sandbox/network_builtin.h"

namespace podsysctl::sandbox {
namespace {

constexpr std::chrono::milliseconds kLimit{10'000};
constexpr std::string_view kComment = "-m comment --comment podsysctl";

// A rule in the form and order in which iptables prints it.
struct Rule {
  std::string table;
  std::string chain;
  std::string text;
  bool first = false;  // before the rules that are there
};

Rule masquerade(const AddressRange& range) {
  return {
      "nat", "POSTROUTING",
      fmt::format("-s {} ! -o {} {} -j MASQUERADE", to_string(range), kBuiltinBridge, kComment)};
}

std::vector<Rule> forwarding(const AddressRange& range) {
  const std::string pods = to_string(range);
  return {{"filter", "FORWARD",
           fmt::format("-s {} -i {} {} -j ACCEPT", pods, kBuiltinBridge, kComment), true},
          {"filter", "FORWARD",
           fmt::format("-d {} -o {} -m conntrack --ctstate RELATED,ESTABLISHED,DNAT {} -j ACCEPT",
                       pods, kBuiltinBridge, kComment),
           true}};
}

Result<linux::Finished> iptables(std::string_view args) {
  linux::Command command;
  PSYS_TRY_ASSIGN(command.program, linux::find_program("iptables"));
  command.args = {"-w", "5"};
  for (const std::string_view word : split(args, ' ')) {
    command.args.emplace_back(word);
  }
  return linux::run(std::move(command), "", kLimit);
}

Result<linux::Finished> about(const Rule& rule, std::string_view verb) {
  return iptables(fmt::format("-t {} {} {} {}", rule.table, verb, rule.chain, rule.text));
}

Result<bool> is_there(const Rule& rule) {
  PSYS_TRY_ASSIGN(const linux::Finished asked, about(rule, "-C"));
  return asked.status == 0;
}

Result<> ensure(const Rule& rule, const std::string& lock) {
  PSYS_TRY_ASSIGN(const bool before, is_there(rule));
  if (before) {
    return {};
  }
  PSYS_TRY_ASSIGN(const linux::Fd held, linux::lock_file(lock));
  PSYS_TRY_ASSIGN(const bool meanwhile, is_there(rule));
  if (meanwhile) {
    return {};
  }
  PSYS_TRY_ASSIGN(const linux::Finished added, about(rule, rule.first ? "-I" : "-A"));
  if (added.status != 0) {
    return Error::of(Code::unavailable,
                     "the rule that lets pods reach other hosts ({} {}) could not be added: "
                     "iptables: {}; use --network none if the pod needs no network",
                     rule.chain, rule.text, trim(added.err));
  }
  return {};
}

}  // namespace

ForwardChain parse_forward_chain(std::string_view text, const AddressRange& range) {
  ForwardChain chain;
  for (const std::string_view line : split(text, '\n')) {
    if (!trim(line).empty() && trim(line) != "-P FORWARD ACCEPT" && !line.contains(kComment)) {
      chain.filter = PacketFilter::restricted;
    }
  }
  const std::vector<Rule> ours = forwarding(range);
  chain.has_our_rules = std::ranges::all_of(ours, [&](const Rule& rule) {
    return text.contains(fmt::format("-A {} {}\n", rule.chain, rule.text));
  });
  return chain;
}

Result<PacketFilter> let_through(const AddressRange& range, const std::string& lock) {
  const Result<linux::Finished> listed = iptables("-S FORWARD");
  if (!listed || listed->status != 0) {
    return PacketFilter::missing;
  }
  const ForwardChain chain = parse_forward_chain(listed->out, range);
  if (chain.filter == PacketFilter::restricted && !chain.has_our_rules) {
    for (const Rule& rule : forwarding(range)) {
      PSYS_TRY(ensure(rule, lock));
    }
  }
  PSYS_TRY(ensure(masquerade(range), lock));
  return chain.filter;
}

}  // namespace podsysctl::sandbox
