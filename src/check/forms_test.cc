// SPDX-License-Identifier: Apache-2.0
// Whatever a manifest holds, its JSON and its YAML form get the same findings.
#include <random>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "check/test_support.h"
#include "json/json.h"

namespace podsysctl::check {
namespace {

using Random = std::mt19937;

template <std::size_t N>
const char* pick(Random& random, const char* const (&from)[N]) {
  return from[random() % N];
}

constexpr const char* kNames[] = {"net.core.somaxconn",
                                  "net.ipv4.tcp_syncookies",
                                  "net/ipv4/tcp_syncookies",
                                  "net.ipv4.ip_local_port_range",
                                  "net.ipv4.ip_unprivileged_port_start",
                                  "net.ipv4.tcp_rmem",
                                  "kernel.msgmnb",
                                  "vm.max_map_count",
                                  "net.ipv4.conf.eth0.rp_filter",
                                  "Net.Bad",
                                  "",
                                  "net.core.somaxcon",
                                  "net.ipv4.tcp_fin_timeout"};
constexpr const char* kValues[] = {"1",    "1024",     "",   "yes", "1024 65535",
                                   "2048", "4096 1 2", "-1", "é"};
constexpr const char* kKinds[] = {"Pod", "Deployment", "Job", "Rollout"};
constexpr const char* kCommands[] = {"sysctl -w net.core.somaxconn=1024",
                                     "echo 1 > /proc/sys/vm/swappiness", "sleep 1",
                                     "sysctl -p /x && echo \"a\\n\""};

json::Value random_spec(Random& random) {
  json::Value sysctls = json::Value::array();
  for (std::size_t i = random() % 4; i > 0; --i) {
    json::Value entry = {{"name", pick(random, kNames)}, {"value", pick(random, kValues)}};
    if (random() % 8 == 0) {
      entry["value"] = random() % 2 == 0 ? json::Value(7) : json::Value(true);
    }
    sysctls.push_back(std::move(entry));
  }
  json::Value container = {{"name", "c"},
                           {"image", random() % 2 == 0 ? "nginx:1" : "busybox"},
                           {"command", {"sh", "-c", pick(random, kCommands)}}};
  if (random() % 2 == 0) {
    container["securityContext"] = {{"privileged", true}};
  }
  json::Value spec = {{"securityContext", {{"sysctls", std::move(sysctls)}}}};
  spec[random() % 2 == 0 ? "initContainers" : "containers"] = json::Value::array({container});
  if (random() % 4 == 0) {
    spec["hostNetwork"] = true;
  }
  return spec;
}

json::Value random_object(Random& random) {
  const std::string kind = pick(random, kKinds);
  json::Value spec = random_spec(random);
  if (kind != "Pod") {
    spec = {{"template", {{"spec", std::move(spec)}}}};
  }
  return {{"apiVersion", "v1"},
          {"kind", kind},
          {"metadata",
           {{"name", "a"},
            {"annotations",
             {{"security.alpha.kubernetes.io/sysctls", random() % 3 == 0 ? "a.b=1" : ""}}}}},
          {"spec", std::move(spec)}};
}

// Block style, with texts in double quotes as JSON escapes them.
void write_yaml(const json::Value& value, std::size_t indent, std::string& out) {
  const std::string margin(indent, ' ');
  if (value.is_object() && !value.empty()) {
    for (const auto& [key, inner] : value.items()) {
      out += "\n" + margin + "? " + json::dump(json::Value(key)) + "\n" + margin + ":";
      write_yaml(inner, indent + 2, out);
    }
  } else if (value.is_array() && !value.empty()) {
    for (const json::Value& inner : value) {
      out += "\n" + margin + "-";
      write_yaml(inner, indent + 2, out);
    }
  } else {
    out += " " + json::dump(value);
  }
}

std::vector<std::string> essence(const std::vector<Finding>& findings) {
  std::vector<std::string> lines;
  for (const Finding& finding : findings) {
    lines.push_back(fmt::format("{} {} {} {} {}", id_of(finding.rule), finding.kind, finding.path,
                                finding.sysctl, finding.message));
  }
  return lines;
}

TEST(Forms, JsonAndYamlGetTheSameFindings) {
  Random random(20260801);  // the same manifests in each run
  const Context context = context_of({.runtime = "cri-o"});
  std::size_t found = 0;
  for (int i = 0; i < 500; ++i) {
    const json::Value object = random_object(random);
    std::string yaml;
    write_yaml(object, 0, yaml);
    Summary of_yaml;
    Summary of_json;
    const auto from_yaml = check_text(yaml, context, of_yaml);
    ASSERT_EQ(essence(from_yaml), essence(check_text(json::dump(object), context, of_json)))
        << yaml;
    ASSERT_EQ(of_yaml.workloads, 1U) << yaml;
    ASSERT_EQ(of_json.workloads, 1U);
    found += from_yaml.size();
  }
  EXPECT_GT(found, 500U);
}

}  // namespace
}  // namespace podsysctl::check
