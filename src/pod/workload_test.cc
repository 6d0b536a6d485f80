// SPDX-License-Identifier: Apache-2.0
#include "pod/workload.h"

#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace podsysctl::pod {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// "Kind/namespace/name path-of-the-spec" of each.
std::vector<std::string> found_in(std::string_view text) {
  const auto document = yaml::DocumentReader(text, "f").next().value();
  std::vector<std::string> lines;
  for (const Workload& workload : find_workloads(*document)) {
    lines.push_back(fmt::format("{}/{}/{} {}", workload.kind, workload.namespace_, workload.name,
                                workload.spec.path()));
  }
  return lines;
}

TEST(Workload, KnownKinds) {
  EXPECT_THAT(found_in("{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {}}"),
              ElementsAre("Pod//a spec"));
  EXPECT_THAT(found_in("{apiVersion: v1, kind: PodTemplate, template: {spec: {}}}"),
              ElementsAre("PodTemplate// template.spec"));
  for (const std::string kind :
       {"Deployment", "ReplicaSet", "ReplicationController", "StatefulSet", "DaemonSet", "Job"}) {
    EXPECT_THAT(found_in("{apiVersion: apps/v1, kind: " + kind +
                         ", metadata: {generateName: a-, namespace: b}, spec: {template: {spec: "
                         "{containers: []}}}}"),
                ElementsAre(kind + "/b/a- spec.template.spec"));
  }
  EXPECT_THAT(found_in("{apiVersion: batch/v1, kind: CronJob, spec: {jobTemplate: {spec: "
                       "{template: {spec: {}}}}}}"),
              ElementsAre("CronJob// spec.jobTemplate.spec.template.spec"));
}

TEST(Workload, OtherKindsThatCarryTemplates) {
  EXPECT_THAT(found_in("{apiVersion: a/v1, kind: Rollout, spec: {template: {spec: {containers: "
                       "[]}}}}"),
              ElementsAre("Rollout// spec.template.spec"));
  EXPECT_THAT(found_in(R"(apiVersion: elasticsearch.k8s.elastic.co/v1
kind: Elasticsearch
metadata: {name: es}
spec:
  nodeSets:
  - podTemplate: {spec: {initContainers: []}}
  - podTemplate: {spec: {containers: []}}
  - podTemplate: {spec: {}}
)"),
              ElementsAre("Elasticsearch//es spec.nodeSets[0].podTemplate.spec",
                          "Elasticsearch//es spec.nodeSets[1].podTemplate.spec"));
  EXPECT_THAT(found_in("{apiVersion: v1, kind: ConfigMap, data: {template: 'spec: {containers: "
                       "[]}'}}"),
              IsEmpty());
}

TEST(Workload, ListsAndWhatIsNone) {
  const std::string_view list = R"(apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {}}
- {apiVersion: v1, kind: Service, spec: {}}
- {apiVersion: v1, kind: PodList, items: [{apiVersion: v1, kind: Pod, spec: {}}]}
- 1
)";
  EXPECT_THAT(found_in(list), ElementsAre("Pod//a items[0].spec", "Pod// items[2].items[0].spec"));
  for (const std::string_view none :
       {"kind: Pod\nspec: {}", "apiVersion: v1\nkind: [Pod]\nspec: {}", "[1]", "text",
        "{apiVersion: v1, kind: Pod, spec: 1}", "{apiVersion: apps/v1, kind: Deployment}",
        "{apiVersion: apps/v1, kind: Deployment, spec: {template: null}}"}) {
    EXPECT_THAT(found_in(none), IsEmpty()) << none;
  }
}

TEST(Workload, AnnotationsAreThePods) {
  const auto document = yaml::DocumentReader(R"(apiVersion: apps/v1
kind: Deployment
metadata: {annotations: {a: outer}}
spec:
  template:
    metadata: {annotations: {a: inner, b: 1}}
    spec: {containers: []}
)",
                                             "f")
                            .next()
                            .value();
  const auto found = find_workloads(*document);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].annotation("a")->as_string().value(), "inner");
  EXPECT_EQ(found[0].annotation("b")->at().line, 6U);
  EXPECT_FALSE(found[0].annotation("c"));
}

}  // namespace
}  // namespace podsysctl::pod
