// SPDX-License-Identifier: Apache-2.0
#include "policy/alpha_annotations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policy/test_support.h"

namespace podsysctl::policy {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// "name|value@offset" of each entry.
std::vector<std::string> entries(std::string_view value) {
  std::vector<std::string> shown;
  const auto parsed = parse_sysctls_annotation(value);
  EXPECT_TRUE(parsed) << value;
  for (const AnnotatedSysctl& entry : parsed.value()) {
    shown.push_back(fmt::format("{}|{}@{}", entry.name, entry.value, entry.offset));
  }
  return shown;
}

TEST(AlphaAnnotations, ParsesByTheOldRules) {
  EXPECT_THAT(entries(""), IsEmpty());
  EXPECT_THAT(entries("net.core.somaxconn=65535"), ElementsAre("net.core.somaxconn|65535@0"));
  EXPECT_THAT(entries("a=1,b=2"), ElementsAre("a|1@0", "b|2@4"));
  EXPECT_THAT(entries("a=1, b=2"), ElementsAre("a|1@0", " b|2@4"));
  EXPECT_THAT(entries("kernel.sem=250 32000\t100 128,b="),
              ElementsAre("kernel.sem|250 32000\t100 128@0", "b|@29"));
  EXPECT_THAT(entries("a=1,a=2"), ElementsAre("a|1@0", "a|2@4"));  // not checked within one list
  EXPECT_THAT(entries("kernel/sem=1"), ElementsAre("kernel/sem|1@0"));
  EXPECT_THAT(entries(" =x"), ElementsAre(" |x@0"));
}

TEST(AlphaAnnotations, RefusesOtherForms) {
  struct Case {
    std::string_view value;
    std::string_view part;
  };
  for (const Case& row :
       {Case{"foo:", "foo:"}, Case{"kernel.msgmax,", "kernel.msgmax"}, Case{"a=1,", ""},
        Case{",a=1", ""}, Case{"=1", "=1"}, Case{"a=1=2", "a=1=2"}, Case{"a==1", "a==1"},
        Case{"a=1,b", "b"}, Case{" ", " "}, Case{"=", "="}, Case{"a=1, ,b=2", " "}}) {
    const auto parsed = parse_sysctls_annotation(row.value);
    ASSERT_FALSE(parsed) << row.value;
    EXPECT_EQ(parsed.error().code, Code::invalid_argument);
    EXPECT_EQ(parsed.error().message,
              fmt::format("sysctl \"{}\" not of the format sysctl_name=value", row.part));
  }
}

TEST(AlphaAnnotations, RefusesMoreThanAnObjectCanHold) {
  const std::string longest = "a=" + std::string(kMaxAnnotationBytes - 2, '1');
  EXPECT_TRUE(parse_sysctls_annotation(longest));
  const auto parsed = parse_sysctls_annotation(longest + "1");
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().code, Code::invalid_argument);
  EXPECT_EQ(
      parsed.error().message,
      "the annotation has 262145 bytes: Kubernetes takes at most 262144 in all annotations of "
      "an object");
}

std::vector<std::string> faults(std::string_view safe, std::string_view unsafe_list) {
  std::vector<std::string> shown;
  for (const FieldFault& fault : validate_alpha_annotations(safe, unsafe_list)) {
    shown.push_back(fault.text());
  }
  return shown;
}

TEST(AlphaAnnotations, ApiValidation) {
  EXPECT_THAT(faults("", ""), IsEmpty());
  EXPECT_THAT(faults("kernel.shm_rmid_forced=1", "net.core.somaxconn=1,kernel.sem=1 2 3 4"),
              IsEmpty());
  EXPECT_THAT(
      faults("foo:", "b"),
      ElementsAre("metadata.annotations[security.alpha.kubernetes.io/sysctls]: Invalid "
                  "value: \"foo:\": sysctl \"foo:\" not of the format sysctl_name=value",
                  "metadata.annotations[security.alpha.kubernetes.io/unsafe-sysctls]: "
                  "Invalid value: \"b\": sysctl \"b\" not of the format sysctl_name=value"));
  const std::string rule =
      "must have at most 253 characters and match regex "
      R"(([a-z0-9]([-_a-z0-9]*[a-z0-9])?\.)*[a-z0-9]([-_a-z0-9]*[a-z0-9])?)";
  EXPECT_THAT(
      faults("a=1, b=2", "kernel/sem=1"),
      ElementsAre("metadata.annotations[security.alpha.kubernetes.io/sysctls][1].name: Invalid "
                  "value: \" b\": " +
                      rule,
                  "metadata.annotations[security.alpha.kubernetes.io/unsafe-sysctls][0].name: "
                  "Invalid value: \"kernel/sem\": " +
                      rule));
}

TEST(AlphaAnnotations, NotInBoth) {
  EXPECT_THAT(faults("kernel.shmmax=10000000", "kernel.shmmax=10000000"),
              ElementsAre("metadata.annotations[security.alpha.kubernetes.io/unsafe-sysctls]: "
                          "Invalid value: \"kernel.shmmax\": can not be safe and unsafe"));
  EXPECT_THAT(faults("a=1,b=2,c=3", "c=1,x=1,a=1"),
              ElementsAre("metadata.annotations[security.alpha.kubernetes.io/unsafe-sysctls]: "
                          "Invalid value: \"c, a\": can not be safe and unsafe"));
}

TEST(AlphaAnnotations, NoticeSince111) {
  EXPECT_FALSE(annotation_notice(kSysctlsAnnotation, kube(10)));
  EXPECT_EQ(annotation_notice(kUnsafeSysctlsAnnotation, kube(11)),
            "metadata.annotations[security.alpha.kubernetes.io/unsafe-sysctls]: non-functional in "
            "v1.11+; use the \"sysctls\" field instead: Kubernetes 1.11 ignores the annotation, "
            "podsysctl honours it");
}

}  // namespace
}  // namespace podsysctl::policy
