// SPDX-License-Identifier: Apache-2.0
#include "service/workers.h"

#include <atomic>
#include <latch>

#include <gmock/gmock.h>

#include "service/exposition.h"

namespace podsysctl::service {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;

constexpr milliseconds kPatience{10'000};

Result<std::unique_ptr<Workplace>> closed() {
  return Error::of(Code::unavailable, "there is no place to work");
}

TEST(Workers, DoAllJobsAndHandOnWhyTheyCannotWork) {
  Workers workers(closed);
  std::atomic<int> told{0};
  std::latch all(50);
  for (int i = 0; i < 50; ++i) {
    workers.submit(JobKind::quick, [&](const Result<const node::Node*>& node) {
      told += !node && node.error().code == Code::unavailable ? 1 : 0;
      all.count_down();
    });
  }
  all.wait();
  EXPECT_EQ(told, 50);
  EXPECT_TRUE(workers.drain(kPatience));
}

TEST(Workers, ManyThatWaitKeepNobodyElseWaiting) {
  Workers workers(closed, {.quick = 1, .waiting = 3});
  std::latch begun(3);
  std::latch released(1);
  std::latch done(1);
  for (int i = 0; i < 4; ++i) {
    workers.submit(JobKind::waiting, [&, i](const Result<const node::Node*>&) {
      if (i < 3) {
        begun.count_down();
      }
      released.wait();
    });
  }
  begun.wait();  // three at once
  workers.submit(JobKind::quick, [&](const Result<const node::Node*>&) { done.count_down(); });
  done.wait();
  EXPECT_FALSE(workers.drain(milliseconds(1))) << "three are being done still";
  released.count_down();
  EXPECT_TRUE(workers.drain(kPatience));
}

TEST(Exposition, IsWhatPrometheusReads) {
  Metrics metrics;
  metrics.applied(std::chrono::microseconds(700));
  metrics.applied(std::chrono::seconds(2));
  metrics.add(&Counts::restarts);
  metrics.drifted("net.core.somaxconn");
  const api::RecordCounts records{.pods = {{"Failed", 0}, {"Running", 3}},
                                  .settings = {{{"net.a\"b", "applied"}, 2}}};
  const std::string text = exposition(metrics.counts(), records, {4096, 12}, "1.2.3");
  for (const char* line :
       {"# TYPE podsysctl_pods gauge\npodsysctl_pods{phase=\"Failed\"} 0\n"
        "podsysctl_pods{phase=\"Running\"} 3\n",
        "podsysctl_build_info{version=\"1.2.3\"} 1\n",
        "podsysctl_sysctl_settings{sysctl=\"net.a\\\"b\",state=\"applied\"} 2\n",
        "podsysctl_sysctl_apply_seconds_bucket{le=\"0.0005\"} 0\n"
        "podsysctl_sysctl_apply_seconds_bucket{le=\"0.001\"} 1\n",
        "podsysctl_sysctl_apply_seconds_bucket{le=\"+Inf\"} 2\n",
        "podsysctl_sysctl_apply_seconds_sum 2.0007\npodsysctl_sysctl_apply_seconds_count 2\n",
        "podsysctl_container_restarts_total 1\n",
        "podsysctl_sysctl_drifts_total{sysctl=\"net.core.somaxconn\"} 1\n",
        "podsysctl_open_fds 12\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

}  // namespace
}  // namespace podsysctl::service
