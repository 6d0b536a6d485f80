// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cctype>
#include <memory>

#include <nlohmann/json.hpp>

#include "cli/exit_codes.h"
#include "cli/facts_json.h"
#include "cli/kernel_facts.h"
#include "cli/output.h"
#include "cli/verbs.h"
#include "cli/wording.h"
#include "cli/yaml_text.h"
#include "json/json.h"
#include "sysctl/effect.h"

namespace podsysctl::cli {
namespace {

using sysctl::Settability;

struct Given {
  std::vector<std::string> prefixes;
  std::string output = "text";
  std::string root;
  std::string scope;
  std::string word;
  std::string against;
  bool settable = false;
  bool quiet = false;
  bool probe_active = false;
};

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

bool mentions(const KeyFacts& facts, const std::string& word) {
  const auto has = [&word](std::string_view text) { return lower(text).contains(word); };
  if (has(facts.key.name())) {
    return true;
  }
  if (facts.entry == nullptr) {
    return false;
  }
  const sysctl::Entry& entry = *facts.entry;
  return has(entry.meaning) || has(entry.existing) || has(entry.memory) || has(entry.folklore) ||
         has(entry.instead) || std::ranges::any_of(entry.traps, has) ||
         std::ranges::any_of(entry.counters, has);
}

bool is_wanted(const KeyFacts& facts, const Given& given) {
  const std::string& name = facts.key.name();
  const bool named = given.prefixes.empty() ||
                     std::ranges::any_of(given.prefixes, [&name](const std::string& prefix) {
                       return name.starts_with(prefix);
                     });
  return named && (given.scope.empty() || to_string(facts.scope) == given.scope) &&
         (!given.settable || facts.settability == Settability::pod_writable) &&
         (given.word.empty() || mentions(facts, lower(given.word)));
}

Result<KernelFacts> kernel_of(const Given& given) {
  if (!given.against.empty()) {
    return other_kernel(given.against);
  }
  return this_kernel(given.root,
                     given.probe_active ? sysctl::ProbeMode::active : sysctl::ProbeMode::passive);
}

Result<std::vector<KeyFacts>> wanted_keys(const Given& given) {
  PSYS_TRY_ASSIGN(const KernelFacts kernel, kernel_of(given));
  if (!kernel.why_not_probed.empty()) {
    complain("note: from the catalogue alone, for Linux " + kernel.release + ": " +
             kernel.why_not_probed);
  }
  std::vector<KeyFacts> keys = all_facts(kernel);
  std::erase_if(keys, [&given](const KeyFacts& facts) { return !is_wanted(facts, given); });
  if (keys.empty()) {
    return Error::of(Code::not_found, "kernel {} has no sysctl that fits", kernel.release);
  }
  return keys;
}

std::string remark_of(const KeyFacts& facts) {
  std::string meaning(facts.entry == nullptr ? "" : facts.entry->meaning);
  if (facts.note.empty()) {
    return meaning;
  }
  return meaning.empty() ? facts.note : meaning + " (" + facts.note + ")";
}

std::string table_of(const std::vector<KeyFacts>& keys) {
  Table table({"KEY", "SCOPE", "SETTABILITY", "VALUES", "DEFAULT", "SAFE", "EFFECT", "MEANING"});
  const auto or_dash = [](std::string_view text) { return std::string(text.empty() ? "-" : text); };
  for (const KeyFacts& facts : keys) {
    const bool known = facts.entry != nullptr;
    table.add({{facts.key.name()},
               {std::string(to_string(facts.scope))},
               {std::string(to_string(facts.settability)), colour_of(facts.settability)},
               {or_dash(known ? values_text(*facts.entry) : "")},
               {or_dash(facts.default_value.value_or(""))},
               {or_dash(known ? facts.entry->safe_since : "")},
               {or_dash(known ? to_string(facts.entry->effect) : "")},
               {remark_of(facts)}});
  }
  return table.text(colours_wanted() ? Table::Colours::on : Table::Colours::off);
}

std::string names_of(const std::vector<KeyFacts>& keys) {
  std::string text;
  for (const KeyFacts& facts : keys) {
    text += facts.key.name() + "\n";
  }
  return text;
}

std::string text_of(const std::vector<KeyFacts>& keys, const Given& given) {
  if (given.quiet) {
    return names_of(keys);
  }
  if (given.output == "text") {
    return table_of(keys);
  }
  json::Value list = json::Value::array();
  for (const KeyFacts& facts : keys) {
    list.push_back(facts_json(facts));
  }
  return given.output == "yaml" ? yaml_text(list) : json::dump(list, json::Layout::indented) + "\n";
}

void describe(Command& catalog) {
  catalog.details(
      "What a pod can do with each is found by looking from throw-away namespaces, and kept in\n"
      "the folder of the state until the kernel or its modules change; without the rights to do\n"
      "so, and for another kernel, it comes from the catalogue alone.\n"
      "PREFIX is the beginning of a name: net.ipv4.tcp_");
}

}  // namespace

void add_catalog(Command& app) {
  const auto given = std::make_shared<Given>();
  Command& catalog =
      app.command("catalog", "List the kernel parameters of this kernel and what a pod can do");
  describe(catalog);
  catalog.arguments("PREFIX", Need::optional, given->prefixes).completed_with(Completes::sysctls);
  catalog.choice("scope", {"net", "ipc", "uts", "user", "node"},
                 "Only those that this namespace owns", given->scope);
  catalog.flag("settable", "Only those that a pod can set", given->settable);
  catalog.option("search", "WORD", "Only those whose name or description has this text",
                 given->word);
  catalog.option("against", "RELEASE", "Of another kernel, such as 6.12: needs no rights",
                 given->against);
  catalog.flag("probe-active", "Also write each one there and look whether the host changes",
               given->probe_active);
  catalog.flag("q,quiet", "Names only", given->quiet);
  catalog.choice("o,output", {"text", "json", "yaml"}, "Form of the output", given->output);
  add_root_flag(catalog, given->root);
  catalog.action([given] {
    if (given->probe_active && !given->against.empty()) {
      complain("--probe-active is about this kernel, --against about another: give one of them");
      return kUsage;
    }
    const auto keys = wanted_keys(*given);
    if (!keys) {
      return report(keys.error());
    }
    print(text_of(*keys, *given));
    return kOk;
  });
}

}  // namespace podsysctl::cli
