// SPDX-License-Identifier: Apache-2.0
#include "pod/config_files.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/strings.h"
#include "pod/env_source.h"
#include "pod/names.h"

namespace podsysctl::pod {
namespace {

constexpr std::int64_t kLargestMode = 0777;
constexpr std::int64_t kDefaultMode = 0644;

class FileSet {
 public:
  FileSet(const ObjectReader& source, const PodScope& scope) : source_(source), scope_(scope) {}

  void add(const yaml::Value& where, const std::string& path, const std::string& content,
           std::int64_t mode) {
    if (!scope_.budget->spend(path.size() + content.size() + sizeof(ProjectedFiles::File))) {
      source_.problems().error(where,
                               "the ConfigMaps and Secrets that this pod copies come to "
                               "more than 32 MiB");
      return;
    }
    const bool is_new =
        files_.files.try_emplace(path, content, static_cast<std::uint32_t>(mode)).second;
    if (!is_new) {
      source_.problems().error(where, fmt::format("a second file {}", in_quotes(path)));
    }
  }

  [[nodiscard]] ProjectedFiles take() && { return std::move(files_); }

 private:
  const ObjectReader& source_;
  const PodScope& scope_;
  ProjectedFiles files_;
};

void add_items(const ObjectReader& source, const ConfigData& data, std::int64_t default_mode,
               bool optional, FileSet& files) {
  for (const yaml::Value& value : source.list("items")) {
    const ObjectReader item(value, "items[]", source.problems());
    const auto key = item.required_text("key");
    const auto path = item.required_text("path", check_relative_path);
    const auto mode = item.integer("mode", 0, kLargestMode);
    if (!key || !path) {
      continue;
    }
    const auto found = data.find(*key);
    if (found != data.end()) {
      files.add(value, *path, found->second, mode.value_or(default_mode));
    } else if (!optional) {
      item.error_in("key", fmt::format("there is no key {} in it", in_quotes(*key)));
    }
  }
}

}  // namespace

ProjectedFiles read_config_files(const ObjectReader& source, ConfigKind kind,
                                 const PodScope& scope) {
  const std::string_view name_field = kind == ConfigKind::config_map ? "name" : "secretName";
  const auto name = source.required_text(name_field);
  const bool optional = source.flag_or("optional", false);
  const std::int64_t mode = source.integer("defaultMode", 0, kLargestMode).value_or(kDefaultMode);
  if (!name) {
    return {};
  }
  const ConfigData* const data = scope.config->find(kind, scope.pod->namespace_, *name);
  if (data == nullptr) {
    if (!optional) {
      source.error_in(name_field, not_in_file(kind, *name));
    }
    return {};
  }
  FileSet files(source, scope);
  if (source.field("items")) {
    add_items(source, *data, mode, optional, files);
  } else {
    for (const auto& [key, content] : *data) {
      files.add(source.value(), key, content, mode);
    }
  }
  return std::move(files).take();
}

}  // namespace podsysctl::pod
