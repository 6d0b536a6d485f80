// SPDX-License-Identifier: Apache-2.0
#include "http/request_parser.h"

#include <algorithm>

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

namespace podsysctl::http {
namespace {

namespace beast = boost::beast;

std::string text_of(beast::string_view text) { return {text.data(), text.size()}; }

}  // namespace

class RequestParser::Machine {
 public:
  explicit Machine(const RequestLimits& limits) {
    parser.eager(true);
    parser.header_limit(static_cast<std::uint32_t>(limits.header));
    parser.body_limit(limits.body);
  }

  Request take() {
    auto& message = parser.get();
    Request request{.method = text_of(message.method_string()),
                    .target = text_of(message.target()),
                    .headers = {},
                    .body = std::move(message.body()),
                    .source = {}};
    for (const auto& field : message) {
      request.headers.emplace_back(text_of(field.name_string()), text_of(field.value()));
    }
    return request;
  }

  beast::http::request_parser<beast::http::string_body> parser;
};

RequestParser::RequestParser(RequestLimits limits)
    : limits_(limits), machine_(std::make_unique<Machine>(limits)) {}
RequestParser::~RequestParser() = default;

Result<std::optional<Request>> RequestParser::feed(std::string_view data) {
  unread_.append(data);
  try {
    beast::error_code error;
    std::size_t used = 0;
    while (used < unread_.size() && !machine_->parser.is_done()) {
      const std::size_t count = machine_->parser.put(
          boost::asio::buffer(unread_.data() + used, unread_.size() - used), error);
      used += count;
      if (error == beast::http::error::need_more) {
        error = {};
        break;
      }
      if (error) {
        return Error::of(Code::invalid_argument, "no request: {}", error.message());
      }
    }
    unread_.erase(0, used);
    if (!machine_->parser.is_done()) {
      return std::optional<Request>();
    }
    keeps_connection_ = machine_->parser.keep_alive();
    std::optional<Request> request = machine_->take();
    machine_ = std::make_unique<Machine>(limits_);
    return request;
  } catch (const std::exception& failure) {
    return Error::of(Code::invalid_argument, "no request: {}", failure.what());
  }
}

bool RequestParser::keeps_connection() const { return keeps_connection_; }

}  // namespace podsysctl::http
