// SPDX-License-Identifier: Apache-2.0
// The JSON of images and the names that people give them. The first byte says what the rest is:
// i an index, m a manifest, c a configuration, a docker-archive's manifest.json, r a reference, k a
// file of credentials.
// What is accepted keeps the promises of image/documents.h and image/reference.h.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "image/auth_document.h"
#include "image/documents.h"
#include "image/reference.h"
#include "image/sha256.h"
#include "require.h"

namespace {

using namespace podsysctl;
using namespace podsysctl::image;

template <class T>
bool accepted(const Result<T>& result) {
  require(result || !result.error().message.empty());
  return result.has_value();
}

void check_index(std::string_view text) {
  const auto index = parse_index(text, "f", {});
  if (!accepted(index)) {
    return;
  }
  for (const Descriptor& descriptor : *index) {
    require(is_digest(descriptor.digest));
  }
  const auto chosen = choose(*index, "", "f");
  require(!accepted(chosen) || chosen->os.empty() ||
          (chosen->os == "linux" && chosen->architecture == host_architecture()));
  static_cast<void>(accepted(choose(*index, "latest", "f")));
}

void check_manifest(std::string_view text) {
  const auto manifest = parse_manifest(text, "f", {});
  if (!accepted(manifest)) {
    return;
  }
  require(is_digest(manifest->config.digest));
  for (const Descriptor& layer : manifest->layers) {
    require(is_digest(layer.digest));
  }
}

void check_configuration(std::string_view text) {
  const auto config = parse_configuration(text, "f", {});
  if (!accepted(config)) {
    return;
  }
  require(!config->diff_ids.empty() && config->diff_ids.size() <= Limits{}.layers);
  require(std::ranges::all_of(config->diff_ids, is_digest));
  for (const std::string& word : config->image.env) {
    require(word.find('\0') == std::string::npos);
  }
}

void check_credentials(std::string_view text) {
  const auto document = parse_auth_document(text, "f");
  if (!accepted(document)) {
    return;
  }
  const Reference reference = parse_reference("quay.io/team/app").value();
  const auto found = find_entry(*document, reference);
  if (found) {
    const auto again = parse_auth_document(auth_document_of(reference, *found), "f");
    require(again && find_entry(*again, reference)->identity_token == found->identity_token);
  }
}

void check_reference(std::string_view text) {
  const auto reference = parse_reference(text);
  if (!accepted(reference)) {
    return;
  }
  const std::string name = canonical_name(*reference);
  const auto again = parse_reference(name);
  require(again && canonical_name(*again) == name);
  const auto familiar = parse_reference(familiar_name(*reference));
  require(familiar && canonical_name(*familiar) == name);
  if (reference->transport == Transport::registry) {
    require(reference->repository.find("..") == std::string::npos && !name.starts_with('-'));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0]) {
    case 'i':
      check_index(text);
      break;
    case 'm':
      check_manifest(text);
      break;
    case 'c':
      check_configuration(text);
      break;
    case 'a':
      static_cast<void>(accepted(parse_archive_manifest(text, "f", {})));
      break;
    case 'k':
      check_credentials(text);
      break;
    case 'r':
      check_reference(text);
      break;
    default:
      return -1;
  }
  return 0;
}
