// SPDX-License-Identifier: Apache-2.0
// The command line of an OCI runtime as container managers write it: flags, a verb, its flags and
// the container's id. Flags may have one dash or two, and their value in the same word or the next
// one, as in runc; crun's are a subset of that. Everything is passed on as it is, also what is not
// known here, except for our own flags, which stand before the verb and begin with "podsysctl-".
// Errors: invalid_argument for those. Thread-safety: pure functions.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace podsysctl::oci {

struct CommandLine {
  std::vector<std::string> words;  // for the runtime
  std::size_t verb_at = 0;         // an index into words; their number where there is no verb
  std::string log;                 // --log; "" where not given
  std::string log_format;

  std::optional<std::string> runtime;        // --podsysctl-runtime
  std::optional<std::string> config;         // --podsysctl-config
  std::optional<std::string> policy_folder;  // --podsysctl-policy-dir

  // Of `create` and `run`; the id is "" for every other verb, and where none is given.
  std::string bundle = ".";
  std::string spec_file;  // --config of crun; "": config.json of the bundle
  std::string pid_file;
  std::string id;

  [[nodiscard]] std::string_view verb() const noexcept;
  // The file that describes the container.
  [[nodiscard]] std::string spec_path() const;
};

// `args` is without argv[0].
[[nodiscard]] Result<CommandLine> parse_command_line(std::span<const std::string> args);

}  // namespace podsysctl::oci
