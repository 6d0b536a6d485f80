// SPDX-License-Identifier: Apache-2.0
#include "sysctl/probe_trial.h"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "base/strings.h"
#include "linux/fresh_namespaces.h"
#include "linux/namespaces.h"
#include "linux/worker_thread.h"

namespace podsysctl::sysctl {
namespace {

using Pair = std::pair<std::string_view, std::string_view>;

constexpr std::array<Pair, 3> kChoices{{
    {"net.ipv4.tcp_congestion_control", "net.ipv4.tcp_available_congestion_control"},
    {"net.mptcp.path_manager", "net.mptcp.available_path_managers"},
    {"net.mptcp.scheduler", "net.mptcp.available_schedulers"},
}};

// Keys whose write is known to change another key of the host on some kernels (probe_leaks.cc).
constexpr std::array<Pair, 1> kSideEffects{{
    {"net.ipv4.tcp_congestion_control", "net.ipv4.tcp_allowed_congestion_control"},
}};

template <std::size_t N>
std::string_view partner_in(const std::array<Pair, N>& table, std::string_view key) noexcept {
  for (const auto& [name, partner] : table) {
    if (name == key) {
      return partner;
    }
  }
  return {};
}

// shmmax needs all 64 bits, ping_group_range and others a sign.
std::optional<std::string> shifted(std::string_view number, int by) {
  if (const auto value = parse_number<std::int64_t>(number)) {
    return std::to_string(*value + by);
  }
  if (const auto value = parse_number<std::uint64_t>(number)) {
    return std::to_string(*value + static_cast<std::uint64_t>(by));
  }
  return std::nullopt;
}

// Only the last number of a vector moves, by an even step: min <= default <= max stays true, and
// the parity that ip_local_port_range warns about stays as it is.
void add_shifted(const std::vector<std::string_view>& words, std::vector<std::string>& values) {
  static constexpr std::array kSteps{-2, 2, -1, 1};
  for (const int step : kSteps) {
    if (const auto last = shifted(words.back(), step)) {
      std::string value;
      for (std::size_t i = 0; i + 1 < words.size(); ++i) {
        value += fmt::format("{} ", words[i]);
      }
      values.push_back(value + *last);
    }
  }
}

std::string read_or_empty(const Result<std::string>& value) { return value.value_or(""); }

class Trial {
 public:
  Trial(TrialGround& ground, ProbedKey& probed) : ground_(ground), probed_(probed) {}

  void run() {
    const Result<std::string> inside = ground_.read_inside(probed_.key);
    const std::string before = inside.value_or("");
    const std::map<SysctlKey, std::string> host = watch();
    if (!change(before)) {
      probed_.note = "active probe: no other value was taken";
      return;
    }
    const auto leak = first_difference(host);
    // An empty list cannot be written back as an empty text, which the kernel takes as no write.
    const Result<> restored = ground_.write_inside(probed_.key, before.empty() ? "\n" : before);
    if (leak) {
      report(*leak, host, restored);
    }
  }

 private:
  std::map<SysctlKey, std::string> watch() {
    std::map<SysctlKey, std::string> seen;
    seen[probed_.key] = read_or_empty(ground_.read_host(probed_.key));
    const std::string_view other = partner_in(kSideEffects, probed_.key.name());
    if (const auto key = SysctlKey::parse(other)) {
      seen[*key] = read_or_empty(ground_.read_host(*key));
    }
    return seen;
  }

  bool change(const std::string& before) {
    const auto choices = SysctlKey::parse(choices_key(probed_.key.name()));
    const std::string available =
        choices ? read_or_empty(ground_.read_inside(*choices)) : std::string();
    for (const std::string& value : other_values(before, available)) {
      if (!ground_.write_inside(probed_.key, value)) {
        continue;
      }
      if (const auto now = ground_.read_inside(probed_.key); now && *now != before) {
        return true;
      }
    }
    return false;
  }

