// SPDX-License-Identifier: Apache-2.0
#include "cli/kernel_facts.h"

#include <sys/utsname.h>

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "sysctl/predict.h"
#include "sysctl/probe_cache.h"
#include "sysctl/probe_leaks.h"
#include "sysctl/value.h"

namespace podsysctl::cli {
namespace {

using sysctl::Entry;
using sysctl::ProbedKey;
using sysctl::Scope;
using sysctl::Settability;
using sysctl::SysctlKey;

std::optional<std::string> default_of(const Entry* entry) {
  if (entry == nullptr || !entry->default_value) {
    return std::nullopt;
  }
  return std::string(*entry->default_value);
}

std::string absence(const Entry& entry) {
  if (!entry.module.empty()) {
    return fmt::format("there while the module {} is loaded", entry.module);
  }
  if (!entry.config.empty()) {
    return fmt::format("there in kernels with CONFIG_{}", entry.config);
  }
  return "";
}

KeyFacts from_probe(const SysctlKey& key, const Entry* entry, const ProbedKey& probed) {
  KeyFacts facts{.key = key,
                 .entry = entry,
                 .scope = probed.scope,
                 .settability = probed.settability,
                 .in_user_namespace = probed.in_user_namespace,
                 .default_value = sysctl::normalise(probed.default_value),
                 .note = probed.note,
                 .source = FactSource::probe};
  if (probed.settability == Settability::node_only) {
    facts.default_value = default_of(entry);  // a pod does not see one
  }
  return facts;
}

KeyFacts from_data(const SysctlKey& key, const Entry* entry, sysctl::KernelVersion kernel) {
  KeyFacts facts{.key = key, .entry = entry, .default_value = default_of(entry)};
  if (entry == nullptr) {
    return facts;
  }
  facts.settability = predict(*entry, key, kernel);
  const bool of_node = facts.settability == Settability::node_only && entry->scope != Scope::user;
  facts.scope = of_node ? Scope::node : entry->scope;
  facts.note = facts.settability == Settability::leaky ? known_leak(*entry, kernel).value_or("")
                                                       : absence(*entry);
  return facts;
}

}  // namespace

std::string_view to_string(FactSource source) noexcept {
  return source == FactSource::probe ? "probe" : "data";
}

Result<KernelFacts> this_kernel(const std::string& root, sysctl::ProbeMode mode) {
  utsname names{};
  if (::uname(&names) != 0) {
    return Error::from_errno(errno, "uname");
  }
  const auto version = sysctl::kernel_version(names.release, names.version);
  if (!version) {
    return Error::of(Code::unsupported, "the kernel's release {} is no version number",
                     in_quotes(names.release));
  }
  KernelFacts kernel{
      .release = names.release, .version = *version, .why_not_probed = {}, .report = {}};
  const bool active = mode == sysctl::ProbeMode::active;
  Result<sysctl::ProbeReport> report = active ? sysctl::probe(mode) : sysctl::probe_cached(root);
  if (report) {
    kernel.source = FactSource::probe;
    kernel.report = *std::move(report);
  } else if (active) {
    return std::unexpected(std::move(report).error());
  } else {
    kernel.why_not_probed = report.error().message;
  }
  return kernel;
}

Result<KernelFacts> other_kernel(const std::string& release) {
  const auto version = sysctl::parse_kernel_version(release);
  if (!version) {
    return Error::of(Code::invalid_argument,
                     "{} is no kernel release: write one such as 6.12 or 5.10.262",
                     in_quotes(release));
  }
  return KernelFacts{.release = release, .version = *version, .why_not_probed = {}, .report = {}};
}

KeyFacts facts_of(const KernelFacts& kernel, const SysctlKey& key) {
  const Entry* const entry = sysctl::find_entry(key);
  if (!kernel.report) {
    return from_data(key, entry, kernel.version);
  }
  if (const ProbedKey* const probed = sysctl::find_or_family(*kernel.report, key)) {
    return from_probe(key, entry, *probed);
  }
  KeyFacts facts{.key = key,
                 .entry = entry,
                 .scope = entry == nullptr ? scope_of(key) : entry->scope,
                 .default_value = default_of(entry),
                 .note = {},
                 .source = FactSource::probe};
  facts.note = entry == nullptr ? "" : absence(*entry);
  return facts;
}

std::vector<KeyFacts> all_facts(const KernelFacts& kernel) {
  std::vector<KeyFacts> all;
  if (kernel.report) {
    all.reserve(kernel.report->keys.size());
    for (const ProbedKey& probed : kernel.report->keys) {
      all.push_back(from_probe(probed.key, sysctl::find_entry(probed.key), probed));
    }
    return all;
  }
  for (const auto table : {sysctl::catalog_entries(), sysctl::catalog_patterns()}) {
    for (const Entry& entry : table) {
      if (predict(entry, kernel.version) == Settability::absent) {
        continue;
      }
      if (const auto key = SysctlKey::parse(entry.key)) {
        all.push_back(from_data(*key, &entry, kernel.version));
      }
    }
  }
  std::ranges::sort(all, {}, &KeyFacts::key);
  return all;
}

}  // namespace podsysctl::cli
