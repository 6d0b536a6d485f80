// SPDX-License-Identifier: Apache-2.0
#include "policy/allowlist.h"

#include <algorithm>

#include "base/strings.h"
#include "policy/go_quote.h"
#include "policy/names.h"
#include "policy/safe_list.h"

namespace podsysctl::policy {
namespace {

constexpr unsigned kStrictMap = 29;
constexpr unsigned kStableFlag = 11;

// Why the regex refuses a pattern, in the words of the commonest mistakes.
std::string_view pattern_hint(std::string_view pattern) {
  if (pattern.empty()) {
    return "an entry is empty: remove the comma too many";
  }
  if (pattern.size() > kMaxNameLength) {
    return "shorten it, or end it earlier with '*'";
  }
  if (pattern.find_first_of(" \t\r\n") != std::string_view::npos) {
    return "remove the blanks: entries are separated by ',' alone";
  }
  if (pattern.find_first_of("'\"") != std::string_view::npos) {
    return "remove the quotes: no shell takes them off here";
  }
  if (pattern.find('*') < pattern.size() - 1) {
    return "'*' stands at the end only, as in 'net.*'";
  }
  if (pattern.find('=') != std::string_view::npos) {
    return "list names without values";
  }
  return "write a name, or the beginning of one and '*', as in 'net.core.somaxconn' or 'net.*'";
}

// `prefix` is the pattern without its '*'.
std::string namespace_hint(std::string_view prefix) {
  constexpr KubernetesVersion kLastLoose = KubernetesVersion::release(kStrictMap - 1);
  if (known_namespace(prefix, kLastLoose)) {
    return fmt::format(
        "Kubernetes took it until {}; since 1.{} list kernel.shm*, kernel.msg* or whole names",
        kLastLoose.to_string(), kStrictMap);
  }
  for (const std::string_view family : {"net", "fs.mqueue"}) {
    if (prefix == family) {
      return fmt::format("write '{}.*'", family);
    }
  }
  return "only net.*, fs.mqueue.*, kernel.sem, kernel.shm* and kernel.msg* can be allowed: "
         "no pod has a value of its own of the rest";
}

std::unexpected<Error> refuse_pattern(std::string_view pattern, KubernetesVersion version) {
  return Error::of(Code::invalid_argument,
                   "sysctl {} must have at most {} characters and match regex {}\nhint: {}",
                   go_quoted(pattern), kMaxNameLength, pattern_regex(version),
                   pattern_hint(pattern));
}

// The grammar is upstream's: "the sysctl … are" for a name, until 1.28.
std::unexpected<Error> refuse_namespace(std::string_view normalised, std::string_view prefix,
                                        KubernetesVersion version) {
  const bool strict = version.at_least(kStrictMap);
  const bool is_name = normalised.size() == prefix.size();
  return Error::of(Code::not_namespaced, "the {} {} are not known to be namespaced\nhint: {}",
                   is_name && !strict ? "sysctl" : "sysctls",
                   go_quoted(strict ? prefix : normalised), namespace_hint(prefix));
}

std::unexpected<Error> refuse_flag(std::string_view flag_value, std::string_view rule) {
  return Error::of(Code::invalid_argument, "cannot read the list {}: {}", in_quotes(flag_value),
                   rule);
}

// A value in double quotes, with "" for a quote, off the front of the text.
Result<std::string> take_quoted(std::string_view& rest, std::string_view flag_value) {
  std::string value;
  rest.remove_prefix(1);
  for (;;) {
    const std::size_t quote = rest.find('"');
    if (quote == std::string_view::npos) {
      return refuse_flag(flag_value, "a double quote is not closed");
    }
    value += rest.substr(0, quote);
    rest.remove_prefix(quote + 1);
    if (!rest.starts_with('"')) {
      break;
    }
    value += '"';
    rest.remove_prefix(1);
  }
  if (!rest.empty() && rest.front() != ',') {
    return refuse_flag(flag_value, "a ',' must follow a closing double quote");
  }
  return value;
}

}  // namespace

Result<Allowlist> Allowlist::create(KubernetesVersion version,
                                    std::span<const std::string> patterns,
                                    const std::optional<KernelVersion>& kernel) {
  Allowlist list(version, kernel);
  for (const std::string_view name : safe_sysctls(version, kernel)) {
    PSYS_TRY(list.add(name, Source::safe_list));
  }
  for (const std::string& pattern : patterns) {
    PSYS_TRY(list.add(pattern, Source::administrator));
  }
  return list;
}

Result<> Allowlist::add(std::string_view pattern, Source source) {
  if (!is_valid_pattern(pattern, version_)) {
    return refuse_pattern(pattern, version_);
  }
  const std::string normalised = normalised_name(pattern, version_);
  const bool is_prefix = normalised.ends_with('*');
  const std::string prefix = normalised.substr(0, normalised.size() - (is_prefix ? 1 : 0));
  const std::optional<sysctl::Scope> scope = known_namespace(prefix, version_);
  if (!scope) {
    return refuse_namespace(normalised, prefix, version_);
  }
  // An entry that is there already stays: a safe name that is also listed is still safe.
  (is_prefix ? prefixes_ : names_).try_emplace(prefix, Entry{source, *scope});
  return {};
}

std::optional<Allowlist::Match> Allowlist::find(std::string_view normalised, Part part) const {
  const auto counts = [part](const Entry& entry) {
    return part == Part::all || entry.source == Source::safe_list;
  };
  const auto name = names_.find(normalised);
  if (name != names_.end() && counts(name->second)) {
    return Match{name->first, name->second.source, name->second.scope};
  }
  for (const auto& [prefix, entry] : prefixes_) {
    if (normalised.starts_with(prefix) && counts(entry)) {
      return Match{prefix + "*", entry.source, entry.scope};
    }
  }
  return std::nullopt;
}

Result<std::vector<std::string>> parse_pattern_list(std::string_view flag_value) {
  std::vector<std::string> patterns;
  std::string_view rest = flag_value;
  while (!flag_value.empty()) {
    if (rest.starts_with('"')) {
      PSYS_TRY_ASSIGN(std::string value, take_quoted(rest, flag_value));
      patterns.push_back(std::move(value));
    } else {
      const std::string_view value = rest.substr(0, rest.find(','));
      if (value.find('"') != std::string_view::npos) {
        return refuse_flag(flag_value, "a double quote stands within an entry");
      }
      patterns.emplace_back(value);
      rest.remove_prefix(value.size());
    }
    if (rest.empty()) {
      break;
    }
    rest.remove_prefix(1);  // the comma
  }
  return patterns;
}

std::string_view allowlist_flag(KubernetesVersion version) noexcept {
  return version.at_least(kStableFlag) ? "--allowed-unsafe-sysctls"
                                       : "--experimental-allowed-unsafe-sysctls";
}

}  // namespace podsysctl::policy
