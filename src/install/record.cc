// SPDX-License-Identifier: Apache-2.0
#include "install/record.h"

#include <unistd.h>

#include <cerrno>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "image/sha256.h"
#include "json/cursor.h"
#include "json/json.h"
#include "linux/file.h"

namespace podsysctl::install {
namespace {

constexpr json::Limits kLimits{.bytes = std::size_t{1} << 20U, .depth = 8, .values = 10'000};

Result<Record> read(const json::Cursor& root) {
  Record record;
  PSYS_TRY_ASSIGN(const json::Cursor list, root.at("files"));
  PSYS_TRY_ASSIGN(const std::vector<json::Cursor> items, list.elements());
  for (const json::Cursor& item : items) {
    PSYS_TRY_ASSIGN(std::string path, item.string_at("path"));
    PSYS_TRY_ASSIGN(std::vector<std::string> digests, item.strings_at("digests"));
    for (const std::string& digest : digests) {
      if (!image::is_digest(digest)) {
        return Error::of(Code::invalid_argument, "{}: {} is no digest", item.where(),
                         in_quotes(digest));
      }
    }
    record.insert_or_assign(std::move(path), std::move(digests));
  }
  return record;
}

}  // namespace

Result<Record> load(const std::string& file) {
  const Result<std::string> text = linux::read_file(file, kLimits.bytes);
  if (!text && text.error().code == Code::not_found) {
    return Record{};
  }
  PSYS_TRY(text);
  PSYS_TRY_ASSIGN(const json::Value tree, json::parse(*text, file, kLimits));
  return read(json::Cursor(tree, file));
}

Result<> save(const std::string& file, const Record& record) {
  if (record.empty()) {
    if (::unlink(file.c_str()) < 0 && errno != ENOENT) {
      return Error::from_errno(errno, "remove {}", file);
    }
    return {};
  }
  json::Value list = json::Value::array();
  for (const auto& [path, digests] : record) {
    list.push_back({{"path", path}, {"digests", digests}});
  }
  const json::Value whole = {{"files", std::move(list)}};
  return linux::write_file_atomically(file, json::dump(whole, json::Layout::indented) + "\n");
}

}  // namespace podsysctl::install
