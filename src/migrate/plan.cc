// SPDX-License-Identifier: Apache-2.0
#include "migrate/plan.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/strings.h"
#include "policy/alpha_annotations.h"
#include "policy/names.h"
#include "sysctl/catalog.h"
#include "sysctl/predict.h"
#include "sysctl/scope.h"
#include "sysctl/setting.h"
#include "sysctl/value.h"

namespace podsysctl::migrate {
namespace {

using sysctl::Scope;
using sysctl::Settability;
using sysctl::SysctlKey;
using yaml::Position;
using yaml::Value;

enum class Home : std::uint8_t { pod, node, nowhere };

// One source of settings: a container or an annotation. It moves as a whole or stays.
struct Source {
  Settings pod;
  std::vector<NodeSetting> node;
  std::vector<Note> remarks;
  std::optional<Note> stays;
  bool whole_pod = false;  // it stays because nothing of the pod would be left

  void stay(Position at, std::string why) {
    if (!stays) {
      stays = Note{Note::Kind::stays, at, std::move(why)};
    }
  }
};

class Planner {
 public:
  Planner(const pod::Workload& workload, const Rules& rules, const edit::TextMap& map)
      : workload_(workload), rules_(rules), map_(map) {}

  Plan make() && {
    plan_.present = settings_in_field(workload_);
    if (rules_.sources.annotations) {
      take_annotation(policy::kSysctlsAnnotation);
      take_annotation(policy::kUnsafeSysctlsAnnotation);
    }
    if (rules_.sources.containers) {
      take_containers();
    }
    return std::move(plan_);
  }

 private:
  void take_annotation(std::string_view name) {
    const std::optional<Value> annotation = workload_.annotation(name);
    if (!annotation) {
      return;
    }
    Source source;
    const auto text = annotation->as_string();
    const auto entries =
        text ? policy::parse_sysctls_annotation(*text)
             : Result<std::vector<policy::AnnotatedSysctl>>(std::unexpected(text.error()));
    if (!entries) {
      source.stay(annotation->at(), entries.error().message);
    } else {
      for (const policy::AnnotatedSysctl& entry : *entries) {
        add(source, entry.name, entry.value, annotation->at(), {});
      }
    }
    if (!source.node.empty()) {
      source.stay(annotation->at(), fmt::format("{} is the node's, no pod can have it",
                                                source.node.front().key.name()));
    }
    if (accept(std::move(source), fmt::format("the annotation {}", name), annotation->at())) {
      plan_.annotations.emplace_back(name);
    }
  }

  void take_containers() {
    const std::vector<Container> containers = containers_of(workload_);
    const auto regular = std::ranges::count(containers, Container::Role::regular, &Container::role);
    std::ptrdiff_t left = regular;
    for (const Container& container : containers) {
      const std::optional<Behaviour> behaviour = behaviour_of(container, map_);
      if (!behaviour) {
        continue;
      }
      Source source = source_of(*behaviour);
      if (container.role == Container::Role::regular && left == 1) {
        source.whole_pod = !source.stays;
        source.stay(container.value.at(),
                    "it is the pod's only container: set on the nodes what it writes, then delete "
                    "the pod");
      }
      if (accept(std::move(source), container.described(), container.value.at())) {
        plan_.removed.push_back(container);
        left -= container.role == Container::Role::regular ? 1 : 0;
      }
    }
  }

  [[nodiscard]] Source source_of(const Behaviour& behaviour) const {
    Source source;
    if (behaviour.stays) {
      source.stay(behaviour.stays_at, *behaviour.stays);
    }
    for (const Located& located : behaviour.writes) {
      const shell::Write& write = located.write;
      if (!write.key_known) {
        source.stay(located.at,
                    write.key.empty()
                        ? fmt::format("the settings of `{}` are not in the manifest",
                                      to_string(write.means))
                        : fmt::format("which sysctls {} means is only known when it runs",
                                      in_quotes(write.key)));
      } else if (!write.value) {
        source.stay(located.at,
                    fmt::format("the value of {} is only known when it runs", write.key));
      } else {
        add(source, write.key, *write.value, located.at, write);
      }
    }
    return source;
  }

  // Adds one setting to its source; `write` tells more about a command's.
  void add(Source& source, std::string_view name, std::string_view value, Position at,
           const shell::Write& write) const {
    const auto key = SysctlKey::parse(name);
    if (!key) {
      return source.stay(at, key.error().message);
    }
    if (const auto legal = check(*key, value); !legal) {
      return source.stay(at, legal.error().message);
    }
    switch (home_of(*key, write)) {
      case Home::node:
        source.node.push_back({*key, std::string(value), at, write.certain});
        return;
      case Home::nowhere:
        source.remarks.push_back({Note::Kind::remark, at,
                                  fmt::format("{} is left out: Linux {} does not have it",
                                              key->name(), sysctl::to_string(rules_.kernel))});
        return;
      case Home::pod:
        break;
    }
    add_to_pod(source, *key, value, at, write);
  }

