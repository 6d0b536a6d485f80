// SPDX-License-Identifier: Apache-2.0
#include "migrate/migrate.h"

#include <algorithm>
#include <set>

#include "base/strings.h"
#include "edit/content.h"
#include "edit/editor.h"
#include "migrate/each_workload.h"
#include "migrate/order.h"

namespace podsysctl::migrate {
namespace {

using edit::Content;

constexpr std::size_t kLongestName = 253;

std::string name_of(const pod::Workload& workload) {
  return workload.name.empty() ? std::string(workload.kind)
                               : fmt::format("{} {}", workload.kind, workload.name);
}

class Migrator {
 public:
  Migrator(std::string_view text, std::string_view source, const Options& options)
      : text_(text), source_(source), options_(options), editor_(text) {}

  Result<Migration> run() && {
    PSYS_TRY(each_workload(text_, source_, editor_,
                           [this](const pod::Workload& workload) { take(workload); }));
    PSYS_TRY_ASSIGN(made_.edits, edit::ordered(all_edits(), text_.size()));
    PSYS_TRY(check_result());
    return std::move(made_);
  }

 private:
  void take(const pod::Workload& workload) {
    Plan plan = plan_for(workload, options_.rules, editor_.map());
    Settings expected = plan.present;
    const std::string profile = profile_name(workload);
    if (!plan.changes_nothing()) {
      const bool to_profile = options_.target == Target::profile && !plan.added.all.empty();
      Result<> done = to_profile && workload.annotation(kProfileAnnotation)
                          ? Error::of(Code::unsupported, "the pod has a profile already")
                          : rewrite(workload, plan, options_.target, profile, editor_);
      if (done) {
        note_change(workload, plan, profile);
        if (options_.target == Target::field) {
          expected.all.insert(expected.all.end(), plan.added.all.begin(), plan.added.all.end());
          for (std::string& remark : order_remarks(expected)) {
            plan.notes.push_back({Note::Kind::remark, workload.spec.at(), std::move(remark)});
          }
        }
      } else {
        plan.notes.push_back({Note::Kind::stays, workload.spec.at(),
                              fmt::format("all of it stays: {}", done.error().message)});
      }
    }
    if (plan.changes_nothing() && !plan.node.empty()) {
      made_.moved.push_back(
          {fmt::format("{} ({})", printable_name(workload), source_), {}, plan.node});
    }
    expected_.push_back(std::move(expected));
    for (const Note& note : plan.notes) {
      auto& list = note.kind == Note::Kind::stays ? made_.stays : made_.remarks;
      list.push_back(fmt::format("{}:{}:{}: {}: {}", source_, note.at.line, note.at.column,
                                 printable_name(workload), note.text));
    }
  }

  static std::string printable_name(const pod::Workload& workload) {
    const std::string quoted_name = in_quotes(name_of(workload));
    return quoted_name.substr(1, quoted_name.size() - 2);
  }

  void note_change(const pod::Workload& workload, const Plan& plan, const std::string& profile) {
    Moved moved{fmt::format("{} ({})", printable_name(workload), source_), plan.present, plan.node};
    moved.pod.all.insert(moved.pod.all.end(), plan.added.all.begin(), plan.added.all.end());
    made_.moved.push_back(std::move(moved));
    if (options_.target == Target::profile && !plan.added.all.empty()) {
      profiles_.insert(profile);
      documents_.push_back(profile_document(workload, plan.added, profile));
    }
  }

  [[nodiscard]] std::string profile_name(const pod::Workload& workload) const {
    std::string base(workload.name);
    while (base.ends_with('-')) {
      base.pop_back();  // generateName
    }
    base = (base.empty() ? "pod" : base).substr(0, kLongestName - 16) + "-sysctls";
    std::string name = base;
    for (std::size_t i = 2; profiles_.contains(name); ++i) {
      name = fmt::format("{}-{}", base, i);
    }
    return name;
  }

  static Content profile_document(const pod::Workload& workload, const Settings& settings,
                                  const std::string& name) {
    const auto mapping = [](std::vector<edit::Field> entries) {
      Content made;
      made.kind = Content::Kind::mapping;
      made.entries = std::move(entries);
      return made;
    };
    Content metadata = mapping({{"name", edit::text_content(name)}});
    if (!workload.namespace_.empty()) {
      metadata.entries.push_back(
          {"namespace", edit::text_content(std::string(workload.namespace_))});
    }
    Content list;
    list.kind = Content::Kind::list;
    for (const Settings::One& one : settings.all) {
      list.items.push_back(mapping({{"name", edit::name_content(one.key.name())},
                                    {"value", edit::text_content(one.value)}}));
    }
    return mapping({{"apiVersion", edit::name_content("podsysctl.io/v1alpha1")},
                    {"kind", edit::name_content("SysctlProfile")},
                    {"metadata", std::move(metadata)},
                    {"spec", mapping({{"sysctls", std::move(list)}})}});
  }

  // With the profiles as documents of their own behind the text.
  [[nodiscard]] std::vector<edit::Edit> all_edits() const {
    std::vector<edit::Edit> edits = editor_.edits();
    const std::size_t first = text_.find_first_not_of(" \t\r\n");
    const bool is_json = first != std::string_view::npos && text_[first] == '{';
    std::string added;
    for (const Content& document : documents_) {
      if (is_json) {
        added += edit::flow_value(document, {.lines = true}) + "\n";
        continue;
      }
      edit::BlockStyle style;
      style.line_break = editor_.map().line_break(0);
      added += "---" + style.line_break;
      for (const auto& [key, value] : document.entries) {
        added += edit::block_entry(key, value, 0, style);
      }
    }
    if (!added.empty() && !text_.ends_with('\n')) {
      added.insert(0, editor_.map().line_break(0));
    }
    if (!added.empty()) {
      edits.push_back({text_.size(), text_.size(), std::move(added)});
    }
    return edits;
  }

  // What was written reads as it was meant.
  Result<> check_result() const {
    if (made_.edits.empty()) {
      return {};
    }
    const std::string text = edit::apply_edits(text_, made_.edits);
    const auto broken = [this](std::string_view why) {
      return Error::of(Code::unsupported,
                       "{}: left as it is: after the changes it would not read as meant ({})",
                       source_, why);
    };
    yaml::DocumentReader reader(text, source_, {.input_bytes = 2 * kMaxBytes});
    std::size_t index = 0;
    for (;;) {
      const auto document = reader.next();
      if (!document) {
        return broken(document.error().message);
      }
      if (!*document) {
        break;
      }
      for (const pod::Workload& workload : pod::find_workloads(**document)) {
        if (index >= expected_.size() || !is_same(settings_in_field(workload), expected_[index])) {
          return broken(fmt::format("the sysctls of {}", printable_name(workload)));
        }
        ++index;
      }
    }
    return index == expected_.size() ? Result<>() : broken("a pod is missing");
  }

  static bool is_same(const Settings& left, const Settings& right) {
    return left.all.size() == right.all.size() &&
           std::ranges::all_of(left.all, [&right](const Settings::One& one) {
             const Settings::One* const other = right.find(one.key);
             return other != nullptr && other->value == one.value;
           });
  }

  std::string_view text_;
  std::string_view source_;
  const Options& options_;
  edit::Editor editor_;
  Migration made_;
  std::vector<Settings> expected_;  // of every workload's field
  std::set<std::string> profiles_;
  std::vector<Content> documents_;
};

}  // namespace

Result<Migration> migrate(std::string_view text, std::string_view source, const Options& options) {
  return Migrator(text, source, options).run();
}

}  // namespace podsysctl::migrate
