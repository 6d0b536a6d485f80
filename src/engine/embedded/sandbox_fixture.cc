// SPDX-License-Identifier: Apache-2.0
#include "engine/embedded/sandbox_fixture.h"

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "engine/embedded/rootfs.h"
#include "linux/file.h"
#include "linux/mount_thread.h"
#include "linux/mounts.h"
#include "linux/process.h"
#include "linux/spawn.h"

namespace podsysctl::engine::testing {
namespace {

constexpr const char* kApplets[] = {"sh",      "cat",      "echo", "id",    "ls",    "sleep",
                                    "true",    "mkdir",    "grep", "mknod", "mount", "stat",
                                    "unshare", "hostname", "tty",  "stty",  "touch", "env",
                                    "seq",     "dd",       "kill"};

}  // namespace

std::optional<std::string> why_no_sandbox() {
  if (::geteuid() != 0) {
    return "needs root";
  }
  for (const char* const program : {"busybox", "unshare"}) {
    if (!linux::find_program(program)) {
      return std::string(program) + " is not installed";
    }
  }
  return std::nullopt;
}

void SandboxFixture::SetUp() {
  if (const auto reason = why_no_sandbox()) {
    GTEST_SKIP() << *reason;
  }
  std::array<char, 40> name{"/var/tmp/psys-engine-XXXXXX"};
  ASSERT_NE(::mkdtemp(name.data()), nullptr);
  folder_ = name.data();
  make_layer();

  auto ready = linux::make_pipe();
  ASSERT_TRUE(ready) << ready.error().message;
  linux::Command command;
  command.program = "unshare";
  command.args = {"-n",
                  "-i",
                  "-u",
                  "-m",
                  "--propagation",
                  "slave",
                  "sh",
                  "-c",
                  "echo ready; exec >&-; exec sleep 1000"};
  command.stdout_fd = ready->write_end.ref();
  command.death_signal = SIGKILL;
  const auto holder = linux::start(command);
  ASSERT_TRUE(holder) << holder.error().message;
  holder_ = *holder;
  ready->write_end.close();
  ASSERT_EQ(linux::read_all(ready->read_end.ref(), "holder").value(), "ready\n");
  auto mounts = linux::Namespace::of_process(holder_, linux::NamespaceKind::mnt);
  ASSERT_TRUE(mounts) << mounts.error().message;
  mounts_ = std::move(*mounts);

  auto host = read_host_facts(WithDevices::yes);
  ASSERT_TRUE(host) << host.error().message;
  host_ = std::move(*host);
  const auto rootfs = mount_rootfs(
      *mounts_, {{folder_ + "/layer"}, folder_ + "/rootfs", folder_ + "/rootfs/merged"});
  ASSERT_TRUE(rootfs) << rootfs.error().message;
  rootfs_ = rootfs->path;
}

void SandboxFixture::TearDown() {
  if (holder_ != 0) {
    ::kill(holder_, SIGKILL);
    EXPECT_TRUE(linux::wait_for_child(holder_));
  }
  mounts_.reset();
  for (int i = 0; i <= count_; ++i) {
    const auto removed =
        remove_cgroup(host_.cgroups, cgroup_path_of(id_of("c" + std::to_string(i))));
    EXPECT_TRUE(removed) << removed.error().message;
  }
  if (!folder_.empty()) {
    const auto removed = linux::remove_tree(folder_);
    EXPECT_TRUE(removed) << removed.error().message;
  }
}

void SandboxFixture::make_layer() const {
  namespace fs = std::filesystem;
  const fs::path layer = folder_ + "/layer";
  for (const char* const name : {"bin", "etc", "proc", "sys", "dev", "tmp", "root"}) {
    fs::create_directories(layer / name);
  }
  fs::copy_file(linux::find_program("busybox").value(), layer / "bin/busybox");
  for (const char* const applet : kApplets) {
    fs::create_symlink("busybox", layer / "bin" / applet);
  }
  ASSERT_TRUE(linux::write_file(
      layer / "etc/passwd", "root:x:0:0:root:/root:/bin/sh\nweb:x:33:34:web:/srv:/bin/sh\n", 0644));
  ASSERT_TRUE(linux::write_file(layer / "etc/group", "root:x:0:\nweb:x:34:\nlog:x:40:web\n", 0644));
  ASSERT_TRUE(linux::write_file(layer / "bin/data", "text", 0644));
}

std::string SandboxFixture::id_of(const std::string& name) const {
  return "psys-test-" + folder_.substr(folder_.rfind('-') + 1) + "-" + name;
}

OciRuntime SandboxFixture::runtime(const std::string& name) const {
  const auto choice = choose_runtime(name, host_.cgroups);
  EXPECT_TRUE(choice) << choice.error().message;
  // As a sandbox is made for it.
  const auto hidden = linux::in_mount_namespace(*mounts_, [&]() -> Result<> {
    for (const std::string& path : choice->unmount) {
      PSYS_TRY(linux::unmount(path));
    }
    return {};
  });
  EXPECT_TRUE(hidden) << hidden.error().message;
  return {*choice, folder_ + "/state-" + name, &*mounts_};
}

OciSpecInput SandboxFixture::shell(const std::string& command) const {
  using Kind = NamespaceChoice::Kind;
  OciSpecInput input;
  input.container.name = "test";
  input.container.command = {"sh", "-c", command};
  input.host = host_;
  input.host.devices.clear();
  input.user.home = "/root";
  input.rootfs = rootfs_;
  const std::string proc = "/proc/" + std::to_string(holder_) + "/ns/";
  input.net = {Kind::join, proc + "net"};
  input.ipc = {Kind::join, proc + "ipc"};
  input.uts = {Kind::join, proc + "uts"};
  return input;
}

std::string SandboxFixture::make_bundle(const OciSpecInput& input, const std::string& name) {
  OciSpecInput own = input;
  if (own.cgroups_path.empty()) {
    own.cgroups_path = cgroup_path_of(id_of(name));
  }
  const auto spec = make_oci_spec(own);
  EXPECT_TRUE(spec) << spec.error().message;
  const std::string bundle = folder_ + "/" + name;
  EXPECT_TRUE(linux::make_directories(bundle));
  EXPECT_TRUE(linux::write_file(bundle + "/config.json", spec ? spec->json : "{}"));
  return bundle;
}

namespace {

// Both outputs at once, so that neither pipe fills up.
template <class Start>
Ran gather(const OciRuntime& runtime, const Start& start) {
  auto out = linux::make_pipe().value();
  auto err = linux::make_pipe().value();
  const Result<ForegroundRun> run = start(Stdio{{}, out.write_end.ref(), err.write_end.ref()});
  out.write_end.close();
  err.write_end.close();
  if (!run) {
    ADD_FAILURE() << run.error().message;
    return {};
  }
  Ran ran;
  std::thread reader([&] { ran.err = linux::read_all(err.read_end.ref(), "stderr").value(); });
  ran.out = linux::read_all(out.read_end.ref(), "stdout").value();
  reader.join();
  const auto end = runtime.finish(*run);
  if (!end) {
    ADD_FAILURE() << end.error().message;
    return ran;
  }
  ran.exit_code = end->exit_code;
  ran.failure = end->failure;
  return ran;
}

}  // namespace

Ran SandboxFixture::run(const OciRuntime& runtime, const OciSpecInput& input) {
  const std::string name = "c" + std::to_string(++count_);
  const std::string bundle = make_bundle(input, name);
  return gather(runtime, [&](const Stdio& stdio) {
    return runtime.run({.id = id_of(name), .bundle = bundle, .stdio = stdio});
  });
}

Ran SandboxFixture::exec(const OciRuntime& runtime, ExecRequest request) const {
  return gather(runtime, [&](const Stdio& stdio) {
    request.stdio = stdio;
    return runtime.exec(request);
  });
}

}  // namespace podsysctl::engine::testing
