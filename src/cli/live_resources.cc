// SPDX-License-Identifier: Apache-2.0
#include "cli/live_resources.h"

#include <utility>
#include <vector>

#include "base/strings.h"
#include "cli/live_context.h"
#include "cli/live_json.h"

namespace podsysctl::cli {
namespace {

using http::Answer;
using Path = std::vector<std::string>;

Answer answer_of(Result<std::string> body) {
  return body ? api::json_answer(*std::move(body)) : api::error_answer(body.error());
}

Result<std::string> values_of(const std::string& root, const std::string& name,
                              const http::Target& request) {
  PSYS_TRY_ASSIGN(const auto context, LiveContext::open(root, Purpose::look));
  const live::Surroundings& surroundings = context->surroundings();
  PSYS_TRY_ASSIGN(const live::FoundTarget target, live::find_target(name, surroundings));
  std::vector<live::SeenValue> rows;
  const std::string words = request.option("keys");
  if (words.empty()) {
    const auto which = request.option("all") == "true" ? live::Which::all : live::Which::changed;
    PSYS_TRY_ASSIGN(rows, live::look_around(target, which, surroundings));
    return values_json(target, rows);
  }
  std::vector<sysctl::SysctlKey> keys;
  for (const std::string_view word : split(words, ',')) {
    PSYS_TRY_ASSIGN(sysctl::SysctlKey key, sysctl::SysctlKey::parse(word));
    keys.push_back(std::move(key));
  }
  PSYS_TRY_ASSIGN(rows, live::look_at(target, keys, surroundings));
  PSYS_TRY(live::check_known(rows, target));
  return values_json(target, rows);
}

Result<std::string> drift_of_all(const std::string& root) {
  PSYS_TRY_ASSIGN(const auto context, LiveContext::open(root, Purpose::look));
  std::vector<DriftReport> reports;
  if (store::Store* const store = context->surroundings().store) {
    PSYS_TRY_ASSIGN(live::DriftChecker checker, live::DriftChecker::open());
    PSYS_TRY_ASSIGN(std::vector<live::TargetDrift> drifts, checker.check_all(*store));
    for (live::TargetDrift& drift : drifts) {
      reports.push_back({std::move(drift), {}});
    }
  }
  return drift_json(reports);
}

}  // namespace

api::MoreResources live_resources(const std::string& root) {
  return [root](const http::Request& request, const http::Target& target) -> std::optional<Answer> {
    const Path& path = target.path;
    if (request.method != "GET") {
      return std::nullopt;
    }
    if (path == Path{"v1", "drift"}) {
      return answer_of(drift_of_all(root));
    }
    if (path.size() == 4 && path[0] == "v1" && path[1] == "targets" && path[3] == "sysctls") {
      return answer_of(values_of(root, path[2], target));
    }
    return std::nullopt;
  };
}

}  // namespace podsysctl::cli
