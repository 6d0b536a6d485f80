// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <utility>

#include "api/live_json.h"
#include "base/strings.h"
#include "cli/exit_codes.h"
#include "cli/output.h"
#include "cli/sources.h"
#include "cli/verbs.h"
#include "live/author.h"

namespace podsysctl::cli {
namespace {

using live::SeenValue;
using sysctl::SysctlKey;

struct Given {
  std::string target;
  std::vector<std::string> keys;
  std::string output = "text";
  SourceFlags source;
  bool all = false;
  bool changed = false;
  bool history = false;
};

Table::Colours colours() { return colours_wanted() ? Table::Colours::on : Table::Colours::off; }

// "" is printed as a dash, so that a column is never empty by accident.
std::string shown(const std::optional<std::string>& value) {
  return !value ? "-" : value->empty() ? "\"\"" : *value;
}

std::string values_text(const std::vector<SeenValue>& rows) {
  Table table({"NAME", "VALUE", "DEFAULT", "HOST", "ORIGIN"});
  for (const SeenValue& row : rows) {
    const Colour colour = row.differs() ? Colour::yellow : Colour::none;
    table.add({{row.key.name()},
               {shown(row.value), colour},
               {shown(row.fresh)},
               {shown(row.host)},
               {row.remark.empty() ? row.origin : "(" + row.remark + ")"}});
  }
  return table.text(colours());
}

std::string history_text(const std::vector<store::AuditRecord>& trail) {
  Table table({"TIME", "WHO", "ACTION", "NAME", "OLD", "NEW", "OUTCOME", "REASON"});
  for (const store::AuditRecord& record : trail) {
    const live::Author who{.pid = record.pid, .uid = record.uid, .login_uid = record.login_uid};
    std::vector<std::string> why;
    for (const std::string& part : {record.reason, record.detail}) {
      if (!part.empty()) {
        why.push_back(part);
      }
    }
    table.add({{to_rfc3339(record.time)},
               {who.text()},
               {std::string(to_string(record.action)) + (record.undone_by != 0 ? " (undone)" : "")},
               {record.name},
               {shown(record.old_value)},
               {record.new_value},
               {std::string(to_string(record.outcome))},
               {join(why, "; ")}});
  }
  return table.text(colours());
}

Result<std::vector<SysctlKey>> parse_keys(const std::vector<std::string>& words) {
  constexpr std::string_view kFolder = "/proc/sys/";
  std::vector<SysctlKey> keys;
  for (std::string_view word : words) {
    word.remove_prefix(word.starts_with(kFolder) ? kFolder.size() : 0);
    PSYS_TRY_ASSIGN(SysctlKey key, SysctlKey::parse(word));
    keys.push_back(std::move(key));
  }
  return keys;
}

Result<std::string> get(const Given& given) {
  PSYS_TRY_ASSIGN(const std::vector<SysctlKey> keys, parse_keys(given.keys));
  PSYS_TRY_ASSIGN(const auto source, TargetSource::open(given.source, given.target, Purpose::look));
  const bool as_json = given.output == "json";
  if (given.history) {
    PSYS_TRY_ASSIGN(const api::History history, source->targets().history(given.target, keys));
    return as_json ? api::history_json(history) : history_text(history.trail);
  }
  const api::ValuesWish wish{.keys = keys,
                             .which = given.all ? live::Which::all : live::Which::changed};
  PSYS_TRY_ASSIGN(const api::Values values, source->targets().values(given.target, wish));
  return as_json ? api::values_json(values) : values_text(values.rows);
}

int run(const Given& given) {
  if (given.all && given.changed) {
    complain("give either --all or --changed\nhint: podsysctl get --help");
    return kUsage;
  }
  if (!given.keys.empty() && (given.all || given.changed)) {
    complain("give either KEYs or --all or --changed\nhint: podsysctl get --help");
    return kUsage;
  }
  const Result<std::string> text = get(given);
  if (!text) {
    return report(text.error());
  }
  print(*text);
  return kOk;
}

}  // namespace

void add_get(Command& app) {
  const auto given = std::make_shared<Given>();
  Command& command =
      app.command("get", "Show kernel parameters in force at a pod, container or process");
  command.details(
      "TARGET is a pod or container of podsysctl, pid:N, netns:PATH, docker:ID or cri:ID; ids may\n"
      "be cut short, and names will do. Beside each value: what a fresh namespace starts with, "
      "the\n"
      "host's value, and who set it. Without KEYs, what differs from a fresh namespace.");
  command.argument("TARGET", Need::required, given->target).completed_with(Completes::targets);
  command.arguments("KEY", Need::optional, given->keys).completed_with(Completes::sysctls);
  command.flag("a,all", "Every parameter that the target's own namespaces have", given->all);
  command.flag("changed", "Those that a pod may write and that differ from a fresh namespace",
               given->changed);
  command.flag("history", "Who changed what with podsysctl set, undo and repair, and when",
               given->history);
  command.choice("o,output", {"text", "json"}, "Form of the output", given->output);
  add_source_flags(command, given->source);
  command.action([given] { return run(*given); });
}

}  // namespace podsysctl::cli
