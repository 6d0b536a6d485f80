// SPDX-License-Identifier: Apache-2.0
#include "image/importer.h"

#include <algorithm>
#include <chrono>
#include <ranges>
#include <set>

#include "base/strings.h"
#include "image/layer_unpacker.h"
#include "linux/file.h"

namespace podsysctl::image {
namespace {

// One step of the progress; calls in between are thinned out.
class LayerStep {
 public:
  LayerStep(Progress& progress, std::size_t number, std::size_t count, std::uint64_t total)
      : progress_(progress), name_(fmt::format("layer {} of {}", number, count)), total_(total) {
    progress_.step(name_, 0, total_);
  }
  void at(std::uint64_t done) {
    const auto now = std::chrono::steady_clock::now();
    if (done == total_ || now - last_ >= std::chrono::milliseconds(100)) {
      last_ = now;
      progress_.step(name_, done, total_);
    }
  }

 private:
  Progress& progress_;
  std::string name_;
  std::uint64_t total_;
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

// overlayfs refuses a layer that is given twice; of two the upper one hides the lower completely.
std::vector<std::string> uppermost_first(const std::vector<std::string>& diff_ids) {
  std::vector<std::string> out;
  std::set<std::string> seen;
  for (const std::string& diff_id : std::views::reverse(diff_ids)) {
    if (seen.insert(diff_id).second) {
      out.push_back(diff_id);
    }
  }
  return out;
}

Result<> check_system(const Configuration& config, const std::string& name) {
  if (!config.os.empty() && config.os != "linux") {
    return Error::of(Code::unsupported, "image {} is for {}, not for linux", name,
                     in_quotes(config.os));
  }
  return {};
}

Result<> check_diff_id(const UnpackedLayer& layer, const std::string& diff_id) {
  if (layer.diff_id != diff_id) {
    return Error::of(Code::invalid_argument, "its content has the digest {}: it is damaged",
                     layer.diff_id);
  }
  return {};
}

Record filled(Record seed, const std::string& config_digest, const Configuration& config) {
  seed.digest = config_digest;
  seed.config = config.image;
  seed.diff_ids = uppermost_first(config.diff_ids);
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  seed.imported = std::chrono::duration_cast<std::chrono::seconds>(now).count();
  return seed;
}

Result<> unpack_blob(const OciLayout& layout, const Descriptor& descriptor,
                     const std::string& diff_id, const std::string& folder, const Limits& limits,
                     LayerStep& step) {
  PSYS_TRY_ASSIGN(linux::RegularFile file, layout.open_blob(descriptor));
  FileSource blob(std::move(file), descriptor.digest);
  PSYS_TRY_ASSIGN(const UnpackedLayer layer,
                  unpack_layer(blob, folder, limits, [&](std::uint64_t done) { step.at(done); }));
  if (layer.blob_digest != descriptor.digest) {
    return Error::of(Code::invalid_argument, "the blob {} has the digest {}: it is damaged",
                     descriptor.digest, layer.blob_digest);
  }
  return check_diff_id(layer, diff_id);
}

}  // namespace

Result<Record> Importer::from_layout(const OciLayout& layout, const std::string& tag, Record seed,
                                     Progress& progress) const {
  PSYS_TRY_ASSIGN(const OciLayout::Selected selected, layout.select(tag));
  PSYS_TRY(check_system(selected.config, seed.familiar));
  Record out = filled(std::move(seed), selected.config_digest, selected.config);
  const std::vector<std::string>& diff_ids = selected.config.diff_ids;
  PSYS_TRY_ASSIGN(const LayerStore::Hold hold, layers_.hold(diff_ids));
  std::set<std::string> missing = hold.missing();
  std::set<std::string> counted;
  for (std::size_t i = 0; i < diff_ids.size(); ++i) {
    const Descriptor& descriptor = selected.layers[i];
    out.size += counted.insert(diff_ids[i]).second ? descriptor.size : 0;
    if (missing.erase(diff_ids[i]) == 0) {
      continue;
    }
    LayerStep step(progress, i + 1, diff_ids.size(), descriptor.size);
    const auto fill = [&](const std::string& folder) {
      return unpack_blob(layout, descriptor, diff_ids[i], folder, limits_, step);
    };
    PSYS_TRY(with_context(layers_.add(diff_ids[i], fill), "layer " + diff_ids[i]));
  }
  PSYS_TRY(records_.save(out));
  return out;
}

Result<Record> Importer::from_archive(const DockerArchive& archive, const std::string& ref,
                                      Record seed, Progress& progress) const {
  PSYS_TRY_ASSIGN(const DockerArchive::Selected selected, archive.select(ref));
  PSYS_TRY(check_system(selected.config, seed.familiar));
  Record out = filled(std::move(seed), selected.config_digest, selected.config);
  const std::vector<std::string>& diff_ids = selected.config.diff_ids;
  PSYS_TRY_ASSIGN(const LayerStore::Hold hold, layers_.hold(diff_ids));
  std::set<std::string> counted;
  for (const DockerArchive::Layer& layer : selected.layers) {
    out.size += counted.insert(layer.diff_id).second ? layer.size : 0;
  }
  const auto use = [&](const std::string& diff_id, ByteSource& blob) {
    const auto at = std::ranges::find(selected.layers, diff_id, &DockerArchive::Layer::diff_id);
    const auto number = static_cast<std::size_t>(at - selected.layers.begin()) + 1;
    LayerStep step(progress, number, diff_ids.size(), at->size);
    const auto fill = [&](const std::string& folder) -> Result<> {
      PSYS_TRY_ASSIGN(
          const UnpackedLayer unpacked,
          unpack_layer(blob, folder, limits_, [&](std::uint64_t done) { step.at(done); }));
      return check_diff_id(unpacked, diff_id);
    };
    return with_context(layers_.add(diff_id, fill), "layer " + diff_id);
  };
  PSYS_TRY(archive.read_layers(selected, hold.missing(), use));
  PSYS_TRY(records_.save(out));
  return out;
}

Result<Record> Importer::from_folder(const std::string& folder, Record seed) const {
  Record out = filled(std::move(seed), "", {});
  out.folder = folder;
  PSYS_TRY(records_.save(out));
  return out;
}

}  // namespace podsysctl::image
