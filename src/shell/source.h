// SPDX-License-Identifier: Apache-2.0
// Texts that scripts come from and lead to, with the place of the command line that each belongs
// to. A text that holds kUnknown has parts that are not known before the command runs.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "shell/recognise.h"

namespace podsysctl::shell {

// Never part of a UTF-8 text.
inline constexpr char kUnknown = '\xff';

[[nodiscard]] inline bool is_known(std::string_view text) {
  return text.find(kUnknown) == std::string_view::npos;
}

// A word after expansion, or what a command prints. Where `verbatim`, the text is that of its
// source at `at`, byte for byte, so that places inside it are known too.
struct Text {
  std::string text;
  std::size_t source = 0;
  std::size_t at = 0;
  bool verbatim = false;
};

class Sources {
 public:
  struct Segment {
    std::size_t made;       // offset in the text after expansion of $(NAME)
    std::size_t given;      // offset as given
    bool replaced = false;  // what follows stands for a $(NAME) that begins at `given`
  };

  // An element of the command line; `segments` in ascending order, at least {0, 0}.
  std::size_t add_element(std::string text, std::size_t element, std::vector<Segment> segments);
  // A script inside another's text.
  std::size_t add_script(const Text& script);

  [[nodiscard]] const std::string& text(std::size_t source) const { return all_[source].text; }
  [[nodiscard]] Place place(std::size_t source, std::size_t at) const;

 private:
  struct Source {
    std::string text;
    std::size_t element = 0;
    std::vector<Segment> segments;  // of an element
    std::size_t parent = 0;         // of a script
    std::size_t at = 0;
    bool verbatim = false;
  };
  std::deque<Source> all_;  // never moved: trees are read from the texts
};

}  // namespace podsysctl::shell
