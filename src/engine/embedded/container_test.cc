// SPDX-License-Identifier: Apache-2.0
// Real containers by each runtime that is installed.
#include <signal.h>

#include <chrono>
#include <optional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/strings.h"
#include "engine/embedded/crilog.h"
#include "engine/embedded/monitor.h"
#include "engine/embedded/sandbox_fixture.h"
#include "linux/file.h"
#include "linux/process.h"

namespace podsysctl::engine {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class Container : public testing::SandboxFixture,
                  public ::testing::WithParamInterface<const char*> {
 protected:
  void SetUp() override {
    if (!linux::find_program(GetParam())) {
      GTEST_SKIP() << GetParam() << " is not installed";
    }
    SandboxFixture::SetUp();
  }
  testing::Ran run_shell(const std::string& command) {
    return run(runtime(GetParam()), shell(command));
  }
};

// What the monitor noted before it ended; none where it did not, in time.
std::optional<int> exit_code_of(const MonitoredContainer& made, const MonitorRequest& request) {
  const auto gone = linux::wait_until_gone(made.monitor, std::chrono::seconds(20));
  EXPECT_TRUE(gone.value_or(false));
  return read_exit_code(request.exit_dir, request.id).value_or(std::nullopt);
}

TEST_P(Container, ExitCodes) {
  struct Case {
    std::vector<std::string> command;
    int exit_code;
    const char* message;  // "" where the container ran
  };
  const Case cases[] = {
      {{"true"}, 0, ""},
      {{"sh", "-c", "exit 7"}, 7, ""},
      {{"sh", "-c", "echo no >&2; exit 1"}, 1, ""},
      {{"nope"}, 127, "the command is not in the container's image: "},
      {{"/nope"}, 127, "the command is not in the container's image: "},
      {{"/bin/data"}, 126, "the command cannot be executed: "},
      {{"/etc"}, 126, "the command cannot be executed: "},
  };
  for (const Case& c : cases) {
    OciSpecInput input = shell("");
    input.container.command = c.command;
    const auto ran = run(runtime(GetParam()), input);
    EXPECT_EQ(ran.exit_code, c.exit_code) << c.command.back() << ": " << ran.err;
    EXPECT_EQ(ran.failure.has_value(), *c.message != '\0') << c.command.back();
    if (ran.failure) {
      EXPECT_THAT(ran.failure->error.message, StartsWith(c.message));
      EXPECT_THAT(ran.failure->error.message, HasSubstr(GetParam()));
    }
  }
}

TEST_P(Container, RuntimeFailureIsTold) {
  OciSpecInput input = shell("true");
  input.net.path = "/no/such/namespace";
  const auto ran = run(runtime(GetParam()), input);
  EXPECT_EQ(ran.exit_code, 125);
  ASSERT_TRUE(ran.failure);
  EXPECT_THAT(ran.failure->error.message, HasSubstr("could not start the container: "));
}

TEST_P(Container, ProcSysIsReadOnly) {
  const auto ran =
      run_shell("echo 5 > /proc/sys/net/core/somaxconn; cat /proc/sys/net/core/somaxconn");
  EXPECT_THAT(ran.err, HasSubstr("Read-only file system"));
  EXPECT_EQ(ran.out, "4096\n");
}

TEST_P(Container, PrivilegedWritesItsOwnSysctls) {
  const std::string before = linux::read_file("/proc/sys/net/core/somaxconn").value();
  OciSpecInput input =
      shell("echo 5000 > /proc/sys/net/core/somaxconn; cat /proc/sys/net/core/somaxconn");
  input.container.security.privileged = true;
  input.host.devices = host_.devices;
  const auto ran = run(runtime(GetParam()), input);
  EXPECT_EQ(ran.out, "5000\n") << ran.err << (ran.failure ? ran.failure->error.message : "");
  // The namespace is the sandbox's: the next container sees it, the host does not.
  EXPECT_EQ(run_shell("cat /proc/sys/net/core/somaxconn").out, "5000\n");
  EXPECT_EQ(linux::read_file("/proc/sys/net/core/somaxconn").value(), before);
}

TEST_P(Container, Capabilities) {
  const auto bits = [](const std::string& out, const std::string& set) {
    const std::size_t at = out.find(set + ":");
    return parse_number<std::uint64_t>(trim(out.substr(at + set.size() + 1, 17)), 16).value_or(1);
  };
  auto ran = run_shell("grep Cap /proc/self/status");
  for (const char* const set : {"CapBnd", "CapEff", "CapPrm"}) {
    EXPECT_EQ(bits(ran.out, set), (default_capabilities() & host_.grantable).bits()) << ran.out;
  }
  EXPECT_EQ(bits(ran.out, "CapInh"), 0U);

  OciSpecInput input = shell("grep -E 'Cap|NoNew' /proc/self/status; id -u; id -G");
  input.user = {33, 34, {40}, "/srv", true};
  input.container.security.allow_privilege_escalation = false;
  input.container.security.capabilities = {{"NET_ADMIN"}, {"ALL"}};
  ran = run(runtime(GetParam()), input);
  EXPECT_EQ(bits(ran.out, "CapEff"), 0U) << ran.out << ran.err;
  EXPECT_EQ(bits(ran.out, "CapBnd"), std::uint64_t{1} << 12U);
  EXPECT_THAT(ran.out, HasSubstr("NoNewPrivs:\t1\n33\n34 40\n"));
}

TEST_P(Container, SeccompRefuses) {
  auto ran =
      run_shell("grep Seccomp: /proc/self/status; unshare -U true; mount -t tmpfs none /tmp");
  EXPECT_THAT(ran.out, HasSubstr("Seccomp:\t2"));
  EXPECT_THAT(ran.err, HasSubstr("unshare(0x10000000): Operation not permitted"));
  EXPECT_THAT(ran.err, HasSubstr("mount"));

  OciSpecInput input = shell("grep Seccomp: /proc/self/status; unshare -n true; echo $?");
  input.container.security.capabilities.add = {"SYS_ADMIN"};
  ran = run(runtime(GetParam()), input);
  EXPECT_EQ(ran.out, "Seccomp:\t2\n0\n") << ran.err;

  input = shell("grep Seccomp: /proc/self/status");
  input.container.security.seccomp.kind = pod::SeccompProfile::Kind::unconfined;
  EXPECT_EQ(run(runtime(GetParam()), input).out, "Seccomp:\t0\n");
}

TEST_P(Container, DevicesOfTheHostAreOutOfReach) {
  // mknod is allowed, using it is not: the devices control group refuses.
  const auto ran =
      run_shell("mknod /tmp/disk b 254 0 && cat /tmp/disk | dd bs=1 count=1 of=/dev/null");
  if (host_.cgroups.has("devices") || host_.cgroups.mode == CgroupMode::v2) {
    EXPECT_THAT(ran.err, HasSubstr("Operation not permitted"));
  }
}

TEST_P(Container, SystemFilesAreMasked) {
  const auto ran = run_shell(
      "cat /proc/kcore | dd bs=1 count=1 2>/dev/null; echo $?; "
      "echo 1 > /proc/irq/default_smp_affinity; touch /sys/x; ls /dev/pts/ptmx");
  EXPECT_THAT(ran.out, StartsWith("0\n"));  // /dev/null stands in its place
  EXPECT_THAT(ran.out, HasSubstr("/dev/pts/ptmx"));
  EXPECT_THAT(ran.err, HasSubstr("/proc/irq/default_smp_affinity: Read-only file system"));
  EXPECT_THAT(ran.err, HasSubstr("/sys/x: Read-only file system"));
}

TEST_P(Container, MemoryLimitIsSet) {
  if (!host_.cgroups.has("memory")) {
    GTEST_SKIP() << "no memory controller here";
  }
  OciSpecInput input = shell(
      "cat /sys/fs/cgroup/memory/memory.limit_in_bytes "
      "/sys/fs/cgroup/memory.max 2>/dev/null");
  input.container.resources.memory_limit = 64 << 20;
  input.container.resources.cpu_limit_milli = 500;
  EXPECT_EQ(run(runtime(GetParam()), input).out, "67108864\n");
}

TEST_P(Container, FilesAndBinds) {
  ASSERT_TRUE(linux::write_file(folder_ + "/hosts", "127.0.0.1 pod\n", 0644));
  ASSERT_TRUE(linux::make_directories(folder_ + "/data"));
  ASSERT_TRUE(linux::write_file(folder_ + "/data/x", "volume\n", 0644));
  OciSpecInput input = shell("cat /etc/hosts /srv/a/x; touch /srv/a/y; touch /file; env");
  input.hosts_file = folder_ + "/hosts";
  input.binds = {{folder_ + "/data", "/srv/a", pod::Access::read_only}};
  input.container.security.read_only_root_filesystem = true;
  input.container.env = {{"A", "ü=1"}, {"PATH", "/bin"}};
  input.hostname = "web-0";
  const auto ran = run(runtime(GetParam()), input);
  EXPECT_THAT(ran.out, StartsWith("127.0.0.1 pod\nvolume\n"));
  EXPECT_THAT(ran.err, HasSubstr("/srv/a/y: Read-only file system"));
  EXPECT_THAT(ran.err, HasSubstr("/file: Read-only file system"));
  for (const char* const entry : {"A=ü=1\n", "PATH=/bin\n", "HOSTNAME=web-0\n", "HOME=/root\n"}) {
    EXPECT_THAT(ran.out, HasSubstr(entry));
  }
}

TEST_P(Container, MonitoredLife) {
  if (!linux::find_program("conmon")) {
    GTEST_SKIP() << "conmon is not installed";
  }
  const OciRuntime oci = runtime(GetParam());
  const std::string bundle =
      make_bundle(shell("echo out; echo err >&2; sleep 1000 & wait; exit 3"), "c0");
  const MonitorRequest request{.id = id_of("c0"),
                               .name = "test",
                               .bundle = bundle,
                               .log_file = folder_ + "/test.log",
                               .exit_dir = folder_ + "/exits"};
  const auto made = create_monitored(oci, request);
  ASSERT_TRUE(made) << made.error().error.message;
  EXPECT_EQ(oci.state(request.id).value().status, "created");
  EXPECT_EQ(read_exit_code(request.exit_dir, request.id).value(), std::nullopt);
  const auto started = oci.start(request.id);
  ASSERT_TRUE(started) << started.error().error.message;
  EXPECT_EQ(oci.state(request.id).value().status, "running");
  EXPECT_EQ(oci.state(request.id).value().pid, made->container.pid);

  auto ran = exec(oci, {.id = request.id,
                        .bundle = bundle,
                        .command = {"sh", "-c", "echo $B; id -u; id -G; stat -c %n .; exit 4"},
                        .env = {"B=2"},
                        .working_dir = "/tmp",
                        .user = Identity{33, 34, {40}, "/", true}});
  EXPECT_EQ(ran.exit_code, 4) << ran.err;
  EXPECT_EQ(ran.out, "2\n33\n34 40\n.\n");
  EXPECT_FALSE(ran.failure);
  ran = exec(oci, {.id = request.id, .bundle = bundle, .command = {"nope"}});
  EXPECT_EQ(ran.exit_code, 127) << ran.err;
  ASSERT_TRUE(ran.failure);
  ran = exec(
      oci,
      {.id = request.id, .bundle = bundle, .command = {"grep", "Seccomp:", "/proc/self/status"}});
  EXPECT_EQ(ran.out, "Seccomp:\t2\n");

  ASSERT_TRUE(oci.kill(request.id, SIGKILL));
  EXPECT_EQ(exit_code_of(*made, request), 137);
  EXPECT_TRUE(oci.kill(request.id, SIGKILL));
  EXPECT_TRUE(oci.remove(request.id));
  EXPECT_TRUE(oci.remove(request.id));
  EXPECT_EQ(oci.state(request.id).error().code, Code::not_found);
  LogFormatter formatter(Timestamps::no);
  LogFormatter::Output output;
  formatter.feed(linux::read_file(request.log_file).value(), output);
  EXPECT_EQ(output.out, "out\n");
  EXPECT_EQ(output.err, "err\n");
}

TEST_P(Container, MonitoredTerminal) {
  if (!linux::find_program("conmon")) {
    GTEST_SKIP() << "conmon is not installed";
  }
  const OciRuntime oci = runtime(GetParam());
  OciSpecInput input = shell("tty; echo $TERM; exit 5");
  input.container.tty = true;
  const MonitorRequest request{.id = id_of("c0"),
                               .name = "test",
                               .bundle = make_bundle(input, "c0"),
                               .log_file = folder_ + "/test.log",
                               .exit_dir = folder_ + "/exits",
                               .tty = true};
  const auto made = create_monitored(oci, request);
  ASSERT_TRUE(made) << made.error().error.message;
  ASSERT_TRUE(oci.start(request.id));
  EXPECT_EQ(exit_code_of(*made, request), 5);
  EXPECT_TRUE(oci.remove(request.id));
  LogFormatter formatter(Timestamps::no);
  LogFormatter::Output output;
  formatter.feed(linux::read_file(request.log_file).value(), output);
  EXPECT_EQ(output.out, "/dev/pts/0\r\nxterm\r\n");
}

TEST_P(Container, MonitoredFailure) {
  if (!linux::find_program("conmon")) {
    GTEST_SKIP() << "conmon is not installed";
  }
  const OciRuntime oci = runtime(GetParam());
  OciSpecInput input = shell("");
  input.container.command = {"nope"};
  const MonitorRequest request{.id = id_of("c0"),
                               .name = "test",
                               .bundle = make_bundle(input, "c0"),
                               .log_file = folder_ + "/test.log",
                               .exit_dir = folder_ + "/exits"};
  const auto made = create_monitored(oci, request);
  std::optional<StartFailure> failure;
  if (!made) {
    failure = made.error();
  } else if (const auto started = oci.start(request.id); !started) {
    failure = started.error();
  }
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->exit_code, 127) << failure->error.message;
  EXPECT_THAT(failure->error.message, HasSubstr("nope"));
  EXPECT_TRUE(oci.remove(request.id));
}

INSTANTIATE_TEST_SUITE_P(Runtimes, Container, ::testing::Values("runc", "crun"),
                         [](const auto& runtime) { return std::string(runtime.param); });

}  // namespace
}  // namespace podsysctl::engine
