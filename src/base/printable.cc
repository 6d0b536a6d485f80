// SPDX-License-Identifier: Apache-2.0
#include "base/printable.h"

#include <fmt/core.h>

#include "base/strings.h"

namespace podsysctl {

void append_printable(std::string& out, char c) {
  if (c == '\n') {
    out += "\\n";
  } else if (c == '\t') {
    out += "\\t";
  } else if (is_control(c)) {
    out += fmt::format("\\x{:02x}", static_cast<unsigned>(static_cast<unsigned char>(c)));
  } else {
    out += c;
  }
}

std::string printable(std::string_view text) {
  std::string out;
  for (const char c : text) {
    append_printable(out, c);
  }
  return out;
}

}  // namespace podsysctl
