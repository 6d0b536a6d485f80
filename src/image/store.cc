// SPDX-License-Identifier: Apache-2.0
#include "image/store.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "base/scope_exit.h"
#include "base/strings.h"
#include "image/importer.h"
#include "image/sha256.h"
#include "image/skopeo.h"
#include "linux/file.h"
#include "linux/file_lock.h"

namespace podsysctl::image {
namespace {

// The store is opened anew for each call: it is two folders.
struct Parts {
  Records records;
  LayerStore layers;
};

Result<Parts> open_parts(const std::string& folder) {
  PSYS_TRY_ASSIGN(Records records, Records::open(folder));
  PSYS_TRY_ASSIGN(LayerStore layers, LayerStore::open(folder));
  return Parts{std::move(records), std::move(layers)};
}

Image image_of(const Record& record, const LayerStore& layers) {
  Image out{.name = record.name,
            .digest = record.digest,
            .layers = {},
            .config = record.config,
            .size = record.size};
  for (const std::string& diff_id : record.diff_ids) {
    out.layers.push_back(layers.path_of(diff_id));
  }
  if (!record.folder.empty()) {
    out.layers.push_back(record.folder);
  }
  return out;
}

bool is_complete(const Record& record, const LayerStore& layers) {
  return std::ranges::all_of(record.diff_ids,
                             [&](const std::string& diff_id) { return layers.has(diff_id); });
}

// A relative path means another folder after the next cd.
Reference absolute(Reference reference) {
  if (reference.transport != Transport::registry) {
    std::error_code failure;
    const std::filesystem::path path =
        std::filesystem::absolute(reference.path, failure).lexically_normal();
    if (!failure) {
      reference.path = path.has_filename() ? path.string() : path.parent_path().string();
    }
  }
  return reference;
}

Record seed_of(const Reference& reference) {
  return Record{.name = canonical_name(reference), .familiar = familiar_name(reference)};
}

Result<std::string> checked_rootfs(const Reference& reference) {
  std::error_code failure;
  const std::filesystem::file_status status = std::filesystem::status(reference.path, failure);
  if (status.type() == std::filesystem::file_type::not_found) {
    return Error::of(Code::not_found, "rootfs:{} does not exist", reference.path);
  }
  if (failure) {
    return Error::from_errno(failure.value(), "look at rootfs:{}", reference.path);
  }
  if (status.type() != std::filesystem::file_type::directory) {
    return Error::of(Code::invalid_argument, "rootfs:{} is no folder", reference.path);
  }
  return reference.path;
}

Resolved resolved(const Record& record, const LayerStore& layers) {
  Resolved out{image_of(record, layers), {}};
  const std::string& architecture = record.config.architecture;
  if (!architecture.empty() && architecture != host_architecture()) {
    out.warnings.push_back(fmt::format("image {} is for linux/{}, this machine is linux/{}",
                                       record.familiar, in_quotes(architecture),
                                       host_architecture()));
  }
  return out;
}

// What is on this machine, unpacked if the record of `seed` does not come from it as it is now.
Result<Resolved> from_here(const Parts& parts, const Limits& limits, const Reference& source,
                           Record seed, Progress& progress) {
  const Importer importer(parts.records, parts.layers, limits);
  PSYS_TRY_ASSIGN(const std::optional<Record> known, parts.records.find(seed.name));
  // Of one source another image may be chosen, so what is chosen is part of the stamp.
  const auto is_current = [&](const std::string& stamp) {
    seed.stamp = stamp + " " + source.selector;
    return known && known->stamp == seed.stamp && is_complete(*known, parts.layers);
  };
  if (source.transport == Transport::docker_archive) {
    PSYS_TRY_ASSIGN(const std::string stamp, DockerArchive::stamp_of(source.path));
    if (is_current(stamp)) {
      return resolved(*known, parts.layers);
    }
    PSYS_TRY_ASSIGN(const DockerArchive archive, DockerArchive::open(source.path, limits));
    PSYS_TRY_ASSIGN(const Record record,
                    importer.from_archive(archive, source.selector, std::move(seed), progress));
    return resolved(record, parts.layers);
  }
  PSYS_TRY_ASSIGN(const OciLayout layout, OciLayout::open(source.path, limits));
  if (is_current(layout.stamp())) {
    return resolved(*known, parts.layers);
  }
  PSYS_TRY_ASSIGN(const Record record,
                  importer.from_layout(layout, source.selector, std::move(seed), progress));
  return resolved(record, parts.layers);
}

std::string pull_key(const std::string& name) { return std::string(hex_of(sha256_of(name))); }

// Downloads that were cut short. One that is under way is locked.
Result<> remove_stale_downloads(const std::string& folder) {
  std::error_code failure;
  for (auto entry = std::filesystem::directory_iterator(folder + "/tmp", failure);
       !failure && entry != std::filesystem::directory_iterator(); entry.increment(failure)) {
    const std::string lock = folder + "/locks/pull-" + entry->path().filename().string();
    PSYS_TRY_ASSIGN(const std::optional<linux::Fd> held, linux::try_lock_file(lock));
    if (held) {
      PSYS_TRY(linux::remove_tree(entry->path().string()));
    }
  }
  if (failure) {
    return Error::from_errno(failure.value(), "list {}/tmp", folder);
  }
  return {};
}

}  // namespace

ImageStore::ImageStore(std::string folder, const Limits& limits)
    : folder_(std::move(folder)), limits_(limits) {}

Result<ImageStore> ImageStore::open(std::string folder, const Limits& limits) {
  std::error_code failure;
  folder = std::filesystem::absolute(folder, failure).lexically_normal().string();
  if (failure) {
    return Error::from_errno(failure.value(), "find {}", folder);
  }
  PSYS_TRY(linux::make_directories(folder, 0700));
  PSYS_TRY(linux::make_directories(folder + "/tmp", 0700));
  PSYS_TRY_ASSIGN([[maybe_unused]] const Parts parts, open_parts(folder));
  return ImageStore(std::move(folder), limits);
}

Result<Resolved> ImageStore::resolve(const Wanted& wanted, Progress& progress) {
  PSYS_TRY_ASSIGN(const Parts parts, open_parts(folder_));
  const Reference source = absolute(wanted.reference);
  if (source.transport == Transport::rootfs) {
    PSYS_TRY_ASSIGN(std::string folder, checked_rootfs(source));
    return Resolved{Image{.name = canonical_name(source), .layers = {std::move(folder)}}, {}};
  }
  if (source.transport != Transport::registry) {
    return from_here(parts, limits_, source, seed_of(source), progress);
  }
  return resolve_registry(wanted, progress);
}

Result<Resolved> ImageStore::resolve_registry(const Wanted& wanted, Progress& progress) {
  const Reference& reference = wanted.reference;
  const Pull pull = wanted.pull;
  PSYS_TRY_ASSIGN(const Parts parts, open_parts(folder_));
  PSYS_TRY_ASSIGN(const std::optional<Record> known, parts.records.find(canonical_name(reference)));
  const bool here = known && is_complete(*known, parts.layers);
  if (here && (pull == Pull::never || pull == Pull::missing)) {
    return resolved(*known, parts.layers);
  }
  const std::string name = familiar_name(reference);
  if (pull == Pull::never) {
    return Error::of(Code::not_found,
                     "image {} is not on this machine and may not be pulled: import it (podsysctl "
                     "image import {} SOURCE) or allow it with --pull=missing",
                     name, name);
  }
  Result<Resolved> pulled = this->pull(wanted, progress);
  if (!pulled && here && pull == Pull::refresh && pulled.error().code == Code::unavailable) {
    Resolved out = resolved(*known, parts.layers);
    out.warnings.push_back(fmt::format("using the image {} that is on this machine: {}", name,
                                       pulled.error().message));
    return out;
  }
  return pulled;
}

Result<Resolved> ImageStore::pull(const Wanted& wanted, Progress& progress) {
  const Reference& reference = wanted.reference;
  if (reference.transport != Transport::registry) {
    return Error::of(Code::invalid_argument,
                     "{} is on this machine: use `podsysctl image import NAME {}`",
                     canonical_name(reference), canonical_name(reference));
  }
  return fetch(wanted, reference, progress);
}

Result<Resolved> ImageStore::fetch(const Wanted& wanted, const Reference& name,
                                   Progress& progress) {
  PSYS_TRY_ASSIGN(const Parts parts, open_parts(folder_));
  const std::string key = pull_key(canonical_name(wanted.reference));
  const std::string download = folder_ + "/tmp/" + key;
  PSYS_TRY_ASSIGN(const linux::Fd held, linux::lock_file(folder_ + "/locks/pull-" + key));
  PSYS_TRY(linux::remove_tree(download));
  PSYS_TRY(linux::make_directories(download, 0700));
  const ScopeExit remove([&] { static_cast<void>(linux::remove_tree(download)); });
  PSYS_TRY(fetch_with_skopeo(wanted, download, progress));
  PSYS_TRY_ASSIGN(const OciLayout layout, OciLayout::open(download + "/image", limits_));
  const Importer importer(parts.records, parts.layers, limits_);
  PSYS_TRY_ASSIGN(const Record record, importer.from_layout(layout, "", seed_of(name), progress));
  return resolved(record, parts.layers);
}

Result<Resolved> ImageStore::import(const std::string& name, const Reference& source,
                                    Progress& progress) {
  PSYS_TRY_ASSIGN(const Reference wanted, parse_reference(name));
  if (wanted.transport != Transport::registry || !wanted.digest.empty()) {
    return Error::of(Code::invalid_argument,
                     "{} cannot be the name of an imported image: names look like nginx or "
                     "example.com/team/app:1.0",
                     in_quotes(name));
  }
  PSYS_TRY_ASSIGN(const Parts parts, open_parts(folder_));
  const Reference from = absolute(source);
  switch (from.transport) {
    case Transport::registry:
      return fetch({.reference = from}, wanted, progress);
    case Transport::rootfs: {
      PSYS_TRY_ASSIGN(const std::string folder, checked_rootfs(from));
      const Importer importer(parts.records, parts.layers, limits_);
      PSYS_TRY_ASSIGN(const Record record, importer.from_folder(folder, seed_of(wanted)));
      return resolved(record, parts.layers);
    }
    case Transport::oci_layout:
    case Transport::docker_archive:
      break;
  }
  return from_here(parts, limits_, from, seed_of(wanted), progress);
}

Result<std::vector<ImageSummary>> ImageStore::list() const {
  PSYS_TRY_ASSIGN(const Parts parts, open_parts(folder_));
  PSYS_TRY_ASSIGN(const std::vector<Record> records, parts.records.all());
  std::vector<ImageSummary> out;
  for (const Record& record : records) {
    const std::size_t layers = record.folder.empty() ? record.diff_ids.size() : 1;
    out.push_back({record.familiar, record.digest, layers, record.size, record.imported});
  }
  return out;
}

Result<> ImageStore::remove(const std::string& name,
                            const std::vector<std::string>& layers_in_use) {
  PSYS_TRY_ASSIGN(const Reference reference, parse_reference(name));
  PSYS_TRY_ASSIGN(const Parts parts, open_parts(folder_));
  PSYS_TRY_ASSIGN(const bool removed, parts.records.remove(canonical_name(absolute(reference))));
  if (!removed) {
    return Error::of(Code::not_found,
                     "there is no image {}: `podsysctl image ls` shows those there are",
                     in_quotes(name));
  }
  return collect_garbage(layers_in_use);
}

Result<> ImageStore::collect_garbage(const std::vector<std::string>& layers_in_use) {
  PSYS_TRY_ASSIGN(const Parts parts, open_parts(folder_));
  PSYS_TRY(remove_stale_downloads(folder_));
  return parts.layers.remove_unused([&](const std::string& diff_id) -> Result<bool> {
    if (std::ranges::find(layers_in_use, parts.layers.path_of(diff_id)) != layers_in_use.end()) {
      return true;
    }
    PSYS_TRY_ASSIGN(const std::vector<Record> records, parts.records.all());
    return std::ranges::any_of(records, [&](const Record& record) {
      return std::ranges::find(record.diff_ids, diff_id) != record.diff_ids.end();
    });
  });
}

}  // namespace podsysctl::image
