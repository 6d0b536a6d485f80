// SPDX-License-Identifier: Apache-2.0
// For tests: the runtime's end of a connection, which serves one plugin step by step as containerd
// does, keeps how large the plugin's frames were, and can send any bytes. Everything waits at most
// five seconds. Thread-safety: one thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "linux/fd.h"
#include "nri/frame.h"
#include "nri/mux.h"
#include "nri/ttrpc.h"

namespace podsysctl::nri {

class FakeRuntime {
 public:
  FakeRuntime();

  // The plugin's end.
  [[nodiscard]] linux::FdRef plugin_end() const { return plugin_end_.ref(); }

  // The plugin's RegisterPlugin, and the answer to it.
  [[nodiscard]] Result<Request> registration();
  [[nodiscard]] Result<> answer_registration(const Response& response);

  // Registration answered, Configure answered.
  [[nodiscard]] Result<Response> introduce();

  // A request to the plugin; its number.
  [[nodiscard]] Result<std::uint32_t> ask(const Request& request);
  [[nodiscard]] Result<Response> answer_to(std::uint32_t call);
  [[nodiscard]] Result<Response> call(std::string_view method, std::string payload);

  // The bytes of a response to `call`, undecoded.
  [[nodiscard]] Result<std::string> raw_answer_to(std::uint32_t call);

  [[nodiscard]] Result<> send(StreamId stream, std::string_view bytes);
  [[nodiscard]] Result<> send_raw(std::string_view bytes);
  void hang_up() { runtime_end_.close(); }
  // True once the plugin has closed its end.
  [[nodiscard]] bool plugin_hung_up();
  void close_plugin_end() { plugin_end_.close(); }

  [[nodiscard]] std::size_t largest_frame() const { return largest_frame_; }

 private:
  [[nodiscard]] Result<> receive();
  void note_sizes(std::string_view bytes);

  linux::Fd plugin_end_;
  linux::Fd runtime_end_;
  MuxReader mux_;
  std::map<StreamId, FrameReader> readers_;
  std::map<std::uint32_t, Frame> requests_;
  std::map<std::uint32_t, Frame> responses_;
  std::uint32_t next_call_ = 1;
  std::uint32_t registration_call_ = 0;
  std::string unsized_;  // bytes whose frames were not looked at yet
  std::size_t largest_frame_ = 0;
};

// One of the Plugin service.
[[nodiscard]] Request plugin_request(std::string_view method, std::string payload);

}  // namespace podsysctl::nri
