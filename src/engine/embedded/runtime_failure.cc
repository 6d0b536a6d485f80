// SPDX-License-Identifier: Apache-2.0
// What runtimes say when they fail. runc 1.1 to 1.3 and crun 1.8 to 1.29 word the causes so:
//   runc  exec: "x": executable file not found in $PATH          not there
//   runc  exec: "/x": stat /x: no such file or directory         not there
//   runc  exec: "/x": permission denied; … is a directory        not executable
//   crun  executable file `x` not found in $PATH: No such file…  not there
//   crun  open executable: Permission denied                     not executable
//   crun  open executable: Operation not permitted               a folder
//   both  exec format error                                      not executable
// Since 1.21 crun has instead of its last two:
//   crun  the path `/x` exists but it is not executable: …       not executable
//   crun  the path `/x` is not a regular file: …                 a folder
#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "engine/embedded/runtime.h"
#include "json/cursor.h"

namespace podsysctl::engine {
namespace {

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// Exit code of docker for the cause, 0 if it is none of the command's.
int command_failure(std::string_view text) {
  constexpr int kNotThere = 127;
  constexpr int kNotExecutable = 126;
  if (contains(text, "executable file not found in $PATH") ||
      (contains(text, "executable file `") && contains(text, "not found"))) {
    return kNotThere;
  }
  const bool no_program =
      contains(text, "the path `") && (contains(text, "` exists but it is not executable") ||
                                       contains(text, "` is not a regular file"));
  if (no_program || contains(text, "exec format error") || contains(text, "Exec format error")) {
    return kNotExecutable;
  }
  const bool of_runc = contains(text, "exec: \"");
  const bool of_crun =
      contains(text, "open executable") || contains(text, "exec container process");
  if (of_runc || of_crun) {
    if (contains(text, "no such file or directory") ||
        contains(text, "No such file or directory")) {
      return kNotThere;
    }
    return kNotExecutable;
  }
  return 0;
}

// "" for a line that is no error.
std::string error_of_line(std::string_view line) {
  constexpr std::size_t kLineLimit = std::size_t{1} << 20U;
  const auto tree = json::parse(line, "log", {.bytes = kLineLimit, .depth = 8, .values = 1000});
  if (!tree || !tree->is_object()) {
    return {};
  }
  const json::Cursor entry(*tree, "log");
  const auto level = entry.string_or("level", "error");
  const auto message = entry.string_or("msg", "");
  if (!level || !message || (*level != "error" && *level != "fatal")) {
    return {};
  }
  return *message;
}

}  // namespace

std::string error_of_runtime_log(std::string_view log) {
  std::string found;
  for (const std::string_view line : split(log, '\n')) {
    if (std::string message = error_of_line(trim(line)); !message.empty()) {
      found = std::move(message);
    }
  }
  return found;
}

StartFailure classify_start_failure(std::string_view runtime_name, std::string_view runtime_text) {
  const std::string_view text = trim(runtime_text);
  switch (const int exit_code = command_failure(text)) {
    case 127:
      return {Error{Code::not_found, 0,
                    fmt::format("the command is not in the container's image: {}: {}", runtime_name,
                                text)},
              exit_code};
    case 126:
      return {Error{Code::permission, 0,
                    fmt::format("the command cannot be executed: {}: {}", runtime_name, text)},
              exit_code};
    default:
      return {Error{Code::unavailable, 0,
                    fmt::format("the runtime {} could not start the container: {}", runtime_name,
                                text.empty() ? "it gave no reason" : text)},
              125};
  }
}

}  // namespace podsysctl::engine
