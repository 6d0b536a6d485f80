// SPDX-License-Identifier: Apache-2.0
// Any text on the standard input of the CNI plugin: one JSON answer for every command that cannot
// reach a namespace, and a result that can be passed on in every version.
#include <cstdint>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "cni/plugin.h"
#include "cni/request.h"
#include "json/json.h"
#include "require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace podsysctl;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const char* command : {"ADD", "CHECK", "STATUS", "VERSION"}) {
    const cni::Answer answer = cni::run(
        [command](const std::string& name) -> std::optional<std::string> {
          if (name == "CNI_COMMAND") {
            return command;
          }
          return name == "CNI_NETNS" ? "/dev/null" : name == "CNI_ARGS" ? "" : "eth0";
        },
        text);
    require(answer.exit_code == 0 || json::parse(answer.out, "answer").has_value());
  }
  cni::Environment environment;
  environment.command = cni::Command::add;
  const auto config = cni::read_config(text, environment);
  if (config && config->previous != nullptr) {
    for (const std::string& version : cni::supported_versions()) {
      const auto result =
          cni::converted(cni::with_link(*config->previous, "eth0", config->link), version);
      require(json::parse(json::dump(result), "result").has_value());
    }
  }
  return 0;
}
