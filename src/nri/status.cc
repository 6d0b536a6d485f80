// SPDX-License-Identifier: Apache-2.0
#include "nri/status.h"

#include <array>
#include <utility>

#include "base/printable.h"

namespace podsysctl::nri {
namespace {

struct Row {
  StatusCode status;
  std::string_view name;
  Code code;
};
constexpr std::array kRows{
    Row{StatusCode::ok, "OK", Code::internal},
    Row{StatusCode::invalid_argument, "InvalidArgument", Code::invalid_argument},
    Row{StatusCode::deadline_exceeded, "DeadlineExceeded", Code::timeout},
    Row{StatusCode::not_found, "NotFound", Code::not_found},
    Row{StatusCode::already_exists, "AlreadyExists", Code::conflict},
    Row{StatusCode::permission_denied, "PermissionDenied", Code::permission},
    Row{StatusCode::resource_exhausted, "ResourceExhausted", Code::unavailable},
    Row{StatusCode::failed_precondition, "FailedPrecondition", Code::invalid_argument},
    Row{StatusCode::unimplemented, "Unimplemented", Code::unsupported},
    Row{StatusCode::internal, "Internal", Code::unavailable},
    Row{StatusCode::unavailable, "Unavailable", Code::unavailable},
};

StatusCode status_code_of(Code code) {
  switch (code) {
    case Code::invalid_argument:
    case Code::not_namespaced:
      return StatusCode::invalid_argument;
    case Code::denied_by_policy:
    case Code::permission:
      return StatusCode::permission_denied;
    case Code::not_found:
      return StatusCode::not_found;
    case Code::conflict:
      return StatusCode::already_exists;
    case Code::unsupported:
    case Code::partial_apply:
    case Code::short_write:
      return StatusCode::failed_precondition;
    case Code::unavailable:
    case Code::timeout:
      return StatusCode::unavailable;
    case Code::internal:
      break;
  }
  return StatusCode::internal;
}

}  // namespace

std::string to_string(StatusCode code) {
  for (const Row& row : kRows) {
    if (row.status == code) {
      return std::string(row.name);
    }
  }
  return fmt::format("Code({})", std::to_underlying(code));
}

Status status_of(const Error& error) { return {status_code_of(error.code), error.message}; }

Error error_of(const Status& status) {
  Error error{Code::unavailable, 0,
              fmt::format("{}: {}", to_string(status.code), printable(status.message))};
  for (const Row& row : kRows) {
    if (row.status == status.code) {
      error.code = row.code;
    }
  }
  return error;
}

}  // namespace podsysctl::nri
