// SPDX-License-Identifier: Apache-2.0
#include "cli/output.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/event_json.h"
#include "api/inspect_json.h"
#include "cli/reporter.h"

namespace podsysctl::cli {
namespace {

Timestamp at_second(std::int64_t seconds) { return Timestamp(std::chrono::seconds(seconds)); }

store::PodRecord web() {
  store::PodRecord pod;
  pod.uid = "0d9f2b52-6c59-4bb5-8f9f-2b4d6a3f7c11";
  pod.name = "web";
  pod.phase = store::PodPhase::running;
  pod.engine = "embedded";
  pod.runtime = "/usr/sbin/runc";
  pod.sandbox_id = "0123456789abcdef";
  pod.sandbox_process = {4711, 99};
  pod.namespaces = {{"net", "/run/podsysctl/0123456789abcdef/net"}, {"ipc", "host"}};
  pod.created = at_second(1'700'000'000);
  pod.started = at_second(1'700'000'001);
  pod.host_ports = {{"tcp", "127.0.0.1", 8080, 80}};
  return pod;
}

TEST(InspectJson, EveryMemberInTheOrderOfTheContract) {
  const std::vector<store::SettingRecord> settings = {
      {"net.core.somaxconn", "65535", "4096", "65535", "pod.yaml:8:7",
       store::SettingState::applied},
      {"kernel.msgmax", "1", std::nullopt, std::nullopt, "--sysctl",
       store::SettingState::rolled_back}};
  store::ContainerRecord init;
  init.id = "aa";
  init.name = "setup";
  init.kind = store::ContainerKind::init;
  init.image = "busybox:latest";
  init.process = {4712, 1};
  init.state = store::ContainerState::exited;
  init.exit_code = 3;
  store::ContainerRecord nginx;
  nginx.id = "bb";
  nginx.name = "nginx";
  nginx.image = "rootfs:/srv/\"quoted\"\xff";
  nginx.process = {4713, 1};
  nginx.state = store::ContainerState::running;
  const std::vector<store::ContainerRecord> containers = {init, nginx};

  EXPECT_EQ(api::inspect_json(web(), settings, containers), R"({
  "name": "web",
  "namespace": "default",
  "uid": "0d9f2b52-6c59-4bb5-8f9f-2b4d6a3f7c11",
  "phase": "Running",
  "reason": "",
  "engine": "embedded",
  "sandbox": {
    "id": "0123456789abcdef",
    "pid": 4711,
    "namespaces": {
      "net": "/run/podsysctl/0123456789abcdef/net",
      "ipc": "host"
    },
    "sysctls": [
      {
        "name": "net.core.somaxconn",
        "requested": "65535",
        "previous": "4096",
        "effective": "65535",
        "origin": "pod.yaml:8:7",
        "state": "applied"
      },
      {
        "name": "kernel.msgmax",
        "requested": "1",
        "previous": null,
        "effective": null,
        "origin": "--sysctl",
        "state": "rolled-back"
      }
    ]
  },
  "containers": [
    {
      "name": "setup",
      "id": "aa",
      "init": true,
      "image": "busybox:latest",
      "pid": 0,
      "state": "exited",
      "exitCode": 3
    },
    {
      "name": "nginx",
      "id": "bb",
      "init": false,
      "image": "rootfs:/srv/\"quoted\"�",
      "pid": 4713,
      "state": "running",
      "exitCode": null
    }
  ]
}
)");
}

TEST(InspectJson, APodThatWasRefusedHasEmptyListsNotMissingOnes) {
  store::PodRecord pod;
  pod.name = "test-sysctl";
  pod.phase = store::PodPhase::failed;
  pod.reason = "SysctlForbidden";
  EXPECT_EQ(api::inspect_json(pod, {}, {}), R"({
  "name": "test-sysctl",
  "namespace": "default",
  "uid": "",
  "phase": "Failed",
  "reason": "SysctlForbidden",
  "engine": "",
  "sandbox": {
    "id": "",
    "pid": 0,
    "namespaces": {},
    "sysctls": []
  },
  "containers": []
}
)");
}

TEST(ListJson, EmptyIsAnEmptyArray) { EXPECT_EQ(api::list_json({}), "[]\n"); }

TEST(ListJson, EveryMember) {
  const std::vector<api::ListedPod> pods = {{web(), {"nginx:latest"}}};
  EXPECT_EQ(api::list_json(pods), R"([
  {
    "name": "web",
    "namespace": "default",
    "uid": "0d9f2b52-6c59-4bb5-8f9f-2b4d6a3f7c11",
    "phase": "Running",
    "reason": "",
    "message": "",
    "engine": "embedded",
    "runtime": "/usr/sbin/runc",
    "sandboxID": "0123456789abcdef",
    "images": [
      "nginx:latest"
    ],
    "ports": [
      {
        "protocol": "tcp",
        "hostIP": "127.0.0.1",
        "hostPort": 8080,
        "containerPort": 80
      }
    ],
    "created": "2023-11-14T22:13:20Z",
    "started": "2023-11-14T22:13:21Z",
    "finished": null
  }
]
)");
}

TEST(EventJson, EveryMemberInTheOrderOfTheContract) {
  store::EventRecord event;
  event.type = store::EventType::warning;
  event.reason = "SysctlForbidden";
  event.host = "node1";
  event.object = {"Pod", "default", "test-sysctl", "some-uid"};
  event.message = "forbidden sysctl: \"net.core.somaxconn\" not allowlisted";
  event.count = 2;
  event.first_seen = at_second(1'700'000'000);
  event.last_seen = at_second(1'700'000'001);
  EXPECT_EQ(
      api::event_json(event),
      R"({"type":"Warning","reason":"SysctlForbidden","source":{"component":"podsysctl","host":"node1"},)"
      R"("involvedObject":{"kind":"Pod","namespace":"default","name":"test-sysctl"},)"
      R"("message":"forbidden sysctl: \"net.core.somaxconn\" not allowlisted","count":2,)"
      R"("firstTimestamp":"2023-11-14T22:13:20Z","lastTimestamp":"2023-11-14T22:13:21Z"})"
      "\n");
}

TEST(EventJson, AMessageStaysOnOneLine) {
  store::EventRecord event;
  event.message = "two\nlines \x1b[31m\xc3";
  const std::string line = api::event_json(event);
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  EXPECT_NE(line.find(R"(two\nlines \u001b[31m)"), std::string::npos) << line;
}

TEST(Table, ColumnsAreAsWideAsTheirWidestCell) {
  Table table({"NAME", "PHASE", "PORTS"});
  table.add({{"web"}, {"Running", Colour::green}, {"80->80/tcp"}});
  table.add({{"größer"}, {"Failed", Colour::red}, {""}});
  EXPECT_EQ(table.text(Table::Colours::off),
            "NAME     PHASE     PORTS\n"
            "web      Running   80->80/tcp\n"
            "größer   Failed\n");
  EXPECT_EQ(table.text(Table::Colours::on),
            "NAME     PHASE     PORTS\n"
            "web      \x1b[32mRunning\x1b[0m   80->80/tcp\n"
            "größer   \x1b[31mFailed\x1b[0m\n");
}

TEST(Table, TextFromOutsideCannotSteerTheTerminal) {
  Table table({"MESSAGE"});
  table.add({{"a\x1b]0;title\x07\nb\tc"}});
  EXPECT_EQ(table.text(Table::Colours::off), "MESSAGE\na\\x1b]0;title\\x07\\nb\\tc\n");
}

TEST(Age, InTheUnitThatSaysMost) {
  struct Case {
    std::int64_t seconds;
    const char* text;
  };
  constexpr Case kCases[] = {{-5, "0s"},       {0, "0s"},       {119, "119s"},
                             {120, "2m"},      {7199, "119m"},  {7200, "2h"},
                             {172'799, "47h"}, {172'800, "2d"}, {86'400'000, "1000d"}};
  for (const Case& row : kCases) {
    EXPECT_EQ(age(at_second(0), at_second(row.seconds)), row.text);
  }
}

TEST(ProgressLine, ABarWhereTheTotalIsKnown) {
  EXPECT_EQ(progress_line("layer 1 of 2", 6'000'000, 12'000'000),
            "  layer 1 of 2  [############............]  50 %  6.0 MB");
  EXPECT_EQ(progress_line("index", 1'500'000, 0), "  index  1.5 MB");
}

}  // namespace
}  // namespace podsysctl::cli
