// SPDX-License-Identifier: Apache-2.0
// Which streams of a command or of a container are wanted. Thread-safety: values.
#pragma once

namespace podsysctl::cri {

struct StreamSet {
  bool in = false;
  bool out = false;
  bool err = false;       // not with a terminal, which has one stream for both
  bool terminal = false;  // as the container has one, or the command is to have
};

}  // namespace podsysctl::cri
