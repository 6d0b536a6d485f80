// SPDX-License-Identifier: Apache-2.0
#include "migrate/fix.h"

#include <algorithm>
#include <optional>

#include "base/strings.h"
#include "edit/editor.h"
#include "migrate/each_workload.h"
#include "migrate/migrate.h"
#include "migrate/plan.h"
#include "migrate/rewrite.h"
#include "policy/names.h"
#include "sysctl/value.h"
#include "yaml/scalar.h"

namespace podsysctl::migrate {
namespace {

using edit::Editor;
using sysctl::SysctlKey;
using yaml::Kind;
using yaml::Node;
using yaml::Position;
using yaml::ScalarType;
using yaml::Value;

// What a value that lost its quotes was meant to be; none where that is not clear.
std::optional<std::string> meant_text(const Node& value, const std::optional<SysctlKey>& key) {
  if (value.kind != Kind::scalar || !value.tag.empty()) {
    return std::nullopt;
  }
  const yaml::Scalar scalar = yaml::resolve(value);
  const auto is_legal = [&key](std::string_view text) {
    return !key || sysctl::check_value(*key, text).has_value();
  };
  const std::string raw(value.text);
  switch (scalar.type) {
    case ScalarType::boolean: {
      const std::string digit = scalar.boolean ? "1" : "0";
      return is_legal(raw) && !is_legal(digit) ? raw : digit;
    }
    case ScalarType::integer:
      // The kernel reads 0x and a leading 0 as YAML does, but neither 0b nor '_'.
      return raw.find_first_of("_bB:+") == std::string::npos || raw.starts_with("0x")
                 ? raw
                 : fmt::format("{}", scalar.integer);
    case ScalarType::floating:
      return is_legal(raw) ? std::optional(raw) : std::nullopt;
    case ScalarType::null:
    case ScalarType::string:
    case ScalarType::unfit:
      break;
  }
  return std::nullopt;
}

class Fixer {
 public:
  Fixer(std::string_view text, std::string_view source, const FixOptions& options)
      : text_(text), source_(source), options_(options), editor_(text) {
    rules_.kubernetes = options.kubernetes;
    rules_.sources.containers = false;
    constexpr unsigned kAnnotationsIgnored = 11;
    rules_.sources.annotations = options.kubernetes.at_least(kAnnotationsIgnored);
  }

  Result<FixedText> run() && {
    PSYS_TRY(each_workload(text_, source_, editor_, [this](const pod::Workload& workload) {
      fix_field(workload);
      fix_annotations(workload);
      fix_placement(workload);
    }));
    PSYS_TRY_ASSIGN(made_.edits, edit::ordered(editor_.edits(), text_.size()));
    made_.text = edit::apply_edits(text_, made_.edits);
    PSYS_TRY(check_result());
    return std::move(made_);
  }

 private:
  void note(Position at, std::string_view what, const Result<>& done) {
    if (done) {
      made_.fixed.push_back(fmt::format("{}:{}:{}: {}", source_, at.line, at.column, what));
    } else {
      made_.stays.push_back(fmt::format("{}:{}:{}: not fixed: {}: {}", source_, at.line, at.column,
                                        what, done.error().message));
    }
  }

  void fix_field(const pod::Workload& workload) {
    const auto context = workload.spec.find("securityContext");
    const auto list = context ? context->find("sysctls") : std::nullopt;
    if (!list || list->node().kind != Kind::sequence) {
      return;
    }
    struct Seen {
      std::string key;
      std::string value;
    };
    std::vector<Seen> seen;
    std::vector<std::size_t> twice;
    for (std::size_t i = 0; i < list->node().items.size(); ++i) {
      const Value item = list->item(i);
      const auto name = item.find("name");
      const auto value = item.find("value");
      if (!name || name->node().kind != Kind::scalar) {
        continue;
      }
      const auto parsed = SysctlKey::parse(trim(name->node().text));
      const std::optional<SysctlKey> key = parsed ? std::optional(*parsed) : std::nullopt;
      const std::optional<std::string> text = value ? meant_text(value->node(), key) : std::nullopt;
      const std::string final_value =
          text.value_or(value ? std::string(value->node().text) : std::string());
      if (key) {
        const auto first = std::ranges::find(seen, key->name(), &Seen::key);
        if (first != seen.end() && first->value == final_value) {
          twice.push_back(i);
          continue;
        }
        seen.push_back({key->name(), final_value});
        fix_name(*name, *key);
      }
      if (text) {
        note(value->at(), fmt::format("wrote {} in quotes", *text),
             editor_.replace_scalar(value->node(), *text));
      }
    }
    if (!twice.empty()) {
      const Position at = list->node().items[twice.front()]->at;
      note(at, "removed a sysctl that stands above with the same value",
           editor_.remove_items(list->node(), twice));
    }
  }

