// SPDX-License-Identifier: Apache-2.0
// For tests: the plugin in a network namespace of a child's, with folders of its own. Needs root.
#pragma once

#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "cni/plugin.h"
#include "linux/file.h"
#include "linux/temporary_folder.h"
#include "linux/testing/pod_process.h"

namespace podsysctl::cni {

class Plugin : public ::testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) {
      GTEST_SKIP() << "network namespaces need root";
    }
    auto pod = linux::PodProcess::start({linux::NamespaceKind::net});
    if (!pod) {
      GTEST_SKIP() << pod.error().message;
    }
    pod_.emplace(*std::move(pod));
    netns_ = fmt::format("/proc/{}/ns/net", pod_->pid());
  }

  void allow(std::string_view allowed) const {
    ASSERT_TRUE(linux::make_directories(folder_ / "policy.d").has_value());
    ASSERT_TRUE(linux::write_file(folder_ / "policy.d/p.yaml",
                                  "apiVersion: podsysctl.io/v1alpha1\nkind: SysctlPolicy\n"
                                  "metadata: {name: p}\nspec:\n  match: {namespaces: [team-a]}\n"
                                  "  allowed: [" +
                                      std::string(allowed) + "]\n")
                    .has_value());
  }

  [[nodiscard]] Answer call(const std::string& command, const std::string& annotation,
                            const std::string& more = "") const {
    json::Value config = {{"cniVersion", "1.1.0"},
                          {"name", "net"},
                          {"type", "podsysctl-cni"},
                          {"dataDir", folder_ / "data"},
                          {"policyDir", folder_ / "policy.d"},
                          {"prevResult", {{"cniVersion", "1.1.0"}, {"ips", json::Value::array()}}}};
    if (!annotation.empty()) {
      config["runtimeConfig"]["io.kubernetes.cri.pod-annotations"]["podsysctl.io/sysctls"] =
          annotation;
    }
    if (!more.empty()) {
      config.update(json::Value::parse(more));
    }
    return run(
        [&](const std::string& name) -> std::optional<std::string> {
          const std::map<std::string, std::string> values{
              {"CNI_COMMAND", command},
              {"CNI_CONTAINERID", "c1"},
              {"CNI_NETNS", netns_},
              {"CNI_IFNAME", "lo"},
              {"CNI_ARGS", "K8S_POD_NAMESPACE=team-a;K8S_POD_NAME=web"}};
          const auto found = values.find(name);
          return found == values.end() ? std::nullopt : std::optional(found->second);
        },
        json::dump(config));
  }

  [[nodiscard]] std::string value(const std::string& path) const {
    return inside([&] { return linux::read_file("/proc/sys/" + path).value_or("none"); });
  }
  // Of lo. /sys shows the namespace of the process that mounts it.
  [[nodiscard]] std::string of_link(const std::string& attribute) const {
    return inside([&]() -> std::string {
      if (::unshare(CLONE_NEWNS) != 0 ||
          ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
          ::mount("sysfs", "/sys", "sysfs", 0, nullptr) != 0) {
        return "no /sys of one's own";
      }
      return linux::read_file("/sys/class/net/lo/" + attribute).value_or("none");
    });
  }
  // What a child says that has joined the namespace, without the last newline.
  [[nodiscard]] std::string inside(const std::function<std::string()>& say) const {
    int ends[2];
    EXPECT_EQ(::pipe(ends), 0);
    const pid_t reader = ::fork();
    if (reader == 0) {
      const auto ns = linux::open_file(netns_, 0);
      std::string text = "failed";
      if (ns && ::setns(ns->get(), CLONE_NEWNET) == 0) {
        text = say();
      }
      (void)!::write(ends[1], text.data(), text.size());
      ::_exit(0);
    }
    ::close(ends[1]);
    std::string text(256, '\0');
    const ssize_t got = ::read(ends[0], text.data(), text.size());
    ::close(ends[0]);
    ::waitpid(reader, nullptr, 0);
    text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    while (text.ends_with('\n')) {
      text.pop_back();
    }
    return text;
  }

  static int code_of(const Answer& answer) {
    return json::Value::parse(answer.out).value("code", 0);
  }

  const linux::TemporaryFolder folder_ = linux::TemporaryFolder::make().value();
  std::string netns_;
  std::optional<linux::PodProcess> pod_;
};

}  // namespace podsysctl::cni
