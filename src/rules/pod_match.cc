// SPDX-License-Identifier: Apache-2.0
#include "rules/pod_match.h"

#include <algorithm>
#include <array>

#include <fmt/core.h>

#include "base/strings.h"
#include "rules/glob.h"

namespace podsysctl::rules {
namespace {

using Operator = LabelRequirement::Operator;

bool holds(const LabelRequirement& requirement, const Labels& labels) {
  const auto found = labels.find(requirement.key);
  const bool present = found != labels.end();
  const std::vector<std::string>& values = requirement.values;
  const bool listed = present && std::ranges::find(values, found->second) != values.end();
  switch (requirement.op) {
    case Operator::in:
      return listed;
    case Operator::not_in:  // a pod without the label fits, as in Kubernetes
      return !listed;
    case Operator::exists:
      return present;
    case Operator::does_not_exist:
      break;
  }
  return !present;
}

Answer answer_of(bool fits) { return fits ? Answer::yes : Answer::no; }

Answer one_fits(const std::vector<std::string>& globs, const std::string& text) {
  return answer_of(globs.empty() || std::ranges::any_of(globs, [&text](const std::string& glob) {
                     return glob_matches(glob, text);
                   }));
}

Answer labels_fit(const std::optional<LabelSelector>& selector,
                  const std::optional<Labels>& labels) {
  if (!selector || selector->requirements.empty()) {
    return Answer::yes;
  }
  return labels ? answer_of(selector->broken_by(*labels) == nullptr) : Answer::unknown;
}

// The first image that no glob fits; nullptr where all are fitted.
const std::string* misfit(const std::vector<std::string>& globs,
                          const std::vector<std::string>& images) {
  for (const std::string& image : images) {
    const bool fits = std::ranges::any_of(
        globs, [&image](const std::string& glob) { return image_matches(glob, image); });
    if (!fits) {
      return &image;
    }
  }
  return nullptr;
}

Answer images_fit(const PodMatch& wanted, const PodFacts& pod) {
  if (wanted.images.empty()) {
    return Answer::yes;
  }
  if (!pod.images) {
    return Answer::unknown;
  }
  return answer_of(!pod.images->empty() && misfit(wanted.images, *pod.images) == nullptr);
}

Answer account_fits(const PodMatch& wanted, const PodFacts& pod) {
  if (wanted.service_accounts.empty()) {
    return Answer::yes;
  }
  return pod.service_account ? one_fits(wanted.service_accounts, *pod.service_account)
                             : Answer::unknown;
}

std::string why_labels(const LabelSelector& selector, const Labels& labels) {
  const LabelRequirement* const broken = selector.broken_by(labels);
  return broken == nullptr ? "" : fmt::format("{} does not hold", describe(*broken));
}

std::string why_not(Criterion criterion, const PodMatch& wanted, const PodFacts& pod) {
  switch (criterion) {
    case Criterion::namespaces:
      return fmt::format("{} is none of {}", pod.namespace_, join(wanted.namespaces, ", "));
    case Criterion::namespace_selector:
      return why_labels(*wanted.namespace_selector, *pod.namespace_labels);
    case Criterion::pod_selector:
      return why_labels(*wanted.pod_selector, *pod.labels);
    case Criterion::service_accounts:
      return fmt::format("{} is none of {}", *pod.service_account,
                         join(wanted.service_accounts, ", "));
    case Criterion::images: {
      const std::string* const image = misfit(wanted.images, *pod.images);
      return image == nullptr ? "the pod has no image"
                              : fmt::format(
                                    "the image {} is none of {} (every image of the pod "
                                    "must be)",
                                    *image, join(wanted.images, ", "));
    }
    case Criterion::none:
      break;
  }
  return "";
}

std::string_view field_of(Criterion criterion) {
  switch (criterion) {
    case Criterion::namespaces:
      return "spec.match.namespaces";
    case Criterion::namespace_selector:
      return "spec.match.namespaceSelector";
    case Criterion::pod_selector:
      return "spec.match.podSelector";
    case Criterion::service_accounts:
      return "spec.match.serviceAccounts";
    case Criterion::images:
      return "spec.match.images";
    case Criterion::none:
      break;
  }
  return "";
}

}  // namespace

const LabelRequirement* LabelSelector::broken_by(const Labels& labels) const {
  const auto broken = std::ranges::find_if(
      requirements, [&labels](const LabelRequirement& each) { return !holds(each, labels); });
  return broken == requirements.end() ? nullptr : &*broken;
}

std::string describe(const LabelRequirement& requirement) {
  switch (requirement.op) {
    case Operator::in:
      return fmt::format("{} in ({})", requirement.key, join(requirement.values, ", "));
    case Operator::not_in:
      return fmt::format("{} not in ({})", requirement.key, join(requirement.values, ", "));
    case Operator::exists:
      return fmt::format("{} exists", requirement.key);
    case Operator::does_not_exist:
      break;
  }
  return fmt::format("{} does not exist", requirement.key);
}

MatchResult match(const PodMatch& wanted, const PodFacts& pod) {
  const std::array<MatchResult, 5> results{{
      {one_fits(wanted.namespaces, pod.namespace_), Criterion::namespaces},
      {labels_fit(wanted.namespace_selector, pod.namespace_labels), Criterion::namespace_selector},
      {labels_fit(wanted.pod_selector, pod.labels), Criterion::pod_selector},
      {account_fits(wanted, pod), Criterion::service_accounts},
      {images_fit(wanted, pod), Criterion::images},
  }};
  const MatchResult worst = *std::ranges::min_element(results, {}, &MatchResult::answer);
  return worst.answer == Answer::yes ? MatchResult{} : worst;
}

std::string explain(const MatchResult& result, const PodMatch& wanted, const PodFacts& pod) {
  switch (result.answer) {
    case Answer::no:
      return fmt::format("{}: {}", field_of(result.criterion),
                         why_not(result.criterion, wanted, pod));
    case Answer::unknown:
      return fmt::format("{}: not known of the pod here", field_of(result.criterion));
    case Answer::yes:
      break;
  }
  return "";
}

}  // namespace podsysctl::rules
