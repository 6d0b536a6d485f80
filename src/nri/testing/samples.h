// SPDX-License-Identifier: Apache-2.0
// For tests: messages as a runtime sends them, in bytes.
#pragma once

#include <span>
#include <string>

#include "nri/messages.h"

namespace podsysctl::nri {

// A pod that has everything.
[[nodiscard]] PodSandbox sample_pod(const std::string& id);

[[nodiscard]] std::string sample_configuration();
[[nodiscard]] std::string pod_request(const PodSandbox& pod);
[[nodiscard]] std::string state_change(std::int32_t event, const PodSandbox& pod);
enum class Rest : std::uint8_t { none, follows };
[[nodiscard]] std::string pod_list(std::span<const PodSandbox> pods, Rest rest);

// What a plugin answered: the events of Configure, and whether Synchronize wants to have the rest.
[[nodiscard]] std::int32_t events_in(const std::string& payload);
[[nodiscard]] Rest rest_in(const std::string& payload);
[[nodiscard]] Registration registration_in(const std::string& payload);

}  // namespace podsysctl::nri
