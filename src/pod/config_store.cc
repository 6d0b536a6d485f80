// SPDX-License-Identifier: Apache-2.0
#include "pod/config_store.h"

#include <optional>
#include <utility>

#include "base/base64.h"
#include "base/strings.h"
#include "pod/names.h"
#include "pod/object_reader.h"

namespace podsysctl::pod {
namespace {

enum class Encoding : std::uint8_t { text, base64 };

void read_values(const ObjectReader& object, std::string_view field, Encoding encoding,
                 ConfigData& data) {
  Problems& problems = object.problems();
  object.each_text(field, [&](std::string_view key, const yaml::Value& value, std::string text) {
    if (const std::optional<std::string> fault = check_config_key(key)) {
      problems.error(value, *fault);
      return;
    }
    if (encoding == Encoding::base64) {
      std::optional<std::string> decoded = decode_base64(text);
      if (!decoded) {
        problems.error(value,
                       "is not base64; plain text goes into `stringData` of a Secret and "
                       "into `data` of a ConfigMap");
        return;
      }
      text = *std::move(decoded);
    }
    data.insert_or_assign(std::string(key), std::move(text));
  });
}

}  // namespace

std::string_view to_string(ConfigKind kind) noexcept {
  return kind == ConfigKind::config_map ? "ConfigMap" : "Secret";
}

void ConfigStore::add(const yaml::Value& object, ConfigKind kind,
                      std::string_view default_namespace, Problems& problems) {
  const ObjectReader reader(object, to_string(kind), problems);
  const auto metadata = reader.object("metadata", "metadata");
  if (!metadata) {
    reader.error_in("metadata", "required");
    return;
  }
  const auto name = metadata->required_text("name", check_dns_subdomain);
  const auto space = metadata->text("namespace", check_dns_label);
  ConfigData data;
  if (kind == ConfigKind::config_map) {
    read_values(reader, "data", Encoding::text, data);
    read_values(reader, "binaryData", Encoding::base64, data);
  } else {
    read_values(reader, "data", Encoding::base64, data);
    read_values(reader, "stringData", Encoding::text, data);
  }
  if (!name) {
    return;
  }
  const auto [at, is_new] = objects_.try_emplace(
      Id{kind, space.value_or(std::string(default_namespace)), *name}, std::move(data));
  if (!is_new) {
    metadata->error_in("name", fmt::format("a second {} named {} in namespace {}", to_string(kind),
                                           in_quotes(*name), in_quotes(at->first.namespace_name)));
  }
}

const ConfigData* ConfigStore::find(ConfigKind kind, std::string_view namespace_name,
                                    std::string_view name) const {
  const auto found = objects_.find(Id{kind, std::string(namespace_name), std::string(name)});
  return found == objects_.end() ? nullptr : &found->second;
}

}  // namespace podsysctl::pod
