// SPDX-License-Identifier: Apache-2.0
#include "image/layer_entry.h"

#include "base/strings.h"

namespace podsysctl::image {
namespace {

constexpr std::string_view kWhiteout = ".wh.";
constexpr std::string_view kWhiteoutMeta = ".wh..wh.";
constexpr std::string_view kOpaque = ".wh..wh..opq";

// Of a path's folders: true where they are aufs' own.
Result<bool> is_meta(std::string_view parents) {
  for (const std::string_view component : split(parents, '/')) {
    if (component.starts_with(kWhiteoutMeta)) {
      return true;
    }
    if (component.starts_with(kWhiteout)) {
      return Error::of(Code::invalid_argument, "it lies inside the whiteout {}",
                       in_quotes(component));
    }
  }
  return false;
}

Result<LayerName> named(std::string path) {
  const std::size_t slash = path.rfind('/');
  const std::string parents = slash == std::string::npos ? "" : path.substr(0, slash);
  const std::string base = slash == std::string::npos ? path : path.substr(slash + 1);
  PSYS_TRY_ASSIGN(const bool meta, is_meta(parents));
  if (base == kOpaque && !meta) {
    return LayerName{LayerName::Kind::opaque, parents};
  }
  if (meta || base.starts_with(kWhiteoutMeta)) {
    return LayerName{LayerName::Kind::skipped, ""};
  }
  if (!base.starts_with(kWhiteout)) {
    return LayerName{LayerName::Kind::entry, std::move(path)};
  }
  const std::string hidden = base.substr(kWhiteout.size());
  if (hidden.empty() || hidden == "." || hidden == "..") {
    return Error::of(Code::invalid_argument, "it is a whiteout of {}", in_quotes(hidden));
  }
  return LayerName{LayerName::Kind::whiteout, parents.empty() ? hidden : parents + "/" + hidden};
}

}  // namespace

Result<std::string> layer_path(std::string_view name) {
  std::string path;
  for (const std::string_view component : split(name, '/')) {
    if (component == "..") {
      return Error::of(Code::invalid_argument, "{} leads upwards with \"..\"", in_quotes(name));
    }
    if (!component.empty() && component != ".") {
      path += (path.empty() ? "" : "/") + std::string(component);
    }
  }
  return path;
}

Result<LayerName> layer_name(std::string_view name) {
  PSYS_TRY_ASSIGN(std::string path, layer_path(name));
  return with_context(named(std::move(path)), in_quotes(name));
}

// trusted.* steers overlayfs, as does user.overlay.* where it is mounted so.
XattrRule xattr_rule(std::string_view name) noexcept {
  if (name.starts_with("trusted.") || name.starts_with("user.overlay.")) {
    return XattrRule::refuse;
  }
  const bool kept = name.starts_with("user.") || name == "security.capability";
  return kept ? XattrRule::keep : XattrRule::drop;
}

}  // namespace podsysctl::image
