// SPDX-License-Identifier: Apache-2.0
// The bodies of requests that change something (docs/api.md), as the services read them and the
// commands write them. Reading is strict: an unknown member is refused. An empty body is {}.
// Errors: invalid_argument, naming the member. Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "api/targets.h"
#include "base/result.h"

namespace podsysctl::api {

enum class Doing : std::uint8_t { change, dry_run };

struct SetOrder {
  SetWish wish;
  Doing doing = Doing::change;
};
[[nodiscard]] std::string set_request(const SetWish& wish, Doing doing);
[[nodiscard]] Result<SetOrder> parse_set_request(std::string_view body);

struct UndoOrder {
  live::UndoRequest wish;
  Doing doing = Doing::change;
};
[[nodiscard]] std::string undo_request(const live::UndoRequest& wish, Doing doing);
[[nodiscard]] Result<UndoOrder> parse_undo_request(std::string_view body);

struct RepairOrder {
  std::string target;  // "": every pod that runs
  std::string reason;
};
[[nodiscard]] std::string repair_request(const RepairOrder& order);
[[nodiscard]] Result<RepairOrder> parse_repair_request(std::string_view body);

}  // namespace podsysctl::api
