// SPDX-License-Identifier: Apache-2.0
// The parts that make_oci_spec() puts together; not for use elsewhere. Thread-safety: pure, except
// that seccomp_part() reads a profile that the container names.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/result.h"
#include "engine/embedded/oci_spec.h"
#include "json/json.h"

namespace podsysctl::engine::oci {

// config.json carries Unicode, and execve(2) ends a text at NUL: anything else is refused. `what`
// begins the message.
[[nodiscard]] Result<> check_text(std::string_view text, std::string_view what);
[[nodiscard]] Result<> check_working_dir(const std::string& folder);

[[nodiscard]] Result<json::Value> process_part(const OciSpecInput& input,
                                               CapabilitySet capabilities);
[[nodiscard]] Result<json::Value> mounts_part(const OciSpecInput& input);
// namespaces, resources, devices, masked and read-only paths.
[[nodiscard]] json::Value linux_part(const OciSpecInput& input, const CgroupLimits& limits);

struct Seccomp {
  json::Value profile;  // null: none
  std::string filter;   // the same as a program for crun's annotation; "": none
};
[[nodiscard]] Result<Seccomp> seccomp_part(const OciSpecInput& input, CapabilitySet capabilities);
// A profile in docker's format, or in the runtime specification's, as text.
[[nodiscard]] Result<json::Value> convert_seccomp_profile(std::string_view text,
                                                          std::string_view name,
                                                          CapabilitySet capabilities,
                                                          std::string_view machine);

}  // namespace podsysctl::engine::oci