  void add_to_pod(Source& source, const SysctlKey& key, std::string_view value, Position at,
                  const shell::Write& write) const {
    if (sysctl::scope_of(key) == Scope::uts) {
      return source.stay(
          at, fmt::format("no field sets {}; spec.hostname and spec.subdomain do", key.name()));
    }
    if (!policy::is_valid_name(key.name(), rules_.kubernetes)) {
      return source.stay(at, fmt::format("Kubernetes {} takes no sysctl named {}",
                                         rules_.kubernetes.to_string(), key.name()));
    }
    const Settings::One* const before = source.pod.find(key);
    if (before != nullptr && !sysctl::same_value(key, before->value, value)) {
      return source.stay(at, fmt::format("it writes {} twice: {} and {}", key.name(),
                                         in_quotes(before->value), in_quotes(value)));
    }
    if (before == nullptr && !write.certain) {
      return source.stay(at, fmt::format("it writes {} only under a condition", key.name()));
    }
    if (before == nullptr) {
      source.pod.all.push_back({key, std::string(value)});
    }
  }

  static Result<> check(const SysctlKey& key, std::string_view value) {
    PSYS_TRY(sysctl::check_value_text(key, value));
    return sysctl::check_value(key, value);
  }

  [[nodiscard]] Home home_of(const SysctlKey& key, const shell::Write& write) const {
    const Scope scope = sysctl::scope_of(key);
    const bool other_net = write.entered_net || is_set("hostNetwork");
    const bool other_ipc = write.entered_ipc || is_set("hostIPC");
    if ((scope == Scope::net && other_net) || (scope == Scope::ipc && other_ipc) ||
        scope == Scope::node || scope == Scope::user) {
      return Home::node;
    }
    const sysctl::Entry* const entry = sysctl::find_entry(key);
    if (entry == nullptr) {
      return Home::pod;
    }
    switch (sysctl::predict(*entry, key, rules_.kernel)) {
      case Settability::absent:
        return Home::nowhere;
      case Settability::node_only:
      case Settability::pod_read_only:
      case Settability::leaky:
        return Home::node;
      case Settability::pod_writable:
        break;
    }
    return Home::pod;
  }

  [[nodiscard]] bool is_set(std::string_view field) const {
    const auto found = workload_.spec.find(field);
    const auto flag = found ? found->as_bool() : Result<bool>(false);
    return flag && *flag;
  }

  // Takes a source over unless it has to stay or contradicts what is there.
  bool accept(Source source, const std::string& what, Position at) {
    for (const Settings::One& one : source.pod.all) {
      const Settings::One* other = plan_.present.find(one.key);
      other = other == nullptr ? plan_.added.find(one.key) : other;
      if (other != nullptr && !sysctl::same_value(one.key, other->value, one.value)) {
        source.stay(at, fmt::format("{} is {} there, but the pod has {} already", one.key.name(),
                                    in_quotes(one.value), in_quotes(other->value)));
      }
    }
    if (source.stays) {
      source.stays->text = fmt::format("{} stays: {}", what, source.stays->text);
      plan_.notes.push_back(*std::move(source.stays));
      if (source.whole_pod) {
        std::ranges::move(source.node, std::back_inserter(plan_.node));
      }
      return false;
    }
    for (const Settings::One& one : source.pod.all) {
      if (plan_.present.find(one.key) == nullptr && plan_.added.find(one.key) == nullptr) {
        plan_.added.all.push_back(one);
      }
    }
    std::ranges::move(source.node, std::back_inserter(plan_.node));
    std::ranges::move(source.remarks, std::back_inserter(plan_.notes));
    return true;
  }

  const pod::Workload& workload_;
  const Rules& rules_;
  const edit::TextMap& map_;
  Plan plan_;
};

}  // namespace

const Settings::One* Settings::find(const SysctlKey& key) const {
  const auto found = std::ranges::find(all, key, &One::key);
  return found == all.end() ? nullptr : &*found;
}

Settings settings_in_field(const pod::Workload& workload) {
  Settings settings;
  const auto context = workload.spec.find("securityContext");
  const auto list = context ? context->find("sysctls") : std::nullopt;
  if (!list || list->node().kind != yaml::Kind::sequence) {
    return settings;
  }
  for (std::size_t i = 0; i < list->node().items.size(); ++i) {
    const Value item = list->item(i);
    const auto name = item.find("name");
    const auto value = item.find("value");
    const auto key = name ? SysctlKey::parse(name->node().text)
                          : Result<SysctlKey>(Error::of(Code::not_found, "no name"));
    if (key && settings.find(*key) == nullptr) {
      settings.all.push_back({*key, value ? std::string(value->node().text) : ""});
    }
  }
  return settings;
}

Plan plan_for(const pod::Workload& workload, const Rules& rules, const edit::TextMap& map) {
  return Planner(workload, rules, map).make();
}

}  // namespace podsysctl::migrate
