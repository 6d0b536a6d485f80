// SPDX-License-Identifier: Apache-2.0
#include "engine/embedded/oci_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "engine/embedded/oci_parts.h"

namespace podsysctl::engine {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

OciSpecInput input() {
  OciSpecInput input;
  input.container.name = "web";
  input.image.command = {"serve"};
  input.host.grantable = all_capabilities();
  input.host.architecture = "x86_64";
  input.host.cgroups.mode = CgroupMode::v2;
  input.host.cgroups.v2 = "/sys/fs/cgroup";
  input.host.cgroups.v2_controllers = {"cpu", "memory"};
  input.user.home = "/root";
  input.rootfs = "/pods/u/rootfs";
  input.net = {NamespaceChoice::Kind::join, "/run/s/net"};
  input.ipc = {NamespaceChoice::Kind::join, "/run/s/ipc"};
  input.uts = {NamespaceChoice::Kind::join, "/run/s/uts"};
  input.cgroups_path = "/podsysctl/abc";
  return input;
}

json::Value spec_of(const OciSpecInput& input) {
  const auto spec = make_oci_spec(input);
  EXPECT_TRUE(spec) << spec.error().message;
  return spec ? json::parse(spec->json, "spec").value() : json::Value();
}

// The whole of the plainest container, without its seccomp profile, which has tests of its own.
TEST(OciSpecTest, PlainContainer) {
  json::Value spec = spec_of(input());
  EXPECT_THAT(spec["annotations"]["run.oci.seccomp_bpf_data"].get<std::string>(), StartsWith("IA"));
  spec.erase("annotations");
  EXPECT_EQ(spec["linux"]["seccomp"]["architectures"][2], "SCMP_ARCH_X32");
  spec["linux"].erase("seccomp");
  constexpr const char* kExpected = R"({
"ociVersion": "1.0.2",
"process": {
  "terminal": false, "user": {"uid": 0, "gid": 0}, "args": ["serve"],
  "env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root"],
  "cwd": "/",
  "capabilities": {"bounding": CAPS, "effective": CAPS, "permitted": CAPS},
  "noNewPrivileges": false},
"root": {"path": "/pods/u/rootfs", "readonly": false},
"mounts": [
  {"destination": "/proc", "type": "proc", "source": "proc",
   "options": ["nosuid", "noexec", "nodev"]},
  {"destination": "/dev", "type": "tmpfs", "source": "tmpfs",
   "options": ["nosuid", "strictatime", "mode=755", "size=65536k"]},
  {"destination": "/dev/pts", "type": "devpts", "source": "devpts",
   "options": ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"]},
  {"destination": "/sys", "type": "sysfs", "source": "sysfs",
   "options": ["nosuid", "noexec", "nodev", "ro"]},
  {"destination": "/sys/fs/cgroup", "type": "cgroup", "source": "cgroup",
   "options": ["ro", "nosuid", "noexec", "nodev"]},
  {"destination": "/dev/mqueue", "type": "mqueue", "source": "mqueue",
   "options": ["nosuid", "noexec", "nodev"]},
  {"destination": "/dev/shm", "type": "tmpfs", "source": "shm",
   "options": ["nosuid", "noexec", "nodev", "mode=1777", "size=65536k"]}],
"linux": {
  "namespaces": [
    {"type": "mount"}, {"type": "network", "path": "/run/s/net"},
    {"type": "ipc", "path": "/run/s/ipc"}, {"type": "uts", "path": "/run/s/uts"},
    {"type": "pid"}, {"type": "cgroup"}],
  "cgroupsPath": "/podsysctl/abc",
  "resources": {"devices": [{"allow": false, "access": "rwm"}]},
  "maskedPaths": [
    "/proc/acpi", "/proc/asound", "/proc/interrupts", "/proc/kcore", "/proc/keys",
    "/proc/latency_stats", "/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug",
    "/proc/scsi", "/sys/firmware", "/sys/devices/virtual/powercap"],
  "readonlyPaths": ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]}})";
  const std::string capabilities =
      R"(["CAP_CHOWN","CAP_DAC_OVERRIDE","CAP_FOWNER","CAP_FSETID","CAP_KILL","CAP_SETGID",)"
      R"("CAP_SETUID","CAP_SETPCAP","CAP_NET_BIND_SERVICE","CAP_NET_RAW","CAP_SYS_CHROOT",)"
      R"("CAP_MKNOD","CAP_AUDIT_WRITE","CAP_SETFCAP"])";
  std::string expected = kExpected;
  for (std::size_t at = expected.find("CAPS"); at != std::string::npos;
       at = expected.find("CAPS")) {
    expected.replace(at, 4, capabilities);
  }
  EXPECT_EQ(spec.dump(1), json::parse(expected, "expected").value().dump(1));
}

