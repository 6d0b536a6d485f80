// SPDX-License-Identifier: Apache-2.0
#include "image/documents.h"

#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "image/sha256.h"
#include "json/cursor.h"

namespace podsysctl::image {
namespace {

constexpr std::string_view kRefName = "org.opencontainers.image.ref.name";

Result<json::Value> read(std::string_view text, std::string_view name, const Limits& limits) {
  return json::parse(text, name, {.bytes = limits.document_bytes, .depth = 32, .values = 200'000});
}

Result<> read_platform(const json::Cursor& cursor, Descriptor& out) {
  PSYS_TRY_ASSIGN(const auto platform, cursor.find("platform"));
  if (platform) {
    PSYS_TRY_ASSIGN(out.os, platform->string_or("os", ""));
    PSYS_TRY_ASSIGN(out.architecture, platform->string_or("architecture", ""));
    PSYS_TRY_ASSIGN(out.variant, platform->string_or("variant", ""));
  }
  PSYS_TRY_ASSIGN(const auto annotations, cursor.find("annotations"));
  if (annotations) {
    PSYS_TRY_ASSIGN(out.ref_name, annotations->string_or(kRefName, ""));
  }
  return {};
}

Result<Descriptor> descriptor_of(const json::Cursor& cursor) {
  Descriptor out;
  PSYS_TRY_ASSIGN(out.media_type, cursor.string_or("mediaType", ""));
  PSYS_TRY_ASSIGN(out.digest, cursor.string_at("digest"));
  if (!is_digest(out.digest)) {
    return Error::of(Code::invalid_argument,
                     "{}: the digest {} is not sha256: and 64 hexadecimal digits", cursor.where(),
                     in_quotes(out.digest));
  }
  PSYS_TRY_ASSIGN(out.size, cursor.uint_at("size"));
  PSYS_TRY(read_platform(cursor, out));
  return out;
}

Result<std::vector<Descriptor>> descriptors_at(const json::Cursor& cursor, std::string_view key) {
  PSYS_TRY_ASSIGN(const json::Cursor list, cursor.at(key));
  PSYS_TRY_ASSIGN(const auto elements, list.elements());
  std::vector<Descriptor> out;
  out.reserve(elements.size());
  for (const json::Cursor& element : elements) {
    PSYS_TRY_ASSIGN(Descriptor descriptor, descriptor_of(element));
    out.push_back(std::move(descriptor));
  }
  return out;
}

Result<> check_schema(const json::Cursor& cursor) {
  PSYS_TRY_ASSIGN(const std::int64_t version, cursor.int_or("schemaVersion", 2));
  if (version != 2) {
    return Error::of(Code::unsupported,
                     "{}: schemaVersion {} is not supported, only 2 is: fetch the image anew with "
                     "a current tool",
                     cursor.where(), version);
  }
  return {};
}

// Maps whose keys alone matter: "Volumes": {"/data": {}}.
Result<std::vector<std::string>> keys_at(const json::Cursor& cursor, std::string_view key) {
  std::vector<std::string> out;
  PSYS_TRY_ASSIGN(const auto map, cursor.find(key));
  if (map) {
    PSYS_TRY_ASSIGN(const auto members, map->members());
    for (const auto& member : members) {
      out.push_back(member.first);
    }
  }
  return out;
}

Result<> read_image_config(const json::Cursor& cursor, ImageConfig& out) {
  PSYS_TRY_ASSIGN(out.entrypoint, cursor.strings_at("Entrypoint"));
  PSYS_TRY_ASSIGN(out.command, cursor.strings_at("Cmd"));
  PSYS_TRY_ASSIGN(out.env, cursor.strings_at("Env"));
  PSYS_TRY_ASSIGN(out.user, cursor.string_or("User", ""));
  PSYS_TRY_ASSIGN(out.working_dir, cursor.string_or("WorkingDir", ""));
  PSYS_TRY_ASSIGN(out.stop_signal, cursor.string_or("StopSignal", ""));
  PSYS_TRY_ASSIGN(out.volumes, keys_at(cursor, "Volumes"));
  PSYS_TRY_ASSIGN(out.exposed_ports, keys_at(cursor, "ExposedPorts"));
  PSYS_TRY_ASSIGN(out.labels, cursor.string_map_at("Labels"));
  return {};
}

}  // namespace

bool is_index(const Descriptor& descriptor) noexcept {
  return descriptor.media_type == "application/vnd.oci.image.index.v1+json" ||
         descriptor.media_type == "application/vnd.docker.distribution.manifest.list.v2+json";
}

Result<std::vector<Descriptor>> parse_index(std::string_view text, std::string_view name,
                                            const Limits& limits) {
  PSYS_TRY_ASSIGN(const json::Value value, read(text, name, limits));
  const json::Cursor cursor(value, name);
  PSYS_TRY(check_schema(cursor));
  return descriptors_at(cursor, "manifests");
}

Result<Manifest> parse_manifest(std::string_view text, std::string_view name,
                                const Limits& limits) {
  PSYS_TRY_ASSIGN(const json::Value value, read(text, name, limits));
  const json::Cursor cursor(value, name);
  PSYS_TRY(check_schema(cursor));
  Manifest out;
  PSYS_TRY_ASSIGN(const json::Cursor config, cursor.at("config"));
  PSYS_TRY_ASSIGN(out.config, descriptor_of(config));
  PSYS_TRY_ASSIGN(out.layers, descriptors_at(cursor, "layers"));
  return out;
}

Result<Configuration> parse_configuration(std::string_view text, std::string_view name,
                                          const Limits& limits) {
  PSYS_TRY_ASSIGN(const json::Value value, read(text, name, limits));
  const json::Cursor cursor(value, name);
  Configuration out;
  PSYS_TRY_ASSIGN(out.os, cursor.string_or("os", ""));
  PSYS_TRY_ASSIGN(out.image.architecture, cursor.string_or("architecture", ""));
  PSYS_TRY_ASSIGN(const auto config, cursor.find("config"));
  if (config) {
    PSYS_TRY(read_image_config(*config, out.image));
  }
  PSYS_TRY_ASSIGN(const json::Cursor rootfs, cursor.at("rootfs"));
  PSYS_TRY_ASSIGN(out.diff_ids, rootfs.strings_at("diff_ids"));
  if (out.diff_ids.empty() || out.diff_ids.size() > limits.layers) {
    return Error::of(Code::invalid_argument, "{}: the image has {} layers; 1 to {} can be mounted",
                     rootfs.where(), out.diff_ids.size(), limits.layers);
  }
  for (const std::string& diff_id : out.diff_ids) {
    if (!is_digest(diff_id)) {
      return Error::of(Code::invalid_argument, "{}: the diff-id {} is no sha256 digest",
                       rootfs.where(), in_quotes(diff_id));
    }
  }
  return out;
}

Result<std::vector<ArchivedImage>> parse_archive_manifest(std::string_view text,
                                                          std::string_view name,
                                                          const Limits& limits) {
  PSYS_TRY_ASSIGN(const json::Value value, read(text, name, limits));
  const json::Cursor cursor(value, name);
  PSYS_TRY_ASSIGN(const auto elements, cursor.elements());
  std::vector<ArchivedImage> out;
  for (const json::Cursor& element : elements) {
    ArchivedImage image;
    PSYS_TRY_ASSIGN(image.config, element.string_at("Config"));
    PSYS_TRY_ASSIGN(image.repo_tags, element.strings_at("RepoTags"));
    PSYS_TRY_ASSIGN(image.layers, element.strings_at("Layers"));
    out.push_back(std::move(image));
  }
  return out;
}

}  // namespace podsysctl::image
