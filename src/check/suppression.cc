// SPDX-License-Identifier: Apache-2.0
#include "check/suppression.h"

#include <optional>
#include <string>

#include <fmt/core.h>

#include "base/strings.h"

namespace podsysctl::check {
namespace {

struct Fault {
  Place place;
  std::string message;
};

// Of one part, "PSC501: reason": the rule, or what is wrong with it.
std::optional<Rule> read_part(std::string_view part, std::string& wrong) {
  const std::size_t colon = part.find(':');
  const std::string_view id = trim(part.substr(0, colon));
  const auto rule = rule_from_id(id);
  if (!rule) {
    wrong = fmt::format("{} is no rule", in_quotes(id));
    return std::nullopt;
  }
  if (*rule == Rule::bad_suppression || *rule == Rule::unreadable) {
    wrong = fmt::format("{} cannot be silenced", id);
    return std::nullopt;
  }
  if (colon == std::string_view::npos || trim(part.substr(colon + 1)).empty()) {
    wrong = fmt::format("{} is silenced without a reason, so it is not", id);
    return std::nullopt;
  }
  return rule;
}

class Reader {
 public:
  void read(const yaml::Node* metadata, const std::string& holder) {
    const yaml::Node* const value = field_of(field_of(metadata, "annotations"), kIgnoreAnnotation);
    if (value == nullptr) {
      return;
    }
    const std::string path = annotation_path(holder, kIgnoreAnnotation);
    for (const std::string_view part : split(string_of(value), ';')) {
      if (trim(part).empty()) {
        continue;
      }
      std::string wrong;
      if (const auto rule = read_part(part, wrong)) {
        rules.push_back(*rule);
      } else {
        faults.push_back({{value->at, path, ""}, std::move(wrong)});
      }
    }
  }

  std::vector<Rule> rules;
  std::vector<Fault> faults;
};

}  // namespace

void enter_workload(const Workload& workload, Sink& sink) {
  Reader reader;
  const yaml::Node* const metadata = field_of(workload.object, "metadata");
  reader.read(metadata, workload.object_path);
  if (workload.template_metadata != metadata) {
    reader.read(workload.template_metadata, workload.template_path);
  }
  sink.enter({.kind = std::string(workload.kind),
              .namespace_ = std::string(workload.namespace_),
              .name = std::string(workload.name)},
             std::move(reader.rules));
  for (Fault& fault : reader.faults) {
    sink.add(Rule::bad_suppression, std::move(fault.place), std::move(fault.message),
             "write the rule, a colon and the reason: \"PSC501: nginx reads its backlog from a "
             "file\"");
  }
}

}  // namespace podsysctl::check
