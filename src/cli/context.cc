// SPDX-License-Identifier: Apache-2.0
#include "cli/context.h"

#include <sys/utsname.h>
#include <unistd.h>

#include <filesystem>
#include <optional>
#include <utility>

#include "cli/reporter.h"
#include "engine/embedded/embedded_engine.h"

namespace podsysctl::cli {
namespace {

Result<std::unique_ptr<engine::Engine>> make_engine(const ContextOptions& options,
                                                    const Clock& clock) {
  if (options.engine != "embedded") {
    return Error::of(Code::unsupported, "engine {} is not available: this build has embedded",
                     options.engine);
  }
  PSYS_TRY_ASSIGN(std::string pause, find_pause_program());
  return engine::make_embedded_engine(
      {.pause_program = std::move(pause), .runtime = options.runtime}, clock);
}

std::string host_name() {
  utsname kernel{};
  return ::uname(&kernel) == 0 ? kernel.nodename : "localhost";
}

}  // namespace

struct Context::Parts {
  SystemClock clock;
  StderrReporter reporter;
  TerminalProgress progress;
  std::optional<store::Store> store;
  std::optional<image::ImageStore> images;
  std::unique_ptr<engine::Engine> engine;
  std::optional<node::Node> node;
};

Context::Context(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Context::~Context() = default;

const node::Node& Context::node() const noexcept { return *parts_->node; }

Result<std::unique_ptr<Context>> Context::open(const ContextOptions& options) {
  auto parts = std::make_unique<Parts>();
  PSYS_TRY_ASSIGN(store::Store store, store::Store::open(options.root));
  parts->store.emplace(std::move(store));
  PSYS_TRY_ASSIGN(image::ImageStore images, image::ImageStore::open(options.root + "/images"));
  parts->images.emplace(std::move(images));
  PSYS_TRY_ASSIGN(parts->engine, make_engine(options, parts->clock));
  parts->node.emplace(node::Node{.store = *parts->store,
                                 .images = *parts->images,
                                 .engine = *parts->engine,
                                 .clock = parts->clock,
                                 .reporter = parts->reporter,
                                 .progress = parts->progress,
                                 .root = options.root,
                                 .host = host_name()});
  return std::unique_ptr<Context>(new Context(std::move(parts)));
}

Result<std::string> find_pause_program() {
  std::error_code failure;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", failure);
  if (failure) {
    return Error::from_errno(failure.value(), "find the path of this program");
  }
  const std::filesystem::path folder = self.parent_path();
  for (const std::filesystem::path& candidate :
       {folder / "podsysctl-pause", folder.parent_path() / "libexec/podsysctl/podsysctl-pause"}) {
    if (::access(candidate.c_str(), X_OK) == 0) {
      return candidate.string();
    }
  }
  return Error::of(Code::not_found,
                   "podsysctl-pause is missing: it belongs beside {} or into ../libexec/podsysctl",
                   self.string());
}

}  // namespace podsysctl::cli
