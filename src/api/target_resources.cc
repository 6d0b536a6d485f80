// SPDX-License-Identifier: Apache-2.0
#include "api/target_resources.h"

#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "api/live_json.h"
#include "api/request_json.h"
#include "base/strings.h"
#include "json/json.h"

namespace podsysctl::api {
namespace {

using http::Answer;
using Path = std::vector<std::string>;

template <class T>
Answer answer_of(const Result<T>& made, std::string (*text_of)(const T&)) {
  return made ? json_answer(text_of(*made)) : error_answer(made.error());
}

Answer answer_of(const live::Refusal& refusal) {
  json::Value verdicts = json::Value::array();
  for (const policy::Verdict& verdict : refusal.offenders) {
    verdicts.push_back({{"name", verdict.name()},
                        {"reason", verdict.reason()},
                        {"message", verdict.message()},
                        {"hint", verdict.hint()}});
  }
  Answer answer = error_answer(refusal.error);
  if (!verdicts.empty()) {
    const json::Value view = {{"error", refusal.error.message},
                              {"code", std::string(to_string(refusal.error.code))},
                              {"verdicts", std::move(verdicts)}};
    answer.body = json::dump(view) + "\n";
  }
  return answer;
}

// A change that failed was taken back, and its rows say so.
Answer answer_of(const Changed& changed) {
  Answer answer = json_answer(change_json(changed));
  constexpr int kUnprocessable = 422;
  answer.status = changed.change.application.failure ? kUnprocessable : answer.status;
  return answer;
}

Result<std::vector<sysctl::SysctlKey>> keys_of(const http::Target& request) {
  std::vector<sysctl::SysctlKey> keys;
  for (const std::string& name : request.options("key")) {
    PSYS_TRY_ASSIGN(sysctl::SysctlKey key, sysctl::SysctlKey::parse(name));
    keys.push_back(std::move(key));
  }
  const std::string list = request.option("keys");
  for (const std::string_view name : split(list, ',')) {
    if (!list.empty()) {
      PSYS_TRY_ASSIGN(sysctl::SysctlKey key, sysctl::SysctlKey::parse(name));
      keys.push_back(std::move(key));
    }
  }
  return keys;
}

Answer show_values(Targets& targets, const std::string& name, const http::Target& request) {
  auto keys = keys_of(request);
  if (!keys) {
    return error_answer(keys.error());
  }
  const ValuesWish wish{
      .keys = *std::move(keys),
      .which = request.option("all") == "true" ? live::Which::all : live::Which::changed};
  return answer_of(targets.values(name, wish), &values_json);
}

Answer show_history(Targets& targets, const std::string& name, const http::Target& request) {
  const auto keys = keys_of(request);
  return keys ? answer_of(targets.history(name, *keys), &history_json) : error_answer(keys.error());
}

Answer set(Targets& targets, const std::string& name, const SetOrder& order) {
  if (order.doing == Doing::dry_run) {
    const auto planned = targets.plan_set(name, order.wish);
    return planned ? json_answer(plan_json(*planned)) : answer_of(planned.error());
  }
  const auto changed = targets.set(name, order.wish);
  return changed ? answer_of(*changed) : answer_of(changed.error());
}

Answer undo(Targets& targets, const std::string& name, const UndoOrder& order) {
  if (order.doing == Doing::dry_run) {
    return answer_of(targets.plan_undo(name, order.wish), &plan_json);
  }
  const auto changed = targets.undo(name, order.wish);
  return changed ? answer_of(*changed) : error_answer(changed.error());
}

Answer drift(const Result<std::vector<DriftReport>>& reports) {
  return reports ? json_answer(drift_json(*reports)) : error_answer(reports.error());
}

std::optional<Error> refuse_force(live::Force force, const live::Author& author) {
  return force == live::Force::yes && author.uid != 0
             ? std::optional(Error{Code::permission, 0, "--force is for root"})
             : std::nullopt;
}

// One request with its surroundings.
struct Case {
  const WithTargets& with_targets;
  const http::Request& request;
  const http::Target& target;
  const live::Author author;

  [[nodiscard]] std::optional<Answer> look() const {
    const Path& path = target.path;
    const auto ask = [this](const Ask& question) {
      return with_targets(Purpose::look, author, question);
    };
    if (path == Path{"v1", "drift"}) {
      return ask([&](Targets& targets) { return drift(targets.drift(target.option("target"))); });
    }
    if (path.size() != 4 || path[0] != "v1" || path[1] != "targets") {
      return std::nullopt;
    }
    if (path[3] == "sysctls") {
      return ask([&](Targets& targets) { return show_values(targets, path[2], target); });
    }
    if (path[3] == "history") {
      return ask([&](Targets& targets) { return show_history(targets, path[2], target); });
    }
    return std::nullopt;
  }

  // Reads the body, then does what it wants.
  template <class Order>
  Answer carry_out(const Result<Order>& order, const Ask& act) const {
    if (!order) {
      return error_answer(order.error());
    }
    return with_targets(Purpose::change, author, act);
  }

  [[nodiscard]] std::optional<Answer> change() const {
    const Path& path = target.path;
    if (path == Path{"v1", "drift", "repair"}) {
      const auto order = parse_repair_request(request.body);
      return carry_out(order, [&](Targets& targets) {
        return drift(targets.repair(order->target, order->reason));
      });
    }
    if (path.size() < 4 || path[0] != "v1" || path[1] != "targets" || path[3] != "sysctls") {
      return std::nullopt;
    }
    if (path.size() == 4) {
      return change_by_set(path[2]);
    }
    return path.size() == 5 && path[4] == "undo" ? std::optional(change_by_undo(path[2]))
                                                 : std::nullopt;
  }

  [[nodiscard]] Answer change_by_set(const std::string& name) const {
    const auto order = parse_set_request(request.body);
    if (const auto refusal = order ? refuse_force(order->wish.force, author) : std::nullopt) {
      return error_answer(*refusal);
    }
    return carry_out(order, [&](Targets& targets) { return set(targets, name, *order); });
  }

  [[nodiscard]] Answer change_by_undo(const std::string& name) const {
    const auto order = parse_undo_request(request.body);
    if (const auto refusal = order ? refuse_force(order->wish.force, author) : std::nullopt) {
      return error_answer(*refusal);
    }
    return carry_out(order, [&](Targets& targets) { return undo(targets, name, *order); });
  }
};

}  // namespace

MoreResources target_resources(WithTargets with_targets) {
  return [with_targets = std::move(with_targets)](
             const http::Request& request, const http::Caller& caller,
             const http::Target& target) -> std::optional<Answer> {
    const Case asked{with_targets, request, target,
                     live::Author::of_peer(caller.peer, caller.process.ref())};
    if (request.method == "GET" || request.method == "HEAD") {
      return asked.look();
    }
    return request.method == "POST" ? asked.change() : std::nullopt;
  };
}

}  // namespace podsysctl::api