TEST(OciSpecTest, PrivilegedContainer) {
  OciSpecInput in = input();
  in.container.security.privileged = true;
  in.container.security.capabilities.drop = {"ALL"};
  in.host.grantable = all_capabilities() - CapabilitySet(std::uint64_t{1} << 24U);
  in.host.devices = {{"/dev/kvm", 'c', 10, 232, 0660, 0, 104}};
  in.host.cgroups.mode = CgroupMode::v1;
  const json::Value spec = spec_of(in);
  EXPECT_FALSE(spec.contains("annotations"));
  const json::Value& part = spec["linux"];
  for (const char* const absent : {"seccomp", "maskedPaths", "readonlyPaths"}) {
    EXPECT_FALSE(part.contains(absent)) << absent;
  }
  EXPECT_EQ(part["resources"]["devices"][0]["allow"], true);
  EXPECT_EQ(
      part["devices"].dump(),
      R"([{"path":"/dev/kvm","type":"c","major":10,"minor":232,"fileMode":432,"uid":0,"gid":104}])");
  EXPECT_EQ(part["namespaces"].size(), 5U);
  EXPECT_EQ(spec["process"]["capabilities"]["effective"].size(), 40U);
  EXPECT_EQ(spec["mounts"][3]["options"].back(), "rw");
  EXPECT_EQ(spec["mounts"][4]["options"].front(), "rw");
}

TEST(OciSpecTest, EverythingThatAContainerCanAskFor) {
  OciSpecInput in = input();
  in.container.command = {"/bin/x"};
  in.container.args = {"a"};
  in.container.env = {{"PATH", "/bin"}, {"B", "="}, {"B", "2"}};
  in.container.working_dir = "/srv";
  in.container.tty = true;
  in.container.security.allow_privilege_escalation = false;
  in.container.security.read_only_root_filesystem = true;
  in.container.resources.memory_limit = 1 << 30;
  in.container.resources.cpu_limit_milli = 1500;
  in.image.env = {"B=1", "C=3", "broken", "=x"};
  in.image.working_dir = "/image";
  in.user = {33, 34, {40}, "/srv", true};
  in.hostname = "web-0";
  in.net = {};
  in.pid = {NamespaceChoice::Kind::join, "/run/s/pid"};
  in.binds = {{"/v/hosts", "/etc/hosts", pod::Access::read_write},
              {"/v/b", "/data/inner", pod::Access::read_only},
              {"/v/a", "/data", pod::Access::read_write, pod::Propagation::from_host}};
  in.shm_source = "/pods/u/shm";
  in.hosts_file = "/pods/u/etc/hosts";
  in.resolv_conf_file = "/pods/u/etc/resolv.conf";
  const json::Value spec = spec_of(in);
  const json::Value& process = spec["process"];
  EXPECT_EQ(process["args"].dump(), R"(["/bin/x","a"])");
  EXPECT_EQ(process["env"].dump(),
            R"(["PATH=/bin","HOSTNAME=web-0","TERM=xterm","HOME=/srv","B=2","C=3"])");
  EXPECT_EQ(process["cwd"], "/srv");
  EXPECT_EQ(process["terminal"], true);
  EXPECT_EQ(process["noNewPrivileges"], true);
  EXPECT_EQ(process["user"].dump(), R"({"uid":33,"gid":34,"additionalGids":[40]})");
  EXPECT_EQ(spec["root"]["readonly"], true);
  EXPECT_EQ(spec["linux"]["resources"]["memory"]["limit"], 1 << 30);
  EXPECT_EQ(spec["linux"]["resources"]["cpu"].dump(),
            R"({"shares":1536,"quota":150000,"period":100000})");
  std::vector<std::string> targets;
  for (const json::Value& mount : spec["mounts"]) {
    targets.push_back(mount["source"].get<std::string>() + ">" +
                      mount["destination"].get<std::string>());
  }
  targets.erase(targets.begin(), targets.begin() + 6);
  EXPECT_THAT(targets,
              ElementsAre("/pods/u/shm>/dev/shm", "/pods/u/etc/resolv.conf>/etc/resolv.conf",
                          "/v/a>/data", "/v/hosts>/etc/hosts", "/v/b>/data/inner"));
  EXPECT_EQ(spec["mounts"].back()["options"].dump(), R"(["rbind","rprivate","ro"])");
  EXPECT_EQ(spec["mounts"][spec["mounts"].size() - 3]["options"].dump(),
            R"(["rbind","rslave","rw"])");
  for (const json::Value& space : spec["linux"]["namespaces"]) {
    EXPECT_NE(space["type"], "network");
  }
}

TEST(OciSpecTest, CommandsAreComposedAsInKubernetes) {
  ImageDefaults image;
  image.entrypoint = {"e"};
  image.command = {"c"};
  pod::Container container;
  EXPECT_THAT(compose_command(container, image), ElementsAre("e", "c"));
  container.args = {"a"};
  EXPECT_THAT(compose_command(container, image), ElementsAre("e", "a"));
  container.command = {"x"};
  EXPECT_THAT(compose_command(container, image), ElementsAre("x", "a"));
  container.args.clear();
  EXPECT_THAT(compose_command(container, image), ElementsAre("x"));
}

