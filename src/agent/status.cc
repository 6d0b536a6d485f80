// SPDX-License-Identifier: Apache-2.0
#include "agent/status.h"

#include <array>
#include <chrono>

#include <nlohmann/json.hpp>

#include "base/printable.h"
#include "json/json.h"
#include "linux/stream_socket.h"

namespace podsysctl::agent {
namespace {

constexpr std::chrono::milliseconds kAnswerLimit{2000};
constexpr std::chrono::milliseconds kLineLimit{100};
constexpr std::size_t kMaxAnswer = std::size_t{1} << 20U;

std::string with_error(std::string line, const std::string& error) {
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

std::string pods_line(const PodKeeper::Standing& pods) {
  const Counters& counters = pods.counters;
  std::string line = fmt::format(
      "pods: {} with settings; {} applied, {} unchanged, {} repaired, {} degraded, {} rejected, "
      "{} answered too late",
      pods.sandboxes, counters.applied, counters.unchanged, counters.repaired, counters.degraded,
      counters.rejected, counters.late);
  if (!pods.last_fault.empty()) {
    line += fmt::format("\n  last fault, {}: {}", to_rfc3339(pods.last_fault_at),
                        printable(pods.last_fault));
  }
  return line;
}

json::Value pods_json(const PodKeeper::Standing& pods) {
  const Counters& counters = pods.counters;
  json::Value json{{"withSettings", pods.sandboxes},  {"applied", counters.applied},
                   {"unchanged", counters.unchanged}, {"repaired", counters.repaired},
                   {"rejected", counters.rejected},   {"degraded", counters.degraded},
                   {"answeredTooLate", counters.late}};
  if (!pods.last_fault.empty()) {
    json["lastFault"] = {{"at", to_rfc3339(pods.last_fault_at)}, {"message", pods.last_fault}};
  }
  return json;
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
                         {"records",
                          {{"queued", status.records.queued},
                           {"lost", status.records.lost},
                           {"lastError", status.records.last_error}}}};
  return json::dump(json, json::Layout::indented) + "\n";
}

std::string to_text(const Status& status) {
  return fmt::format("{}{}\n{}\n{}\n", door_lines(status.doors),
                     with_error(fmt::format("policy: generation {}, {} policies, {} profiles ({})",
                                            status.policy.generation, status.policy.policies,
                                            status.policy.profiles, status.policy.folder),
                                status.policy.error),
                     pods_line(status.pods),
                     with_error(fmt::format("records: {} waiting, {} lost", status.records.queued,
                                            status.records.lost),
                                status.records.last_error));
}

Result<std::string> ask(const std::string& socket, Form form) {
  PSYS_TRY_ASSIGN(const linux::Fd connection, linux::connect_unix(socket, kAnswerLimit));
  PSYS_TRY(
      linux::send_all(connection.ref(), form == Form::json ? "json\n" : "text\n", kAnswerLimit));
  std::string answer;
  std::array<char, 4096> buffer{};
  for (;;) {
    PSYS_TRY_ASSIGN(const std::size_t count,
                    linux::receive(connection.ref(), buffer, kAnswerLimit));
    if (count == 0) {
      return answer;
    }
    answer.append(buffer.data(), count);
    if (answer.size() > kMaxAnswer) {
      return Error::of(Code::invalid_argument, "{}: an answer of more than {} bytes", socket,
                       kMaxAnswer);
    }
  }
}

void answer(linux::FdRef connection, const Status& status) {
  // Whoever connected has sent its line already, or gets the text.
  std::array<char, 16> line{};
  const Result<std::size_t> count = linux::receive(connection, line, kLineLimit);
  const bool wants_json = count && std::string_view(line.data(), *count).starts_with("json");
  // One that does not read is not waited for.
  static_cast<void>(
      linux::send_all(connection, wants_json ? to_json(status) : to_text(status), kLineLimit));
}

}  // namespace podsysctl::agent
