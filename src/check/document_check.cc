// SPDX-License-Identifier: Apache-2.0
#include "check/document_check.h"

#include "check/kubelet_config.h"
#include "check/subject.h"
#include "check/suppression.h"
#include "check/workload.h"
#include "yaml/scalar.h"

namespace podsysctl::check {

void DocumentChecker::check(const yaml::Value& root, Sink& sink) {
  if (yaml::is_null(root.node())) {
    return;  // an empty document, or one of comments only
  }
  sink.summary().documents += root.path().empty() ? 1U : 0U;  // an item is a part of one
  const pod::Found found{
      .workload =
          [&](const pod::Workload& found_workload) {
            const Workload workload = read_workload(found_workload);
            ++sink.summary().workloads;
            keys_.tidy();
            enter_workload(workload, sink);
            Subject subject = make_subject(workload, context_, keys_, sink);
            for (const auto rules :
                 {&check_api, &check_annotations, &check_admission, &check_agent, &check_placement,
                  &check_kernel, &check_values, &check_pairs, &check_writes, &check_advice}) {
              rules(subject);
            }
            sink.leave();
          },
      .object =
          [&](std::string_view kind, const yaml::Value& object) {
            if (kind == kKubeletConfigurationKind) {
              check_kubelet_configuration(object, context_.kubernetes, sink);
            }
          }};
  pod::find_objects(root, found);
}

}  // namespace podsysctl::check
