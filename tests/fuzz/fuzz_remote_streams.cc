// SPDX-License-Identifier: Apache-2.0
// What a container runtime's streaming server, or whoever sits at its address, may say: frames of
// SPDY and the status at the end.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "cri/remote_streams.h"
#include "spdy/testing.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace podsysctl;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  spdy::Said said{.incoming = std::string(text.substr(size == 0 ? 0 : 1)),
                  .piece = size == 0 ? 1 : std::size_t{data[0]} + 1};
  auto streams = cri::RemoteStreams::over(spdy::scripted(said),
                                          {.in = true, .out = true, .err = (size & 1U) != 0});
  std::size_t heard = 0;
  for (;;) {
    const auto more = streams.receive([&](auto, std::string_view piece) -> Result<> {
      heard += piece.size();
      return {};
    });
    if (!more || !*more) {
      break;
    }
  }
  [[maybe_unused]] const auto code = streams.exit_code();
  [[maybe_unused]] const auto status = cri::exit_code_of_status(text);
  if (heard > size) {
    __builtin_trap();
  }
  return 0;
}
