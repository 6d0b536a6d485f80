// SPDX-License-Identifier: Apache-2.0
#include "engine/docker/images.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>

#include "base/scope_exit.h"
#include "base/strings.h"
#include "linux/file.h"
#include "linux/spawn.h"

namespace podsysctl::engine {
namespace {

using docker::Daemon;
using image::Pull;
using image::Reference;

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

Result<> pull_from_registry(Daemon& daemon, const Reference& reference, image::Progress& progress) {
  const std::string name = fmt::format("{}/{}", reference.registry, reference.repository);
  const std::string& tag = reference.digest.empty() ? reference.tag : reference.digest;
  return with_context(daemon.pull(name, tag, "", passed_on(progress)),
                      fmt::format("pull {}", image::familiar_name(reference)));
}

Result<image::Resolved> resolve_registry(Daemon& daemon, const Reference& reference, Pull pull,
                                         image::Progress& progress) {
  const std::string name = image::familiar_name(reference);
  image::Resolved resolved;
  if (pull == Pull::always || pull == Pull::refresh) {
    const Result<> pulled = pull_from_registry(daemon, reference, progress);
    if (!pulled && pull == Pull::always) {
      return std::unexpected(pulled.error());
    }
    if (!pulled) {
      resolved.warnings.push_back(
          fmt::format("{}; the image that is here is used", pulled.error().message));
    }
  }
  Result<docker::Image> found = daemon.inspect_image(name);
  if (!found && found.error().code == Code::not_found && pull == Pull::missing) {
    PSYS_TRY(pull_from_registry(daemon, reference, progress));
    found = daemon.inspect_image(name);
  }
  if (!found && found.error().code == Code::not_found) {
    return Error::of(Code::not_found,
                     "the image {} is not in Docker's store: pull it with `docker pull {}`, or "
                     "allow that with --pull missing",
                     podsysctl::quoted(name), name);
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
  std::string folder = std::filesystem::temp_directory_path() / "podsysctl-oci-XXXXXX";
  if (::mkdtemp(folder.data()) == nullptr) {
    return Error::from_errno(errno, "make a folder for the image");
  }
  const ScopeExit cleanup(
      [&folder] { [[maybe_unused]] const Result<> removed = linux::remove_tree(folder); });
  const std::string source = image::canonical_name(reference);
  const std::string archive = folder + "/image.tar";
  PSYS_TRY_ASSIGN(const linux::Finished copied,
                  linux::run({.program = "skopeo",
                              .args = {"copy", "--quiet", source, "docker-archive:" + archive}},
                             "", kCopyLimit));
  if (copied.status != 0) {
    return Error::of(Code::invalid_argument, "the image {} cannot be read: {}",
                     podsysctl::quoted(source), trim(copied.err));
  }
  return load_archive(daemon, archive, "", progress);
}

}  // namespace

Result<image::Resolved> resolve_docker_image(Daemon& daemon, const Reference& reference, Pull pull,
                                             image::Progress& progress) {
  switch (reference.transport) {
    case image::Transport::docker_archive:
      return load_archive(daemon, reference.path, reference.selector, progress);
    case image::Transport::oci_layout:
      return load_oci(daemon, reference, progress);
    case image::Transport::rootfs:
      return Error::of(Code::unsupported,
                       "rootfs:{}: Docker runs images only; pack it with `tar -C {} -c . | docker "
                       "import - NAME`, or use --engine embedded",
                       reference.path, reference.path);
    case image::Transport::registry:
      break;
  }
  return resolve_registry(daemon, reference, pull, progress);
}

}  // namespace podsysctl::engine
