// SPDX-License-Identifier: Apache-2.0
// The node service: static pods of one folder, on one state folder, until it is told to end.
// Errors: what keeps it from starting; conflict where another service has the state folder (its pid
// is named). Thread-safety: once per process.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "api/api.h"
#include "base/log.h"
#include "base/result.h"
#include "linux/service_manager.h"
#include "service/config.h"
#include "service/workplace.h"

namespace podsysctl::service {

inline constexpr std::string_view kDefaultManifestFolder = "/etc/podsysctl/manifests";

struct ServiceOptions {
  std::string root;
  Config flags;
  std::string config_file;  // --config, or ""
  std::string version;      // of this program, for /metrics
  api::MoreResources more;  // of the API; may be empty
};

[[nodiscard]] Result<> run_service(const ServiceOptions& options, const OpenWorkplace& open,
                                   const linux::ServiceManager& manager, Log& log);

}  // namespace podsysctl::service
