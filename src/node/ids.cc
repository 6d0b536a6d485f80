// SPDX-License-Identifier: Apache-2.0
#include "node/ids.h"

#include <sys/random.h>

#include <array>
#include <cstdint>
#include <cstdlib>

#include <fmt/core.h>

namespace podsysctl::node {
namespace {

template <std::size_t Size>
std::array<std::uint8_t, Size> random_bytes() {
  std::array<std::uint8_t, Size> bytes{};
  // Up to 256 bytes getrandom() neither fails nor falls short once the pool is ready.
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    std::abort();
  }
  return bytes;
}

template <std::size_t Size>
std::string hex_of(const std::array<std::uint8_t, Size>& bytes) {
  std::string text;
  for (const std::uint8_t byte : bytes) {
    text += fmt::format("{:02x}", byte);
  }
  return text;
}

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

// The last part of an image's name without tag or digest, in characters a pod's name may have.
std::string base_name(std::string_view image) {
  image = image.substr(0, image.find('@'));
  while (image.ends_with('/')) {
    image.remove_suffix(1);
  }
  image = image.substr(image.find_last_of('/') + 1);
  if (const std::size_t colon = image.find(':'); colon != 0) {
    image = image.substr(0, colon);
  }
  constexpr std::size_t kLongest = 40;
  std::string name;
  for (const char c : image.substr(0, kLongest)) {
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    name += is_name_character(lower) ? lower : '-';
  }
  while (name.starts_with('-')) {
    name.erase(0, 1);
  }
  return name.empty() ? "pod" : name;
}

}  // namespace

std::string new_uid() {
  auto bytes = random_bytes<16>();
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0fU) | 0x40U);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3fU) | 0x80U);
  const std::string hex = hex_of(bytes);
  return fmt::format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4),
                     hex.substr(16, 4), hex.substr(20));
}

std::string new_id() { return hex_of(random_bytes<32>()); }

std::string new_pod_name(std::string_view image) {
  // Without vowels and look-alikes, as Kubernetes' generated names.
  constexpr std::string_view kLetters = "bcdfghjklmnpqrstvwxz2456789";
  std::string name = base_name(image) + "-";
  for (const std::uint8_t byte : random_bytes<5>()) {
    name += kLetters[byte % kLetters.size()];
  }
  return name;
}

}  // namespace podsysctl::node
