// SPDX-License-Identifier: Apache-2.0
// Any bytes as a layer: it is unpacked or refused within its limits, and nothing outside its folder
// is made, changed or linked to. Needs root, as unpacking does; the layers lie in memory (/dev/shm)
// where that is to be had. Sums of tar headers are set right first: else nothing but sums is tried.
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

#include "image/byte_source.h"
#include "image/layer_unpacker.h"
#include "linux/file.h"
#include "require.h"

namespace {

using namespace podsysctl;
using namespace podsysctl::image;

constexpr Limits kLimits{.layer_bytes = 1U << 20U, .layer_entries = 200};

// A folder with a file beside the one that is unpacked into.
class Place {
 public:
  Place() {
    if (::geteuid() != 0) {
      std::fputs("unpacking layers needs root\n", stderr);
      std::exit(77);
    }
    folder_ =
        std::filesystem::exists("/dev/shm") ? "/dev/shm/psys-fuzz-XXXXXX" : "/tmp/psys-fuzz-XXXXXX";
    require(::mkdtemp(folder_.data()) != nullptr, "a temporary folder");
    require(linux::write_file(victim(), "safe").has_value(), "a file beside the layer");
  }
  ~Place() { std::filesystem::remove_all(folder_); }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  [[nodiscard]] std::string layer() const { return folder_ + "/layer"; }
  [[nodiscard]] std::string victim() const { return folder_ + "/victim"; }

  void check() const {
    struct stat status{};
    require(::lstat(victim().c_str(), &status) == 0, "the neighbour is there");
    require(S_ISREG(status.st_mode) && status.st_nlink == 1 && status.st_size == 4 &&
                (status.st_mode & 07777U) == 0600 && status.st_uid == 0,
            "the neighbour is as it was");
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      require(entry.path() == victim() || entry.path() == layer(), "nothing new beside it");
      ++count;
    }
    require(count == 2, "both are there");
  }

 private:
  std::string folder_;
};

void mend_sums(std::string& tar) {
  constexpr std::size_t kBlock = 512;
  constexpr std::size_t kSum = 148;
  for (std::size_t at = 0; at + kBlock <= tar.size(); at += kBlock) {
    if (tar.compare(at + 257, 5, "ustar") != 0) {
      continue;
    }
    tar.replace(at + kSum, 8, "        ");
    unsigned sum = 0;
    for (std::size_t i = at; i < at + kBlock; ++i) {
      sum += static_cast<unsigned char>(tar[i]);
    }
    tar.replace(at + kSum, 7, fmt::format("{:06o}", sum) + '\0');
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Place place;
  std::string blob(reinterpret_cast<const char*>(data), size);
  mend_sums(blob);
  std::filesystem::create_directory(place.layer());
  MemorySource source(blob);
  const auto layer = unpack_layer(source, place.layer(), kLimits, [](std::uint64_t) {});
  place.check();
  if (layer) {
    require(layer->blob_bytes == size && layer->blob_digest == sha256_of(blob),
            "the whole is read");
  } else {
    require(!layer.error().message.empty(), "a reason is given");
  }
  std::filesystem::remove_all(place.layer());
  return 0;
}
