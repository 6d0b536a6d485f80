// SPDX-License-Identifier: Apache-2.0
// The probe on the running kernel, against what is known of it.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iostream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "golden.h"
#include "host_watch.h"
#include "linux/file.h"
#include "sysctl/probe.h"
#include "sysctl/probe_leaks.h"

namespace podsysctl::kernel_test {
namespace {

using sysctl::KernelVersion;
using sysctl::ProbedKey;
using sysctl::ProbeMode;
using sysctl::ProbeReport;
using sysctl::Settability;
using testing::IsEmpty;

// The probes are made once for all tests here.
class ProbeOnThisKernel : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (::geteuid() != 0) {
      return;
    }
    const HostWatch watch;
    passive_ = new Result<ProbeReport>(sysctl::probe(ProbeMode::passive));
    changed_by_passive_ = new std::vector<std::string>(watch.changes());
    active_ = new Result<ProbeReport>(sysctl::probe(ProbeMode::active));
    changed_by_active_ = new std::vector<std::string>(watch.changes());
  }

  static void TearDownTestSuite() {
    delete passive_;
    delete active_;
    delete changed_by_passive_;
    delete changed_by_active_;
  }

  void SetUp() override {
    if (::geteuid() != 0) {
      GTEST_SKIP() << "probing needs root";
    }
    ASSERT_TRUE(*passive_) << passive_->error().message;
    ASSERT_TRUE(*active_) << active_->error().message;
  }

  [[nodiscard]] static const ProbeReport& passive() { return **passive_; }
  [[nodiscard]] static const ProbeReport& active() { return **active_; }

  inline static Result<ProbeReport>* passive_ = nullptr;
  inline static Result<ProbeReport>* active_ = nullptr;
  inline static std::vector<std::string>* changed_by_passive_ = nullptr;
  inline static std::vector<std::string>* changed_by_active_ = nullptr;
};

TEST_F(ProbeOnThisKernel, AgreesWithTheGoldenData) {
  const std::string series = series_of(passive().kernel_release);
  const Golden here = golden_of(passive());
  const char* const out = std::getenv("PSYS_MATRIX_OUT");
  if (out != nullptr) {
    ASSERT_TRUE(linux::write_file(fmt::format("{}/{}.tsv", out, series), to_text(here)));
  }
  const Result<Golden> golden = load_golden(series);
  if (!golden) {
    GTEST_SKIP() << "no golden data for Linux " << series;
  }
  const auto completeness = out != nullptr ? Completeness::exact : Completeness::common_keys;
  const auto found = differences(*golden, here, completeness);
  for (const std::string& line : found) {
    ADD_FAILURE() << line;
  }
}

TEST_F(ProbeOnThisKernel, LeavesTheHostAlone) {
  EXPECT_THAT(*changed_by_passive_, IsEmpty());
  EXPECT_THAT(*changed_by_active_, IsEmpty());
}

// Every leak that a trial finds must be known, so that the passive probe refuses the key as well.
TEST_F(ProbeOnThisKernel, ActiveFindsNoLeakThatPassiveDoesNotKnow) {
  for (const ProbedKey& probed : active().keys) {
    const ProbedKey* const known = find(passive(), probed.key);
    ASSERT_NE(known, nullptr) << probed.key.name();
    if (probed.settability == Settability::leaky) {
      EXPECT_EQ(known->settability, Settability::leaky) << probed.key.name() << ": " << probed.note;
    }
  }
}

TEST_F(ProbeOnThisKernel, TrialsChangeNearlyEveryKey) {
  const auto tried = std::ranges::count_if(active().keys, [](const ProbedKey& probed) {
    return probed.settability == Settability::pod_writable && probed.scope != sysctl::Scope::user;
  });
  const auto stubborn = std::ranges::count_if(active().keys, [](const ProbedKey& probed) {
    if (probed.note.find("no other value") == std::string::npos) {
      return false;
    }
    std::cout << "no other value taken: " << probed.key.name() << '\n';
    return true;
  });
  EXPECT_GT(tried, 100);
  EXPECT_LT(stubborn * 20, tried);
}

TEST_F(ProbeOnThisKernel, NamesAndNamespacesAgree) {
  for (const ProbedKey& probed : passive().keys) {
    EXPECT_EQ(probed.note.find("changes with"), std::string::npos)
        << probed.key.name() << ": " << probed.note;
  }
}

// What people are caught out by, and since when it is otherwise. (net.core.*mem_* became visible in
// pods between 6.1 and 6.12; kernels in between are not in the matrix.)
TEST_F(ProbeOnThisKernel, KnownFacts) {
  struct Fact {
    std::string_view key;
    KernelVersion since;
    Settability before;
    Settability after;
  };
  const std::vector<Fact> facts{
      {"net.core.somaxconn", {4, 0, 0}, Settability::absent, Settability::pod_writable},
      {"net.core.rmem_max", {6, 9, 0}, Settability::node_only, Settability::pod_read_only},
      {"net.core.netdev_max_backlog", {99, 0, 0}, Settability::node_only, Settability::absent},
      {"net.ipv4.tcp_mem", {99, 0, 0}, Settability::node_only, Settability::absent},
      {"net.ipv4.tcp_rmem", {4, 15, 0}, Settability::node_only, Settability::pod_writable},
      {"net.ipv4.tcp_tw_recycle", {4, 12, 0}, Settability::pod_writable, Settability::absent},
      {"net.ipv4.conf.default.forwarding",
       {4, 0, 0},
       Settability::absent,
       Settability::pod_writable},
      {"kernel.shmmax", {4, 0, 0}, Settability::absent, Settability::pod_writable},
      {"fs.mqueue.msg_max", {4, 0, 0}, Settability::absent, Settability::pod_writable},
      {"vm.swappiness", {99, 0, 0}, Settability::node_only, Settability::absent},
      {"fs.file-max", {99, 0, 0}, Settability::node_only, Settability::absent},
  };
  const KernelVersion kernel = sysctl::kernel_version(passive().kernel_release, "").value();
  for (const Fact& fact : facts) {
    const ProbedKey* const found = find(passive(), sysctl::SysctlKey::parse(fact.key).value());
    const Settability here = found == nullptr ? Settability::absent : found->settability;
    EXPECT_EQ(to_string(here), to_string(kernel >= fact.since ? fact.after : fact.before))
        << fact.key << " on Linux " << passive().kernel_release;
  }
}

}  // namespace
}  // namespace podsysctl::kernel_test
