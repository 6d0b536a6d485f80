// SPDX-License-Identifier: Apache-2.0
#include "policy/api_validation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policy/test_support.h"

namespace podsysctl::policy {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::string_view kOldRule =
    "must have at most 253 characters and match regex "
    R"(([a-z0-9]([-_a-z0-9]*[a-z0-9])?\.)*[a-z0-9]([-_a-z0-9]*[a-z0-9])?)";
constexpr std::string_view kNewRule =
    "must have at most 253 characters and match regex "
    R"(^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$)";

std::vector<std::string> texts(const std::vector<std::string>& names, const ApiContext& context) {
  std::vector<std::string> lines;
  for (const FieldFault& fault : validate_sysctl_names(names, context)) {
    EXPECT_FALSE(fault.hint.empty());
    lines.push_back(fault.text());
  }
  return lines;
}

ApiContext at(unsigned minor_number, HostNamespaces host = {}) {
  return {.version = kube(minor_number), .host = host};
}

constexpr HostNamespaces kHostNet{NamespaceMode::host, NamespaceMode::pod};
constexpr HostNamespaces kHostIpc{NamespaceMode::pod, NamespaceMode::host};

TEST(ApiValidation, ValidNames) {
  for (const unsigned minor_number : {11U, 24U, 25U, 37U}) {
    EXPECT_THAT(texts({"net.core.somaxconn", "kernel.shmmax", "safe-and-unsafe", "a",
                       "vm.swappiness", "net.ipv4.conf.eth0.forwarding", "a__b--c.0"},
                      at(minor_number)),
                IsEmpty());
  }
}

TEST(ApiValidation, RequiredAndInvalidByVersion) {
  for (const unsigned minor_number : {4U, 11U, 24U, 25U, 37U}) {
    const std::string_view rule = minor_number <= 24 ? kOldRule : kNewRule;
    const auto invalid = [rule](std::size_t index, std::string_view name) {
      return fmt::format("spec.securityContext.sysctls[{}].name: Invalid value: \"{}\": {}", index,
                         name, rule);
    };
    EXPECT_THAT(texts({"foo-", "kernel.shmmax", "safe-and-unsafe", "bar..", "", "Net.core", "a@if5",
                       "net.*", "net.core.somaxconn=1", ".net", "/net", "net..core", "a\nb"},
                      at(minor_number)),
                ElementsAre(invalid(0, "foo-"), invalid(3, "bar.."),
                            "spec.securityContext.sysctls[4].name: Required value",
                            invalid(5, "Net.core"), invalid(6, "a@if5"), invalid(7, "net.*"),
                            invalid(8, "net.core.somaxconn=1"), invalid(9, ".net"),
                            invalid(10, "/net"), invalid(11, "net..core"), invalid(12, "a\\nb")));
  }
}

TEST(ApiValidation, SlashesSince125) {
  EXPECT_THAT(texts({"kernel/sem"}, at(24)),
              ElementsAre("spec.securityContext.sysctls[0].name: Invalid value: \"kernel/sem\": " +
                          std::string(kOldRule)));
  EXPECT_THAT(texts({"kernel/sem", "net/ipv4/conf/eno2.100/rp_filter"}, at(25)), IsEmpty());
}

TEST(ApiValidation, AtMost253Bytes) {
  const std::string longest(253, 'a');
  EXPECT_THAT(texts({longest}, at(37)), IsEmpty());
  EXPECT_THAT(texts({longest + "a"}, at(37)),
              ElementsAre("spec.securityContext.sysctls[0].name: Invalid value: \"" + longest +
                          "a\": " + std::string(kNewRule)));
}

TEST(ApiValidation, DuplicatesAreComparedAsWritten) {
  EXPECT_THAT(texts({"kernel.sem", "kernel/sem", "kernel.sem", "kernel.sem"}, at(37)),
              ElementsAre("spec.securityContext.sysctls[2].name: Duplicate value: \"kernel.sem\"",
                          "spec.securityContext.sysctls[3].name: Duplicate value: \"kernel.sem\""));
  // A name that is invalid, or missing, is not reported as a duplicate too.
  EXPECT_THAT(texts({"", ""}, at(37)),
              ElementsAre("spec.securityContext.sysctls[0].name: Required value",
                          "spec.securityContext.sysctls[1].name: Required value"));
}

TEST(ApiValidation, HostNamespacesSince129) {
  const std::vector<std::string> names = {"net.core.somaxconn", "kernel.shm_rmid_forced",
                                          "fs/mqueue/msg_max", "vm.swappiness", "kernel.msgnope"};
  EXPECT_THAT(texts(names, at(28, kHostNet)), IsEmpty());
  EXPECT_THAT(texts(names, at(28, kHostIpc)), IsEmpty());
  EXPECT_THAT(texts(names, at(29)), IsEmpty());
  EXPECT_THAT(
      texts(names, at(29, kHostNet)),
      ElementsAre(
          "spec.securityContext.sysctls[0].name: Invalid value: \"net.core.somaxconn\": may "
          "not be specified when 'hostNetwork' is true"));
  EXPECT_THAT(
      texts(names, at(37, kHostIpc)),
      ElementsAre(
          "spec.securityContext.sysctls[1].name: Invalid value: \"kernel.shm_rmid_forced\": "
          "may not be specified when 'hostIPC' is true",
          "spec.securityContext.sysctls[2].name: Invalid value: \"fs/mqueue/msg_max\": may "
          "not be specified when 'hostIPC' is true"));
}

TEST(ApiValidation, HostNamespacesAlsoForNamesWithAnotherFault) {
  EXPECT_THAT(
      texts({"net.*", "kernel.sem*"}, at(37, {NamespaceMode::host, NamespaceMode::host})),
      ElementsAre(
          "spec.securityContext.sysctls[0].name: Invalid value: \"net.*\": " +
              std::string(kNewRule),
          "spec.securityContext.sysctls[0].name: Invalid value: \"net.*\": may not be "
          "specified when 'hostNetwork' is true",
          "spec.securityContext.sysctls[1].name: Invalid value: \"kernel.sem*\": " +
              std::string(kNewRule),
          "spec.securityContext.sysctls[1].name: Invalid value: \"kernel.sem*\": may not be "
          "specified when 'hostIPC' is true"));
}

TEST(ApiValidation, Windows) {
  ApiContext context = at(37);
  context.os = PodOs::windows;
  EXPECT_THAT(
      texts({"kernel.sem"}, context),
      ElementsAre("spec.securityContext.sysctls: Forbidden: cannot be set for a windows pod"));
  EXPECT_FALSE(validate_sysctl_names(std::vector<std::string>{"kernel.sem"}, context)[0].index);
  EXPECT_THAT(texts({}, context), IsEmpty());
  context.version = kube(24);
  EXPECT_EQ(texts({"kernel.sem"}, context).size(), 1U);
  context.version = kube(23);  // spec.os is not read yet
  EXPECT_THAT(texts({"kernel.sem"}, context), IsEmpty());
}

TEST(ApiValidation, PathsWithinTemplates) {
  ApiContext context = at(37);
  context.spec_path = kTemplateSpecPath;
  EXPECT_THAT(texts({"a", ""}, context),
              ElementsAre("spec.template.spec.securityContext.sysctls[1].name: Required value"));
  EXPECT_EQ(validate_sysctl_names(std::vector<std::string>{"a", ""}, context)[0].index, 1U);
}

TEST(ApiValidation, Hints) {
  struct Case {
    std::string name;
    unsigned minor_number;
    std::string_view hint;
  };
  for (const Case& row :
       {Case{"", 37, "give the sysctl a name"},
        Case{"net.core.somaxconn=1", 37, "put what follows '=' into value:"},
        Case{"net.*", 37, "name each sysctl: '*' is for allowlists only"},
        Case{"kernel/sem", 24, "write it with dots: kernel.sem"},
        Case{"net/ipv4/conf/eth0.1/forwarding", 24,
             "an interface name with a dot cannot be given to this version of Kubernetes"},
        Case{"net.ipv4.conf.Eth0.forwarding", 37,
             "Kubernetes takes lower case only: an interface name with capitals cannot be given"},
        Case{std::string(300, 'a'), 37, "no sysctl has so long a name"},
        Case{"foo-", 37,
             "write it like net.core.somaxconn: lower-case letters, digits, '-' and '_' between "
             "dots"}}) {
    const auto faults =
        validate_sysctl_names(std::vector<std::string>{row.name}, at(row.minor_number));
    ASSERT_EQ(faults.size(), 1U) << row.name;
    EXPECT_EQ(faults[0].hint, row.hint);
  }
}

TEST(ApiValidation, NoticeWhereTheFieldIsUnknown) {
  EXPECT_EQ(field_notice(kube(10)),
            "Kubernetes 1.10 does not know spec.securityContext.sysctls and drops it; podsysctl "
            "honours it");
  EXPECT_FALSE(field_notice(kube(11)));
}

}  // namespace
}  // namespace podsysctl::policy
