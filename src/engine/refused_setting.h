// SPDX-License-Identifier: Apache-2.0
// What a runtime says when it was refused a setting that it was handed, with what we know about it
// in front; its own text follows whole. Thread-safety: pure functions.
#pragma once

#include <span>

#include "base/error.h"
#include "sysctl/setting.h"

namespace podsysctl::engine {

// Where one of `handed` is the cause, code and errno are those of the write; else the error as it
// is.
[[nodiscard]] Error explain_refused_setting(Error error, std::span<const sysctl::Setting> handed);

}  // namespace podsysctl::engine
