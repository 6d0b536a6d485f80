// SPDX-License-Identifier: Apache-2.0
// What asking for an image leads to, and when its registry is asked. Every engine resolves its own
// images: the embedded one from ImageStore, others through their runtime. Values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "image/image.h"
#include "image/keychain.h"
#include "image/reference.h"

namespace podsysctl::image {

// Sources on this machine are always compared with what was unpacked or loaded.
enum class Pull : std::uint8_t {
  never,    // --pull=never, imagePullPolicy: Never
  missing,  // --pull=missing, imagePullPolicy: IfNotPresent
  refresh,  // imagePullPolicy: Always; a local image and a warning where the registry is out of
            // reach
  always,   // --pull=always: out of reach is an error
};

struct Wanted {
  Reference reference;
  Pull pull = Pull::missing;
  Keychain keychain;
};

struct Resolved {
  Image image;
  std::vector<std::string> warnings;  // for the user; without a final stop
};

}  // namespace podsysctl::image
