// SPDX-License-Identifier: Apache-2.0
#include "nri/ttrpc.h"

#include "base/utf8.h"
#include "nri/parse.h"
#include "nri/ttrpc.pb.h"

namespace podsysctl::nri {

std::string encode(const Request& request) {
  wire::Request message;
  message.set_service(request.service);
  message.set_method(request.method);
  message.set_payload(request.payload);
  if (request.timeout) {
    message.set_timeout_nano(request.timeout->count());
  }
  for (const auto& [key, value] : request.metadata) {
    wire::KeyValue& pair = *message.add_metadata();
    pair.set_key(key);
    pair.set_value(value);
  }
  return message.SerializeAsString();
}

std::string encode(const Response& response) {
  wire::Response message;
  if (response.status.code != StatusCode::ok) {
    message.mutable_status()->set_code(std::to_underlying(response.status.code));
    // A text cut amid a character would make the whole response unreadable.
    message.mutable_status()->set_message(to_utf8(response.status.message));
  }
  message.set_payload(response.payload);
  return message.SerializeAsString();
}

Result<Request> decode_request(std::string_view bytes) {
  PSYS_TRY_ASSIGN(wire::Request message, parse<wire::Request>(bytes, "ttrpc request"));
  Request request{.service = std::move(*message.mutable_service()),
                  .method = std::move(*message.mutable_method()),
                  .payload = std::move(*message.mutable_payload())};
  if (message.timeout_nano() > 0) {
    request.timeout = std::chrono::nanoseconds(message.timeout_nano());
  }
  for (wire::KeyValue& pair : *message.mutable_metadata()) {
    request.metadata.emplace_back(std::move(*pair.mutable_key()), std::move(*pair.mutable_value()));
  }
  return request;
}

Result<Response> decode_response(std::string_view bytes) {
  PSYS_TRY_ASSIGN(wire::Response message, parse<wire::Response>(bytes, "ttrpc response"));
  return Response{.status = {StatusCode{message.status().code()},
                             std::move(*message.mutable_status()->mutable_message())},
                  .payload = std::move(*message.mutable_payload())};
}

}  // namespace podsysctl::nri
