// SPDX-License-Identifier: Apache-2.0
// A shell script as a tree. Offsets count bytes of the script's text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace podsysctl::shell {

struct Node;
struct Word;

struct Part {
  enum class Kind : std::uint8_t {
    text,
    variable,  // text is the name
    command,   // $(...), `...`, <(...)
    opaque,    // arithmetic and expansions whose outcome is not worked out
  };
  Kind kind = Kind::text;
  bool quoted = false;
  std::string text;
  std::size_t at = 0;
  std::shared_ptr<Node> command;
  std::shared_ptr<Word> fallback;  // of ${NAME:-fallback}
};

struct Word {
  std::vector<Part> parts;
  std::size_t at = 0;
};

struct Redirect {
  enum class Kind : std::uint8_t { out, append, in, document, duplicate };
  Kind kind = Kind::out;
  int fd = 1;
  Word target;                 // a file; of a duplicate, a descriptor
  std::shared_ptr<Word> body;  // of a here-document or here-string
};

struct Assignment {
  std::string name;
  Word value;
};

struct Node {
  enum class Kind : std::uint8_t {
    simple,
    pipeline,
    chain,  // children with operators between them: && and ||
    sequence,
    subshell,
    group,
    choice,     // if: condition, body, condition, body, ..., perhaps a last body
    loop,       // while, until: condition, body
    iteration,  // for NAME in words: body
    selection,  // case: bodies
    function,   // NAME: body
    opaque,     // ((...)): nothing outside is touched, the outcome is not known
  };
  enum class Operator : std::uint8_t { both, either };  // && and ||

  Kind kind = Kind::simple;
  std::size_t at = 0;
  std::string name;
  std::vector<Assignment> assignments;
  std::vector<Word> words;
  std::vector<Redirect> redirects;
  std::vector<std::unique_ptr<Node>> children;
  std::vector<Operator> operators;
  bool negated = false;  // ! pipeline
  bool until = false;    // of a loop
  bool has_else = false;
};

}  // namespace podsysctl::shell
