// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/strings.h"
#include "image/documents.h"

namespace podsysctl::image {
namespace {

std::string names_in(const std::vector<Descriptor>& manifests) {
  std::vector<std::string> names;
  for (const Descriptor& manifest : manifests) {
    const std::string platform =
        manifest.os.empty() ? "" : manifest.os + "/" + manifest.architecture;
    names.push_back(in_quotes(manifest.ref_name.empty() ? platform : manifest.ref_name, 60));
  }
  constexpr std::size_t kMost = 10;
  if (names.size() > kMost) {
    names.resize(kMost);
    names.emplace_back("…");
  }
  return names.empty() ? "nothing" : join(names, ", ");
}

bool runs_here(const Descriptor& manifest) {
  // An index that names no platform leaves it to the configuration.
  return manifest.os.empty() ||
         (manifest.os == "linux" && manifest.architecture == host_architecture());
}

// arm64 comes as "" or v8; of 32-bit arm the highest variant is the best.
bool is_better(const Descriptor& left, const Descriptor& right) {
  return left.variant > right.variant;
}

}  // namespace

std::string_view host_architecture() noexcept {
#if defined(__x86_64__)
  return "amd64";
#elif defined(__aarch64__)
  return "arm64";
#elif defined(__arm__)
  return "arm";
#elif defined(__riscv) && __riscv_xlen == 64
  return "riscv64";
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
  return "ppc64le";
#elif defined(__s390x__)
  return "s390x";
#elif defined(__i386__)
  return "386";
#elif defined(__loongarch64)
  return "loong64";
#else
#error "add this machine's name as Go spells it (GOARCH)"
#endif
}

Result<Descriptor> choose(const std::vector<Descriptor>& manifests, std::string_view tag,
                          std::string_view name) {
  std::vector<Descriptor> candidates;
  std::ranges::copy_if(manifests, std::back_inserter(candidates), [&](const Descriptor& manifest) {
    return tag.empty() || manifest.ref_name == tag;
  });
  if (candidates.empty()) {
    return Error::of(Code::not_found, "{}: no image has the tag {}; there is {}", name,
                     in_quotes(tag), names_in(manifests));
  }
  std::vector<Descriptor> fitting;
  std::ranges::copy_if(candidates, std::back_inserter(fitting), runs_here);
  if (fitting.empty()) {
    return Error::of(Code::not_found, "{}: no image for linux/{}; there is {}", name,
                     host_architecture(), names_in(candidates));
  }
  std::ranges::sort(fitting, is_better);
  if (fitting.size() > 1 && fitting[0].digest != fitting[1].digest &&
      fitting[0].variant == fitting[1].variant) {
    return Error::of(Code::invalid_argument,
                     "{}: more than one image fits: say which (oci:DIR:TAG); there is {}", name,
                     names_in(fitting));
  }
  return fitting.front();
}

}  // namespace podsysctl::image
