// SPDX-License-Identifier: Apache-2.0
// Any bytes as each message that is read from a runtime: plain values, or an error that says
// something. What we write of a request or response is read as it was.
#include <cstdint>
#include <string_view>

#include "nri/messages.h"
#include "nri/ttrpc.h"
#include "require.h"

namespace {

using namespace podsysctl;
using namespace podsysctl::nri;

template <class T>
void require_answer(const Result<T>& result) {
  require(result.has_value() || !result.error().message.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto configuration = decode_configuration(bytes);
  require_answer(configuration);
  require(!configuration || configuration->request_timeout.count() > 0);
  const auto list = decode_synchronization(bytes);
  require_answer(list);
  const auto pod = decode_pod_request(bytes);
  require_answer(pod);
  require(!pod || pod->pid >= 0);
  require_answer(decode_state_change(bytes));

  const auto request = decode_request(bytes);
  require_answer(request);
  if (request) {
    const auto again = decode_request(encode(*request));
    require(again && again->service == request->service && again->method == request->method &&
            again->payload == request->payload && again->timeout == request->timeout &&
            again->metadata == request->metadata);
  }
  const auto response = decode_response(bytes);
  require_answer(response);
  if (response && response->status.code != StatusCode::ok) {
    const auto again = decode_response(encode(*response));
    require(again && again->status.code == response->status.code &&
            again->status.message == response->status.message);
    require(!error_of(response->status).message.empty());
  }
  return 0;
}
