// SPDX-License-Identifier: Apache-2.0
#include "http/response_parser.h"

#include <limits>

#include <boost/beast/http/basic_parser.hpp>

namespace podsysctl::http {
namespace {

namespace beast = boost::beast;
using ErrorCode = beast::error_code;
using Text = beast::string_view;

std::string_view view(Text text) { return {text.data(), text.size()}; }

}  // namespace

// Beast's state machine; what it finds lands here.
class ResponseParser::Machine final : public beast::http::basic_parser<false> {
 public:
  explicit Machine(Body announced) {
    skip(announced == Body::none);
    eager(false);  // the header's end is where an upgraded connection begins
    header_limit(kHeaderLimit);
    // The reader of the body has limits of its own. (boost::none is "exceeded" in Boost 1.74.)
    body_limit(std::numeric_limits<std::uint64_t>::max());
  }

  int status = 0;
  Headers headers;
  std::string* body = nullptr;

 private:
  void on_request_impl(beast::http::verb /*method*/, Text /*name*/, Text /*target*/,
                       int /*version*/, ErrorCode& /*error*/) override {}
  void on_response_impl(int code, Text /*reason*/, int /*version*/, ErrorCode& error) override {
    status = code;
    error = {};
  }
  void on_field_impl(beast::http::field /*field*/, Text name, Text value,
                     ErrorCode& error) override {
    headers.emplace_back(view(name), view(value));
    error = {};
  }
  void on_header_impl(ErrorCode& error) override { error = {}; }
  void on_body_init_impl(const boost::optional<std::uint64_t>& /*length*/,
                         ErrorCode& error) override {
    error = {};
  }
  std::size_t on_body_impl(Text text, ErrorCode& error) override {
    body->append(text.data(), text.size());
    error = {};
    return text.size();
  }
  void on_chunk_header_impl(std::uint64_t /*size*/, Text /*extensions*/,
                            ErrorCode& error) override {
    error = {};
  }
  std::size_t on_chunk_body_impl(std::uint64_t /*left*/, Text text, ErrorCode& error) override {
    body->append(text.data(), text.size());
    error = {};
    return text.size();
  }
  void on_finish_impl(ErrorCode& error) override { error = {}; }
};

ResponseParser::ResponseParser(Body body) : machine_(std::make_unique<Machine>(body)) {}
ResponseParser::ResponseParser(ResponseParser&&) noexcept = default;
ResponseParser& ResponseParser::operator=(ResponseParser&&) noexcept = default;
ResponseParser::~ResponseParser() = default;

Result<std::size_t> ResponseParser::feed(std::string_view data, std::string& body) {
  machine_->body = &body;
  const bool had_header = has_header();
  std::size_t used = 0;
  try {
    while (used < data.size() && !is_done() && has_header() == had_header) {
      ErrorCode error;
      const std::string_view rest = data.substr(used);
      used += machine_->put(boost::asio::const_buffer(rest.data(), rest.size()), error);
      if (error == beast::http::error::need_more) {
        break;
      }
      if (error) {
        return Error::of(Code::invalid_argument, "it is no HTTP response: {}", error.message());
      }
    }
  } catch (const std::exception& exception) {
    return Error::of(Code::internal, "read an HTTP response: {}", exception.what());
  }
  return used;
}

Result<> ResponseParser::end() {
  if (is_done()) {
    return {};
  }
  std::string ignored;
  machine_->body = &ignored;
  ErrorCode error;
  if (has_header()) {
    machine_->put_eof(error);
  }
  machine_->body = nullptr;
  if (!has_header() || error) {
    return Error::of(Code::unavailable, "the connection ended amid the response");
  }
  return {};
}

bool ResponseParser::has_header() const { return machine_->is_header_done(); }
bool ResponseParser::is_done() const { return machine_->is_done(); }
bool ResponseParser::keeps_connection() const { return machine_->keep_alive(); }
int ResponseParser::status() const { return machine_->status; }
const Headers& ResponseParser::headers() const { return machine_->headers; }

}  // namespace podsysctl::http
