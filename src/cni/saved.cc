// SPDX-License-Identifier: Apache-2.0
#include "cni/saved.h"

#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <utility>

#include <nlohmann/json.hpp>

#include "json/cursor.h"
#include "json/json.h"
#include "linux/file.h"

namespace podsysctl::cni {
namespace {

constexpr json::Limits kLimits{.bytes = std::size_t{4} << 20U, .depth = 8, .values = 10'000};

Result<Saved> read(const json::Cursor& root) {
  Saved saved;
  PSYS_TRY_ASSIGN(saved.network, root.string_at("network"));
  PSYS_TRY_ASSIGN(const json::Cursor list, root.at("sysctls"));
  PSYS_TRY_ASSIGN(const std::vector<json::Cursor> items, list.elements());
  for (const json::Cursor& item : items) {
    PSYS_TRY_ASSIGN(const std::string name, item.string_at("name"));
    PSYS_TRY_ASSIGN(sysctl::SysctlKey key, sysctl::SysctlKey::parse(name));
    PSYS_TRY_ASSIGN(std::string previous, item.string_at("previous"));
    PSYS_TRY_ASSIGN(std::string wanted, item.string_at("wanted"));
    saved.values.emplace_back(std::move(key), std::move(previous), std::move(wanted));
  }
  return saved;
}

}  // namespace

std::string saved_path(const std::string& folder, const std::string& container_id,
                       const std::string& ifname) {
  return fmt::format("{}/{}_{}.json", folder, container_id, ifname);
}

Result<> save(const std::string& path, const Saved& saved) {
  json::Value list = json::Value::array();
  for (const SavedValue& each : saved.values) {
    list.push_back(
        {{"name", each.key.name()}, {"previous", each.previous}, {"wanted", each.wanted}});
  }
  const json::Value whole = {{"network", saved.network}, {"sysctls", std::move(list)}};
  PSYS_TRY(linux::make_directories(std::filesystem::path(path).parent_path(), 0700));
  return linux::write_file_atomically(path, json::dump(whole) + "\n");
}

Result<std::optional<Saved>> load(const std::string& path) {
  const auto text = linux::read_file(path, kLimits.bytes);
  if (!text && text.error().code == Code::not_found) {
    return std::nullopt;
  }
  PSYS_TRY(text);
  PSYS_TRY_ASSIGN(const json::Value tree, json::parse(*text, path, kLimits));
  PSYS_TRY_ASSIGN(Saved saved, read(json::Cursor(tree, path)));
  return saved;
}

Result<> forget(const std::string& path) {
  if (::unlink(path.c_str()) < 0 && errno != ENOENT) {
    return Error::from_errno(errno, "remove {}", path);
  }
  return {};
}

}  // namespace podsysctl::cni
