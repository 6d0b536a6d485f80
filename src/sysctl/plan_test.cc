// SPDX-License-Identifier: Apache-2.0
#include "sysctl/plan.h"

#include <rapidcheck.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/strings.h"

namespace podsysctl::sysctl {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// The rules of the kernel that the tests are about, written down again without the table.
class ModelKernel : public CurrentValues {
 public:
  using Values = std::map<std::string, std::string>;

  explicit ModelKernel(Values values) : values_(std::move(values)) {}

  Result<std::string> read(const SysctlKey& key) override {
    const auto value = values_.find(key.name());
    if (value == values_.end()) {
      return Error::of(Code::not_found, "no {} here", key.name());
    }
    return value->second;
  }

  // What write(2) would do: false is EINVAL.
  bool write(const std::string& key, const std::string& value) {
    const Values before = values_;
    values_[key] = value;
    if (!bounds_hold(key)) {
      values_ = before;
      return false;
    }
    fan_out(key, value, before.at(key));
    return true;
  }

  [[nodiscard]] const Values& values() const { return values_; }

  // Rules that must hold in the end, also where the kernel does not look.
  [[nodiscard]] bool consistent() const {
    return number(kStart) <= number(kRange) && number(kLow) <= number(kHigh) &&
           number(kReordering) <= number(kMaxReordering);
  }

  static constexpr const char* kStart = "net.ipv4.ip_unprivileged_port_start";
  static constexpr const char* kRange = "net.ipv4.ip_local_port_range";
  static constexpr const char* kLow = "net.ipv4.ipfrag_low_thresh";
  static constexpr const char* kHigh = "net.ipv4.ipfrag_high_thresh";
  static constexpr const char* kReordering = "net.ipv4.tcp_reordering";
  static constexpr const char* kMaxReordering = "net.ipv4.tcp_max_reordering";

 private:
  [[nodiscard]] int number(const std::string& key) const { return std::stoi(values_.at(key)); }

  [[nodiscard]] bool bounds_hold(const std::string& written) const {
    if (written == kStart || written == kRange) {
      return number(kStart) <= number(kRange);
    }
    if (written == kLow || written == kHigh) {
      return number(kLow) <= number(kHigh);
    }
    return written != kReordering || number(kReordering) <= number(kMaxReordering);
  }

  void fan_out(const std::string& key, const std::string& value, const std::string& before) {
    if (key == "net.ipv6.conf.all.disable_ipv6") {
      set({"net.ipv6.conf.default.disable_ipv6", "net.ipv6.conf.lo.disable_ipv6"}, value);
    }
    if (key == "net.ipv4.ip_forward" && value != before) {
      set({"net.ipv4.conf.default.forwarding", "net.ipv4.conf.lo.forwarding"}, value);
      set({"net.ipv4.conf.all.accept_redirects"}, value == "1" ? "0" : "1");
    }
  }

  void set(const std::vector<std::string>& keys, const std::string& value) {
    for (const std::string& key : keys) {
      values_[key] = value;
    }
  }

