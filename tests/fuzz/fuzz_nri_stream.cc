// SPDX-License-Identifier: Apache-2.0
// Any bytes as what a runtime sends on NRI's socket: frames of the multiplexer in them, ttrpc
// frames in those, requests to the plugin and responses to it. What comes out depends neither on
// how the bytes are cut nor on their order between the streams, and every answer is one of ours.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "nri/client.h"
#include "nri/mux.h"
#include "nri/plugin_service.h"
#include "nri/server.h"
#include "require.h"

namespace {

using namespace podsysctl;
using namespace podsysctl::nri;

class WillingPlugin final : public Plugin {
 public:
  Result<> configure(const Configuration& /*configuration*/) override { return {}; }
  Result<> synchronize(std::vector<PodSandbox> pods) override {
    require(pods.size() <= kMaxPods);
    return {};
  }
  Result<> run_pod_sandbox(const PodSandbox& pod) override {
    require(pod.pid >= 0);
    return {};
  }
  Result<> stop_pod_sandbox(const PodSandbox& /*pod*/) override { return {}; }
  Result<> remove_pod_sandbox(const PodSandbox& /*pod*/) override { return {}; }
  void answered_late(std::string_view /*method*/, std::chrono::nanoseconds /*took*/) override {}
};

// What the plugin sends for `bytes` that come in pieces.
std::string answers_to(std::string_view bytes, std::size_t piece) {
  WillingPlugin plugin;
  PluginService service(plugin);
  Server server([&](const Request& request) { return service.answer(request); });
  Client client;
  for (int i = 0; i < 3; ++i) {
    require(
        client.begin({.service = "s", .method = "m"}, Moment{}, [](const auto&) {}).has_value());
  }
  MuxReader mux;
  std::string sent;
  Result<> fed;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
    mux.feed(bytes.substr(0, piece), [&](StreamId stream, std::string_view part) {
      if (stream == StreamId::runtime_service) {
        fed = fed ? client.feed(part) : fed;
        return;
      }
      server.feed(part, [&](std::string_view reply) {
        append_mux_frames(sent, StreamId::plugin_service, reply);
      });
    });
  }
  require(fed.has_value() || !fed.error().message.empty());
  return sent;
}

// The plugin's answers can be read by a runtime.
void check_answers(std::string_view sent) {
  MuxReader mux;
  FrameReader reader;
  mux.feed(sent, [&](StreamId stream, std::string_view part) {
    require(stream == StreamId::plugin_service && part.size() <= kMaxMuxPayload);
    reader.feed(part);
    while (const std::optional<Frame> frame = reader.next()) {
      require(frame->type == Frame::Type::response && frame->body == Frame::Body::whole);
      require(decode_response(frame->data).has_value());
    }
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::string sent = answers_to(bytes, 65536);
  check_answers(sent);
  require(answers_to(bytes, 1 + size % 13) == sent);
  return 0;
}
