// SPDX-License-Identifier: Apache-2.0
#include "cri/process_info.h"

#include <string>

#include <gtest/gtest.h>

namespace podsysctl::cri {
namespace {

using Places = std::map<std::string, std::string>;

TEST(ProcessInfo, ReadsWhatRuntimesTell) {
  struct Row {
    const char* info;
    pid_t pid;
    Places namespaces;
  };
  const Row rows[] = {
      {R"({"pid":7,"sandboxID":"s"})", 7, {}},
      {R"({"pid":7,"runtimeSpec":{"linux":{"namespaces":[{"type":"pid"},
           {"type":"network","path":"/var/run/netns/cni-1"}]}}})",
       7,
       {{"pid", ""}, {"network", "/var/run/netns/cni-1"}}},
      {R"({"runtimeSpec":{"linux":{"namespaces":[{"type":"ipc","path":"/run/ipcns/1"}]}}})",
       0,
       {{"ipc", "/run/ipcns/1"}}},
      {R"({"pid":99999999999,"runtimeSpec":{"linux":{}}})", 1 << 22, {}},
      {R"({"pid":-1,"runtimeSpec":{}})", 0, {}}};
  for (const Row& row : rows) {
    const auto process = read_process_info({{"info", row.info}});
    ASSERT_TRUE(process) << process.error().message;
    EXPECT_EQ(process->pid, row.pid) << row.info;
    EXPECT_EQ(process->namespaces, row.namespaces) << row.info;
  }
}

TEST(ProcessInfo, RefusesWhatMakesNoSense) {
  struct Row {
    StringMap info;
    Code code;
    const char* words;
  };
  const Row rows[] = {
      {{}, Code::unsupported, "does not tell the process"},
      {{{"info", "{"}}, Code::invalid_argument, "the runtime's status"},
      {{{"info", R"({"pid":"x"})"}}, Code::invalid_argument, "the runtime's status: pid"},
      {{{"info", R"({"runtimeSpec":{"linux":{"namespaces":[{"path":"/x"}]}}})"}},
       Code::invalid_argument,
       "namespaces[0]"}};
  for (const Row& row : rows) {
    const auto process = read_process_info(row.info);
    ASSERT_FALSE(process);
    EXPECT_EQ(process.error().code, row.code) << process.error().message;
    EXPECT_NE(process.error().message.find(row.words), std::string::npos)
        << process.error().message;
  }
}

}  // namespace
}  // namespace podsysctl::cri
