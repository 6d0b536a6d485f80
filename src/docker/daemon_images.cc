// SPDX-License-Identifier: Apache-2.0
// Images of the daemon's.
#include "base/strings.h"
#include "docker/answer.h"
#include "docker/daemon.h"
#include "docker/decode.h"
#include "docker/lines.h"

namespace podsysctl::docker {
namespace {

using std::chrono::milliseconds;

// A daemon says nothing while it unpacks a layer.
constexpr milliseconds kProgress{600'000};

// A tag or digest beside it would not be one segment: names of images keep their slashes.
std::string image_path(const std::string& name, std::string_view rest) {
  std::vector<std::string> parts;
  for (const std::string_view part : split(name, '/')) {
    parts.push_back(http::percent_encoded(part));
  }
  return fmt::format("/images/{}{}", join(parts, "/"), rest);
}

// "Loaded image: busybox:latest", "Loaded image ID: sha256:…"
std::string loaded_image(std::string_view stream) {
  for (const std::string_view mark : {"Loaded image: ", "Loaded image ID: "}) {
    if (stream.starts_with(mark)) {
      return std::string(trim(stream.substr(mark.size())));
    }
  }
  return {};
}

Result<> hear(std::string_view line, const OnProgress& on_progress) {
  PSYS_TRY_ASSIGN(const Progress progress, decode_progress(line));
  if (!progress.error.empty()) {
    return std::unexpected(Error{Code::unavailable, 0, progress.error});
  }
  on_progress(progress);
  return {};
}

}  // namespace

Result<> Daemon::follow(const http::Request& request, const OnProgress& on_progress) {
  PSYS_TRY_ASSIGN(http::Response response,
                  check_reached(endpoint(), client_.open(request, kProgress)));
  if (response.status() >= 400) {
    PSYS_TRY_ASSIGN(const std::string body, response.read_all(kErrorBytes, kProgress));
    return refused(response.status(), body);
  }
  LineReader lines;
  const auto use = [&](std::string_view line) { return hear(line, on_progress); };
  for (;;) {
    PSYS_TRY_ASSIGN(const std::string piece, response.read(kProgress));
    if (piece.empty()) {
      return lines.end(use);
    }
    PSYS_TRY(with_context(lines.feed(piece, use), endpoint().text));
  }
}

Result<Image> Daemon::inspect_image(const std::string& name) {
  PSYS_TRY_ASSIGN(const std::string body, call("GET", image_path(name, "/json")));
  return decode_image(body);
}

Result<> Daemon::pull(const std::string& name, const std::string& tag,
                      const std::string& credentials, const OnProgress& on_progress) {
  http::Request wanted =
      request("POST",
              fmt::format("/images/create?fromImage={}&tag={}", http::percent_encoded(name),
                          http::percent_encoded(tag)),
              {});
  if (!credentials.empty()) {
    wanted.headers.emplace_back("X-Registry-Auth", credentials);
  }
  return follow(wanted, on_progress);
}

Result<std::string> Daemon::load(http::BodySource archive, const OnProgress& on_progress) {
  http::Request wanted = request("POST", "/images/load", {});
  wanted.headers.emplace_back("Content-Type", "application/x-tar");
  wanted.source = std::move(archive);
  std::string loaded;
  PSYS_TRY(follow(wanted, [&](const Progress& progress) {
    if (std::string name = loaded_image(progress.stream); !name.empty()) {
      loaded = std::move(name);
    }
    on_progress(progress);
  }));
  if (loaded.empty()) {
    return Error::of(Code::invalid_argument, "there was no image in the archive");
  }
  return loaded;
}

Result<> Daemon::tag(const std::string& image, const std::string& repository,
                     const std::string& tag) {
  PSYS_TRY(call("POST", image_path(image, fmt::format("/tag?repo={}&tag={}",
                                                      http::percent_encoded(repository),
                                                      http::percent_encoded(tag)))));
  return {};
}

}  // namespace podsysctl::docker
