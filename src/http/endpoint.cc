// SPDX-License-Identifier: Apache-2.0
#include "http/endpoint.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

#include "base/strings.h"

namespace podsysctl::http {
namespace {

bool is_address(const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> parsed{};
  return ::inet_pton(AF_INET, host.c_str(), parsed.data()) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), parsed.data()) == 1;
}

Result<Endpoint> parse_host_and_port(std::string_view text, std::string_view rest) {
  Endpoint endpoint{.kind = Endpoint::Kind::tcp, .text = std::string(text)};
  while (rest.ends_with('/')) {
    rest.remove_suffix(1);
  }
  const std::size_t colon = rest.rfind(':');
  const auto port = colon == std::string_view::npos
                        ? std::nullopt
                        : parse_number<std::uint16_t>(rest.substr(colon + 1));
  if (!port || *port == 0 || colon == 0) {
    return Error::of(Code::invalid_argument, "{} is no address: give HOST:PORT", in_quotes(text));
  }
  endpoint.port = *port;
  std::string_view host = rest.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  }
  endpoint.host = host;
  const bool plain = std::ranges::none_of(
      host, [](char c) { return is_control(c) || c == ' ' || c == '/' || c == '@'; });
  if (host.empty() || !plain) {
    return Error::of(Code::invalid_argument, "{} is no address: give HOST:PORT", in_quotes(text));
  }
  return endpoint;
}

}  // namespace

Result<Endpoint> parse_endpoint(std::string_view text) {
  const std::size_t mark = text.find("://");
  const std::string_view scheme = mark == std::string_view::npos ? "" : text.substr(0, mark);
  const std::string_view rest = mark == std::string_view::npos ? text : text.substr(mark + 3);
  if (scheme == "unix") {
    if (!rest.starts_with('/') || rest.find('\0') != std::string_view::npos) {
      return Error::of(Code::invalid_argument, "{}: the path of the socket is not absolute",
                       in_quotes(text));
    }
    return Endpoint{.path = std::string(rest), .text = std::string(text)};
  }
  if (scheme == "tcp" || scheme == "http") {
    return parse_host_and_port(text, rest);
  }
  if (scheme == "https") {
    PSYS_TRY_ASSIGN(Endpoint endpoint, parse_host_and_port(text, rest));
    endpoint.kind = Endpoint::Kind::tls;
    return endpoint;
  }
  return Error::of(Code::invalid_argument,
                   "{} is no address that can be reached: it is unix://PATH or tcp://HOST:PORT",
                   in_quotes(text));
}

Result<std::string> address_of(const std::string& host, std::string_view hosts) {
  if (is_address(host)) {
    return host;
  }
  for (const std::string_view line : split(hosts, '\n')) {
    const auto words = split_words(line.substr(0, line.find('#')));
    if (words.size() > 1 && std::find(words.begin() + 1, words.end(), host) != words.end() &&
        is_address(std::string(words.front()))) {
      return std::string(words.front());
    }
  }
  if (host == "localhost") {
    return std::string("127.0.0.1");
  }
  return Error::of(Code::not_found,
                   "the host {} is not in /etc/hosts: give its address, or add it there",
                   in_quotes(host));
}

}  // namespace podsysctl::http
