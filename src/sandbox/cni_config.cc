// SPDX-License-Identifier: Apache-2.0
#include "sandbox/cni_config.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>

#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "json/cursor.h"
#include "json/json.h"
#include "linux/file.h"

namespace podsysctl::sandbox {
namespace {

constexpr std::size_t kLargestFile = std::size_t{1} << 20U;
constexpr std::size_t kMostPlugins = 64;
// Oldest first. Before 0.3.0 plugins could not be chained.
constexpr std::array<std::string_view, 5> kVersions{"0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0"};

void raise(std::size_t& best, std::string_view version) {
  const auto* const known = std::ranges::find(kVersions, version);
  if (known != kVersions.end()) {
    best = std::max(best, static_cast<std::size_t>(known - kVersions.begin()) + 1);
  }
}

// "cniVersions" (specification 1.1.0) lists more that the network's author tried.
Result<std::string> choose_version(const json::Cursor& root) {
  std::size_t best = 0;
  PSYS_TRY_ASSIGN(const std::string one, root.string_or("cniVersion", ""));
  raise(best, one);
  PSYS_TRY_ASSIGN(const std::vector<std::string> several, root.strings_at("cniVersions"));
  for (const std::string& version : several) {
    raise(best, version);
  }
  if (best == 0) {
    return Error::of(Code::unsupported,
                     "{}: cniVersion {} is not supported: set it to one of {} to {}", root.where(),
                     in_quotes(one), kVersions.front(), kVersions.back());
  }
  return std::string(kVersions.at(best - 1));
}

// A plugin's type becomes the name of the program to run.
Result<> check_program_name(const std::string& type, const std::string& where) {
  if (!is_cni_name(type) || type.find("..") != std::string::npos) {
    return Error::of(Code::invalid_argument, "{}: {} is not the name of a plugin", where,
                     in_quotes(type));
  }
  return {};
}

Result<CniPlugin> read_plugin(const json::Cursor& object) {
  CniPlugin plugin;
  PSYS_TRY_ASSIGN(plugin.type, object.string_at("type"));
  PSYS_TRY(check_program_name(plugin.type, object.where() + ": type"));
  PSYS_TRY_ASSIGN(const std::optional<json::Cursor> ipam, object.find("ipam"));
  if (ipam) {
    PSYS_TRY_ASSIGN(plugin.ipam_type, ipam->string_or("type", ""));
    if (!plugin.ipam_type.empty()) {
      PSYS_TRY(check_program_name(plugin.ipam_type, ipam->where() + ": type"));
    }
  }
  PSYS_TRY_ASSIGN(const std::optional<json::Cursor> declared, object.find("capabilities"));
  if (declared) {
    PSYS_TRY_ASSIGN(const auto members, declared->members());
    for (const auto& [name, value] : members) {
      PSYS_TRY_ASSIGN(const bool wanted, value.as_bool());
      if (wanted) {
        plugin.capabilities.insert(name);
      }
    }
  }
  plugin.config = json::dump(object.value());
  return plugin;
}

std::optional<CniFileKind> kind_of(const std::filesystem::path& file) {
  const std::string extension = file.extension().string();
  if (extension == ".conflist") {
    return CniFileKind::list;
  }
  if (extension == ".conf" || extension == ".json") {
    return CniFileKind::single;
  }
  return std::nullopt;
}

}  // namespace

bool is_cni_name(std::string_view text) noexcept {
  const auto is_alphanumeric = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  return !text.empty() && is_alphanumeric(text.front()) && std::ranges::all_of(text, [&](char c) {
    return is_alphanumeric(c) || c == '_' || c == '.' || c == '-';
  });
}

bool CniNetwork::has_capability(const std::string& capability) const {
  return std::ranges::any_of(
      plugins, [&](const CniPlugin& plugin) { return plugin.capabilities.contains(capability); });
}

Result<CniNetwork> parse_cni_network(std::string_view text, const std::string& source,
                                     CniFileKind kind) {
  PSYS_TRY_ASSIGN(const json::Value document, json::parse(text, source, {.bytes = kLargestFile}));
  const json::Cursor root(document, source);
  CniNetwork network;
  network.source = source;
  PSYS_TRY_ASSIGN(network.name, root.string_at("name"));
  if (!is_cni_name(network.name)) {
    return Error::of(Code::invalid_argument, "{}: name: {} is not the name of a network", source,
                     in_quotes(network.name));
  }
  PSYS_TRY_ASSIGN(network.version, choose_version(root));
  std::vector<json::Cursor> plugins{root};
  if (kind == CniFileKind::list) {
    PSYS_TRY_ASSIGN(const json::Cursor list, root.at("plugins"));
    PSYS_TRY_ASSIGN(plugins, list.elements());
    if (plugins.empty() || plugins.size() > kMostPlugins) {
      return Error::of(Code::invalid_argument, "{}: 1 to {} plugins are expected, found {}",
                       list.where(), kMostPlugins, plugins.size());
    }
  }
  for (const json::Cursor& object : plugins) {
    PSYS_TRY_ASSIGN(CniPlugin plugin, read_plugin(object));
    network.plugins.push_back(std::move(plugin));
  }
  return network;
}

Result<std::optional<CniNetwork>> find_cni_network(const std::string& folder) {
  std::error_code failure;
  std::filesystem::directory_iterator files(folder, failure);
  if (failure == std::errc::no_such_file_or_directory) {
    return std::optional<CniNetwork>();
  }
  std::optional<std::filesystem::path> first;
  while (!failure && files != std::filesystem::directory_iterator()) {
    const std::filesystem::path& file = files->path();
    if (kind_of(file) && (!first || file.filename() < first->filename())) {
      first = file;
    }
    files.increment(failure);
  }
  if (failure) {
    return Error::from_errno(failure.value(), "read {}", folder);
  }
  if (!first) {
    return std::optional<CniNetwork>();
  }
  PSYS_TRY_ASSIGN(const std::string text, linux::read_file(first->string(), kLargestFile));
  PSYS_TRY_ASSIGN(CniNetwork network, parse_cni_network(text, first->string(), *kind_of(*first)));
  return std::optional<CniNetwork>(std::move(network));
}

}  // namespace podsysctl::sandbox
