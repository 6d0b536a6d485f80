// SPDX-License-Identifier: Apache-2.0
#include "oci/testing.h"

#include <unistd.h>

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
  ASSERT_TRUE(linux::make_directories(bundle()).has_value());
  auto process = linux::PodProcess::start({linux::NamespaceKind::net, linux::NamespaceKind::ipc});
  if (!process) {
    GTEST_SKIP() << process.error().message;
  }
  process_.emplace(*std::move(process));
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
  const auto target = sysctl::Target::of_process(child(), host.value());
  auto writer = sysctl::SysctlWriter::open();
  std::string text;
  const Result<> seen = writer.value().visit(target.value(), [&](sysctl::SysctlTree& tree) {
    text = tree.read(sysctl::SysctlKey::from_path(path).value()).value_or("none");
  });
  return seen ? text : seen.error().message;
}

}  // namespace podsysctl::oci
