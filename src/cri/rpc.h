// SPDX-License-Identifier: Apache-2.0
// A call with protobuf's messages instead of bytes; for the adapter files of this folder.
// Errors: those of cri/channel.h; internal for an answer that cannot be read.
// Thread-safety: as Channel.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cri/channel.h"
#include "cri/types.h"

namespace podsysctl::cri {

[[nodiscard]] constexpr Method runtime_method(std::string_view name) {
  return {"runtime.v1.RuntimeService", name};
}
[[nodiscard]] constexpr Method image_method(std::string_view name) {
  return {"runtime.v1.ImageService", name};
}

template <class Reply, class Request>
[[nodiscard]] Result<Reply> rpc(Channel& channel, const Method& method, const Request& request,
                                std::chrono::milliseconds limit) {
  PSYS_TRY_ASSIGN(const std::string bytes,
                  channel.call(method, request.SerializeAsString(), limit));
  Reply reply;
  if (!reply.ParseFromString(bytes)) {
    return Error::of(Code::internal, "{}: the container runtime's answer cannot be read",
                     method.name);
  }
  return reply;
}

// What is gone already need not be stopped or removed.
template <class T>
[[nodiscard]] Result<> gone_is_success(const Result<T>& result) {
  if (!result && result.error().code != Code::not_found) {
    return std::unexpected(result.error());
  }
  return {};
}

template <class Map>
void put_map(const StringMap& from, Map& to) {
  for (const auto& [key, value] : from) {
    to[key] = value;
  }
}

template <class Map>
[[nodiscard]] StringMap map_of(const Map& from) {
  return {from.begin(), from.end()};
}

template <class List>
void put_list(const std::vector<std::string>& from, List& to) {
  for (const std::string& value : from) {
    *to.Add() = value;
  }
}

template <class List>
[[nodiscard]] std::vector<std::string> list_of(const List& from) {
  return {from.begin(), from.end()};
}

template <class Option>
void put_namespaces(const NamespaceOptions& from, Option& to) {
  const auto mode = [](NamespaceMode wanted) {
    return static_cast<decltype(to.network())>(static_cast<int>(wanted));
  };
  to.set_network(mode(from.network));
  to.set_pid(mode(from.pid));
  to.set_ipc(mode(from.ipc));
}

}  // namespace podsysctl::cri
