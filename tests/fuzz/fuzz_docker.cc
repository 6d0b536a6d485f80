// SPDX-License-Identifier: Apache-2.0
// What Docker's daemon, or whoever sits at its address, may say: HTTP, documents, frames.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "docker/decode.h"
#include "docker/frames.h"
#include "docker/lines.h"
#include "http/response_parser.h"

namespace {

using namespace podsysctl;

void parse_response(std::string_view text) {
  http::ResponseParser parser;
  std::string body;
  for (std::size_t size = 1; !text.empty() && !parser.is_done(); size += 7) {
    const auto used = parser.feed(text.substr(0, size), body);
    if (!used) {
      return;
    }
    text.remove_prefix(*used);
    if (*used == 0 && size > text.size()) {
      break;
    }
  }
  [[maybe_unused]] const auto ended = parser.end();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  parse_response(text);
  [[maybe_unused]] const auto container = docker::decode_container(text);
  [[maybe_unused]] const auto image = docker::decode_image(text);
  [[maybe_unused]] const auto list = docker::decode_container_list(text);
  [[maybe_unused]] const auto event = docker::decode_event(text);
  [[maybe_unused]] const auto progress = docker::decode_progress(text);
  [[maybe_unused]] const auto message = docker::decode_error(text);
  docker::LineReader lines;
  [[maybe_unused]] const auto read =
      lines.feed(text, [](std::string_view) -> Result<> { return {}; });
  docker::FrameReader frames;
  [[maybe_unused]] const auto fed =
      frames.feed(text, [](docker::Channel, std::string_view) -> Result<> { return {}; });
  return 0;
}
