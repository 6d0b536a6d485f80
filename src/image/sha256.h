// SPDX-License-Identifier: Apache-2.0
// SHA-256, the digest of the OCI image specification (descriptor.md), from nettle; and digests as
// text: "sha256:" and 64 lower-case hexadecimal digits. Others (sha512) are refused.
// Thread-safety: one thread per object.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace podsysctl::image {

class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void update(std::string_view data);
  // "sha256:…" of all data so far; the object starts anew.
  [[nodiscard]] std::string digest();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

[[nodiscard]] std::string sha256_of(std::string_view data);

// True for a digest as above, and so for a text that is safe as a file name after its colon.
[[nodiscard]] bool is_digest(std::string_view text) noexcept;

// The 64 digits of a digest for which is_digest() holds.
[[nodiscard]] std::string_view hex_of(std::string_view digest) noexcept;

}  // namespace podsysctl::image
