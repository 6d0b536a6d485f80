// SPDX-License-Identifier: Apache-2.0
// The status codes of gRPC (its document "Status codes and their use in gRPC") as errors of ours.
// Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace podsysctl::cri {

inline constexpr int kGrpcOk = 0;
inline constexpr int kGrpcUnknown = 2;

// "NotFound"; "code 99" for one that is not known.
[[nodiscard]] std::string grpc_code_name(int code);

[[nodiscard]] Code code_of_grpc(int code) noexcept;

// grpc-message as it was before it was percent-encoded; what is no valid escape stays as it is.
[[nodiscard]] std::string decode_grpc_message(std::string_view encoded);

// "RunPodSandbox: <the runtime's whole text> (NotFound)".
[[nodiscard]] Error grpc_error(std::string_view method, int code, std::string_view message);

}  // namespace podsysctl::cri
