// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <memory>

#include <nlohmann/json.hpp>

#include "cli/exit_codes.h"
#include "cli/output.h"
#include "cli/verbs.h"
#include "json/json.h"
#include "sysctl/probe_cache.h"

namespace podsysctl::cli {
namespace {

using sysctl::ProbedKey;

struct Given {
  std::vector<std::string> prefixes;
  std::string output = "text";
  std::string root;
  bool probe_active = false;
};

bool is_wanted(const ProbedKey& probed, const std::vector<std::string>& prefixes) {
  const std::string& name = probed.key.name();
  return prefixes.empty() ||
         std::any_of(prefixes.begin(), prefixes.end(),
                     [&name](const std::string& prefix) { return name.starts_with(prefix); });
}

Result<std::vector<ProbedKey>> wanted_keys(const Given& given) {
  PSYS_TRY_ASSIGN(sysctl::ProbeReport report, given.probe_active
                                                  ? sysctl::probe(sysctl::ProbeMode::active)
                                                  : sysctl::probe_cached(given.root));
  std::erase_if(report.keys,
                [&given](const ProbedKey& key) { return !is_wanted(key, given.prefixes); });
  if (report.keys.empty() && !given.prefixes.empty()) {
    return Error::of(Code::not_found, "kernel {} has no sysctl whose name begins so",
                     report.kernel_release);
  }
  return std::move(report.keys);
}

Colour colour_of(sysctl::Settability settability) {
  switch (settability) {
    case sysctl::Settability::pod_writable:
      return Colour::green;
    case sysctl::Settability::leaky:
      return Colour::red;
    case sysctl::Settability::pod_read_only:
      return Colour::yellow;
    case sysctl::Settability::node_only:
    case sysctl::Settability::absent:
      break;
  }
  return Colour::none;
}

std::string table_of(const std::vector<ProbedKey>& keys) {
  Table table({"KEY", "SCOPE", "SETTABILITY", "DEFAULT", "NOTE"});
  for (const ProbedKey& probed : keys) {
    table.add({{probed.key.name()},
               {std::string(to_string(probed.scope))},
               {std::string(to_string(probed.settability)), colour_of(probed.settability)},
               {probed.default_value},
               {probed.note}});
  }
  return table.text(colours_wanted() ? Table::Colours::on : Table::Colours::off);
}

std::string json_of(const std::vector<ProbedKey>& keys) {
  json::Value list = json::Value::array();
  for (const ProbedKey& probed : keys) {
    list.push_back({{"key", probed.key.name()},
                    {"scope", std::string(to_string(probed.scope))},
                    {"settability", std::string(to_string(probed.settability))},
                    {"inUserNamespace", std::string(to_string(probed.in_user_namespace))},
                    {"default", probed.default_value},
                    {"note", probed.note}});
  }
  return json::dump(list, json::Layout::indented) + "\n";
}

}  // namespace

void add_catalog(Command& app) {
  const auto given = std::make_shared<Given>();
  Command& catalog =
      app.command("catalog", "List the kernel parameters of this kernel and what a pod can do");
  catalog.details(
      "Found by looking from throw-away namespaces; kept in the folder of the state until\n"
      "the kernel or its modules change. PREFIX is the beginning of a name: net.ipv4.tcp_");
  catalog.arguments("PREFIX", Need::optional, given->prefixes);
  catalog.flag("probe-active", "Also write each one there and look whether the host changes",
               given->probe_active);
  catalog.choice("o,output", {"text", "json"}, "Form of the output", given->output);
  add_root_flag(catalog, given->root);
  catalog.action([given] {
    const auto keys = wanted_keys(*given);
    if (!keys) {
      return report(keys.error());
    }
    print(given->output == "json" ? json_of(*keys) : table_of(*keys));
    return kOk;
  });
}

}  // namespace podsysctl::cli
