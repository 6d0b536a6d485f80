// SPDX-License-Identifier: Apache-2.0
#include "check/document_check.h"

#include "check/kubelet_config.h"
#include "check/subject.h"
#include "check/suppression.h"
#include "check/workload.h"
#include "yaml/scalar.h"

namespace podsysctl::check {

void DocumentChecker::check(const yaml::Node& root, const std::string& prefix, Sink& sink) {
  if (root.kind == yaml::Kind::scalar && yaml::is_null(root)) {
    return;  // an empty document, or one of comments only
  }
  sink.summary().documents += prefix.empty() ? 1U : 0U;  // an item is a part of one
  const Found found{
      .workload =
          [&](const Workload& workload) {
            ++sink.summary().workloads;
            keys_.tidy();
            enter_workload(workload, sink);
            Subject subject = make_subject(workload, context_, keys_, sink);
            for (const auto rules :
                 {&check_api, &check_annotations, &check_admission, &check_placement, &check_kernel,
                  &check_values, &check_pairs, &check_writes, &check_advice}) {
              rules(subject);
            }
            sink.leave();
          },
      .object =
          [&](std::string_view kind, const yaml::Node& object, const std::string& at) {
            if (kind == kKubeletConfigurationKind) {
              check_kubelet_configuration(object, at, context_.kubernetes, sink);
            }
          }};
  find_objects(root, prefix, found);
}

}  // namespace podsysctl::check
