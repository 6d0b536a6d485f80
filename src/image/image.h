// SPDX-License-Identifier: Apache-2.0
// An image that is ready to be mounted: its layers as folders and what its configuration asks for
// (config.md of the OCI image specification). Values; read by the engines.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace podsysctl::image {

struct ImageConfig {
  std::vector<std::string> entrypoint;
  std::vector<std::string> command;
  std::vector<std::string> env;            // "K=V"
  std::string user;                        // "user", "uid", "user:group", "uid:gid"; "" is root
  std::string working_dir;                 // absolute; "" is /
  std::string stop_signal;                 // "SIGQUIT", "3"; "" is SIGTERM
  std::vector<std::string> volumes;        // absolute paths
  std::vector<std::string> exposed_ports;  // "80/tcp"
  std::vector<std::pair<std::string, std::string>> labels;
  std::string architecture;  // as in Go: "amd64"; "" for rootfs:DIR
};

struct Image {
  std::string name;                 // canonical (image/reference.h)
  std::string digest;               // "sha256:…" of the configuration; "" for rootfs:DIR
  std::vector<std::string> layers;  // absolute folders, uppermost first, as linux::Overlay wants
  ImageConfig config;
  std::uint64_t size = 0;  // bytes of the layers as the source holds them; 0 for rootfs:DIR
};

}  // namespace podsysctl::image
