// SPDX-License-Identifier: Apache-2.0
#include "nri/messages.h"

#include <array>

#include <gmock/gmock.h>

#include "nri/testing/samples.h"

namespace podsysctl::nri {
namespace {

using testing::HasSubstr;

TEST(Messages, KeepAllOfAPod) {
  const PodSandbox pod = sample_pod("1");
  const auto request = decode_pod_request(pod_request(pod));
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(*request, pod);

  const auto change = decode_state_change(state_change(3, pod));
  ASSERT_TRUE(change);
  EXPECT_EQ(change->event, 3);
  EXPECT_EQ(change->pod, pod);

  const std::array pods{sample_pod("1"), sample_pod("2")};
  const auto list = decode_synchronization(pod_list(pods, Rest::follows));
  ASSERT_TRUE(list);
  EXPECT_THAT(list->pods, testing::ElementsAreArray(pods));
  EXPECT_TRUE(list->more);
}

TEST(Messages, ReadAConfiguration) {
  const auto configuration = decode_configuration(sample_configuration());
  ASSERT_TRUE(configuration);
  EXPECT_EQ(configuration->config, "text");
  EXPECT_EQ(configuration->runtime_name, "containerd");
  EXPECT_EQ(configuration->runtime_version, "v2.1.9");
  EXPECT_EQ(configuration->nri_version, "v0.8.0");
  EXPECT_EQ(configuration->registration_timeout, std::chrono::seconds(5));
  EXPECT_EQ(configuration->request_timeout, std::chrono::milliseconds(1500));
}

TEST(Messages, TakeTheUsualTimesFromARuntimeThatSaysNone) {
  const auto configuration = decode_configuration("");
  ASSERT_TRUE(configuration);
  EXPECT_EQ(configuration->registration_timeout, std::chrono::seconds(5));
  EXPECT_EQ(configuration->request_timeout, std::chrono::seconds(2));
}

// By hand, so that the numbers of the fields are checked against NRI's and not against themselves.
TEST(Messages, UseTheFieldNumbersOfNri) {
  // pod 1 { id 1 "i", namespace 4 "n", linux 8 { namespaces 5 { type 1 "net", path 2 "/p" } },
  // pid 9 = 7, ips 10 "a", and a field 99 that nobody knows }
  const std::string pod =
      "\x0a\x01i\x22\x01n\x42\x0b\x2a\x09\x0a\x03net\x12\x02/p\x48\x07\x52\x01"
      "a\x98\x06\x01";
  const auto request =
      decode_pod_request(std::string("\x0a") + static_cast<char>(pod.size()) + pod);
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->id, "i");
  EXPECT_EQ(request->namespace_, "n");
  EXPECT_THAT(request->namespaces, testing::ElementsAre(PodNamespace{"net", "/p"}));
  EXPECT_EQ(request->pid, 7);
  EXPECT_THAT(request->ips, testing::ElementsAre("a"));

  EXPECT_EQ(encode_subscription(kPodEvents), "\x10\x07");
  EXPECT_EQ(encode_synchronized(true), "\x10\x01");
  EXPECT_EQ(encode_synchronized(false), "");
  EXPECT_EQ(encode(Registration{"n", "10", "v"}),
            "\x0a\x01n\x12\x02"
            "10\x1a\x01v");
}

TEST(Messages, RefuseWhatIsNone) {
  for (const std::string bytes : {"\xff", "\x0a\x05x", "\x0a\x02\xff\xff"}) {
    EXPECT_FALSE(decode_pod_request(bytes));
    EXPECT_FALSE(decode_synchronization(bytes));
    const auto change = decode_state_change("\x12" + bytes.substr(1));
    EXPECT_FALSE(change) << bytes.size();
  }
  PodSandbox pod = sample_pod("1");
  pod.pid = -1;
  const auto request = decode_pod_request(pod_request(pod));
  ASSERT_FALSE(request);
  EXPECT_EQ(request.error().code, Code::invalid_argument);
  EXPECT_THAT(request.error().message, HasSubstr("4294967295 is no process id"));
  EXPECT_THAT(decode_configuration("\xff").error().message,
              HasSubstr("1 bytes are no NRI configuration"));
}

}  // namespace
}  // namespace podsysctl::nri
