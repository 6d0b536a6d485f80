// SPDX-License-Identifier: Apache-2.0
#include "image/test_support.h"

#include <bzlib.h>
#include <lzma.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>

#include <fmt/core.h>

#include "image/sha256.h"
#include "linux/file.h"

namespace podsysctl::image::testing {
namespace {

void require(bool condition, std::string_view what) {
  if (!condition) {
    std::cerr << "test support: " << what << '\n';
    std::abort();
  }
}

// One field of a ustar header (POSIX.1-2017, pax, "ustar Interchange Format").
void put_octal(std::string& header, std::size_t at, std::size_t width, std::uint64_t value) {
  header.replace(at, width - 1, fmt::format("{:0{}o}", value, width - 1));
}

std::string padded(std::string data) {
  data.resize((data.size() + 511) / 512 * 512, '\0');
  return data;
}

std::string pax_record(std::string_view key, std::string_view value) {
  const std::size_t rest = key.size() + value.size() + 3;  // blank, '=' and newline
  std::size_t length = rest + 1;
  while (length != rest + std::to_string(length).size()) {
    ++length;
  }
  return fmt::format("{} {}={}\n", length, key, value);
}

char type_flag(const TestEntry& entry) {
  if (!entry.hard_link.empty()) {
    return '1';
  }
  switch (entry.type) {
    case S_IFLNK:
      return '2';
    case S_IFCHR:
      return '3';
    case S_IFBLK:
      return '4';
    case S_IFDIR:
      return '5';
    case S_IFIFO:
      return '6';
    default:
      return '0';
  }
}

std::string ustar(const TestEntry& entry, char flag, std::string_view link, std::size_t size) {
  const auto id = [](std::int64_t value) {
    constexpr std::uint64_t kLargest = 07777777;
    return std::min(static_cast<std::uint64_t>(value), std::uint64_t{kLargest});
  };
  std::string header(512, '\0');
  header.replace(0, std::min<std::size_t>(entry.path.size(), 100), entry.path.substr(0, 100));
  put_octal(header, 100, 8, entry.mode);
  put_octal(header, 108, 8, id(entry.uid));
  put_octal(header, 116, 8, id(entry.gid));
  put_octal(header, 124, 12, size);
  put_octal(header, 136, 12, static_cast<std::uint64_t>(entry.mtime));
  header.replace(148, 8, "        ");
  header[156] = flag;
  header.replace(157, std::min<std::size_t>(link.size(), 100), link.substr(0, 100));
  header.replace(257, 8,
                 std::string("ustar\0"
                             "00",
                             8));
  put_octal(header, 329, 8, major(entry.device));
  put_octal(header, 337, 8, minor(entry.device));
  std::uint64_t sum = 0;
  for (const char c : header) {
    sum += static_cast<unsigned char>(c);
  }
  put_octal(header, 148, 7, sum);
  return header;
}

// What a ustar header cannot hold stands in a pax header before it.
std::string tar_entry(const TestEntry& entry) {
  const std::string link = entry.hard_link.empty() ? entry.target : entry.hard_link;
  std::string records;
  if (entry.path.size() > 100) {
    records += pax_record("path", entry.path);
  }
  if (link.size() > 100) {
    records += pax_record("linkpath", link);
  }
  records += pax_record("uid", std::to_string(entry.uid));
  records += pax_record("gid", std::to_string(entry.gid));
  for (const auto& [name, value] : entry.xattrs) {
    records += pax_record("SCHILY.xattr." + name, value);
  }
  return ustar({.path = "pax"}, 'x', "", records.size()) + padded(records) +
         ustar(entry, type_flag(entry), link, entry.content.size()) + padded(entry.content);
}

std::string gzipped(const std::string& data) {
  constexpr int kGzipFormat = 15 + 16;
  z_stream stream{};
  require(
      ::deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, kGzipFormat, 8, Z_DEFAULT_STRATEGY) == Z_OK,
      "no gzip");
  std::string out(::deflateBound(&stream, data.size()), '\0');
  std::string in = data;
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  require(::deflate(&stream, Z_FINISH) == Z_STREAM_END, "gzip failed");
  out.resize(stream.total_out);
  ::deflateEnd(&stream);
  return out;
}

std::string zstd_compressed(const std::string& data) {
  std::string out(::ZSTD_compressBound(data.size()), '\0');
  const std::size_t size = ::ZSTD_compress(out.data(), out.size(), data.data(), data.size(), 1);
  require(::ZSTD_isError(size) == 0, "zstd failed");
  out.resize(size);
  return out;
}

std::string xz_compressed(const std::string& data) {
  std::string out(::lzma_stream_buffer_bound(data.size()), '\0');
  std::size_t size = 0;
  require(::lzma_easy_buffer_encode(0, LZMA_CHECK_CRC32, nullptr,
                                    reinterpret_cast<const std::uint8_t*>(data.data()), data.size(),
                                    reinterpret_cast<std::uint8_t*>(out.data()), &size,
                                    out.size()) == LZMA_OK,
          "xz failed");
  out.resize(size);
  return out;
}

std::string bzip2_compressed(const std::string& data) {
  std::string in = data;
  std::string out(data.size() + data.size() / 50 + 1000, '\0');
  auto size = static_cast<unsigned>(out.size());
  require(::BZ2_bzBuffToBuffCompress(out.data(), &size, in.data(), static_cast<unsigned>(in.size()),
                                     1, 0, 0) == BZ_OK,
          "bzip2 failed");
  out.resize(size);
  return out;
}

}  // namespace

