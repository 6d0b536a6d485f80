// SPDX-License-Identifier: Apache-2.0
#include "image/layer_unpacker.h"

#include <sys/stat.h>

#include <utility>

#include "base/strings.h"
#include "image/archive_stream.h"
#include "image/layer_entry.h"
#include "linux/tree_writer.h"

namespace podsysctl::image {
namespace {

class Unpacker {
 public:
  Unpacker(TarReader& tar, linux::TreeWriter tree, const Limits& limits)
      : tar_(tar), tree_(std::move(tree)), limits_(limits) {}

  Result<> add(TarEntry entry, const std::function<void()>& on_data);
  Result<> finish() { return tree_.finish(); }

 private:
  Result<> check_limits(const TarEntry& entry);
  Result<> add_file(const std::string& path, const TarEntry& entry,
                    const linux::EntryAttributes& attributes, const std::function<void()>& on_data);
  Result<> add_named(const std::string& path, const TarEntry& entry,
                     const linux::EntryAttributes& attributes,
                     const std::function<void()>& on_data);

  TarReader& tar_;
  linux::TreeWriter tree_;
  const Limits limits_;
  std::uint64_t entries_ = 0;
  std::uint64_t bytes_ = 0;
};

Result<linux::EntryAttributes> attributes_of(TarEntry& entry) {
  linux::EntryAttributes out{
      .mode = entry.mode, .uid = entry.uid, .gid = entry.gid, .mtime = entry.mtime, .xattrs = {}};
  for (auto& xattr : entry.xattrs) {
    switch (xattr_rule(xattr.first)) {
      case XattrRule::keep:
        out.xattrs.push_back(std::move(xattr));
        break;
      case XattrRule::drop:
        break;
      case XattrRule::refuse:
        return Error::of(Code::invalid_argument, "{} has the attribute {}, which is overlayfs' own",
                         in_quotes(entry.path), in_quotes(xattr.first));
    }
  }
  return out;
}

Result<> Unpacker::check_limits(const TarEntry& entry) {
  if (++entries_ > limits_.layer_entries || tree_.made() > limits_.layer_entries) {
    return Error::of(Code::denied_by_policy, "the layer has more than {} entries",
                     limits_.layer_entries);
  }
  if (entry.kind == TarEntry::Kind::file) {
    if (entry.size > limits_.layer_bytes - bytes_) {
      return Error::of(Code::denied_by_policy, "{}: the layer unpacks to more than {} bytes",
                       in_quotes(entry.path), limits_.layer_bytes);
    }
    bytes_ += entry.size;
  }
  return {};
}

Result<> Unpacker::add_file(const std::string& path, const TarEntry& entry,
                            const linux::EntryAttributes& attributes,
                            const std::function<void()>& on_data) {
  PSYS_TRY_ASSIGN(const linux::NewFile file, tree_.add_file(path));
  for (;;) {
    PSYS_TRY_ASSIGN(const std::optional<TarReader::Block> block, tar_.next_block());
    if (!block) {
      break;
    }
    if (block->offset > entry.size || block->data.size() > entry.size - block->offset) {
      return Error::of(Code::invalid_argument, "{} holds more than the {} bytes it states",
                       in_quotes(path), entry.size);
    }
    PSYS_TRY(file.write_at(block->data, block->offset));
    on_data();
  }
  return file.finish(attributes, entry.size);
}

Result<> Unpacker::add_named(const std::string& path, const TarEntry& entry,
                             const linux::EntryAttributes& attributes,
                             const std::function<void()>& on_data) {
  switch (entry.kind) {
    case TarEntry::Kind::file:
      return add_file(path, entry, attributes, on_data);
    case TarEntry::Kind::folder:
      return tree_.add_folder(path, attributes);
    case TarEntry::Kind::symlink:
      return tree_.add_symlink(path, entry.target, attributes);
    case TarEntry::Kind::hard_link: {
      PSYS_TRY_ASSIGN(const std::string target, layer_path(entry.target));
      return with_context(
          tree_.add_hard_link(path, target),
          fmt::format("hard link {} to {}", in_quotes(path), in_quotes(entry.target)));
    }
    case TarEntry::Kind::char_device:
      return tree_.add_node(path, S_IFCHR, entry.device, attributes);
    case TarEntry::Kind::block_device:
      return tree_.add_node(path, S_IFBLK, entry.device, attributes);
    case TarEntry::Kind::fifo:
      return tree_.add_node(path, S_IFIFO, 0, attributes);
  }
  return Error::of(Code::internal, "{} is of an unknown kind", in_quotes(path));
}

Result<> Unpacker::add(TarEntry entry, const std::function<void()>& on_data) {
  PSYS_TRY(check_limits(entry));
  PSYS_TRY_ASSIGN(const LayerName name, layer_name(entry.path));
  switch (name.kind) {
    case LayerName::Kind::skipped:
      return {};
    case LayerName::Kind::whiteout:
      return tree_.add_whiteout(name.path);
    case LayerName::Kind::opaque:
      return tree_.make_opaque(name.path);
    case LayerName::Kind::entry:
      break;
  }
  if (name.path.empty() && entry.kind != TarEntry::Kind::folder) {
    return Error::of(Code::invalid_argument, "the entry {} stands for the top folder and is none",
                     in_quotes(entry.path));
  }
  PSYS_TRY_ASSIGN(const linux::EntryAttributes attributes, attributes_of(entry));
  return add_named(name.path, entry, attributes, on_data);
}

}  // namespace

Result<UnpackedLayer> unpack_layer(ByteSource& blob, const std::string& folder,
                                   const Limits& limits,
                                   const std::function<void(std::uint64_t)>& on_bytes) {
  DigestingSource compressed(blob, limits.layer_bytes, "the blob");
  Decompressor decompressor(compressed);
  DigestingSource plain(decompressor, limits.layer_bytes, "the unpacked layer");
  TarReader tar(plain);
  PSYS_TRY_ASSIGN(linux::TreeWriter tree, linux::TreeWriter::open(folder));
  Unpacker unpacker(tar, std::move(tree), limits);
  const auto on_data = [&] { on_bytes(compressed.bytes()); };
  for (;;) {
    PSYS_TRY_ASSIGN(std::optional<TarEntry> entry, tar.next());
    if (!entry) {
      break;
    }
    PSYS_TRY(unpacker.add(*std::move(entry), on_data));
    on_data();
  }
  PSYS_TRY(unpacker.finish());
  // The digests cover what follows the end of the archive too.
  PSYS_TRY(plain.drain());
  PSYS_TRY(compressed.drain());
  on_data();
  return UnpackedLayer{compressed.digest(), compressed.bytes(), plain.digest()};
}

}  // namespace podsysctl::image
