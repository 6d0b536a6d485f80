// SPDX-License-Identifier: Apache-2.0
#include "engine/docker/images.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include <nlohmann/json.hpp>

#include "base/base64.h"
#include "base/scope_exit.h"
#include "base/strings.h"
#include "image/keychain.h"
#include "image/local_digest.h"
#include "json/json.h"
#include "linux/file.h"
#include "linux/spawn.h"
#include "linux/temporary_folder.h"

namespace podsysctl::engine {
namespace {

using docker::Daemon;
using image::Pull;
using image::Reference;
using image::Wanted;

constexpr std::chrono::milliseconds kCopyLimit{600'000};

image::Image image_of(docker::Image found, std::string name) {
  return {.name = std::move(name),
          .digest = found.id,
          .config = {.entrypoint = std::move(found.entrypoint),
                     .command = std::move(found.command),
                     .env = std::move(found.env),
                     .user = std::move(found.user),
                     .working_dir = std::move(found.working_dir),
                     .stop_signal = std::move(found.stop_signal),
                     .labels = std::move(found.labels),
                     .architecture = std::move(found.architecture)},
          .size = static_cast<std::uint64_t>(std::max<std::int64_t>(found.size, 0))};
}

docker::OnProgress passed_on(image::Progress& progress) {
  return [&progress](const docker::Progress& line) {
    const std::string what =
        line.layer.empty() ? line.status : fmt::format("{} {}", line.status, line.layer);
    if (!what.empty()) {
      progress.step(what, static_cast<std::uint64_t>(std::max<std::int64_t>(line.done, 0)),
                    static_cast<std::uint64_t>(std::max<std::int64_t>(line.total, 0)));
    }
  };
}

// X-Registry-Auth of the Engine API: a document in base64 for URLs.
Result<std::string> credentials_for(const Wanted& wanted) {
  PSYS_TRY_ASSIGN(const auto found, find_credentials(wanted.keychain, wanted.reference));
  if (!found) {
    return std::string();
  }
  json::Value auth = json::Value::object();
  auth["username"] = found->username;
  auth["password"] = found->password;
  auth["serveraddress"] = found->server;
  if (!found->identity_token.empty()) {
    auth["identitytoken"] = found->identity_token;
  }
  return encode_base64(json::dump(auth), Base64::url);
}

Result<> pull_from_registry(Daemon& daemon, const Wanted& wanted, image::Progress& progress) {
  const Reference& reference = wanted.reference;
  const std::string name = fmt::format("{}/{}", reference.registry, reference.repository);
  const std::string& tag = reference.digest.empty() ? reference.tag : reference.digest;
  const std::string context = fmt::format("pull {}", image::familiar_name(reference));
  PSYS_TRY_ASSIGN(const std::string credentials, with_context(credentials_for(wanted), context));
  return with_context(daemon.pull(name, tag, credentials, passed_on(progress)), context);
}

Result<image::Resolved> resolve_registry(Daemon& daemon, const Wanted& wanted,
                                         image::Progress& progress) {
  const std::string name = image::familiar_name(wanted.reference);
  image::Resolved resolved;
  if (wanted.pull == Pull::always || wanted.pull == Pull::refresh) {
    const Result<> pulled = pull_from_registry(daemon, wanted, progress);
    if (!pulled && wanted.pull == Pull::always) {
      return std::unexpected(pulled.error());
    }
    if (!pulled) {
      resolved.warnings.push_back(
          fmt::format("{}; the image that is here is used", pulled.error().message));
    }
  }
  Result<docker::Image> found = daemon.inspect_image(name);
  if (!found && found.error().code == Code::not_found && wanted.pull == Pull::missing) {
    PSYS_TRY(pull_from_registry(daemon, wanted, progress));
    found = daemon.inspect_image(name);
  }
  if (!found && found.error().code == Code::not_found) {
    return Error::of(Code::not_found,
                     "the image {} is not in Docker's store: pull it with `docker pull {}`, or "
                     "allow that with --pull missing",
                     in_quotes(name), name);
  }
  if (!found) {
    return std::unexpected(found.error());
  }
  resolved.image = image_of(*std::move(found), name);
  return resolved;
}

http::BodySource source_of(linux::FdRef file, const std::string& path) {
  return [file, path](std::span<char> buffer) -> Result<std::size_t> {
    const ssize_t count = ::read(file.get(), buffer.data(), buffer.size());
    if (count < 0) {
      return Error::from_errno(errno, "read {}", path);
    }
    return static_cast<std::size_t>(count);
  };
}

Result<image::Resolved> load_archive(Daemon& daemon, const std::string& path,
                                     const std::string& selector, image::Progress& progress) {
  PSYS_TRY_ASSIGN(const linux::Fd file, linux::open_file(path, O_RDONLY));
  PSYS_TRY_ASSIGN(const std::string loaded,
                  with_context(daemon.load(source_of(file.ref(), path), passed_on(progress)),
                               fmt::format("load {} into Docker", path)));
  const std::string name = selector.empty() ? loaded : selector;
  PSYS_TRY_ASSIGN(docker::Image found, daemon.inspect_image(name));
  return image::Resolved{.image = image_of(std::move(found), name)};
}

// skopeo knows OCI layouts, daemons before Docker 25 do not.
Result<image::Resolved> load_oci(Daemon& daemon, const Reference& reference,
                                 image::Progress& progress) {
  PSYS_TRY_ASSIGN(const linux::TemporaryFolder folder, linux::TemporaryFolder::make());
  const std::string source = image::canonical_name(reference);
  const std::string archive = folder / "image.tar";
  PSYS_TRY_ASSIGN(const linux::Finished copied,
                  linux::run({.program = "skopeo",
                              .args = {"copy", "--quiet", source, "docker-archive:" + archive}},
                             "", kCopyLimit));
  if (copied.status != 0) {
    return Error::of(Code::invalid_argument, "the image {} cannot be read: {}", in_quotes(source),
                     trim(copied.err));
  }
  return load_archive(daemon, archive, "", progress);
}

// The daemon may know the image already. One that calls images by other digests (the store of
// containerd) does not, and is given it.
Result<image::Resolved> load(Daemon& daemon, const Reference& reference,
                             image::Progress& progress) {
  PSYS_TRY_ASSIGN(const std::string digest, image::local_digest(reference));
  if (Result<docker::Image> found = daemon.inspect_image(digest)) {
    return image::Resolved{.image = image_of(*std::move(found), digest)};
  }
  return reference.transport == image::Transport::docker_archive
             ? load_archive(daemon, reference.path, reference.selector, progress)
             : load_oci(daemon, reference, progress);
}

}  // namespace

Result<image::Resolved> resolve_docker_image(Daemon& daemon, const Wanted& wanted,
                                             image::Progress& progress) {
  const Reference& reference = wanted.reference;
  switch (reference.transport) {
    case image::Transport::docker_archive:
    case image::Transport::oci_layout:
      return load(daemon, reference, progress);
    case image::Transport::rootfs:
      return Error::of(Code::unsupported,
                       "rootfs:{}: Docker runs images only; pack it with `tar -C {} -c . | docker "
                       "import - NAME`, or use --engine embedded",
                       reference.path, reference.path);
    case image::Transport::registry:
      break;
  }
  return resolve_registry(daemon, wanted, progress);
}

}  // namespace podsysctl::engine