  Values values_;
};

ModelKernel::Values fresh_values() {
  return {{ModelKernel::kStart, "1024"},
          {ModelKernel::kRange, "32768\t60999"},
          {ModelKernel::kLow, "300"},
          {ModelKernel::kHigh, "400"},
          {ModelKernel::kReordering, "3"},
          {ModelKernel::kMaxReordering, "300"},
          {"net.ipv4.ip_forward", "1"},
          {"net.ipv4.conf.all.forwarding", "1"},
          {"net.ipv4.conf.default.forwarding", "1"},
          {"net.ipv4.conf.lo.forwarding", "1"},
          {"net.ipv4.conf.all.accept_redirects", "0"},
          {"net.ipv6.conf.all.disable_ipv6", "0"},
          {"net.ipv6.conf.default.disable_ipv6", "0"},
          {"net.ipv6.conf.lo.disable_ipv6", "0"},
          {"net.core.somaxconn", "4096"},
          {"net.mptcp.path_manager", "kernel"},
          {"net.mptcp.pm_type", "0"},
          {"net.ipv4.ip_local_reserved_ports", ""}};
}

Setting want(std::string_view name, std::string value, std::size_t line = 1) {
  return Setting{SysctlKey::parse(name).value(),
                 std::move(value),
                 {Origin::Kind::manifest, "pod.yaml", line, 7},
                 ""};
}

std::vector<std::string> names_of(const Plan& plan) {
  std::vector<std::string> names;
  names.reserve(plan.steps.size());
  for (const Step& step : plan.steps) {
    names.push_back(step.setting.key.name());
  }
  return names;
}

Error refusal_of(const Result<Plan>& plan) {
  return plan ? Error{Code::internal, 0, "it was planned"} : plan.error();
}

TEST(MakePlan, KeepsTheOrderAskedForWhereNoRuleSpeaks) {
  ModelKernel kernel(fresh_values());
  const auto plan =
      make_plan({want("net.ipv4.tcp_max_reordering", "400"), want("net.core.somaxconn", "1"),
                 want("net.ipv4.ip_local_reserved_ports", "80")},
                kernel);
  ASSERT_TRUE(plan.has_value()) << plan.error().message;
  EXPECT_THAT(names_of(*plan), ElementsAre("net.ipv4.tcp_max_reordering", "net.core.somaxconn",
                                           "net.ipv4.ip_local_reserved_ports"));
  EXPECT_EQ(plan->steps[1].previous, "4096");
  EXPECT_EQ(plan->steps[2].previous, "");
}

TEST(MakePlan, LowersThePortStartBeforeTheRange) {
  ModelKernel kernel(fresh_values());
  const auto plan =
      make_plan({want(ModelKernel::kRange, "500 60999"), want(ModelKernel::kStart, "400")}, kernel);
  ASSERT_TRUE(plan.has_value()) << plan.error().message;
  EXPECT_THAT(names_of(*plan), ElementsAre(ModelKernel::kStart, ModelKernel::kRange));
}

TEST(MakePlan, RaisesTheRangeBeforeThePortStart) {
  ModelKernel kernel(fresh_values());
  const auto plan = make_plan(
      {want(ModelKernel::kStart, "40000"), want(ModelKernel::kRange, "50000 60999")}, kernel);
  ASSERT_TRUE(plan.has_value()) << plan.error().message;
  EXPECT_THAT(names_of(*plan), ElementsAre(ModelKernel::kRange, ModelKernel::kStart));
}

TEST(MakePlan, WritesFanOutKeysFirst) {
  ModelKernel kernel(fresh_values());
  const auto plan = make_plan(
      {want("net.ipv6.conf.lo.disable_ipv6", "0"), want("net.ipv6.conf.default.disable_ipv6", "1"),
       want("net.ipv6.conf.all.disable_ipv6", "1"), want("net.ipv4.conf.all.accept_redirects", "0"),
       want("net.ipv4.ip_forward", "0")},
      kernel);
  ASSERT_TRUE(plan.has_value()) << plan.error().message;
  EXPECT_THAT(names_of(*plan),
              ElementsAre("net.ipv6.conf.all.disable_ipv6", "net.ipv6.conf.lo.disable_ipv6",
                          "net.ipv6.conf.default.disable_ipv6", "net.ipv4.ip_forward",
                          "net.ipv4.conf.all.accept_redirects"));
}

TEST(MakePlan, RefusesAPairThatNoOrderSatisfies) {
  ModelKernel kernel(fresh_values());
  const auto plan = make_plan(
      {want(ModelKernel::kStart, "2048", 8), want(ModelKernel::kRange, "1024 65535", 9)}, kernel);
  const Error error = refusal_of(plan);
  EXPECT_EQ(error.code, Code::invalid_argument);
  EXPECT_EQ(error.message,
            "net.ipv4.ip_unprivileged_port_start=\"2048\" (pod.yaml:8:7) and "
            "net.ipv4.ip_local_port_range=\"1024 65535\" (pod.yaml:9:7) cannot hold together, in "
            "any order: ip_unprivileged_port_start must not be above the first port of "
            "ip_local_port_range");
}

TEST(MakePlan, RefusesASettingThatItsPartnerInTheTargetForbids) {
  ModelKernel kernel(fresh_values());
  const auto low_range = make_plan({want(ModelKernel::kRange, "500 60999")}, kernel);
  EXPECT_EQ(refusal_of(low_range).code, Code::invalid_argument);
  EXPECT_THAT(refusal_of(low_range).message,
              HasSubstr("cannot be set while net.ipv4.ip_unprivileged_port_start is \"1024\""));
  EXPECT_THAT(refusal_of(low_range).message,
              HasSubstr("set net.ipv4.ip_unprivileged_port_start too"));
  const auto high_start = make_plan({want(ModelKernel::kStart, "40000")}, kernel);
  EXPECT_THAT(refusal_of(high_start).message,
              HasSubstr("while net.ipv4.ip_local_port_range is \"32768 60999\""));
}

TEST(MakePlan, LeavesOutABoundThatTheTargetDoesNotHave) {
  auto values = fresh_values();
  values.erase(ModelKernel::kStart);
  ModelKernel kernel(values);
  EXPECT_TRUE(make_plan({want(ModelKernel::kRange, "500 60999")}, kernel).has_value());
}

TEST(MakePlan, SaysWhichKeyTheTargetLacks) {
  ModelKernel kernel(fresh_values());
  const auto plan = make_plan({want("net.ipv4.no_such_key", "1")}, kernel);
  EXPECT_EQ(refusal_of(plan).code, Code::not_found);
  EXPECT_THAT(refusal_of(plan).message, HasSubstr("net.ipv4.no_such_key"));
}

TEST(MakePlan, CollapsesDuplicatesAndRefusesContradictions) {
  ModelKernel kernel(fresh_values());
  const auto same = make_plan(
      {want("net.core.somaxconn", "1024", 1), want("net/core/somaxconn", " 0x400", 2)}, kernel);
  ASSERT_TRUE(same.has_value()) << same.error().message;
  ASSERT_EQ(same->steps.size(), 1U);
  EXPECT_EQ(same->steps[0].setting.origin.line, 1U);

  const auto different = make_plan(
      {want("net.core.somaxconn", "1024", 1), want("net/core/somaxconn", "1025", 2)}, kernel);
  EXPECT_EQ(refusal_of(different).code, Code::conflict);
  EXPECT_EQ(refusal_of(different).message,
            "net.core.somaxconn is asked for twice, as \"1024\" (pod.yaml:1:7) and as \"1025\" "
            "(pod.yaml:2:7): keep one");
}

TEST(MakePlan, RefusesTwoNamesOfOneVariableWithDifferentValues) {
  ModelKernel kernel(fresh_values());
  const auto forwarding = make_plan(
      {want("net.ipv4.ip_forward", "1"), want("net.ipv4.conf.all.forwarding", "0")}, kernel);
  EXPECT_EQ(refusal_of(forwarding).code, Code::conflict);
  EXPECT_THAT(refusal_of(forwarding).message,
              HasSubstr("ip_forward and conf.all.forwarding are one variable"));
  EXPECT_TRUE(
      make_plan({want("net.ipv4.ip_forward", "0"), want("net.ipv4.conf.all.forwarding", "0")},
                kernel)
          .has_value());
  EXPECT_EQ(refusal_of(make_plan({want("net.mptcp.pm_type", "1"),
                                  want("net.mptcp.path_manager", "kernel")},
                                 kernel))
                .code,
            Code::conflict);
  EXPECT_TRUE(
      make_plan({want("net.mptcp.pm_type", "0"), want("net.mptcp.path_manager", "kernel")}, kernel)
          .has_value());
}

TEST(CheckSatisfiable, NeedsNoKernel) {
  const std::vector<Setting> good{want(ModelKernel::kStart, "0"),
                                  want(ModelKernel::kRange, "1024 65535")};
  EXPECT_TRUE(check_satisfiable(good).has_value());
  const std::vector<Setting> bad{want(ModelKernel::kStart, "2048"),
                                 want(ModelKernel::kRange, "1024 65535")};
  EXPECT_THAT(check_satisfiable(bad).error().message, HasSubstr("cannot hold together"));
  const std::vector<Setting> units{want("net.ipv4.neigh.eth0.base_reachable_time", "30"),
                                   want("net.ipv4.neigh.eth0.base_reachable_time_ms", "30000"),
                                   want("net.ipv4.neigh.eth1.base_reachable_time_ms", "1")};
  EXPECT_TRUE(check_satisfiable(units).has_value());
  const std::vector<Setting> other_units{want("net.ipv4.neigh.eth0.unres_qlen", "30"),
                                         want("net.ipv4.neigh.eth0.unres_qlen_bytes", "30")};
  EXPECT_EQ(check_satisfiable(other_units).error().code, Code::conflict);
}

TEST(MakePlan, TakesThousandsOfSettings) {
  auto values = fresh_values();
  std::vector<Setting> settings;
  for (int i = 0; i < 5000; ++i) {
    settings.push_back(want(fmt::format("net.ipv4.conf.if{}.forwarding", i), "1"));
    values[settings.back().key.name()] = "0";
  }
  settings.push_back(want("net.ipv4.conf.default.forwarding", "1"));
  settings.push_back(want("net.ipv4.ip_forward", "1"));
  ModelKernel kernel(std::move(values));
  const auto plan = make_plan(settings, kernel);
  ASSERT_TRUE(plan.has_value());
  EXPECT_EQ(plan->steps[0].setting.key.name(), "net.ipv4.ip_forward");
  EXPECT_EQ(plan->steps[1].setting.key.name(), "net.ipv4.conf.default.forwarding");
}

// --- against brute force ---

struct Domain {
  const char* key;
  std::vector<std::string> values;
};

const std::vector<Domain>& domains() {
  static const std::vector<Domain> domains_of_test{
      {ModelKernel::kStart, {"0", "400", "1024", "32768", "40000"}},
      {ModelKernel::kRange, {"400 500", "1024 65535", "32768 60999", "50000 60999"}},
      {ModelKernel::kLow, {"0", "300", "500"}},
      {ModelKernel::kHigh, {"100", "400", "600"}},
      {ModelKernel::kReordering, {"3", "300", "500"}},
      {ModelKernel::kMaxReordering, {"2", "300", "900"}},
      {"net.ipv6.conf.all.disable_ipv6", {"0", "1"}},
      {"net.ipv6.conf.default.disable_ipv6", {"0", "1"}},
      {"net.ipv6.conf.lo.disable_ipv6", {"0", "1"}},
      {"net.ipv4.ip_forward", {"0", "1"}},
      {"net.ipv4.conf.all.accept_redirects", {"0", "1"}},
      {"net.ipv4.conf.lo.forwarding", {"0", "1"}},
  };
  return domains_of_test;
}

std::vector<Setting> random_settings(std::size_t limit) {
  std::vector<Setting> settings;
  for (const Domain& domain : domains()) {
    if (settings.size() < limit && *rc::gen::inRange(0, 3) == 0) {
      settings.push_back(want(domain.key, *rc::gen::elementOf(domain.values)));
    }
  }
  for (std::size_t i = 0; i < settings.size(); ++i) {
    const auto other = *rc::gen::inRange<std::size_t>(i, settings.size());
    std::swap(settings[i], settings[other]);
  }
  return settings;
}

ModelKernel::Values random_start() {
  ModelKernel kernel(fresh_values());
  for (const Domain& domain : domains()) {
    if (*rc::gen::arbitrary<bool>()) {
      (void)kernel.write(domain.key, *rc::gen::elementOf(domain.values));
    }
  }
  return kernel.values();
}

// Every write is taken, and in the end everything is as asked for.
bool works(const std::vector<Setting>& order, const ModelKernel::Values& start) {
  ModelKernel kernel(start);
  for (const Setting& setting : order) {
    if (!kernel.write(setting.key.name(), setting.value)) {
      return false;
    }
  }
  return kernel.consistent() && std::ranges::all_of(order, [&](const Setting& setting) {
           return kernel.values().at(setting.key.name()) == setting.value;
         });
}

bool some_order_works(std::vector<Setting> settings, const ModelKernel::Values& start) {
  const auto by_key = [](const Setting& a, const Setting& b) { return a.key < b.key; };
  std::ranges::sort(settings, by_key);
  do {
    if (works(settings, start)) {
      return true;
    }
  } while (std::ranges::next_permutation(settings, by_key).found);
  return false;
}

TEST(MakePlan, AgreesWithBruteForce) {
  EXPECT_TRUE(rc::check("plan", [] {
    ModelKernel kernel(random_start());
    RC_PRE(kernel.consistent());
    const auto start = kernel.values();
    const auto settings = random_settings(5);
    const auto plan = make_plan(settings, kernel);
    RC_ASSERT(plan.has_value() == some_order_works(settings, start));
    if (!plan) {
      RC_ASSERT(plan.error().code == Code::invalid_argument);
      return;
    }
    std::vector<Setting> order;
    for (const Step& step : plan->steps) {
      RC_ASSERT(step.previous == start.at(step.setting.key.name()));
      order.push_back(step.setting);
    }
    RC_ASSERT(works(order, start));
    RC_ASSERT(order.size() == settings.size());
  }));
}

TEST(InverseOf, RestoresEveryKeyOfThePlan) {
  EXPECT_TRUE(rc::check("inverse", [] {
    ModelKernel kernel(random_start());
    RC_PRE(kernel.consistent());
    const auto start = kernel.values();
    const auto plan = make_plan(random_settings(12), kernel);
    RC_PRE(plan.has_value());
    const auto count = *rc::gen::inRange<std::size_t>(0, plan->steps.size() + 1);
    const std::span<const Step> written(plan->steps.data(), count);
    for (const Step& step : written) {
      RC_ASSERT(kernel.write(step.setting.key.name(), step.setting.value));
    }
    const Plan inverse = inverse_of(written);
    RC_ASSERT(inverse.steps.size() == count);
    for (const Step& step : inverse.steps) {
      RC_ASSERT(kernel.write(step.setting.key.name(), step.setting.value));
    }
    for (const Step& step : written) {
      RC_ASSERT(kernel.values().at(step.setting.key.name()) == start.at(step.setting.key.name()));
    }
  }));
}

}  // namespace
}  // namespace podsysctl::sysctl