TEST(OciSpecTest, WhatCannotBeSaidIsRefused) {
  struct Case {
    void (*change)(OciSpecInput&);
    const char* message;
  };
  const Case cases[] = {
      {[](OciSpecInput& in) { in.image.command.clear(); }, "no command specified"},
      {[](OciSpecInput& in) { in.container.command = {""}; }, "no command specified"},
      {[](OciSpecInput& in) { in.container.args = {"\xff"}; }, "is not valid UTF-8"},
      {[](OciSpecInput& in) { in.container.args = {"\xed\xa0\x80"}; }, "is not valid UTF-8"},
      {[](OciSpecInput& in) { in.container.args = {std::string("a\0b", 3)}; }, "has a NUL"},
      {[](OciSpecInput& in) { in.container.env = {{"A", "\xc0\x80"}}; }, "is not valid UTF-8"},
      {[](OciSpecInput& in) { in.container.env = {{"A=B", ""}}; }, "has an empty name or '='"},
      {[](OciSpecInput& in) { in.container.working_dir = "x"; }, "is not an absolute path"},
      {[](OciSpecInput& in) { in.image.working_dir = "/proc/self/fd/8"; }, "process's own folder"},
      {[](OciSpecInput& in) { in.container.working_dir = "/x/..//proc/./7/cwd"; },
       "process's own folder"},
      {[](OciSpecInput& in) { in.binds = {{"/v", "data", {}}}; }, "is not an absolute path"},
      {[](OciSpecInput& in) { in.binds = {{"/v", "/", {}}}; }, "is not an absolute path below /"},
      {[](OciSpecInput& in) { in.binds = {{"/v", "/a/../proc", {}}}; }, "without \"..\""},
      {[](OciSpecInput& in) { in.binds = {{"/v", "//proc/sys", {}}}; }, "cannot be mounted at"},
      {[](OciSpecInput& in) { in.binds = {{"/v", "/a", {}}, {"/w", "/a/", {}}}; },
       "must be unique"},
      {[](OciSpecInput& in) { in.container.security.capabilities.add = {"X"}; },
       "unknown capability"},
      {[](OciSpecInput& in) { in.host.architecture = "riscv64"; }, "no default seccomp profile"},
  };
  for (const Case& c : cases) {
    OciSpecInput in = input();
    c.change(in);
    const auto spec = make_oci_spec(in);
    ASSERT_FALSE(spec) << c.message;
    EXPECT_THAT(spec.error().message, HasSubstr(c.message));
  }
}

TEST(OciSpecTest, LimitsThatCannotBeSetAreWarnings) {
  OciSpecInput in = input();
  in.host.cgroups = {};
  in.container.resources.memory_limit = 1;
  const auto spec = make_oci_spec(in);
  ASSERT_TRUE(spec) << spec.error().message;
  EXPECT_THAT(spec->warnings, Contains(HasSubstr("the memory limit has no effect")));
  EXPECT_THAT(spec->json, ::testing::Not(HasSubstr("cgroup")));
}

TEST(SeccompProfile, DockersFormatIsConverted) {
  constexpr std::string_view kProfile = R"({
    "defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 1,
    "archMap": [{"architecture": "SCMP_ARCH_AARCH64"},
                {"architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X86"]}],
    "syscalls": [
      {"names": ["read"], "action": "SCMP_ACT_ALLOW"},
      {"name": "old", "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "op": "SCMP_CMP_EQ"}]},
      {"names": ["mount"], "action": "SCMP_ACT_ALLOW", "includes": {"caps": ["CAP_SYS_ADMIN"]}},
      {"names": ["clone3"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38,
       "excludes": {"caps": ["CAP_SYS_ADMIN"]}},
      {"names": ["set_tls"], "action": "SCMP_ACT_ALLOW", "includes": {"arches": ["arm64"]}},
      {"names": ["arch_prctl"], "action": "SCMP_ACT_ALLOW", "includes": {"arches": ["amd64"]}}]})";
  const auto names = [&](CapabilitySet set) {
    const auto profile = oci::convert_seccomp_profile(kProfile, "p.json", set, "x86_64");
    EXPECT_TRUE(profile) << profile.error().message;
    EXPECT_EQ((*profile)["architectures"].dump(), R"(["SCMP_ARCH_X86_64","SCMP_ARCH_X86"])");
    std::vector<std::string> found;
    for (const json::Value& rule : (*profile)["syscalls"]) {
      found.push_back(rule["names"][0].get<std::string>());
    }
    return found;
  };
  EXPECT_THAT(names({}), ElementsAre("read", "old", "clone3", "arch_prctl"));
  EXPECT_THAT(names(all_capabilities()), ElementsAre("read", "old", "mount", "arch_prctl"));
  for (const char* const bad :
       {"", "[]", R"({"defaultAction": 1})", R"({"defaultAction":"a","syscalls":[{"action":"b"}]})",
        R"({"defaultAction":"a","syscalls":{}})"}) {
    const auto profile = oci::convert_seccomp_profile(bad, "p.json", {}, "x86_64");
    ASSERT_FALSE(profile) << bad;
    EXPECT_THAT(profile.error().message, StartsWith("p.json"));
  }
}

}  // namespace
}  // namespace podsysctl::engine
