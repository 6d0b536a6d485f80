// SPDX-License-Identifier: Apache-2.0
// For tests: a connection whose other side has said everything already, and what was said to it.
// Thread-safety: one thread.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>

#include "http/stream.h"

namespace podsysctl::spdy {

struct Said {
  std::string incoming;                             // what is read; at its end the connection ends
  std::string outgoing;                             // what was written
  std::size_t room = static_cast<std::size_t>(-1);  // of what is written, how much is taken
  std::size_t piece = 65536;                        // what one read gives at most
  bool breaks = false;                              // ends with an error instead
};

class ScriptedStream final : public http::Stream {
 public:
  explicit ScriptedStream(Said& said) : said_(said) {}

  Result<> write(std::string_view data, std::chrono::milliseconds /*limit*/) override {
    said_.outgoing += data;
    return {};
  }
  Result<std::size_t> write_some(std::string_view data) override {
    const std::size_t count = std::min(data.size(), said_.room);
    said_.outgoing += data.substr(0, count);
    said_.room -= count;
    return count;
  }
  Result<> end_writing() override { return {}; }
  linux::FdRef fd() const override { return {}; }

 private:
  Result<std::size_t> receive(std::span<char> buffer,
                              std::chrono::milliseconds /*limit*/) override {
    if (said_.incoming.empty() && said_.breaks) {
      return Error::of(Code::unavailable, "connection reset");
    }
    const std::size_t count = std::min({buffer.size(), said_.incoming.size(), said_.piece});
    std::copy_n(said_.incoming.begin(), count, buffer.begin());
    said_.incoming.erase(0, count);
    return count;
  }

  Said& said_;
};

[[nodiscard]] inline std::unique_ptr<http::Stream> scripted(Said& said) {
  return std::make_unique<ScriptedStream>(said);
}

// A frame of the server's that is no data.
[[nodiscard]] inline std::string control(char type, char flags, std::string_view body) {
  std::string frame{'\x80', 3, 0, type, flags, 0};
  frame.push_back(static_cast<char>(body.size() >> 8U));
  frame.push_back(static_cast<char>(body.size() & 0xffU));
  return frame.append(body);
}

}  // namespace podsysctl::spdy
