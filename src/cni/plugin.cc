// SPDX-License-Identifier: Apache-2.0
#include "cni/plugin.h"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "cni/attachment.h"
#include "json/cursor.h"

namespace podsysctl::cni {
namespace {

json::Value version_list() {
  json::Value list = json::Value::array();
  for (const std::string& version : supported_versions()) {
    list.push_back(version);
  }
  return list;
}

std::string about() {
  return "podsysctl-cni: sets a pod's net.* sysctls as a chained CNI plugin\n"
         "CNI protocol versions supported: " +
         join(supported_versions(), ", ") + "\n";
}

Answer failed(const Fault& fault, std::string_view version) {
  json::Value object = {
      {"cniVersion", version}, {"code", static_cast<int>(fault.code)}, {"msg", fault.message}};
  if (!fault.details.empty()) {
    object["details"] = fault.details;
  }
  return {1, json::dump(object) + "\n", ""};
}

// What the runtime speaks, where it says so and we know it. Not every runtime says anything here.
std::string spoken_version(std::string_view input) {
  const auto& known = supported_versions();
  const auto tree = json::parse(input, "<stdin>");
  const auto spoken = tree && tree->is_object()
                          ? json::Cursor(*tree, "<stdin>").string_or("cniVersion", known.back())
                          : Result<std::string>(known.back());
  return spoken && std::ranges::find(known, *spoken) != known.end() ? *spoken : known.back();
}

Answer versions(std::string_view input) {
  const json::Value answer = {{"cniVersion", spoken_version(input)},
                              {"supportedVersions", version_list()}};
  return {0, json::dump(answer) + "\n", ""};
}

Answer silent(const Outcome<>& outcome, const Config& config) {
  return outcome ? Answer() : failed(outcome.error(), config.version);
}

Answer perform(const Environment& environment, const Config& config, Notes& notes) {
  switch (environment.command) {
    case Command::add: {
      const auto result = add(environment, config, notes);
      return result ? Answer{0, json::dump(*result) + "\n", ""}
                    : failed(result.error(), config.version);
    }
    case Command::check:
      return silent(check(environment, config), config);
    case Command::del:
      return silent(del(environment, config, notes), config);
    case Command::gc:
      return silent(collect(config), config);
    case Command::status:
    case Command::version:  // was answered before
      break;
  }
  return silent(status(config), config);
}

}  // namespace

Answer run(const Lookup& variable, std::string_view input) {
  const std::string& newest = supported_versions().back();
  const auto environment = read_environment(variable);
  if (!environment) {
    return failed(environment.error(), newest);
  }
  if (!*environment) {
    return {0, "", about()};
  }
  if ((*environment)->command == Command::version) {
    return versions(input);
  }
  const auto config = read_config(input, **environment);
  if (!config) {
    return failed(config.error(), newest);
  }
  Notes notes;
  Answer answer = perform(**environment, *config, notes);
  for (const std::string& note : notes) {
    answer.err += fmt::format("podsysctl-cni: {}\n", note);
  }
  return answer;
}

}  // namespace podsysctl::cni
