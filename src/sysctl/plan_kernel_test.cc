// SPDX-License-Identifier: Apache-2.0
// Plans and values against the running kernel, in namespaces that end with the test.
#include <sys/utsname.h>

#include <algorithm>
#include <array>
#include <climits>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "linux/fresh_namespaces.h"
#include "linux/proc_sys.h"
#include "sysctl/catalog.h"
#include "sysctl/plan.h"
#include "sysctl/probe_leaks.h"
#include "sysctl/scope.h"
#include "sysctl/value.h"

namespace podsysctl::sysctl {
namespace {

// The namespaces of these tests hold such keys; a write to any other one would change this machine.
bool is_in_the_namespaces(const SysctlKey& key) {
  const Scope scope = scope_of(key);
  return scope == Scope::net || scope == Scope::ipc || scope == Scope::uts;
}

class Kernel : public CurrentValues {
 public:
  explicit Kernel(linux::ProcSys proc) : proc_(std::move(proc)) {}

  Result<std::string> read(const SysctlKey& key) override {
    PSYS_TRY_ASSIGN(const auto file, proc_.open_key(key.path(), linux::ProcSysAccess::read));
    return file.read();
  }

  Result<> write(const SysctlKey& key, std::string_view value) {
    if (!is_in_the_namespaces(key)) {
      return Error::of(Code::permission, "{}: the tests leave the machine's keys alone",
                       key.name());
    }
    PSYS_TRY_ASSIGN(const auto file, proc_.open_key(key.path(), linux::ProcSysAccess::read_write));
    return file.write(text_to_write(value));
  }

