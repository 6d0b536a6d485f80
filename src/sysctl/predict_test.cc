// SPDX-License-Identifier: Apache-2.0
// The data against what the probe found: tests/kernel/golden has every key that belongs to a
// namespace by its name, for five kernels.
#include "sysctl/predict.h"

#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/strings.h"
#include "linux/file.h"

namespace podsysctl::sysctl {
namespace {

namespace fs = std::filesystem;
using testing::IsEmpty;

SysctlKey key_of(std::string_view name) { return SysctlKey::parse(name).value(); }

struct Kernel {
  std::string series;
  KernelVersion version;
  std::map<std::string, std::string> found;  // key -> settability
};

// The probe looked at a late stable release of each series.
constexpr int kLatePatch = 999;

std::vector<Kernel> golden_kernels() {
  std::vector<Kernel> kernels;
  const char* const folder = std::getenv("PSYS_GOLDEN_DIR");  // on another kernel's machine
  for (const auto& file :
       fs::directory_iterator(folder != nullptr ? folder : PSYS_GOLDEN_SOURCE_DIR)) {
    Kernel kernel{.series = file.path().stem(), .version = {}, .found = {}};
    kernel.version = parse_kernel_version(kernel.series).value();
    kernel.version.patch = kLatePatch;
    const std::string text = linux::read_file(file.path()).value();
    for (const std::string_view line : split(text, '\n')) {
      const auto fields = split(line, '\t');
      if (fields.size() >= 3 && !line.starts_with('#')) {
        kernel.found.emplace(fields[0], fields[2]);
      }
    }
    kernels.push_back(std::move(kernel));
  }
  return kernels;
}

std::vector<std::string> differences(const Kernel& kernel) {
  std::vector<std::string> lines;
  std::set<const Entry*> seen;
  for (const auto& [name, found] : kernel.found) {
    const Entry* const entry = find_entry(key_of(name));
    if (entry == nullptr) {
      lines.push_back(
          fmt::format("{} {}: probe {}, not in the catalogue", kernel.series, name, found));
      continue;
    }
    seen.insert(entry);
    const auto predicted = to_string(predict(*entry, key_of(name), kernel.version));
    if (predicted != found) {
      lines.push_back(
          fmt::format("{} {}: probe {}, data {}", kernel.series, name, found, predicted));
    }
  }
  for (const auto table : {catalog_entries(), catalog_patterns()}) {
    for (const Entry& entry : table) {
      const bool named = scope_of(key_of(entry.key)) != Scope::node;
      const bool may_be_absent = !entry.module.empty() || !entry.config.empty();
      if (named && !may_be_absent && !seen.contains(&entry) &&
          predict(entry, kernel.version) != Settability::absent) {
        lines.push_back(fmt::format("{} {}: probe absent, data {}", kernel.series, entry.key,
                                    to_string(predict(entry, kernel.version))));
      }
    }
  }
  return lines;
}

TEST(Predict, SaysWhatTheProbeFoundOnEveryKernel) {
  const std::vector<Kernel> kernels = golden_kernels();
  ASSERT_GE(kernels.size(), 5U);
  for (const Kernel& kernel : kernels) {
    EXPECT_GT(kernel.found.size(), 600U) << kernel.series;
    const std::vector<std::string> lines = differences(kernel);
    EXPECT_THAT(lines, IsEmpty()) << join(lines, "\n");
  }
}

TEST(Predict, FollowsTheRule) {
  const Entry plain{.key = "net.a.b", .scope = Scope::net};
  EXPECT_EQ(predict(plain, {5, 10, 0}), Settability::pod_writable);

  const Entry moved{.key = "net.a.b",
                    .since = "4.4",
                    .visible_since = "5.10",
                    .namespaced_since = "6.1.5",
                    .removed = "7.2",
                    .scope = Scope::net};
  EXPECT_EQ(predict(moved, {4, 3, 9}), Settability::absent);
  EXPECT_EQ(predict(moved, {4, 4, 0}), Settability::node_only);
  EXPECT_EQ(predict(moved, {5, 10, 0}), Settability::pod_read_only);
  EXPECT_EQ(predict(moved, {6, 1, 4}), Settability::pod_read_only);
  EXPECT_EQ(predict(moved, {6, 1, 5}), Settability::pod_writable);
  EXPECT_EQ(predict(moved, {7, 2, 0}), Settability::absent);

  const Entry seen{.key = "net.a.b", .visible_since = "6.1", .scope = Scope::net};
  EXPECT_EQ(predict(seen, {6, 0, 0}), Settability::node_only);
  EXPECT_EQ(predict(seen, {7, 0, 0}), Settability::pod_read_only);

  EXPECT_EQ(predict(Entry{.key = "vm.a", .scope = Scope::node}, {6, 1, 0}), Settability::node_only);
  EXPECT_EQ(predict(Entry{.key = "user.a", .scope = Scope::user}, {6, 1, 0}),
            Settability::node_only);
}

TEST(Predict, TakesLeaksAndTheNodesInstances) {
  static constexpr std::array<KernelVersion, 2> kFixed{{{5, 10, 32}, {5, 12, 0}}};
  static constexpr std::array<Leak, 1> kLeaks{{{"one for all", kFixed}}};
  const Entry leaky{
      .key = "net.a.b", .namespaced_since = "4.15", .scope = Scope::net, .leaks = kLeaks};
  EXPECT_EQ(predict(leaky, {4, 14, 0}), Settability::node_only);
  EXPECT_EQ(predict(leaky, {5, 10, 31}), Settability::leaky);
  EXPECT_EQ(predict(leaky, {5, 10, 32}), Settability::pod_writable);
  EXPECT_EQ(predict(leaky, {5, 11, 0}), Settability::leaky);
  EXPECT_EQ(predict(leaky, {6, 1, 0}), Settability::pod_writable);

  static constexpr std::array<std::string_view, 1> kNames{"default"};
  const Entry family{.key = "net.a.*.b", .node_instances = kNames, .scope = Scope::net};
  EXPECT_EQ(predict(family, key_of("net.a.default.b"), {6, 1, 0}), Settability::node_only);
  EXPECT_EQ(predict(family, key_of("net.a.eth0.b"), {6, 1, 0}), Settability::pod_writable);
}

}  // namespace
}  // namespace podsysctl::sysctl
