// SPDX-License-Identifier: Apache-2.0
#include "migrate/rewrite.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/strings.h"
#include "yaml/scalar.h"

namespace podsysctl::migrate {
namespace {

using edit::Content;
using edit::Editor;
using yaml::Entry;
using yaml::Kind;
using yaml::Node;

using Indexes = std::vector<std::size_t>;

Content mapping_of(std::string name, Content value) {
  Content made;
  made.kind = Content::Kind::mapping;
  made.entries.push_back({std::move(name), std::move(value)});
  return made;
}

std::vector<Content> items_of(const Settings& settings) {
  std::vector<Content> items;
  for (const Settings::One& one : settings.all) {
    Content item = mapping_of("name", edit::name_content(one.key.name()));
    item.entries.push_back({"value", edit::text_content(one.value)});
    items.push_back(std::move(item));
  }
  return items;
}

bool is_empty(const Node& node) {
  return node.kind == Kind::scalar ? yaml::is_null(node)
                                   : node.items.empty() && node.entries.empty();
}

// Where a new entry of a spec goes: before its lists of containers.
std::size_t place_in_spec(const Node& spec) {
  return std::min(entry_index(spec, "initContainers"), entry_index(spec, "containers"));
}

// Entries that the plan takes out of one mapping, and a new one for it.
class Rewriter {
 public:
  Rewriter(const pod::Workload& workload, const Plan& plan, Editor& editor)
      : workload_(workload), plan_(plan), editor_(editor), spec_(workload.spec.node()) {}

  Result<> run(Target target, const std::string& profile) {
    if (!plan_.added.all.empty()) {
      if (target == Target::field) {
        PSYS_TRY(add_to_field(workload_, plan_.added, editor_));
      } else {
        PSYS_TRY(target == Target::profile ? annotate(kProfileAnnotation, profile)
                                           : annotate_settings());
      }
    }
    PSYS_TRY(remove_annotations());
    PSYS_TRY(remove_containers());
    return remove_volumes();
  }

 private:
  Result<> annotate_settings() {
    Settings all;
    if (const auto before = workload_.annotation(kSettingsAnnotation)) {
      all = settings_of_conf(before->node().text);
    }
    for (const Settings::One& one : plan_.added.all) {
      const Settings::One* const other = all.find(one.key);
      if (other == nullptr) {
        all.all.push_back(one);
      } else if (other->value != one.value) {
        return Error::of(Code::unsupported, "the annotation {} has {} as {} already",
                         kSettingsAnnotation, one.key.name(), in_quotes(other->value));
      }
    }
    return annotate(kSettingsAnnotation, conf_text(all));
  }

  Result<> annotate(std::string_view name, const std::string& text) {
    const Content value = edit::text_content(text);
    const auto metadata = workload_.metadata();
    if (!metadata) {
      const Node& pod = workload_.pod.node();
      const std::size_t spec = entry_index(pod, "spec");
      return editor_.add_entry_before(
          pod, spec, "metadata", mapping_of("annotations", mapping_of(std::string(name), value)));
    }
    const std::size_t index = entry_index(metadata->node(), "annotations");
    if (index == metadata->node().entries.size()) {
      return editor_.add_entry(metadata->node(), "annotations",
                               mapping_of(std::string(name), value));
    }
    const Node& annotations = *metadata->node().entries[index].value;
    if (is_empty(annotations)) {
      return editor_.fill_entry(metadata->node(), index, mapping_of(std::string(name), value));
    }
    if (const Node* const before = annotations.find(name)) {
      return editor_.replace_scalar(*before, text);
    }
    annotated_ = true;
    return editor_.add_entry(annotations, name, value);
  }

  Result<> remove_annotations() {
    if (plan_.annotations.empty()) {
      return {};
    }
    const auto metadata = workload_.metadata();
    const std::size_t at = entry_index(metadata->node(), "annotations");
    const Node& annotations = *metadata->node().entries[at].value;
    Indexes which;
    for (std::size_t i = 0; i < annotations.entries.size(); ++i) {
      if (std::ranges::find(plan_.annotations, annotations.entries[i].name) !=
          plan_.annotations.end()) {
        which.push_back(i);
      }
    }
    if (which.size() < annotations.entries.size()) {
      return editor_.remove_entries(annotations, which);
    }
    if (annotated_) {
      return editor_.remove_all_entries(annotations);
    }
    if (metadata->node().entries.size() > 1) {
      return editor_.remove_entries(metadata->node(), Indexes{at});
    }
    return editor_.remove_entries(workload_.pod.node(),
                                  Indexes{entry_index(workload_.pod.node(), "metadata")});
  }

  // Items of a list in a field of `holder`; the field itself where none is left.
  Result<> remove_from(const Node& holder, std::string_view field, const Indexes& which) {
    const std::size_t at = entry_index(holder, field);
    const Node& list = *holder.entries[at].value;
    return which.size() == list.items.size() ? editor_.remove_entries(holder, Indexes{at})
                                             : editor_.remove_items(list, which);
  }

