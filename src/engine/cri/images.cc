// SPDX-License-Identifier: Apache-2.0
#include "engine/cri/images.h"

#include <chrono>
#include <thread>

#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "image/keychain.h"
#include "image/local_digest.h"
#include "json/cursor.h"

namespace podsysctl::engine {
namespace {

using image::Pull;
using image::Wanted;
using std::chrono::milliseconds;

constexpr std::string_view kName = "the runtime's image status";
// containerd tells its CRI part of a loaded image a moment later, and there is nothing to wait on.
constexpr milliseconds kNoticeLimit{5000};
constexpr milliseconds kNoticePause{5};

Result<std::optional<cri::Image>> look_up(cri::Client& client, const std::string& name) {
  return client.image_status(name, cri::Detail::verbose);
}

Result<image::Image> image_of(const cri::Image& from, const std::string& name) {
  image::Image image{.name = name, .digest = from.id, .size = from.size};
  PSYS_TRY_ASSIGN(image.config, image_config_of(from.info));
  return image;
}

Result<image::Image> wait_for_image(cri::Client& client, const std::string& name) {
  const auto deadline = std::chrono::steady_clock::now() + kNoticeLimit;
  for (;;) {
    PSYS_TRY_ASSIGN(const std::optional<cri::Image> found, look_up(client, name));
    if (found) {
      return image_of(*found, name);
    }
    if (std::chrono::steady_clock::now() > deadline) {
      return Error::of(Code::internal,
                       "image {} was handed to the container runtime, which does not have it",
                       name);
    }
    std::this_thread::sleep_for(kNoticePause);
  }
}

Result<image::Resolved> resolve_local(cri::Client& client, const image::Reference& reference) {
  const std::string source = canonical_name(reference);
  if (reference.transport == image::Transport::rootfs) {
    return Error::of(Code::unsupported,
                     "{}: a container runtime takes images only; use the engine embedded", source);
  }
  PSYS_TRY_ASSIGN(const cri::Version version, client.version());
  if (version.runtime_name != "containerd") {
    return Error::of(Code::unsupported,
                     "{}: images can be loaded into containerd only, and this runtime is {}; push "
                     "the image to a registry and name it there",
                     source, version.runtime_name);
  }
  PSYS_TRY_ASSIGN(const std::string digest, image::local_digest(reference));
  PSYS_TRY_ASSIGN(const std::optional<cri::Image> found, look_up(client, digest));
  if (found) {
    PSYS_TRY_ASSIGN(image::Image image, image_of(*found, source));
    return image::Resolved{std::move(image), {}};
  }
  PSYS_TRY_ASSIGN(const std::string name, load_into_containerd(client.socket_path(), reference));
  PSYS_TRY_ASSIGN(image::Image image, wait_for_image(client, name));
  image.name = source;
  return image::Resolved{std::move(image), {}};
}

Result<std::optional<cri::Auth>> auth_for(const Wanted& wanted) {
  PSYS_TRY_ASSIGN(const auto found, find_credentials(wanted.keychain, wanted.reference));
  if (!found) {
    return std::nullopt;
  }
  return cri::Auth{.username = found->username,
                   .password = found->password,
                   .identity_token = found->identity_token};
}

Result<image::Resolved> pull_image(cri::Client& client, const Wanted& wanted,
                                   image::Progress& progress) {
  const std::string name = canonical_name(wanted.reference);
  progress.step("the container runtime pulls " + name, 0, 0);
  PSYS_TRY_ASSIGN(const auto auth, with_context(auth_for(wanted), name));
  PSYS_TRY(client.pull_image(name, auth));
  PSYS_TRY_ASSIGN(image::Image image, wait_for_image(client, name));
  return image::Resolved{std::move(image), {}};
}

// Kubernetes' Always: what is there is used where the registry is out of reach.
Result<image::Resolved> refresh(cri::Client& client, const Wanted& wanted,
                                image::Progress& progress) {
  Result<image::Resolved> pulled = pull_image(client, wanted, progress);
  if (pulled) {
    return pulled;
  }
  const std::string name = canonical_name(wanted.reference);
  PSYS_TRY_ASSIGN(const std::optional<cri::Image> found, look_up(client, name));
  if (!found) {
    return pulled;
  }
  PSYS_TRY_ASSIGN(image::Image image, image_of(*found, name));
  return image::Resolved{
      std::move(image),
      {fmt::format("image {} could not be refreshed, the one at hand is used: {}", name,
                   pulled.error().message)}};
}

}  // namespace

Result<image::Resolved> resolve_cri_image(cri::Client& client, const Wanted& wanted,
                                          image::Progress& progress) {
  if (wanted.reference.transport != image::Transport::registry) {
    return resolve_local(client, wanted.reference);
  }
  if (wanted.pull == Pull::always) {
    return pull_image(client, wanted, progress);
  }
  if (wanted.pull == Pull::refresh) {
    return refresh(client, wanted, progress);
  }
  const std::string name = canonical_name(wanted.reference);
  PSYS_TRY_ASSIGN(const std::optional<cri::Image> found, look_up(client, name));
  if (found) {
    PSYS_TRY_ASSIGN(image::Image image, image_of(*found, name));
    return image::Resolved{std::move(image), {}};
  }
  if (wanted.pull == Pull::never) {
    return Error::of(Code::not_found,
                     "the container runtime has no image {}, which may not be pulled: load it, or "
                     "allow it with --pull=missing",
                     name);
  }
  return pull_image(client, wanted, progress);
}

Result<image::ImageConfig> image_config_of(const cri::StringMap& info) {
  image::ImageConfig config;
  const auto found = info.find("info");
  if (found == info.end()) {
    return config;
  }
  PSYS_TRY_ASSIGN(const json::Value tree, json::parse(found->second, kName));
  PSYS_TRY_ASSIGN(const auto spec, json::Cursor(tree, kName).find("imageSpec"));
  if (!spec) {
    return config;
  }
  PSYS_TRY_ASSIGN(config.architecture, spec->string_or("architecture", ""));
  PSYS_TRY_ASSIGN(const auto part, spec->find("config"));
  if (!part) {
    return config;
  }
  PSYS_TRY_ASSIGN(config.entrypoint, part->strings_at("Entrypoint"));
  PSYS_TRY_ASSIGN(config.command, part->strings_at("Cmd"));
  PSYS_TRY_ASSIGN(config.env, part->strings_at("Env"));
  PSYS_TRY_ASSIGN(config.user, part->string_or("User", ""));
  PSYS_TRY_ASSIGN(config.working_dir, part->string_or("WorkingDir", ""));
  PSYS_TRY_ASSIGN(config.stop_signal, part->string_or("StopSignal", ""));
  PSYS_TRY_ASSIGN(config.labels, part->string_map_at("Labels"));
  return config;
}

}  // namespace podsysctl::engine
