// SPDX-License-Identifier: Apache-2.0
#include "pod/names.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <vector>

#include "base/strings.h"

namespace podsysctl::pod {
namespace {

constexpr std::size_t kMaxLabel = 63;
constexpr std::size_t kMaxSubdomain = 253;

bool is_lower(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool is_alphanumeric(char c) { return is_lower(c) || (c >= 'A' && c <= 'Z'); }

// A label without the limit of 63: apimachinery checks subdomains so.
bool is_label_text(std::string_view name) {
  return !name.empty() && is_lower(name.front()) && is_lower(name.back()) &&
         std::ranges::all_of(name, [](char c) { return is_lower(c) || c == '-'; });
}

bool is_qualified_part(std::string_view name) {
  return !name.empty() && name.size() <= kMaxLabel && is_alphanumeric(name.front()) &&
         is_alphanumeric(name.back()) && std::ranges::all_of(name, [](char c) {
           return is_alphanumeric(c) || c == '-' || c == '_' || c == '.';
         });
}

}  // namespace

std::optional<std::string> check_dns_label(std::string_view name) {
  if (name.size() <= kMaxLabel && is_label_text(name)) {
    return std::nullopt;
  }
  return in_quotes(name) +
         " must be 1 to 63 lower case letters, digits and '-', and start and end with a letter or "
         "digit";
}

std::optional<std::string> check_dns_subdomain(std::string_view name) {
  if (name.size() <= kMaxSubdomain && std::ranges::all_of(split(name, '.'), is_label_text)) {
    return std::nullopt;
  }
  return in_quotes(name) +
         " must be 1 to 253 lower case letters, digits, '-' and '.', and start and end with a "
         "letter or digit";
}

std::optional<std::string> check_label_key(std::string_view key) {
  const std::size_t slash = key.find('/');
  const std::string_view name = slash == key.npos ? key : key.substr(slash + 1);
  const bool prefix_fits = slash == key.npos || !check_dns_subdomain(key.substr(0, slash));
  if (prefix_fits && is_qualified_part(name)) {
    return std::nullopt;
  }
  return in_quotes(key) +
         " must be a name of at most 63 letters, digits, '-', '_' and '.', with a DNS name and '/' "
         "before it where wanted (example.com/name)";
}

std::optional<std::string> check_label_value(std::string_view value) {
  if (value.empty() || is_qualified_part(value)) {
    return std::nullopt;
  }
  return in_quotes(value) +
         " must be empty or at most 63 letters, digits, '-', '_' and '.', and start and end with a "
         "letter or digit";
}

std::optional<std::string> check_env_name(std::string_view name) {
  if (!name.empty() &&
      std::ranges::all_of(name, [](char c) { return c >= ' ' && c < 0x7f && c != '='; })) {
    return std::nullopt;
  }
  return in_quotes(name) + " must be printable ASCII characters other than '='";
}

std::optional<std::string> check_config_key(std::string_view key) {
  const bool fits = !key.empty() && key.size() <= kMaxSubdomain && key != "." &&
                    !key.starts_with("..") && std::ranges::all_of(key, [](char c) {
                      return is_alphanumeric(c) || c == '-' || c == '_' || c == '.';
                    });
  if (fits) {
    return std::nullopt;
  }
  return in_quotes(key) +
         " must be 1 to 253 letters, digits, '-', '_' and '.', and not start with \"..\"";
}

std::optional<std::string> check_ip(std::string_view address) {
  std::array<unsigned char, sizeof(in6_addr)> buffer{};
  const std::string text(address);
  if (inet_pton(AF_INET, text.c_str(), buffer.data()) == 1 ||
      inet_pton(AF_INET6, text.c_str(), buffer.data()) == 1) {
    return std::nullopt;
  }
  return in_quotes(address) + " must be an IP address";
}

std::optional<std::string> check_relative_path(std::string_view path) {
  if (path.empty() || path.starts_with('/')) {
    return in_quotes(path) + " must be a relative path";
  }
  const std::vector<std::string_view> parts = split(path, '/');
  if (std::ranges::find(parts, "..") != parts.end()) {
    return in_quotes(path) + " must not contain \"..\"";
  }
  return std::nullopt;
}

}  // namespace podsysctl::pod