  std::optional<std::string> first_difference(const std::map<SysctlKey, std::string>& host) {
    for (const auto& [key, value] : host) {
      const std::string now = read_or_empty(ground_.read_host(key));
      if (now != value) {
        return fmt::format(
            "active probe: a write in a namespace changed the host's {} from {} to {}", key.name(),
            in_quotes(value), in_quotes(now));
      }
    }
    return std::nullopt;
  }

  void report(const std::string& leak, const std::map<SysctlKey, std::string>& host,
              const Result<>& restored) {
    probed_.settability = Settability::leaky;
    probed_.note = leak;
    if (!restored || first_difference(host)) {
      // The leak is the way back, too: the host itself is never written.
      static_cast<void>(ground_.write_inside(probed_.key, host.at(probed_.key)));
    }
    if (first_difference(host)) {
      probed_.note += "; it could not be put back";
    }
  }

  TrialGround& ground_;
  ProbedKey& probed_;
};

bool is_tried(const ProbedKey& probed) {
  return probed.settability == Settability::pod_writable &&
         (probed.scope == Scope::net || probed.scope == Scope::ipc || probed.scope == Scope::uts);
}

class RealGround final : public TrialGround {
 public:
  explicit RealGround(const linux::ProcSys& proc) : proc_(proc) {}

  Result<> enter_fresh_namespaces() {
    Result<> made;
    worker_.call([&] { made = linux::unshare_namespaces(linux::kPodNamespaces); });
    return made;
  }

  Result<std::string> read_host(const SysctlKey& key) override { return read(key); }

  Result<std::string> read_inside(const SysctlKey& key) override {
    Result<std::string> value;
    worker_.call([&] { value = read(key); });
    return value;
  }

  Result<> write_inside(const SysctlKey& key, std::string_view value) override {
    Result<> written;
    worker_.call([&] { written = write(key, value); });
    return written;
  }

 private:
  Result<std::string> read(const SysctlKey& key) {
    PSYS_TRY_ASSIGN(const linux::SysctlFile file,
                    proc_.open_key(key.path(), linux::ProcSysAccess::read));
    return file.read();
  }

  Result<> write(const SysctlKey& key, std::string_view value) {
    PSYS_TRY_ASSIGN(const linux::SysctlFile file,
                    proc_.open_key(key.path(), linux::ProcSysAccess::read_write));
    return file.write(value);
  }

  const linux::ProcSys& proc_;
  linux::WorkerThread worker_;
};

}  // namespace

std::string_view choices_key(std::string_view key) noexcept { return partner_in(kChoices, key); }

std::vector<std::string> other_values(std::string_view current, std::string_view choices) {
  std::vector<std::string> values;
  for (const std::string_view choice : split_words(choices)) {
    if (choice != current) {
      values.emplace_back(choice);
    }
  }
  const std::vector<std::string_view> words = split_words(current);
  if (!choices.empty()) {
    return values;
  }
  if (words.empty()) {
    return {"1", "2001:db8::1"};  // a list of ports or a bit mask; conf.*.stable_secret
  }
  if (current == "0" || current == "1") {
    values.emplace_back(current == "0" ? "1" : "0");
  }
  add_shifted(words, values);
  if (!values.empty()) {
    return values;
  }
  // Hexadecimal groups (tcp_fastopen_key), ranges ("0-1,3-127"), or a name (hostname, nf_log.2).
  if (current.find_first_not_of("0123456789abcdef-,") == std::string_view::npos) {
    std::string last_changed(current);
    last_changed.back() = current.back() == '1' ? '2' : '1';
    return {last_changed, "1"};
  }
  for (const std::string_view name : {"probe", "NONE"}) {
    if (name != current) {
      values.emplace_back(name);
    }
  }
  return values;
}

void try_keys(TrialGround& ground, std::vector<ProbedKey>& keys) {
  for (ProbedKey& probed : keys) {
    if (is_tried(probed)) {
      Trial(ground, probed).run();
    }
  }
}

Result<> run_trials(const linux::ProcSys& proc, std::vector<ProbedKey>& keys) {
  RealGround ground(proc);
  PSYS_TRY(ground.enter_fresh_namespaces());
  try_keys(ground, keys);
  return {};
}

}  // namespace podsysctl::sysctl
