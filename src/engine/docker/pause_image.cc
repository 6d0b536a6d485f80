// SPDX-License-Identifier: Apache-2.0
#include "engine/docker/pause_image.h"

#include <algorithm>
#include <array>
#include <cstring>

#include <nlohmann/json.hpp>

#include "image/documents.h"
#include "image/sha256.h"
#include "json/json.h"
#include "linux/file.h"

namespace podsysctl::engine {
namespace {

constexpr std::size_t kBlock = 512;

// One regular file of a tar archive (POSIX.1-1988, ustar); always the same for the same text.
void add_file(std::string& tar, std::string_view name, std::string_view text, unsigned mode) {
  std::string header(kBlock, '\0');
  const auto put = [&header](std::size_t at, std::string_view field) {
    header.replace(at, field.size(), field);
  };
  put(0, name.substr(0, 100));
  put(100, fmt::format("{:07o}", mode));
  put(108, "0000000");  // owner, group
  put(116, "0000000");
  put(124, fmt::format("{:011o}", text.size()));
  put(136, "00000000000");  // time
  put(148, "        ");     // the sum is taken over blanks here
  put(156, "0");
  put(257, std::string_view("ustar\00000", 8));
  unsigned sum = 0;
  for (const char c : header) {
    sum += static_cast<unsigned char>(c);
  }
  put(148, fmt::format("{:06o}", sum));
  header[154] = '\0';
  tar += header;
  tar += text;
  tar.append((kBlock - text.size() % kBlock) % kBlock, '\0');
}

void end_archive(std::string& tar) { tar.append(2 * kBlock, '\0'); }

http::BodySource source_of(const std::string& text) {
  return [rest = std::string_view(text)](std::span<char> buffer) mutable -> Result<std::size_t> {
    const std::size_t count = std::min(buffer.size(), rest.size());
    std::memcpy(buffer.data(), rest.data(), count);
    rest.remove_prefix(count);
    return count;
  };
}

}  // namespace

PauseImage build_pause_image(std::string_view program, std::string_view architecture) {
  std::string layer;
  add_file(layer, "podsysctl-pause", program, 0755);
  end_archive(layer);
  const std::string diff_id = image::sha256_of(layer);
  const json::Value config = {
      {"architecture", architecture},
      {"os", "linux"},
      {"config", {{"Entrypoint", {"/podsysctl-pause", "hold"}}}},
      {"rootfs", {{"type", "layers"}, {"diff_ids", json::Value::array({diff_id})}}}};
  const std::string config_text = json::dump(config);
  const std::string config_name =
      std::string(image::hex_of(image::sha256_of(config_text))) + ".json";
  PauseImage image{.name = fmt::format("podsysctl/pause:{}", image::hex_of(diff_id).substr(0, 12))};
  const json::Value manifest =
      json::Value::array({{{"Config", config_name},
                           {"RepoTags", json::Value::array({image.name})},
                           {"Layers", json::Value::array({"layer.tar"})}}});
  add_file(image.archive, "layer.tar", layer, 0644);
  add_file(image.archive, config_name, config_text, 0644);
  add_file(image.archive, "manifest.json", json::dump(manifest), 0644);
  end_archive(image.archive);
  return image;
}

Result<std::string> ensure_pause_image(docker::Daemon& daemon, const std::string& program_path) {
  PSYS_TRY_ASSIGN(const std::string program, linux::read_file(program_path));
  const PauseImage image = build_pause_image(program, image::host_architecture());
  const Result<docker::Image> found = daemon.inspect_image(image.name);
  if (found) {
    return image.name;
  }
  if (found.error().code != Code::not_found) {
    return std::unexpected(found.error());
  }
  PSYS_TRY(with_context(daemon.load(source_of(image.archive), [](const docker::Progress&) {}),
                        "load the image of the pause container"));
  return image.name;
}

}  // namespace podsysctl::engine
