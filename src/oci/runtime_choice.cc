// SPDX-License-Identifier: Apache-2.0
#include "oci/runtime_choice.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "linux/file.h"
#include "linux/spawn.h"
#include "rules/file_reader.h"
#include "yaml/reader.h"
#include "yaml/value.h"

namespace podsysctl::oci {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestConfig = std::size_t{64} << 10U;

Result<RuntimeConfig> load_config(const CommandLine& line) {
  const std::string path = line.config.value_or(kRuntimeConfig);
  const auto text = linux::read_file(path, kLongestConfig);
  if (!text && text.error().code == Code::not_found && !line.config) {
    return RuntimeConfig();
  }
  PSYS_TRY(text);
  return read_runtime_config(*text, path);
}

Result<std::string> find_default() {
  for (const char* name : {"runc", "crun"}) {
    if (auto found = linux::find_program(name)) {
      return found;
    }
  }
  return Error::of(Code::not_found,
                   "no OCI runtime is installed: install runc or crun, or name one with "
                   "--podsysctl-runtime, PODSYSCTL_RUNTIME or `runtime` in {}",
                   kRuntimeConfig);
}

// Else it would start itself for ever.
Result<> refuse_self(const std::string& program) {
  std::error_code failure;
  if (fs::equivalent(program, "/proc/self/exe", failure) && !failure) {
    return Error::of(Code::conflict,
                     "{} is podsysctl-runtime itself: name the runtime behind it with "
                     "--podsysctl-runtime, PODSYSCTL_RUNTIME or `runtime` in {}",
                     program, kRuntimeConfig);
  }
  return {};
}

}  // namespace

Result<RuntimeConfig> read_runtime_config(std::string_view text, std::string_view source) {
  yaml::DocumentReader reader(text, source);
  PSYS_TRY_ASSIGN(const auto document, reader.next());
  RuntimeConfig config;
  if (!document) {
    return config;
  }
  const yaml::Value root(*document);
  PSYS_TRY(root.expect_mapping());
  for (const yaml::Entry& entry : root.node().entries) {
    const yaml::Value value = root.field(entry);
    auto* const slot = entry.name == "runtime"     ? &config.runtime
                       : entry.name == "policyDir" ? &config.policy_folder
                                                   : nullptr;
    if (slot == nullptr) {
      return std::unexpected(value.error("unknown field; taken are runtime and policyDir"));
    }
    PSYS_TRY_ASSIGN(std::string given, value.as_string());
    if (given.empty()) {
      return std::unexpected(value.error("must not be empty; leave it out instead"));
    }
    *slot = std::move(given);
  }
  PSYS_TRY_ASSIGN(const auto more, reader.next());
  if (more) {
    return Error::of(Code::invalid_argument, "{}: holds more than one document", source);
  }
  return config;
}

Result<RuntimeChoice> choose_runtime(const CommandLine& line, const Lookup& variable) {
  PSYS_TRY_ASSIGN(const RuntimeConfig config, load_config(line));
  std::optional<std::string> wanted = line.runtime;
  if (!wanted) {
    wanted = variable("PODSYSCTL_RUNTIME");
  }
  if (!wanted || wanted->empty()) {
    wanted = config.runtime;
  }
  RuntimeChoice choice;
  PSYS_TRY_ASSIGN(choice.program, wanted ? linux::find_program(*wanted) : find_default());
  PSYS_TRY(refuse_self(choice.program));
  choice.policy_folder =
      line.policy_folder.value_or(config.policy_folder.value_or(rules::kDefaultFolder));
  return choice;
}

}  // namespace podsysctl::oci
