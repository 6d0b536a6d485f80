// SPDX-License-Identifier: Apache-2.0
#include "oci/grants.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include <fmt/core.h>

#include "oci/given.h"
#include "rules/decide.h"
#include "rules/one_pod.h"

namespace podsysctl::oci {
namespace {

using policy::NamespaceMode;
using rules::Fate;
using rules::Judged;
using rules::Level;
using rules::OnForbidden;
using sysctl::Setting;
using sysctl::SysctlKey;

bool is_own_wish(const Judged& judged) {
  return judged.level == Level::pod || judged.level == Level::named_profile;
}

std::string words_of(const policy::Verdict& verdict) {
  return fmt::format("{}: {}; hint: {}", verdict.reason(), verdict.message(), verdict.hint());
}

// What another container has is not ours to change, whoever asks.
policy::Verdict of_another(const SysctlKey& key) {
  return policy::Verdict::forbidden(
      key.name(), policy::kSysctlForbidden,
      fmt::format("forbidden sysctl: \"{}\" would change the container whose namespace is joined",
                  key.name()),
      "ask for it on that container");
}

rules::PodFacts facts_of(const Pod& pod, const Sharing& sharing) {
  const auto shared = [](NamespaceMode mode) {
    return mode == NamespaceMode::host ? NamespaceMode::host : NamespaceMode::pod;
  };
  rules::PodFacts facts = pod.facts;
  facts.host = {.net = shared(sharing.net), .ipc = shared(sharing.ipc)};
  facts.user = shared(sharing.user);
  return facts;
}

struct Sorted {
  std::vector<Setting> settings;
  std::vector<policy::Verdict> offences;
};

Sorted sorted(const rules::Decision& decision, const Spec& spec, const Sharing& sharing) {
  const std::vector<SysctlKey> given = keys_on_purpose(spec);
  Sorted out{{}, decision.offences};
  for (const Judged& judged : decision.judged) {
    const SysctlKey& key = judged.setting.key;
    const bool is_own = is_own_wish(judged);
    if (judged.fate != Fate::granted || (!is_own && std::ranges::find(given, key) != given.end())) {
      continue;
    }
    if (sharing.of(sysctl::scope_of(key)) != NamespaceMode::joined) {
      out.settings.push_back(judged.setting);
    } else if (is_own) {
      out.offences.push_back(of_another(key));
    }
  }
  return out;
}

std::string all_words(const std::vector<policy::Verdict>& offences) {
  std::string text;
  for (const policy::Verdict& offence : offences) {
    text += (text.empty() ? "" : "; ") + words_of(offence);
  }
  return text;
}

}  // namespace

Result<Grants> granted(const Pod& pod, const Spec& spec, const Sharing& sharing,
                       const std::string& policy_folder, Notes& notes) {
  const bool asks = rules::ask_for_anything(spec.annotations);
  // A member's pod was looked at when its sandbox was made, or asks through each of its members.
  if (pod.role == Role::settled || (pod.role == Role::member && !asks)) {
    return Grants();
  }
  const auto set = rules::read_set_if_there(policy_folder);
  if (!set) {
    if (asks) {
      return std::unexpected(set.error());
    }
    notes.push_back("policies are not read: " + set.error().message);
    return Grants();
  }
  PSYS_TRY_ASSIGN(const rules::ThisNode node, rules::ThisNode::read());
  const rules::Decision decision = rules::decide(facts_of(pod, sharing), *set, node.facts());
  Sorted found = sorted(decision, spec, sharing);
  if (!found.offences.empty() && decision.on_forbidden == OnForbidden::reject) {
    return Error::of(Code::denied_by_policy, "{}", all_words(found.offences));
  }
  std::ranges::transform(found.offences, std::back_inserter(notes), words_of);
  std::ranges::copy(decision.notices, std::back_inserter(notes));
  return Grants{std::move(found.settings), decision.on_forbidden};
}

}  // namespace podsysctl::oci