  Result<> remove_containers() {
    Indexes init;
    Indexes regular;
    std::map<std::size_t, Indexes> misplaced;  // by the container around them
    for (const Container& container : plan_.removed) {
      switch (container.role) {
        case Container::Role::init:
          init.push_back(container.index);
          break;
        case Container::Role::regular:
          regular.push_back(container.index);
          break;
        case Container::Role::misplaced:
          misplaced[container.holder].push_back(container.index);
          break;
      }
    }
    if (!init.empty()) {
      PSYS_TRY(remove_from(spec_, "initContainers", init));
    }
    for (const auto& [holder, which] : misplaced) {
      if (std::ranges::find(regular, holder) == regular.end()) {
        PSYS_TRY(remove_from(*spec_.find("containers")->items[holder], "initContainers", which));
      }
    }
    return regular.empty() ? Result<>() : remove_from(spec_, "containers", regular);
  }

  // Volumes that only the removed containers mount.
  Result<> remove_volumes() {
    std::set<std::string_view> gone;
    for (const Container& container : plan_.removed) {
      add_mounts(container.value.node(), gone);
    }
    std::set<std::string_view> needed;
    for (const std::string_view field : {"initContainers", "containers", "ephemeralContainers"}) {
      const Node* const list = spec_.find(field);
      for (std::size_t i = 0; list != nullptr && i < list->items.size(); ++i) {
        if (!is_removed(*list->items[i])) {
          add_mounts(*list->items[i], needed);
        }
        // Misplaced ones do not run, but may be moved out.
        const Node* const inner = list->items[i]->find("initContainers");
        for (std::size_t k = 0; inner != nullptr && k < inner->items.size(); ++k) {
          if (!is_removed(*inner->items[k])) {
            add_mounts(*inner->items[k], needed);
          }
        }
      }
    }
    const Node* const volumes = spec_.find("volumes");
    Indexes which;
    for (std::size_t i = 0; volumes != nullptr && i < volumes->items.size(); ++i) {
      const Node* const name = volumes->items[i]->find("name");
      if (name != nullptr && gone.contains(name->text) && !needed.contains(name->text)) {
        which.push_back(i);
      }
    }
    return which.empty() ? Result<>() : remove_from(spec_, "volumes", which);
  }

  [[nodiscard]] bool is_removed(const Node& node) const {
    return std::ranges::any_of(plan_.removed, [&node](const Container& container) {
      return &container.value.node() == &node;
    });
  }

  static void add_mounts(const Node& container, std::set<std::string_view>& names) {
    for (const std::string_view field : {"volumeMounts", "volumeDevices"}) {
      const Node* const list = container.find(field);
      for (std::size_t i = 0; list != nullptr && i < list->items.size(); ++i) {
        if (const Node* const name = list->items[i]->find("name")) {
          names.insert(name->text);
        }
      }
    }
  }

  const pod::Workload& workload_;
  const Plan& plan_;
  Editor& editor_;
  const Node& spec_;
  bool annotated_ = false;  // the mapping of annotations has a new entry
};

}  // namespace

std::size_t entry_index(const Node& mapping, std::string_view name) {
  const auto found = std::ranges::find(mapping.entries, name, &Entry::name);
  return static_cast<std::size_t>(found - mapping.entries.begin());
}

std::string conf_text(const Settings& settings) {
  std::string text;
  for (const Settings::One& one : settings.all) {
    text += fmt::format("{} = {}\n", one.key.name(), one.value);
  }
  return text;
}

Settings settings_of_conf(std::string_view text) {
  Settings settings;
  for (const std::string_view line : split(text, '\n')) {
    const std::size_t equals = line.find('=');
    if (line.starts_with('#') || equals == std::string_view::npos) {
      continue;
    }
    const auto key = sysctl::SysctlKey::parse(trim(line.substr(0, equals)));
    if (key && settings.find(*key) == nullptr) {
      settings.all.push_back({*key, std::string(trim(line.substr(equals + 1)))});
    }
  }
  return settings;
}

Result<> add_to_field(const pod::Workload& workload, const Settings& settings, Editor& editor) {
  const Node& spec = workload.spec.node();
  Content list;
  list.kind = Content::Kind::list;
  list.items = items_of(settings);
  const std::size_t at = entry_index(spec, "securityContext");
  if (at == spec.entries.size()) {
    const std::size_t place = place_in_spec(spec);
    const Content context = mapping_of("sysctls", std::move(list));
    return place < spec.entries.size()
               ? editor.add_entry_before(spec, place, "securityContext", context)
               : editor.add_entry(spec, "securityContext", context);
  }
  const Node& context = *spec.entries[at].value;
  if (is_empty(context)) {
    return editor.fill_entry(spec, at, mapping_of("sysctls", std::move(list)));
  }
  const std::size_t inner = entry_index(context, "sysctls");
  if (inner == context.entries.size()) {
    return editor.add_entry(context, "sysctls", list);
  }
  const Node& present = *context.entries[inner].value;
  return is_empty(present) ? editor.fill_entry(context, inner, list)
                           : editor.add_items(present, list.items);
}

Result<> rewrite(const pod::Workload& workload, const Plan& plan, Target target,
                 const std::string& profile, Editor& editor) {
  const std::size_t before = editor.edits().size();
  Result<> done = Rewriter(workload, plan, editor).run(target, profile);
  if (!done) {
    editor.take_back(before);
  }
  return done;
}

}  // namespace podsysctl::migrate
