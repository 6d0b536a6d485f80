// SPDX-License-Identifier: Apache-2.0
#include "cri/grpc_status.h"

#include <array>

#include "base/printable.h"
#include "base/strings.h"

namespace podsysctl::cri {
namespace {

struct Status {
  std::string_view name;
  Code code;
};

// In the order of their numbers.
constexpr std::array kStatuses{
    Status{"OK", Code::internal},
    Status{"Canceled", Code::timeout},
    Status{"Unknown", Code::internal},
    Status{"InvalidArgument", Code::invalid_argument},
    Status{"DeadlineExceeded", Code::timeout},
    Status{"NotFound", Code::not_found},
    Status{"AlreadyExists", Code::conflict},
    Status{"PermissionDenied", Code::permission},
    Status{"ResourceExhausted", Code::unavailable},
    Status{"FailedPrecondition", Code::conflict},
    Status{"Aborted", Code::conflict},
    Status{"OutOfRange", Code::invalid_argument},
    Status{"Unimplemented", Code::unsupported},
    Status{"Internal", Code::internal},
    Status{"Unavailable", Code::unavailable},
    Status{"DataLoss", Code::internal},
    Status{"Unauthenticated", Code::permission},
};

const Status* find_status(int code) noexcept {
  const auto index = static_cast<std::size_t>(code);
  return code >= 0 && index < kStatuses.size() ? &kStatuses.at(index) : nullptr;
}

}  // namespace

std::string grpc_code_name(int code) {
  const Status* const status = find_status(code);
  return status != nullptr ? std::string(status->name) : fmt::format("code {}", code);
}

Code code_of_grpc(int code) noexcept {
  const Status* const status = find_status(code);
  return status != nullptr ? status->code : Code::internal;
}

std::string decode_grpc_message(std::string_view encoded) {
  std::string text;
  text.reserve(encoded.size());
  for (std::size_t i = 0; i < encoded.size(); ++i) {
    const auto byte = encoded[i] == '%' && i + 2 < encoded.size()
                          ? parse_number<unsigned>(encoded.substr(i + 1, 2), 16)
                          : std::nullopt;
    if (byte) {
      text += static_cast<char>(*byte);
      i += 2;
    } else {
      text += encoded[i];
    }
  }
  return text;
}

Error grpc_error(std::string_view method, int code, std::string_view message) {
  return {code_of_grpc(code), 0,
          fmt::format("{}: {} ({})", method, printable(message), grpc_code_name(code))};
}

}  // namespace podsysctl::cri