TestEntry file(std::string path, std::string content) {
  return {.path = std::move(path), .content = std::move(content)};
}

TestEntry folder(std::string path, mode_t mode) {
  return {.path = std::move(path), .type = S_IFDIR, .mode = mode};
}

TestEntry symlink_to(std::string path, std::string target) {
  return {.path = std::move(path), .type = S_IFLNK, .target = std::move(target), .mode = 0777};
}

TestEntry hard_link_to(std::string path, std::string existing) {
  return {.path = std::move(path), .hard_link = std::move(existing)};
}

TestEntry device(std::string path, mode_t type, unsigned major, unsigned minor) {
  return {.path = std::move(path), .type = type, .device = makedev(major, minor)};
}

std::string make_tar(const std::vector<TestEntry>& entries, const std::string& filter) {
  std::string out;
  for (const TestEntry& entry : entries) {
    out += tar_entry(entry);
  }
  out.append(1024, '\0');
  return filter.empty() ? out : compressed(out, filter);
}

std::string compressed(const std::string& data, const std::string& filter) {
  if (filter == "gzip") {
    return gzipped(data);
  }
  if (filter == "zstd") {
    return zstd_compressed(data);
  }
  if (filter == "xz") {
    return xz_compressed(data);
  }
  require(filter == "bzip2", "unknown filter");
  return bzip2_compressed(data);
}

void write_text(const std::string& path, std::string_view text) {
  require(linux::write_file(path, text, 0644).has_value(), "cannot write " + path);
}

std::string read_text(const std::string& path) {
  auto text = linux::read_file(path);
  return text ? *text : "cannot read " + path;
}

std::vector<std::string> tree_of(const std::string& folder) {
  std::vector<std::string> out;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    out.push_back(entry.path().lexically_relative(folder).string());
  }
  std::ranges::sort(out);
  return out;
}

TestLayout::TestLayout(std::string folder) : folder_(std::move(folder)) {
  std::filesystem::create_directories(folder_ + "/blobs/sha256");
  write_text(folder_ + "/oci-layout", R"({"imageLayoutVersion":"1.0.0"})");
}

std::string TestLayout::blob_path(const std::string& text) const {
  return folder_ + "/blobs/sha256/" + std::string(hex_of(sha256_of(text)));
}

std::string TestLayout::add_blob(std::string_view media_type, const std::string& text) const {
  write_text(blob_path(text), text);
  return fmt::format(R"({{"mediaType":"application/vnd.oci.image.{}","digest":"{}","size":{}}})",
                     media_type, sha256_of(text), text.size());
}

void TestLayout::add_image(const std::vector<Layer>& layers, std::string_view config,
                           std::string_view extra, std::string_view platform) {
  std::string descriptors;
  std::string diff_ids;
  for (const Layer& layer : layers) {
    const std::string comma = descriptors.empty() ? "" : ",";
    descriptors += comma + add_blob("layer.v1.tar", layer.stored);
    diff_ids += comma + "\"" + sha256_of(layer.plain) + "\"";
  }
  const std::string config_text =
      fmt::format(R"({{{},"config":{{{}}},"rootfs":{{"type":"layers","diff_ids":[{}]}}}})",
                  platform, config, diff_ids);
  const std::string manifest = fmt::format(R"({{"schemaVersion":2,"config":{},"layers":[{}]}})",
                                           add_blob("config.v1+json", config_text), descriptors);
  std::string descriptor = add_blob("manifest.v1+json", manifest);
  descriptor.insert(descriptor.size() - 1, extra);
  manifests_ += (manifests_.empty() ? "" : ",") + descriptor;
  write_index(manifests_);
}

void TestLayout::write_index(std::string_view manifests) const {
  write_text(folder_ + "/index.json",
             fmt::format(R"({{"schemaVersion":2,"manifests":[{}]}})", manifests));
}

TestLayout::Layer plain_layer(const std::vector<TestEntry>& entries) {
  const std::string tar = make_tar(entries);
  return {tar, tar};
}

}  // namespace podsysctl::image::testing
