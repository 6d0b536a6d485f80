// SPDX-License-Identifier: Apache-2.0
#include "image/sha256.h"

#include <algorithm>
#include <array>

#include <nettle/sha2.h>

namespace podsysctl::image {
namespace {

constexpr std::string_view kPrefix = "sha256:";

}  // namespace

struct Sha256::Context {
  sha256_ctx state{};
};

Sha256::Sha256() : context_(std::make_unique<Context>()) { sha256_init(&context_->state); }
Sha256::~Sha256() = default;

void Sha256::update(std::string_view data) {
  // nettle takes unsigned bytes; char may be read as those.
  sha256_update(&context_->state, data.size(), reinterpret_cast<const std::uint8_t*>(data.data()));
}

std::string Sha256::digest() {
  std::array<std::uint8_t, SHA256_DIGEST_SIZE> bytes{};
  sha256_digest(&context_->state, bytes.size(), bytes.data());
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out(kPrefix);
  for (const std::uint8_t byte : bytes) {
    out += kDigits[byte >> 4U];
    out += kDigits[byte & 0xfU];
  }
  return out;
}

std::string sha256_of(std::string_view data) {
  Sha256 hash;
  hash.update(data);
  return hash.digest();
}

bool is_digest(std::string_view text) noexcept {
  return text.starts_with(kPrefix) && text.size() == kPrefix.size() + 64 &&
         std::ranges::all_of(text.substr(kPrefix.size()), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

std::string_view hex_of(std::string_view digest) noexcept { return digest.substr(kPrefix.size()); }

}  // namespace podsysctl::image