  void fix_name(const Value& name, const SysctlKey& key) {
    const std::string_view raw = name.node().text;
    if (!policy::is_valid_name(raw, options_.kubernetes) &&
        policy::is_valid_name(key.name(), options_.kubernetes)) {
      note(name.at(), fmt::format("spelt {} as {}", in_quotes(raw), key.name()),
           editor_.replace_scalar(name.node(), key.name()));
    }
  }

  void fix_annotations(const pod::Workload& workload) {
    const Plan plan = plan_for(workload, rules_, editor_.map());
    if (!plan.annotations.empty()) {
      const Position at = workload.annotation(plan.annotations.front())->at();
      note(at, "moved the settings of the annotation to spec.securityContext.sysctls",
           rewrite(workload, plan, Target::field, "", editor_));
    }
    for (const Note& why : plan.notes) {
      made_.stays.push_back(
          fmt::format("{}:{}:{}: not fixed: {}", source_, why.at.line, why.at.column, why.text));
    }
  }

  void fix_placement(const pod::Workload& workload) {
    const auto containers = workload.spec.find("containers");
    if (!containers || containers->node().kind != Kind::sequence) {
      return;
    }
    bool first = true;
    for (const Node* const container : containers->node().items) {
      const std::size_t at = entry_index(*container, "initContainers");
      if (at == container->entries.size() || container->entries[at].value->kind != Kind::sequence ||
          container->entries[at].value->items.empty()) {
        continue;
      }
      const std::size_t before = editor_.edits().size();
      const Result<> done = first
                                ? move_out(workload.spec.node(), *container, at)
                                : Result<>(Error::of(Code::unsupported, "one is moved at a time"));
      first = false;
      if (!done) {
        editor_.take_back(before);
      }
      note(container->entries[at].key->at, "moved initContainers out of a container", done);
    }
  }

  Result<> move_out(const Node& spec, const Node& container, std::size_t at) {
    PSYS_TRY_ASSIGN(const edit::Content list, editor_.source_of(*container.entries[at].value));
    if (container.entries.size() == 1) {
      return Error::of(Code::unsupported, "the container has nothing else");
    }
    const std::size_t present = entry_index(spec, "initContainers");
    if (present == spec.entries.size()) {
      PSYS_TRY(
          editor_.add_entry_before(spec, entry_index(spec, "containers"), "initContainers", list));
    } else if (spec.entries[present].value->items.empty()) {
      PSYS_TRY(editor_.fill_entry(spec, present, list));
    } else if (edit::is_flow(*container.entries[at].value)) {
      return Error::of(Code::unsupported, "the pod has initContainers already");
    } else {
      PSYS_TRY(editor_.add_items(*spec.entries[present].value, std::vector<edit::Content>{list}));
    }
    return editor_.remove_entries(container, std::vector<std::size_t>{at});
  }

  // The new text can be read, and has as many pods.
  Result<> check_result() const {
    const auto count = [this](std::string_view text) -> Result<std::size_t> {
      yaml::DocumentReader reader(text, source_, {.input_bytes = 2 * kMaxBytes});
      std::size_t found = 0;
      for (;;) {
        PSYS_TRY_ASSIGN(const auto document, reader.next());
        if (!document) {
          return found;
        }
        found += pod::find_workloads(*document).size();
      }
    };
    if (made_.edits.empty()) {
      return {};
    }
    const auto before = count(text_);
    const auto after = count(made_.text);
    if (!before || !after || *before != *after) {
      return Error::of(Code::unsupported,
                       "{}: left as it is: after the changes it would not read as meant{}", source_,
                       after ? "" : " (" + after.error().message + ")");
    }
    return {};
  }

  std::string_view text_;
  std::string_view source_;
  const FixOptions& options_;
  Editor editor_;
  Rules rules_;
  FixedText made_;
};

}  // namespace

Result<FixedText> fix(std::string_view text, std::string_view source, const FixOptions& options) {
  return Fixer(text, source, options).run();
}

}  // namespace podsysctl::migrate
