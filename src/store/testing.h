// SPDX-License-Identifier: Apache-2.0
// For tests of the state database: a folder that goes with the test, and records with every field
// set.
#pragma once

#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "linux/temporary_folder.h"
#include "store/store.h"

namespace podsysctl::store {

class StateFolder : public testing::Test {
  const linux::TemporaryFolder folder_ = linux::TemporaryFolder::make().value();

 protected:
  const std::string root_ = folder_.path();
};

// One whose file system may fill up or turn read-only.
class SmallStateFolder : public StateFolder {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) {
      GTEST_SKIP() << "mounts need root";
    }
    StateFolder::SetUp();
  }

  // On a thread with mounts of its own: the folder is a small file system.
  void in_small_folder(const std::function<void()>& work) const {
    std::thread([&] {
      ASSERT_EQ(::unshare(CLONE_NEWNS), 0);
      ASSERT_EQ(::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr), 0);
      ASSERT_EQ(::mount("tmpfs", root_.c_str(), "tmpfs", 0, "size=512k"), 0);
      work();
    }).join();
  }
  void fill_up() const {
    std::ofstream file(root_ + "/filler");
    file << std::string(1U << 20U, 'x') << std::flush;
    ASSERT_FALSE(file);
  }
  void make_read_only() const {
    ASSERT_EQ(::mount("none", root_.c_str(), nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY, nullptr),
              0);
  }
};

inline Timestamp at_second(std::int64_t seconds) {
  return Timestamp(std::chrono::seconds(seconds));
}

// A uid for each name, so that tests can name pods as they like.
inline std::string uid_of(const std::string& name) {
  return fmt::format("{:016x}-0000", std::hash<std::string>()(name));
}

inline PodRecord pod_named(const std::string& name, const std::string& name_space = "default") {
  PodRecord pod;
  pod.uid = uid_of(name_space + "/" + name);
  pod.name = name;
  pod.namespace_ = name_space;
  pod.created = at_second(100);
  return pod;
}

inline PodRecord full_pod() {
  PodRecord pod = pod_named("web", "team");
  pod.phase = PodPhase::failed;
  pod.reason = "SysctlForbidden";
  pod.message = "Pod was rejected: forbidden sysctl: \"net.core.somaxconn\" not allowlisted";
  pod.stage = Stage::network;
  pod.engine = "embedded";
  pod.runtime = "/usr/sbin/runc";
  pod.sandbox_id = std::string(60, 'a') + "0123";
  pod.sandbox_process = {4711, 0xffffffffffffffffULL};
  pod.owner = {4712, 9};
  pod.attachment = Attachment::detached;
  pod.after_exit = AfterExit::remove_pod;
  pod.network_state = std::string("{\"a\":\"\0\"}", 9);
  pod.runtime_id = "5eed" + std::string(60, 'b');
  pod.source = "/etc/podsysctl/manifests/web.yaml";
  pod.source_hash = "0f1e2d";
  pod.spec = "{\"kind\":\"Pod\"}";
  pod.grace = std::chrono::seconds(7);
  pod.started = at_second(101);
  pod.finished = at_second(102);
  pod.host_ports = {{"tcp", "127.0.0.1", 65535, 80}, {"udp", "", 53, 53}};
  pod.namespaces = {{"net", "/run/podsysctl/x/net"}, {"ipc", "host"}};
  return pod;
}

inline ContainerRecord container_named(const std::string& name, const std::string& pod_uid,
                                       const std::string& id) {
  ContainerRecord container;
  container.id = id;
  container.pod_uid = pod_uid;
  container.name = name;
  return container;
}

}  // namespace podsysctl::store