 private:
  linux::ProcSys proc_;
};

using Work = std::function<Result<std::string>(Kernel&)>;

constexpr std::string_view kNoNamespaces = "no new namespaces";

Result<std::string> in_fresh_namespaces(const Work& work) {
  return linux::call_in_child([&]() -> Result<std::string> {
    constexpr std::array kKinds{linux::NamespaceKind::net, linux::NamespaceKind::ipc,
                                linux::NamespaceKind::uts};
    if (const auto made = linux::unshare_namespaces(kKinds); !made) {
      return Error::of(Code::permission, "{}: {}", kNoNamespaces, made.error().message);
    }
    PSYS_TRY_ASSIGN(auto proc, linux::ProcSys::open());
    Kernel kernel(std::move(proc));
    return work(kernel);
  });
}

// Runs the work in new namespaces of a child process; what it returns is what went wrong.
void expect_success_in_fresh_namespaces(const Work& work) {
  const auto result = in_fresh_namespaces(work);
  if (!result && result.error().message.find(kNoNamespaces) != std::string::npos) {
    GTEST_SKIP() << result.error().message;
  }
  ASSERT_TRUE(result.has_value()) << result.error().message;
  EXPECT_EQ(*result, "");
}

Setting want(std::string_view name, std::string value) {
  return Setting{SysctlKey::parse(name).value(), std::move(value), {}, ""};
}

Result<> carry_out(const Plan& plan, Kernel& kernel) {
  for (const Step& step : plan.steps) {
    PSYS_TRY(kernel.write(step.setting.key, step.setting.value));
  }
  for (const Step& step : plan.steps) {
    PSYS_TRY_ASSIGN(const std::string now, kernel.read(step.setting.key));
    if (!same_value(step.setting.key, step.setting.value, now)) {
      return Error::of(Code::internal, "{} is {:?}, not {:?}", step.setting.key.name(), now,
                       step.setting.value);
    }
  }
  return {};
}

// Plans, writes, reads back, takes back and reads back again, for every order of the settings.
Result<std::string> try_every_order(std::vector<Setting> settings, Kernel& kernel) {
  const auto by_key = [](const Setting& a, const Setting& b) { return a.key < b.key; };
  std::ranges::sort(settings, by_key);
  do {
    PSYS_TRY_ASSIGN(const Plan plan, make_plan(settings, kernel));
    PSYS_TRY(carry_out(plan, kernel));
    PSYS_TRY(carry_out(inverse_of(plan.steps), kernel));
  } while (std::ranges::next_permutation(settings, by_key).found);
  return std::string();
}

TEST(PlanOnTheKernel, PortStartAndRangeGoBothWays) {
  expect_success_in_fresh_namespaces([](Kernel& kernel) -> Result<std::string> {
    for (const auto& [start, range] :
         {std::pair{"400", "500 60999"}, {"40000", "50000 60999"}, {"0", "1 65535"}}) {
      PSYS_TRY(try_every_order({want("net.ipv4.ip_unprivileged_port_start", start),
                                want("net.ipv4.ip_local_port_range", range)},
                               kernel));
    }
    return std::string();
  });
}

TEST(PlanOnTheKernel, ImpossiblePairIsRefusedByTheKernelTooInEachOrder) {
  expect_success_in_fresh_namespaces([](Kernel& kernel) -> Result<std::string> {
    const auto start = want("net.ipv4.ip_unprivileged_port_start", "2048");
    const auto range = want("net.ipv4.ip_local_port_range", "1024 65535");
    if (make_plan({start, range}, kernel)) {
      return std::string("it was planned");
    }
    PSYS_TRY(kernel.write(start.key, start.value));
    const auto after_start = kernel.write(range.key, range.value);
    PSYS_TRY(kernel.write(start.key, "1024"));
    PSYS_TRY(kernel.write(range.key, range.value));
    const auto after_range = kernel.write(start.key, start.value);
    return after_start || after_range ? std::string("the kernel took it") : std::string();
  });
}

TEST(PlanOnTheKernel, ForwardingComesBeforeWhatItResets) {
  expect_success_in_fresh_namespaces([](Kernel& kernel) {
    return try_every_order(
        {want("net.ipv4.ip_forward", "0"), want("net.ipv4.conf.all.accept_redirects", "0"),
         want("net.ipv4.conf.default.forwarding", "1"), want("net.ipv4.conf.lo.forwarding", "1")},
        kernel);
  });
  expect_success_in_fresh_namespaces([](Kernel& kernel) {
    return try_every_order(
        {want("net.ipv4.conf.all.forwarding", "1"), want("net.ipv4.conf.all.accept_redirects", "1"),
         want("net.ipv4.conf.lo.forwarding", "0")},
        kernel);
  });
}

TEST(PlanOnTheKernel, AllComesBeforeDefaultBeforeTheInterface) {
  expect_success_in_fresh_namespaces([](Kernel& kernel) -> Result<std::string> {
    if (!kernel.read(SysctlKey::parse("net.ipv6.conf.all.disable_ipv6").value())) {
      return std::string();  // a kernel without IPv6 has nothing to order
    }
    for (const std::string name :
         {"disable_ipv6", "forwarding", "addr_gen_mode", "ignore_routes_with_linkdown"}) {
      PSYS_TRY(try_every_order(
          {want("net.ipv6.conf.all." + name, "1"), want("net.ipv6.conf.default." + name, "0"),
           want("net.ipv6.conf.lo." + name, "0")},
          kernel));
    }
    return std::string();
  });
}

TEST(PlanOnTheKernel, ThresholdsGoBothWays) {
  expect_success_in_fresh_namespaces([](Kernel& kernel) -> Result<std::string> {
    for (const auto& [low, high] : {std::pair{"5000000", "6000000"}, {"1000", "2000"}}) {
      PSYS_TRY(try_every_order(
          {want("net.ipv4.ipfrag_low_thresh", low), want("net.ipv4.ipfrag_high_thresh", high)},
          kernel));
    }
    return try_every_order(
        {want("net.ipv4.tcp_reordering", "900"), want("net.ipv4.tcp_max_reordering", "1000")},
        kernel);
  });
}

TEST(ValuesOnTheKernel, ReadBackMeansWhatWasWritten) {
  expect_success_in_fresh_namespaces([](Kernel& kernel) -> Result<std::string> {
    std::string problems;
    for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{
             {"net.ipv4.ip_local_reserved_ports", "3,2,1,10-20,15-30"},
             {"net.ipv4.ip_local_reserved_ports", ""},
             {"net.ipv4.tcp_rmem", "0x1000  87380\t16777216"},
             {"net.ipv4.tcp_syn_retries", "05"},
             {"net.ipv4.ping_group_range", "0 2147483647"},
             {"net.ipv4.ping_group_range", "1 0"},
             {"net.ipv4.icmp_ratelimit", "1001"},
             {"net.ipv4.tcp_fastopen_key", "1-2-3-4"},
             {"kernel.shmmax", "18446744073692774399"},
             {"kernel.sem", "250 32000 100 128"},
             {"fs.mqueue.msg_max", "100"}}) {
      const auto key = SysctlKey::parse(name).value();
      PSYS_TRY(kernel.write(key, value));
      PSYS_TRY_ASSIGN(const std::string now, kernel.read(key));
      if (!same_value(key, value, now)) {
        problems += fmt::format("{}: wrote {:?}, read {:?}; ", name, value, now);
      }
    }
    return problems;
  });
}

// What a fresh namespace has must be a legal value, or the catalogue is wrong.
TEST(ValuesOnTheKernel, DefaultsAreLegal) {
  expect_success_in_fresh_namespaces([](Kernel& kernel) -> Result<std::string> {
    std::string problems;
    const auto look = [&](const std::string& name) {
      const auto key = SysctlKey::parse(name).value();
      if (!is_in_the_namespaces(key)) {
        return;  // the machine's own value may be anybody's choice
      }
      const auto value = kernel.read(key);
      if (!value || normalise(*value).empty()) {
        return;
      }
      if (const auto legal = check_value(key, *value); !legal) {
        problems += legal.error().message + "; ";
      }
    };
    for (const Entry& entry : catalog_entries()) {
      look(std::string(entry.key));
    }
    for (const Entry& entry : catalog_patterns()) {
      for (const std::string_view component : {"all", "default", "lo"}) {
        std::string name(entry.key);
        name.replace(name.find('*'), 1, component);
        look(name);
      }
    }
    return problems;
  });
}

// Values that the catalogue calls legal, other than the one that is there.
std::vector<std::string> other_values(const Entry& entry, const std::string& now) {
  switch (entry.type) {
    case ValueType::boolean:
      return {now == "0" ? "1" : "0"};
    case ValueType::integer: {
      const auto number = std::strtoll(now.c_str(), nullptr, 10);
      const auto above = number == LLONG_MAX ? number - 2 : number + 1;
      return {std::to_string(above), std::to_string(number > 0 ? number - 1 : 2)};
    }
    case ValueType::choice: {
      std::vector<std::string> others;
      for (const Choice& choice : entry.choices) {
        if (choice.text != now) {
          others.emplace_back(choice.text);
        }
      }
      return others;
    }
    case ValueType::port_list:
    case ValueType::bit_list:
      return {"1,3-5"};
    case ValueType::gid_range:
      return {"0 100"};
    default:
      return {};  // the words differ from kernel to kernel; vectors have tests of their own
  }
}

// A write in a namespace that would reach the host is not for a test.
bool reaches_the_host(const SysctlKey& key) {
  utsname names{};
  const bool known = uname(&names) == 0;
  const auto version = known ? kernel_version(names.release, names.version) : std::nullopt;
  return !version || known_leak(key, *version).has_value();
}

// True also where nothing can be said: the key is absent, read-only or leaky here.
bool one_is_taken(const Entry& entry, const SysctlKey& key, Kernel& kernel) {
  if (reaches_the_host(key)) {
    return true;
  }
  const auto now = kernel.read(key);
  const auto values = now ? other_values(entry, *now) : std::vector<std::string>{};
  if (values.empty() || !kernel.write(key, *now)) {
    return true;
  }
  return std::ranges::any_of(values, [&](const std::string& value) {
    if (!check_value(key, value) || !kernel.write(key, value)) {
      return false;
    }
    const auto read_back = kernel.read(key);
    return read_back && same_value(key, value, *read_back);
  });
}

TEST(ValuesOnTheKernel, AnotherLegalValueIsTakenAndReadBack) {
  expect_success_in_fresh_namespaces([](Kernel& kernel) -> Result<std::string> {
    std::string problems;
    const auto look = [&](const Entry& entry, const std::string& name) {
      if (!one_is_taken(entry, SysctlKey::parse(name).value(), kernel)) {
        problems += name + "; ";
      }
    };
    for (const Entry& entry : catalog_entries()) {
      look(entry, std::string(entry.key));
    }
    for (const Entry& entry : catalog_patterns()) {
      std::string name(entry.key);
      look(entry, name.replace(name.find('*'), 1, "lo"));
    }
    return problems;
  });
}

}  // namespace
}  // namespace podsysctl::sysctl
