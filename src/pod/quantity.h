// SPDX-License-Identifier: Apache-2.0
// Resource quantities by Kubernetes' rules: [+-] digits [. digits] with one of
// n u m k M G T P E, Ki Mi Gi Ti Pi Ei, or e/E and an exponent. Rounded up, capped at 2^63-1.
// Errors: invalid_argument. Source: apimachinery's resource.Quantity.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"

namespace podsysctl::pod {

class Quantity {
 public:
  [[nodiscard]] static Result<Quantity> parse(std::string_view text);

  [[nodiscard]] std::int64_t value() const { return scaled(0); }  // bytes, pieces
  [[nodiscard]] std::int64_t milli() const { return scaled(3); }  // thousandths: CPU
  [[nodiscard]] bool is_negative() const { return negative_ && digits_ != 0; }
  // Below one, as "400m" of memory is.
  [[nodiscard]] bool is_fraction() const;

 private:
  [[nodiscard]] std::int64_t scaled(int power_of_ten) const;

  bool negative_ = false;
  std::uint64_t digits_ = 0;  // at most 18 decimal digits
  int exponent_ = 0;          // of ten
  unsigned shift_ = 0;        // power of two
};

}  // namespace podsysctl::pod
