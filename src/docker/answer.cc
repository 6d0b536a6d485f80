// SPDX-License-Identifier: Apache-2.0
#include "docker/answer.h"

#include "docker/decode.h"

namespace podsysctl::docker {
namespace {

Code code_of(int status) {
  switch (status) {
    case 400:
      return Code::invalid_argument;
    case 401:
    case 403:
      return Code::permission;
    case 404:
      return Code::not_found;
    case 409:
      return Code::conflict;
    default:
      return Code::unavailable;
  }
}

}  // namespace

std::unexpected<Error> refused(int status, std::string_view body) {
  return std::unexpected(Error{code_of(status), 0, decode_error(body)});
}

Error unreachable(const http::Endpoint& endpoint, Error error) {
  // Some errors of the client begin with the server already.
  const std::string named = endpoint.text + ": ";
  if (error.message.starts_with(named)) {
    error.message.erase(0, named.size());
  }
  return {Code::unavailable, error.sys_errno,
          fmt::format("Docker's daemon does not answer at {}: {}; is it running? DOCKER_HOST names "
                      "another address",
                      endpoint.text, error.message)};
}

}  // namespace podsysctl::docker
