// SPDX-License-Identifier: Apache-2.0
#include "image/reference.h"

#include <algorithm>
#include <optional>

#include "base/strings.h"
#include "image/sha256.h"

namespace podsysctl::image {
namespace {

constexpr std::string_view kDockerHub = "docker.io";
constexpr std::string_view kLibrary = "library/";
constexpr std::size_t kLongestName = 255;
constexpr std::size_t kLongestTag = 128;

bool is_lower_alnum(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool is_alnum(char c) { return is_lower_alnum(c) || (c >= 'A' && c <= 'Z'); }

template <class... Parts>
std::unexpected<Error> refuse(std::string_view text, std::string_view why) {
  return Error::of(Code::invalid_argument, "image {}: {}", in_quotes(text), why);
}

// distribution/reference: alphanumerics, parted by one of . _ __ or any number of -.
bool is_path_component(std::string_view text) {
  if (text.empty() || !is_lower_alnum(text.front()) || !is_lower_alnum(text.back())) {
    return false;
  }
  for (std::size_t i = 0; i < text.size();) {
    if (is_lower_alnum(text[i])) {
      ++i;
      continue;
    }
    const std::size_t end = text.find_first_of("abcdefghijklmnopqrstuvwxyz0123456789", i);
    const std::string_view separator = text.substr(i, end - i);
    const bool dashes = std::ranges::all_of(separator, [](char c) { return c == '-'; });
    if (!dashes && separator != "." && separator != "_" && separator != "__") {
      return false;
    }
    i = end;
  }
  return true;
}

bool is_registry(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon != std::string_view::npos && !parse_number<std::uint16_t>(text.substr(colon + 1))) {
    return false;
  }
  const std::string_view host = text.substr(0, colon);
  return !host.empty() && is_alnum(host.front()) && is_alnum(host.back()) &&
         std::ranges::all_of(host, [](char c) { return is_alnum(c) || c == '.' || c == '-'; });
}

bool is_tag(std::string_view text) {
  const auto word = [](char c) { return is_alnum(c) || c == '_'; };
  return !text.empty() && text.size() <= kLongestTag && word(text.front()) &&
         std::ranges::all_of(text, [&](char c) { return word(c) || c == '.' || c == '-'; });
}

// docker's rule: the first part is a registry if nothing else can look like it.
void split_registry(std::string_view name, Reference& out) {
  const std::size_t slash = name.find('/');
  const std::string_view first = name.substr(0, slash);
  const bool registry =
      slash != std::string_view::npos &&
      (first.find_first_of(".:") != std::string_view::npos || first == "localhost" ||
       std::ranges::any_of(first, [](char c) { return c >= 'A' && c <= 'Z'; }));
  out.registry = registry ? first : kDockerHub;
  out.repository = registry ? name.substr(slash + 1) : name;
  if (out.registry == "index.docker.io") {
    out.registry = kDockerHub;
  }
  if (out.registry == kDockerHub && out.repository.find('/') == std::string::npos) {
    out.repository.insert(0, kLibrary);
  }
}

Result<Reference> parse_registry(std::string_view rest, std::string_view whole) {
  Reference out;
  if (const std::size_t at = rest.find('@'); at != std::string_view::npos) {
    out.digest = rest.substr(at + 1);
    rest = rest.substr(0, at);
    if (!is_digest(out.digest)) {
      return refuse(whole, "what follows @ is no digest (sha256: and 64 hexadecimal digits)");
    }
  }
  const std::size_t colon = rest.rfind(':');
  const std::size_t slash = rest.rfind('/');
  if (colon != std::string_view::npos && (slash == std::string_view::npos || colon > slash)) {
    out.tag = rest.substr(colon + 1);
    rest = rest.substr(0, colon);
    if (!is_tag(out.tag)) {
      return refuse(whole, "what follows the last colon is no tag");
    }
  }
  split_registry(rest, out);
  if (rest.empty() || out.registry.size() + 1 + out.repository.size() > kLongestName) {
    return refuse(whole, "the name is empty or, with its registry, longer than 255 bytes");
  }
  if (!is_registry(out.registry)) {
    return refuse(whole, "what stands before the first / is no registry");
  }
  if (!std::ranges::all_of(split(out.repository, '/'), is_path_component)) {
    return refuse(whole, "a name is made of a-z and 0-9, parted by . _ __ - and /");
  }
  // A digest says more than a tag, which is dropped then, as by docker.
  if (!out.digest.empty()) {
    out.tag.clear();
  } else if (out.tag.empty()) {
    out.tag = "latest";
  }
  return out;
}

Result<Reference> parse_path(Transport transport, std::string_view rest, std::string_view whole) {
  Reference out{.transport = transport};
  const std::size_t colon =
      transport == Transport::rootfs ? std::string_view::npos : rest.find(':');
  out.path = rest.substr(0, colon);
  if (colon != std::string_view::npos) {
    out.selector = rest.substr(colon + 1);
  }
  if (out.path.empty()) {
    return refuse(whole, "the path is missing");
  }
  return out;
}

std::string_view prefix_of(Transport transport) {
  switch (transport) {
    case Transport::oci_layout:
      return "oci:";
    case Transport::docker_archive:
      return "docker-archive:";
    case Transport::rootfs:
      return "rootfs:";
    case Transport::registry:
      break;
  }
  return "docker://";
}

}  // namespace

Result<Reference> parse_reference(std::string_view text) {
  if (std::ranges::any_of(text, is_control)) {
    return refuse(text, "it has a control character");
  }
  for (const Transport transport :
       {Transport::oci_layout, Transport::docker_archive, Transport::rootfs}) {
    if (text.starts_with(prefix_of(transport))) {
      return parse_path(transport, text.substr(prefix_of(transport).size()), text);
    }
  }
  const std::string_view prefix = prefix_of(Transport::registry);
  return parse_registry(text.starts_with(prefix) ? text.substr(prefix.size()) : text, text);
}

std::string canonical_name(const Reference& reference) {
  if (reference.transport != Transport::registry) {
    return std::string(prefix_of(reference.transport)) + reference.path +
           (reference.selector.empty() ? "" : ":" + reference.selector);
  }
  return reference.registry + "/" + reference.repository +
         (reference.digest.empty() ? ":" + reference.tag : "@" + reference.digest);
}

std::string familiar_name(const Reference& reference) {
  std::string canonical = canonical_name(reference);
  if (reference.transport != Transport::registry || reference.registry != kDockerHub) {
    return canonical;
  }
  std::string name = canonical.substr(kDockerHub.size() + 1);
  if (name.starts_with(kLibrary)) {
    name.erase(0, kLibrary.size());
  }
  // An image called "oci" must not be shortened to what is read as a path.
  const Result<Reference> again = parse_reference(name);
  return again && canonical_name(*again) == canonical ? name : canonical;
}

}  // namespace podsysctl::image
