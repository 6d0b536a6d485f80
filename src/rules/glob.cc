// SPDX-License-Identifier: Apache-2.0
#include "rules/glob.h"

#include <cstddef>

namespace podsysctl::rules {

bool glob_matches(std::string_view glob, std::string_view text) noexcept {
  std::size_t g = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;  // the last '*', and how much of `text` it has
  std::size_t taken = 0;
  while (t < text.size()) {
    if (g < glob.size() && glob[g] == '*') {
      star = g++;
      taken = t;
    } else if (g < glob.size() && (glob[g] == '?' || glob[g] == text[t])) {
      ++g;
      ++t;
    } else if (star != std::string_view::npos) {
      g = star + 1;
      t = ++taken;
    } else {
      return false;
    }
  }
  return glob.find_first_not_of('*', g) == std::string_view::npos;
}

std::string full_image_name(std::string_view image) {
  const std::size_t slash = image.find('/');
  if (slash == std::string_view::npos) {
    return "docker.io/library/" + std::string(image);
  }
  const std::string_view first = image.substr(0, slash);
  const bool has_registry = first.contains('.') || first.contains(':') || first == "localhost";
  return has_registry ? std::string(image) : "docker.io/" + std::string(image);
}

bool image_matches(std::string_view glob, std::string_view image) {
  return glob_matches(glob, image) || glob_matches(glob, full_image_name(image));
}

}  // namespace podsysctl::rules
