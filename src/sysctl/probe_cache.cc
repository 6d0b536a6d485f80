// SPDX-License-Identifier: Apache-2.0
#include "sysctl/probe_cache.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "linux/file.h"

namespace podsysctl::sysctl {
namespace {

constexpr std::string_view kMagic = "podsysctl-probe 2";

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '\t':
        out += "\\t";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\\':
        out += "\\\\";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    ++i;
    out += text[i] == 't' ? '\t' : text[i] == 'n' ? '\n' : text[i];
  }
  return out;
}

std::string header(const ProbeIdentity& identity) {
  return fmt::format("{}\n{}\t{}\t{}\n", kMagic, identity.boot_id, identity.kernel_release,
                     identity.modules);
}

std::string path_in(const std::string& folder) { return folder + "/probe.tsv"; }

// That the last line is there and counts the others: a file is replaced whole, never cut.
bool is_whole(std::string_view lines) {
  if (!lines.ends_with('\n')) {
    return false;
  }
  const auto count = std::ranges::count(lines, '\n') - 1;
  return lines.ends_with(fmt::format("\nend {}\n", count)) || lines == "end 0\n";
}

// The line that begins with `key`; "" if there is none.
std::string_view line_of(std::string_view lines, const SysctlKey& key) {
  const std::string start = key.name() + "\t";
  std::size_t at = 0;
  if (!lines.starts_with(start)) {
    at = lines.find("\n" + start);
    if (at == std::string_view::npos) {
      return {};
    }
    ++at;
  }
  return lines.substr(at, lines.find('\n', at) - at);
}

std::optional<ProbedKey> parse_line(std::string_view line) {
  const std::vector<std::string_view> fields = split(line, '\t');
  if (fields.size() != 6) {
    return std::nullopt;
  }
  Result<SysctlKey> key = SysctlKey::parse(fields[0]);
  const auto scope = scope_from_string(fields[1]);
  const auto settability = settability_from_string(fields[2]);
  const auto in_user_namespace = settability_from_string(fields[3]);
  if (!key || !scope || !settability || !in_user_namespace) {
    return std::nullopt;
  }
  return ProbedKey{*std::move(key),      *scope,
                   *settability,         *in_user_namespace,
                   unescaped(fields[4]), unescaped(fields[5])};
}

}  // namespace

Result<ProbeIdentity> current_identity() {
  ProbeIdentity identity;
  PSYS_TRY_ASSIGN(const std::string boot, linux::read_file("/proc/sys/kernel/random/boot_id"));
  PSYS_TRY_ASSIGN(const std::string release, linux::read_file("/proc/sys/kernel/osrelease"));
  identity.boot_id = trim(boot);
  identity.kernel_release = trim(release);
  // A kernel without loadable modules has no such file.
  const std::string modules = linux::read_file("/proc/modules").value_or("");
  std::vector<std::string> names;
  for (const std::string_view line : split(modules, '\n')) {
    if (const std::string_view name = line.substr(0, line.find(' ')); !name.empty()) {
      names.emplace_back(name);
    }
  }
  std::ranges::sort(names);
  identity.modules = join(names, " ");
  return identity;
}

std::string serialise(const ProbeIdentity& identity, const ProbeReport& report) {
  std::string text = header(identity);
  for (const ProbedKey& probed : report.keys) {
    text += fmt::format("{}\t{}\t{}\t{}\t{}\t{}\n", probed.key.name(), to_string(probed.scope),
                        to_string(probed.settability), to_string(probed.in_user_namespace),
                        escaped(probed.default_value), escaped(probed.note));
  }
  return text + fmt::format("end {}\n", report.keys.size());
}

std::optional<ProbeReport> parse_report(std::string_view text, const ProbeIdentity& identity) {
  const std::string expected = header(identity);
  if (!text.starts_with(expected)) {
    return std::nullopt;
  }
  ProbeReport report{identity.kernel_release, {}};
  for (const std::string_view line : split(text.substr(expected.size()), '\n')) {
    if (line == fmt::format("end {}", report.keys.size())) {
      return report;
    }
    auto probed = parse_line(line);
    const bool in_order = report.keys.empty() || !probed || report.keys.back().key < probed->key;
    if (!probed || !in_order) {
      return std::nullopt;
    }
    report.keys.push_back(*std::move(probed));
  }
  return std::nullopt;
}

std::optional<ProbeReport> look_up(std::string_view text, const ProbeIdentity& identity,
                                   std::span<const SysctlKey> keys) {
  const std::string expected = header(identity);
  if (!text.starts_with(expected) || !is_whole(text.substr(expected.size()))) {
    return std::nullopt;
  }
  const std::string_view lines = text.substr(expected.size());
  std::set<SysctlKey> wanted(keys.begin(), keys.end());
  for (const SysctlKey& key : keys) {
    for (SysctlKey& member : family_of(key)) {
      wanted.insert(std::move(member));
    }
  }
  ProbeReport report{identity.kernel_release, {}};
  for (const SysctlKey& key : wanted) {
    const std::string_view line = line_of(lines, key);
    if (line.empty()) {
      continue;
    }
    auto probed = parse_line(line);
    if (!probed) {
      return std::nullopt;
    }
    report.keys.push_back(*std::move(probed));
  }
  return report;
}

std::optional<ProbeReport> look_up_cached(const std::string& folder,
                                          std::span<const SysctlKey> keys) {
  const Result<std::string> text = linux::read_file(path_in(folder));
  if (!text) {
    return std::nullopt;
  }
  const Result<ProbeIdentity> identity = current_identity();
  return identity ? look_up(*text, *identity, keys) : std::nullopt;
}

Result<ProbeReport> probe_cached(const std::string& folder) {
  const std::string path = path_in(folder);
  PSYS_TRY_ASSIGN(const ProbeIdentity identity, current_identity());
  if (const auto text = linux::read_file(path)) {
    if (auto report = parse_report(*text, identity)) {
      return *std::move(report);
    }
  }
  PSYS_TRY_ASSIGN(ProbeReport report, probe(ProbeMode::passive));
  if (linux::make_directories(folder)) {
    static_cast<void>(linux::write_file_atomically(path, serialise(identity, report), 0644));
  }
  return report;
}

}  // namespace podsysctl::sysctl
