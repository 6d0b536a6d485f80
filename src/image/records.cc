// SPDX-License-Identifier: Apache-2.0
#include "image/records.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include <nlohmann/json.hpp>

#include "image/sha256.h"
#include "json/cursor.h"
#include "linux/file.h"

namespace podsysctl::image {
namespace {

constexpr std::string_view kSuffix = ".json";
constexpr std::int64_t kVersion = 1;

json::Value object_of(const std::vector<std::pair<std::string, std::string>>& pairs) {
  json::Value out = json::Value::object();
  for (const auto& [key, value] : pairs) {
    out[key] = value;
  }
  return out;
}

json::Value to_json(const ImageConfig& config) {
  return {{"entrypoint", config.entrypoint},
          {"command", config.command},
          {"env", config.env},
          {"user", config.user},
          {"workingDir", config.working_dir},
          {"stopSignal", config.stop_signal},
          {"volumes", config.volumes},
          {"exposedPorts", config.exposed_ports},
          {"labels", object_of(config.labels)},
          {"architecture", config.architecture}};
}

json::Value to_json(const Record& record) {
  return {{"version", kVersion},         {"name", record.name},
          {"familiar", record.familiar}, {"digest", record.digest},
          {"stamp", record.stamp},       {"folder", record.folder},
          {"layers", record.diff_ids},   {"config", to_json(record.config)},
          {"size", record.size},         {"imported", record.imported}};
}

Result<ImageConfig> config_of(const json::Cursor& cursor) {
  ImageConfig out;
  PSYS_TRY_ASSIGN(out.entrypoint, cursor.strings_at("entrypoint"));
  PSYS_TRY_ASSIGN(out.command, cursor.strings_at("command"));
  PSYS_TRY_ASSIGN(out.env, cursor.strings_at("env"));
  PSYS_TRY_ASSIGN(out.user, cursor.string_at("user"));
  PSYS_TRY_ASSIGN(out.working_dir, cursor.string_at("workingDir"));
  PSYS_TRY_ASSIGN(out.stop_signal, cursor.string_at("stopSignal"));
  PSYS_TRY_ASSIGN(out.volumes, cursor.strings_at("volumes"));
  PSYS_TRY_ASSIGN(out.exposed_ports, cursor.strings_at("exposedPorts"));
  PSYS_TRY_ASSIGN(out.labels, cursor.string_map_at("labels"));
  PSYS_TRY_ASSIGN(out.architecture, cursor.string_at("architecture"));
  return out;
}

Result<Record> from_json(const json::Cursor& cursor) {
  PSYS_TRY_ASSIGN(const std::int64_t version, cursor.int_at("version"));
  if (version != kVersion) {
    return Error::of(Code::unsupported, "{}: written by another version of podsysctl ({})",
                     cursor.where(), version);
  }
  Record out;
  PSYS_TRY_ASSIGN(out.name, cursor.string_at("name"));
  PSYS_TRY_ASSIGN(out.familiar, cursor.string_at("familiar"));
  PSYS_TRY_ASSIGN(out.digest, cursor.string_at("digest"));
  PSYS_TRY_ASSIGN(out.stamp, cursor.string_at("stamp"));
  PSYS_TRY_ASSIGN(out.folder, cursor.string_at("folder"));
  PSYS_TRY_ASSIGN(out.diff_ids, cursor.strings_at("layers"));
  if (!std::ranges::all_of(out.diff_ids, is_digest)) {
    return Error::of(Code::invalid_argument, "{}: a layer is no digest", cursor.where());
  }
  PSYS_TRY_ASSIGN(const json::Cursor config, cursor.at("config"));
  PSYS_TRY_ASSIGN(out.config, config_of(config));
  PSYS_TRY_ASSIGN(out.size, cursor.uint_at("size"));
  PSYS_TRY_ASSIGN(out.imported, cursor.int_at("imported"));
  return out;
}

Result<Record> load(const std::string& path) {
  PSYS_TRY_ASSIGN(const std::string text, linux::read_file(path));
  PSYS_TRY_ASSIGN(const json::Value value, json::parse(text, path));
  return from_json(json::Cursor(value, path));
}

}  // namespace

Result<Records> Records::open(const std::string& folder) {
  PSYS_TRY(linux::make_directories(folder + "/names", 0700));
  return Records(folder + "/names");
}

// A name may be longer than a file name, and holds slashes.
std::string Records::path_of(const std::string& name) const {
  return folder_ + "/" + std::string(hex_of(sha256_of(name))) + std::string(kSuffix);
}

Result<std::optional<Record>> Records::find(const std::string& name) const {
  Result<Record> record = load(path_of(name));
  if (record) {
    return std::optional<Record>(*std::move(record));
  }
  if (record.error().sys_errno == ENOENT) {
    return std::optional<Record>();
  }
  return std::unexpected(std::move(record).error());
}

Result<> Records::save(const Record& record) const {
  return linux::write_file_atomically(path_of(record.name),
                                      json::dump(to_json(record), json::Layout::indented) + "\n");
}

Result<bool> Records::remove(const std::string& name) const {
  std::error_code failure;
  const bool removed = std::filesystem::remove(path_of(name), failure);
  if (failure) {
    return Error::from_errno(failure.value(), "remove {}", path_of(name));
  }
  return removed;
}

Result<std::vector<Record>> Records::all() const {
  std::error_code failure;
  std::vector<Record> out;
  for (auto entry = std::filesystem::directory_iterator(folder_, failure);
       !failure && entry != std::filesystem::directory_iterator(); entry.increment(failure)) {
    if (entry->path().extension() != kSuffix) {
      continue;
    }
    Result<Record> record = load(entry->path().string());
    if (record) {
      out.push_back(*std::move(record));
    } else if (record.error().sys_errno != ENOENT) {  // removed meanwhile
      return std::unexpected(std::move(record).error());
    }
  }
  if (failure) {
    return Error::from_errno(failure.value(), "list {}", folder_);
  }
  std::ranges::sort(out, {}, &Record::name);
  return out;
}

}  // namespace podsysctl::image
