// SPDX-License-Identifier: Apache-2.0
#include "oci/testing.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>

#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "json/json.h"
#include "linux/file.h"
#include "linux/namespaces.h"
#include "sysctl/target.h"

namespace podsysctl::oci {

void ContainerTest::SetUp() {
  if (::geteuid() != 0) {
    GTEST_SKIP() << "namespaces need root";
  }
  std::string pattern = (std::filesystem::temp_directory_path() / "psys-oci-XXXXXX").string();
  ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
  folder_ = pattern;
  ASSERT_TRUE(linux::make_directories(bundle()).has_value());
  std::array<int, 2> ready{};
  ASSERT_EQ(::pipe2(ready.data(), O_CLOEXEC), 0);
  child_ = ::fork();
  if (child_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const char answer = ::unshare(CLONE_NEWNET | CLONE_NEWIPC) == 0 ? 'y' : 'n';
    (void)!::write(ready[1], &answer, 1);
    ::pause();
    ::_exit(0);
  }
  char answer = 'n';
  ASSERT_EQ(::read(ready[0], &answer, 1), 1);
  ::close(ready[0]);
  ::close(ready[1]);
  if (answer != 'y') {
    GTEST_SKIP() << "no namespaces can be made here";
  }
}

void ContainerTest::TearDown() {
  if (child_ > 0) {
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
  }
  if (!folder_.empty()) {
    std::filesystem::remove_all(folder_);
  }
}

void ContainerTest::allow(std::string_view allowed, std::string_view more) const {
  ASSERT_TRUE(linux::make_directories(policies()).has_value());
  ASSERT_TRUE(linux::write_file(policies() + "/p.yaml",
                                fmt::format("apiVersion: podsysctl.io/v1alpha1\n"
                                            "kind: SysctlPolicy\nmetadata: {{name: p}}\n"
                                            "spec:\n  match: {{}}\n  allowed: [{}]\n{}",
                                            allowed, more))
                  .has_value());
}

void ContainerTest::write_config(std::string_view annotation, std::string_view sysctls,
                                 std::string_view namespaces) const {
  json::Value config;
  if (!annotation.empty()) {
    config["annotations"]["podsysctl.io/sysctls"] = annotation;
  }
  config["linux"]["sysctl"] = json::Value::parse(sysctls);
  config["linux"]["namespaces"] = json::Value::parse(namespaces);
  ASSERT_TRUE(linux::write_file(bundle() + "/config.json", json::dump(config)).has_value());
}

std::string ContainerTest::value(const std::string& path) const {
  const auto host = linux::HostNamespaces::read();
  const auto target = sysctl::Target::of_process(child_, host.value());
  auto writer = sysctl::SysctlWriter::open();
  std::string text;
  const Result<> seen = writer.value().visit(target.value(), [&](sysctl::SysctlTree& tree) {
    text = tree.read(sysctl::SysctlKey::from_path(path).value()).value_or("none");
  });
  return seen ? text : seen.error().message;
}

}  // namespace podsysctl::oci
