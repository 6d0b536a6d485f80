// SPDX-License-Identifier: Apache-2.0
#include "pod/expansion.h"

namespace podsysctl::pod {

Result<std::string> expand(std::string_view text, const Lookup& lookup) {
  std::string out;
  bool closable = true;  // a ')' is still ahead; keeps many "$(" from being quadratic
  while (!text.empty()) {
    const std::size_t dollar = text.find('$');
    out += text.substr(0, dollar);
    text.remove_prefix(dollar == std::string_view::npos ? text.size() : dollar);
    const bool opens = closable && text.starts_with("$(");
    const std::size_t close = opens ? text.find(')') : std::string_view::npos;
    closable = closable && (!opens || close != std::string_view::npos);
    if (text.starts_with("$$")) {
      out += '$';
      text.remove_prefix(2);
    } else if (close != std::string_view::npos) {
      const std::string_view reference = text.substr(0, close + 1);
      out += lookup(reference.substr(2, close - 2)).value_or(std::string(reference));
      text.remove_prefix(close + 1);
    } else {
      // A lone '$', or "$(" without its end: literal, together with the character that follows.
      out += text.substr(0, 2);
      text.remove_prefix(text.size() < 2 ? text.size() : 2);
    }
    if (out.size() >= kMaxExecString) {
      return Error::of(Code::invalid_argument,
                       "longer than the {} bytes that the kernel takes for one string",
                       kMaxExecString - 1);
    }
  }
  return out;
}

}  // namespace podsysctl::pod
