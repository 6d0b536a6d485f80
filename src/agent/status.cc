// SPDX-License-Identifier: Apache-2.0
#include "agent/status.h"

#include <chrono>

#include <nlohmann/json.hpp>

#include "base/printable.h"
#include "http/client.h"
#include "json/json.h"

namespace podsysctl::agent {
namespace {

constexpr std::chrono::milliseconds kAnswerLimit{2000};
constexpr int kOk = 200;
constexpr std::size_t kMaxAnswer = std::size_t{1} << 20U;

std::string with_error(const std::string& line, const std::string& error) {
  return error.empty() ? line : line + "\n  " + printable(error);
}

std::string door_line(const DoorState& door) {
  const std::string line =
      door.connected
          ? fmt::format("{}: connected to {} ({})", door.kind, door.runtime, door.address)
          : fmt::format("{}: not connected ({})", door.kind, door.address);
  return with_error(line, door.last_error);
}

std::string door_lines(const std::vector<DoorState>& doors) {
  std::string lines;
  for (const DoorState& door : doors) {
    lines += door_line(door) + "\n";
  }
  return lines;
}

json::Value doors_json(const std::vector<DoorState>& doors) {
  json::Value list = json::Value::array();
  for (const DoorState& door : doors) {
    list.push_back({{"kind", door.kind},
                    {"address", door.address},
                    {"connected", door.connected},
                    {"runtime", door.runtime},
                    {"connections", door.connections},
                    {"lastError", door.last_error}});
  }
  return list;
}

std::string pods_line(const Standing& pods) {
  const Counters counters = pods.counters();
  std::string line = fmt::format(
      "pods: {} with settings; {} applied, {} unchanged, {} repaired, {} degraded, {} rejected, "
      "{} answered too late",
      pods.with_settings(), counters.applied, counters.unchanged, counters.repaired,
      counters.degraded, counters.rejected, pods.late);
  if (!pods.last_fault.empty()) {
    line += fmt::format("\n  last fault, {}: {}", to_rfc3339(pods.last_fault_at),
                        printable(pods.last_fault));
  }
  return line;
}

json::Value pods_json(const Standing& pods) {
  const Counters counters = pods.counters();
  json::Value json{{"withSettings", pods.with_settings()}, {"applied", counters.applied},
                   {"unchanged", counters.unchanged},      {"repaired", counters.repaired},
                   {"rejected", counters.rejected},        {"degraded", counters.degraded},
                   {"answeredTooLate", pods.late},         {"waitingForReview", pods.waiting}};
  if (!pods.last_fault.empty()) {
    json["lastFault"] = {{"at", to_rfc3339(pods.last_fault_at)}, {"message", pods.last_fault}};
  }
  return json;
}

std::uint64_t sum(const std::map<std::string, std::uint64_t>& counts) {
  std::uint64_t total = 0;
  for (const auto& [key, count] : counts) {
    total += count;
  }
  return total;
}

std::string drift_line(const DriftCounts& drift) {
  return with_error(fmt::format("drift: {} settings looked at, {} rounds; {} drifted, {} repaired, "
                                "{} contested",
                                drift.last_checked, drift.rounds, sum(drift.drifted),
                                sum(drift.repaired), sum(drift.contested)),
                    drift.last_fault);
}

json::Value drift_json(const DriftCounts& drift) {
  return {{"rounds", drift.rounds},
          {"checked", drift.last_checked},
          {"drifted", sum(drift.drifted)},
          {"repaired", sum(drift.repaired)},
          {"contested", sum(drift.contested)},
          {"lastError", drift.last_fault}};
}

}  // namespace

std::string to_json(const Status& status) {
  const json::Value json{{"doors", doors_json(status.doors)},
                         {"policy",
                          {{"folder", status.policy.folder},
                           {"generation", status.policy.generation},
                           {"policies", status.policy.policies},
                           {"profiles", status.policy.profiles},
                           {"lastError", status.policy.error}}},
                         {"pods", pods_json(status.pods)},
                         {"drift", drift_json(status.drift)},
                         {"records",
                          {{"queued", status.records.queued},
                           {"lost", status.records.lost},
                           {"lastError", status.records.last_error}}}};
  return json::dump(json, json::Layout::indented) + "\n";
}

std::string to_text(const Status& status) {
  return fmt::format("{}{}\n{}\n{}\n{}\n", door_lines(status.doors),
                     with_error(fmt::format("policy: generation {}, {} policies, {} profiles ({})",
                                            status.policy.generation, status.policy.policies,
                                            status.policy.profiles, status.policy.folder),
                                status.policy.error),
                     pods_line(status.pods), drift_line(status.drift),
                     with_error(fmt::format("records: {} waiting, {} lost", status.records.queued,
                                            status.records.lost),
                                status.records.last_error));
}

Result<std::string> ask(const std::string& socket, Form form) {
  http::Client client({.path = socket, .text = "unix://" + socket},
                      {.connect = kAnswerLimit, .answer = kAnswerLimit, .body_bytes = kMaxAnswer});
  const std::string target = form == Form::text ? "/v1/status?form=text" : "/v1/status";
  PSYS_TRY_ASSIGN(http::Reply reply, client.call({.method = "GET", .target = target}));
  if (reply.status != kOk) {
    return Error::of(Code::unavailable, "{} answers {} to {}: no agent listens there", socket,
                     reply.status, target);
  }
  return std::move(reply.body);
}

}  // namespace podsysctl::agent
