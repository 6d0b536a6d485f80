// SPDX-License-Identifier: Apache-2.0
#include "cni/saved.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <utility>

#include <nlohmann/json.hpp>

#include "cni/link_wishes.h"
#include "json/cursor.h"
#include "json/json.h"
#include "linux/file.h"
#include "sysctl/value.h"

namespace podsysctl::cni {
namespace {

using json::Cursor;

constexpr json::Limits kLimits{.bytes = std::size_t{4} << 20U, .depth = 8, .values = 50'000};

Result<SavedValue> read_value(const Cursor& item) {
  PSYS_TRY_ASSIGN(const std::string name, item.string_at("name"));
  PSYS_TRY_ASSIGN(sysctl::SysctlKey key, sysctl::SysctlKey::parse(name));
  PSYS_TRY_ASSIGN(const std::optional<Cursor> given, item.find("previous"));
  std::optional<std::string> previous;
  if (given) {
    PSYS_TRY_ASSIGN(previous, given->as_string());
  }
  PSYS_TRY_ASSIGN(std::string wanted, item.string_at("wanted"));
  return SavedValue{std::move(key), std::move(previous), std::move(wanted)};
}

Result<SavedLink> read_link(const Cursor& item) {
  PSYS_TRY_ASSIGN(const std::string name, item.string_at("name"));
  const auto attribute = link_attribute(name);
  if (!attribute) {
    return Error::of(Code::invalid_argument, "{}: no such attribute", item.where());
  }
  PSYS_TRY_ASSIGN(std::string previous, item.string_at("previous"));
  PSYS_TRY_ASSIGN(std::string wanted, item.string_at("wanted"));
  return SavedLink{*attribute, std::move(previous), std::move(wanted)};
}

template <class T>
Result<> read_list(const Cursor& root, std::string_view name, Result<T> (*read)(const Cursor&),
                   std::vector<T>& into) {
  PSYS_TRY_ASSIGN(const Cursor list, root.at(name));
  PSYS_TRY_ASSIGN(const std::vector<Cursor> items, list.elements());
  for (const Cursor& item : items) {
    PSYS_TRY_ASSIGN(T each, read(item));
    into.push_back(std::move(each));
  }
  return {};
}

Result<Saved> read(const Cursor& root) {
  Saved saved;
  PSYS_TRY_ASSIGN(saved.network, root.string_at("network"));
  PSYS_TRY_ASSIGN(saved.cookie, root.uint_at("cookie"));
  PSYS_TRY(read_list(root, "link", &read_link, saved.link));
  PSYS_TRY(read_list(root, "sysctls", &read_value, saved.values));
  return saved;
}

json::Value row(std::string_view name, const std::optional<std::string>& previous,
                const std::string& wanted) {
  return {{"name", std::string(name)},
          {"previous", previous ? json::Value(*previous) : json::Value()},
          {"wanted", wanted}};
}

}  // namespace

Saved merged(const Saved& earlier, Saved later) {
  if (!earlier.is_of(later.cookie)) {
    return later;
  }
  for (const SavedLink& old : earlier.link) {
    const auto same = std::ranges::find(later.link, old.attribute, &SavedLink::attribute);
    if (same == later.link.end()) {
      later.link.push_back(old);
    } else if (same->previous == old.wanted) {
      same->previous = old.previous;
    }
  }
  for (const SavedValue& old : earlier.values) {
    const auto same = std::ranges::find(later.values, old.key, &SavedValue::key);
    if (same == later.values.end()) {
      later.values.push_back(old);
    } else if (same->previous && same_value(old.key, old.wanted, *same->previous)) {
      same->previous = old.previous;
    }
  }
  return later;
}

std::string saved_path(const std::string& folder, const std::string& container_id,
                       const std::string& ifname) {
  // No id has an '@', so no two attachments have one name.
  return fmt::format("{}/{}@{}.json", folder, container_id, ifname);
}

Result<> save(const std::string& path, const Saved& saved) {
  json::Value link = json::Value::array();
  for (const SavedLink& each : saved.link) {
    link.push_back(row(to_string(each.attribute), each.previous, each.wanted));
  }
  json::Value values = json::Value::array();
  for (const SavedValue& each : saved.values) {
    values.push_back(row(each.key.name(), each.previous, each.wanted));
  }
  const json::Value whole = {{"network", saved.network},
                             {"cookie", saved.cookie},
                             {"link", std::move(link)},
                             {"sysctls", std::move(values)}};
  const std::string text = json::dump(whole) + "\n";
  Result<> written = linux::write_file_atomically(path, text);
  if (!written) {  // most often the folder is there
    PSYS_TRY(linux::make_directories(std::filesystem::path(path).parent_path(), 0700));
    written = linux::write_file_atomically(path, text);
  }
  return written;
}

Result<std::optional<Saved>> load(const std::string& path) {
  const auto text = linux::read_file(path, kLimits.bytes);
  if (!text && text.error().code == Code::not_found) {
    return std::nullopt;
  }
  PSYS_TRY(text);
  PSYS_TRY_ASSIGN(const json::Value tree, json::parse(*text, path, kLimits));
  PSYS_TRY_ASSIGN(Saved saved, read(Cursor(tree, path)));
  return saved;
}

Result<> forget(const std::string& path) {
  if (::unlink(path.c_str()) < 0 && errno != ENOENT) {
    return Error::from_errno(errno, "remove {}", path);
  }
  return {};
}

}  // namespace podsysctl::cni
