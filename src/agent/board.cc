// SPDX-License-Identifier: Apache-2.0
#include "agent/board.h"

#include <string>
#include <utility>
#include <vector>

#include "api/api.h"

namespace podsysctl::agent {

void Board::set_policy(PolicyState policy) {
  const std::scoped_lock lock(mutex_);
  policy_ = std::move(policy);
}

void Board::set_doors(const Doors* doors) {
  const std::scoped_lock lock(mutex_);
  doors_ = doors;
}

Status Board::status() const {
  Status status{
      .pods = keeper_.standing(), .drift = caretaker_.counts(), .records = journal_.state()};
  const std::scoped_lock lock(mutex_);
  status.policy = policy_;
  if (doors_ != nullptr) {
    status.doors = doors_->states();
  }
  return status;
}

std::optional<http::Answer> answer_status(const Board& board, const http::Request& request,
                                          const http::Target& target) {
  if (request.method != "GET" || target.path != std::vector<std::string>{"v1", "status"}) {
    return std::nullopt;
  }
  if (target.option("form") == "text") {
    return http::Answer{.status = 200,
                        .content_type = "text/plain; charset=utf-8",
                        .body = to_text(board.status()),
                        .feed = {}};
  }
  return api::json_answer(to_json(board.status()));
}

}  // namespace podsysctl::agent
