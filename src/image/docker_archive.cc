// SPDX-License-Identifier: Apache-2.0
#include "image/docker_archive.h"

#include <algorithm>

#include "base/strings.h"
#include "image/archive_stream.h"
#include "image/layer_entry.h"
#include "image/reference.h"
#include "linux/regular_file.h"

namespace podsysctl::image {
namespace {

constexpr std::string_view kManifest = "manifest.json";
constexpr std::size_t kMostEntries = 100'000;
constexpr int kMostLinks = 8;

// A pass over the archive. What is read depends on each other, so there are a few; of a file that
// is not compressed each skips what it does not want.
struct Pass {
  explicit Pass(linux::RegularFile archive, const std::string& name)
      : file(std::move(archive), name), plain(file), tar(plain) {}
  FileSource file;
  Decompressor plain;
  TarReader tar;
};

Result<std::string> whole(TarReader& tar, const TarEntry& entry, const Limits& limits) {
  if (entry.size > limits.document_bytes) {
    return Error::of(Code::denied_by_policy, "{} has {} bytes, the limit is {}",
                     in_quotes(entry.path), entry.size, limits.document_bytes);
  }
  EntrySource source(tar, entry.size);
  std::string out;
  for (;;) {
    PSYS_TRY_ASSIGN(const std::string_view piece, source.next());
    if (piece.empty()) {
      return out;
    }
    out += piece;
  }
}

// A symbolic link's target as a name from the archive's top; "" where it leads out.
std::string target_of(const std::string& link, const std::string& target) {
  std::vector<std::string> parts;
  const std::size_t slash = link.rfind('/');
  const bool from_top = target.starts_with('/') || slash == std::string::npos;
  const std::string path = (from_top ? "" : link.substr(0, slash) + "/") + target;
  for (const std::string_view component : split(path, '/')) {
    if (component == "..") {
      if (parts.empty()) {
        return "";
      }
      parts.pop_back();
    } else if (!component.empty() && component != ".") {
      parts.emplace_back(component);
    }
  }
  return join(parts, "/");
}

bool carries(const ArchivedImage& image, const std::string& ref) {
  const Result<Reference> wanted = parse_reference(ref);
  return std::ranges::any_of(image.repo_tags, [&](const std::string& tag) {
    const Result<Reference> own = parse_reference(tag);
    return tag == ref || (own && wanted && canonical_name(*own) == canonical_name(*wanted));
  });
}

}  // namespace

Result<std::string> DockerArchive::stamp_of(const std::string& path) {
  PSYS_TRY_ASSIGN(const linux::RegularFile file, linux::open_regular(path));
  return file.identity;
}

Result<DockerArchive> DockerArchive::open(const std::string& path, const Limits& limits) {
  DockerArchive archive(path, limits);
  PSYS_TRY(with_context(archive.read_contents(), path));
  return archive;
}

Result<> DockerArchive::read_contents() {
  PSYS_TRY_ASSIGN(linux::RegularFile file, linux::open_regular(path_));
  Pass pass(std::move(file), path_);
  for (std::size_t entries = 0;; ++entries) {
    PSYS_TRY_ASSIGN(const std::optional<TarEntry> entry, pass.tar.next());
    if (!entry) {
      break;
    }
    if (entries == kMostEntries) {
      return Error::of(Code::denied_by_policy, "more than {} entries", kMostEntries);
    }
    PSYS_TRY_ASSIGN(const std::string name, layer_path(entry->path));
    if (name == kManifest) {
      PSYS_TRY_ASSIGN(manifest_, whole(pass.tar, *entry, limits_));
    } else if (entry->kind == TarEntry::Kind::file) {
      files_[name] = entry->size;
    } else if (entry->kind == TarEntry::Kind::symlink) {
      links_[name] = target_of(name, entry->target);
    } else if (entry->kind == TarEntry::Kind::hard_link) {
      links_[name] = target_of("", entry->target);
    }
  }
  if (manifest_.empty()) {
    return Error::of(Code::invalid_argument, "it has no {}: it is no docker-archive", kManifest);
  }
  return {};
}

Result<ArchivedImage> DockerArchive::choose(const std::string& ref) const {
  const std::string name = path_ + ": " + std::string(kManifest);
  PSYS_TRY_ASSIGN(const std::vector<ArchivedImage> images,
                  parse_archive_manifest(manifest_, name, limits_));
  std::vector<std::string> tags;
  for (const ArchivedImage& image : images) {
    if (ref.empty() ? images.size() == 1 : carries(image, ref)) {
      return image;
    }
    tags.push_back(in_quotes(join(image.repo_tags, " ")));
  }
  if (ref.empty()) {
    return Error::of(Code::invalid_argument,
                     "{} holds {} images: say which (docker-archive:FILE:REF); there is {}", path_,
                     images.size(), tags.empty() ? "none" : join(tags, ", "));
  }
  return Error::of(Code::not_found, "{} has no image {}; there is {}", path_, in_quotes(ref),
                   join(tags, ", "));
}

Result<std::string> DockerArchive::resolve(const std::string& name) const {
  PSYS_TRY_ASSIGN(std::string path, layer_path(name));
  for (int links = 0; links < kMostLinks; ++links) {
    if (files_.contains(path)) {
      return path;
    }
    const auto link = links_.find(path);
    if (link == links_.end()) {
      break;
    }
    path = link->second;
  }
  return Error::of(Code::invalid_argument, "{}: {} names {}, which the archive does not hold",
                   path_, kManifest, in_quotes(name));
}

Result<std::string> DockerArchive::read_entry(const std::string& name) const {
  PSYS_TRY_ASSIGN(linux::RegularFile file, linux::open_regular(path_));
  Pass pass(std::move(file), path_);
  for (;;) {
    PSYS_TRY_ASSIGN(const std::optional<TarEntry> entry, pass.tar.next());
    if (!entry) {
      return Error::of(Code::invalid_argument, "{} changed while it was read", path_);
    }
    const Result<std::string> here = layer_path(entry->path);
    if (here && *here == name && entry->kind == TarEntry::Kind::file) {
      return with_context(whole(pass.tar, *entry, limits_), path_);
    }
  }
}

Result<DockerArchive::Selected> DockerArchive::select(const std::string& ref) const {
  PSYS_TRY_ASSIGN(const ArchivedImage image, choose(ref));
  PSYS_TRY_ASSIGN(const std::string config_name, resolve(image.config));
  PSYS_TRY_ASSIGN(const std::string text, read_entry(config_name));
  Selected out;
  out.config_digest = sha256_of(text);
  PSYS_TRY_ASSIGN(out.config, parse_configuration(text, path_ + ": " + config_name, limits_));
  const std::vector<std::string>& diff_ids = out.config.diff_ids;
  if (image.layers.size() != diff_ids.size()) {
    return Error::of(Code::invalid_argument, "{}: {} has {} layers, the configuration {}", path_,
                     kManifest, image.layers.size(), diff_ids.size());
  }
  for (std::size_t i = 0; i < diff_ids.size(); ++i) {
    PSYS_TRY_ASSIGN(const std::string name, resolve(image.layers[i]));
    const auto [there, added] = out.wanted.emplace(name, diff_ids[i]);
    if (!added && there->second != diff_ids[i]) {
      return Error::of(Code::invalid_argument, "{}: {} cannot be both {} and {}", path_,
                       in_quotes(name), there->second, diff_ids[i]);
    }
    out.layers.push_back(Layer{diff_ids[i], files_.at(name)});
  }
  return out;
}

Result<> DockerArchive::read_layers(
    const Selected& image, const std::set<std::string>& diff_ids,
    const std::function<Result<>(const std::string& diff_id, ByteSource& blob)>& use) const {
  PSYS_TRY_ASSIGN(linux::RegularFile file, linux::open_regular(path_));
  Pass pass(std::move(file), path_);
  std::set<std::string> left = diff_ids;
  while (!left.empty()) {
    PSYS_TRY_ASSIGN(const std::optional<TarEntry> entry, pass.tar.next());
    if (!entry) {
      return Error::of(Code::invalid_argument, "{} changed while it was read", path_);
    }
    const Result<std::string> name = layer_path(entry->path);
    const auto wanted = name ? image.wanted.find(*name) : image.wanted.end();
    if (wanted == image.wanted.end() || entry->kind != TarEntry::Kind::file ||
        left.erase(wanted->second) == 0) {
      continue;
    }
    EntrySource blob(pass.tar, entry->size);
    PSYS_TRY(use(wanted->second, blob));
  }
  return {};
}

}  // namespace podsysctl::image
