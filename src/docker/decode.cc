// SPDX-License-Identifier: Apache-2.0
#include "docker/decode.h"

#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "json/cursor.h"
#include "json/json.h"

namespace podsysctl::docker {
namespace {

using json::Cursor;

constexpr json::Limits kLimits{.bytes = std::size_t{16} << 20U, .depth = 32, .values = 200'000};

// What a wait, an exec or a shell can end with.
constexpr std::int64_t kHighestExitCode = 255;

using Strings = std::vector<std::string>;

// Calls `read` with a cursor on the object `key`, where there is one.
template <class Read>
Result<> with_member(const Cursor& object, std::string_view key, const Read& read) {
  PSYS_TRY_ASSIGN(const std::optional<Cursor> member, object.find(key));
  return member ? read(*member) : Result<>{};
}

Result<> read_state(const Cursor& state, Container& container) {
  PSYS_TRY_ASSIGN(container.running, state.bool_or("Running", false));
  PSYS_TRY_ASSIGN(container.pid, state.int_or("Pid", 0));
  PSYS_TRY_ASSIGN(container.exit_code, state.int_or("ExitCode", 0));
  PSYS_TRY_ASSIGN(container.error, state.string_or("Error", ""));
  PSYS_TRY_ASSIGN(const std::string started, state.string_or("StartedAt", ""));
  container.started = !started.empty() && !started.starts_with("0001-");
  return {};
}

Result<> read_config(const Cursor& config, Container& container) {
  PSYS_TRY_ASSIGN(container.image, config.string_or("Image", ""));
  PSYS_TRY_ASSIGN(container.tty, config.bool_or("Tty", false));
  PSYS_TRY_ASSIGN(container.open_stdin, config.bool_or("OpenStdin", false));
  PSYS_TRY_ASSIGN(container.labels, config.string_map_at("Labels"));
  return {};
}

Result<> add_address(const Cursor& network, std::string_view address_key,
                     std::string_view prefix_key, Strings& addresses) {
  PSYS_TRY_ASSIGN(const std::string address, network.string_or(address_key, ""));
  PSYS_TRY_ASSIGN(const std::int64_t prefix, network.int_or(prefix_key, 0));
  if (!address.empty()) {
    addresses.push_back(fmt::format("{}/{}", address, prefix));
  }
  return {};
}

Result<> read_networks(const Cursor& networks, Strings& addresses) {
  PSYS_TRY_ASSIGN(const auto members, networks.members());
  for (const auto& [name, network] : members) {
    if (network.is_null()) {
      continue;
    }
    PSYS_TRY(add_address(network, "IPAddress", "IPPrefixLen", addresses));
    PSYS_TRY(add_address(network, "GlobalIPv6Address", "GlobalIPv6PrefixLen", addresses));
  }
  return {};
}

Result<> read_image_config(const Cursor& config, Image& image) {
  PSYS_TRY_ASSIGN(image.entrypoint, config.strings_at("Entrypoint"));
  PSYS_TRY_ASSIGN(image.command, config.strings_at("Cmd"));
  PSYS_TRY_ASSIGN(image.env, config.strings_at("Env"));
  PSYS_TRY_ASSIGN(image.user, config.string_or("User", ""));
  PSYS_TRY_ASSIGN(image.working_dir, config.string_or("WorkingDir", ""));
  PSYS_TRY_ASSIGN(image.stop_signal, config.string_or("StopSignal", ""));
  PSYS_TRY_ASSIGN(image.labels, config.string_map_at("Labels"));
  return {};
}

}  // namespace

Result<CreatedContainer> decode_created(std::string_view text) {
  PSYS_TRY_ASSIGN(const json::Value tree, json::parse(text, "created container", kLimits));
  const Cursor root(tree, "created container");
  CreatedContainer created;
  PSYS_TRY_ASSIGN(created.id, root.string_at("Id"));
  PSYS_TRY_ASSIGN(created.warnings, root.strings_at("Warnings"));
  return created;
}

Result<Container> decode_container(std::string_view text) {
  PSYS_TRY_ASSIGN(const json::Value tree, json::parse(text, "container", kLimits));
  const Cursor root(tree, "container");
  Container container;
  PSYS_TRY_ASSIGN(container.id, root.string_at("Id"));
  PSYS_TRY_ASSIGN(container.name, root.string_or("Name", ""));
  if (container.name.starts_with('/')) {
    container.name.erase(0, 1);
  }
  PSYS_TRY_ASSIGN(container.log_path, root.string_or("LogPath", ""));
  PSYS_TRY_ASSIGN(const Cursor state, root.at("State"));
  PSYS_TRY(read_state(state, container));
  PSYS_TRY(with_member(root, "Config",
                       [&](const Cursor& config) { return read_config(config, container); }));
  PSYS_TRY(with_member(root, "HostConfig", [&](const Cursor& host) -> Result<> {
    PSYS_TRY_ASSIGN(container.network_mode, host.string_or("NetworkMode", ""));
    PSYS_TRY_ASSIGN(container.ipc_mode, host.string_or("IpcMode", ""));
    PSYS_TRY_ASSIGN(container.runtime, host.string_or("Runtime", ""));
    PSYS_TRY_ASSIGN(container.annotations, host.string_map_at("Annotations"));
    return {};
  }));
  PSYS_TRY(with_member(root, "NetworkSettings", [&](const Cursor& settings) {
    return with_member(settings, "Networks", [&](const Cursor& networks) {
      return read_networks(networks, container.addresses);
    });
  }));
  return container;
}

Result<std::vector<ListedContainer>> decode_container_list(std::string_view text) {
  PSYS_TRY_ASSIGN(const json::Value tree, json::parse(text, "containers", kLimits));
  PSYS_TRY_ASSIGN(const auto elements, Cursor(tree, "containers").elements());
  std::vector<ListedContainer> list;
  for (const Cursor& element : elements) {
    ListedContainer& listed = list.emplace_back();
    PSYS_TRY_ASSIGN(listed.id, element.string_at("Id"));
    PSYS_TRY_ASSIGN(listed.labels, element.string_map_at("Labels"));
  }
  return list;
}

Result<Image> decode_image(std::string_view text) {
  PSYS_TRY_ASSIGN(const json::Value tree, json::parse(text, "image", kLimits));
  const Cursor root(tree, "image");
  Image image;
  PSYS_TRY_ASSIGN(image.id, root.string_at("Id"));
  PSYS_TRY_ASSIGN(image.size, root.int_or("Size", 0));
  PSYS_TRY_ASSIGN(image.architecture, root.string_or("Architecture", ""));
  PSYS_TRY(with_member(root, "Config",
                       [&](const Cursor& config) { return read_image_config(config, image); }));
  return image;
}

Result<Version> decode_version(std::string_view text) {
  PSYS_TRY_ASSIGN(const json::Value tree, json::parse(text, "version", kLimits));
  const Cursor root(tree, "version");
  Version version;
  PSYS_TRY_ASSIGN(version.version, root.string_or("Version", "unknown"));
  PSYS_TRY_ASSIGN(version.api, root.string_at("ApiVersion"));
  PSYS_TRY_ASSIGN(version.min_api, root.string_or("MinAPIVersion", ""));
  return version;
}

Result<std::string> decode_root_folder(std::string_view text) {
  PSYS_TRY_ASSIGN(const json::Value tree, json::parse(text, "info", kLimits));
  return Cursor(tree, "info").string_at("DockerRootDir");
}

Result<ExecState> decode_exec(std::string_view text) {
  PSYS_TRY_ASSIGN(const json::Value tree, json::parse(text, "exec", kLimits));
  const Cursor root(tree, "exec");
  ExecState state;
  PSYS_TRY_ASSIGN(state.running, root.bool_or("Running", false));
  PSYS_TRY(with_member(root, "ExitCode", [&](const Cursor& code) -> Result<> {
    PSYS_TRY_ASSIGN(state.exit_code, code.as_int());
    return {};
  }));
  return state;
}

Result<int> decode_wait(std::string_view text) {
  PSYS_TRY_ASSIGN(const json::Value tree, json::parse(text, "wait", kLimits));
  PSYS_TRY_ASSIGN(const std::int64_t code, Cursor(tree, "wait").int_at("StatusCode"));
  if (code < 0 || code > kHighestExitCode) {
    return Error::of(Code::invalid_argument, "wait: StatusCode: {} is no exit code", code);
  }
  return static_cast<int>(code);
}

Result<Event> decode_event(std::string_view line) {
  PSYS_TRY_ASSIGN(const json::Value tree, json::parse(line, "event", kLimits));
  const Cursor root(tree, "event");
  Event event;
  PSYS_TRY_ASSIGN(event.action, root.string_at("Action"));
  PSYS_TRY_ASSIGN(const Cursor actor, root.at("Actor"));
  PSYS_TRY_ASSIGN(event.container_id, actor.string_at("ID"));
  return event;
}

Result<Progress> decode_progress(std::string_view line) {
  PSYS_TRY_ASSIGN(const json::Value tree, json::parse(line, "progress", kLimits));
  const Cursor root(tree, "progress");
  Progress progress;
  PSYS_TRY_ASSIGN(progress.status, root.string_or("status", ""));
  PSYS_TRY_ASSIGN(progress.layer, root.string_or("id", ""));
  PSYS_TRY_ASSIGN(progress.stream, root.string_or("stream", ""));
  PSYS_TRY_ASSIGN(progress.error, root.string_or("error", ""));
  PSYS_TRY(with_member(root, "progressDetail", [&](const Cursor& detail) -> Result<> {
    PSYS_TRY_ASSIGN(progress.done, detail.int_or("current", 0));
    PSYS_TRY_ASSIGN(progress.total, detail.int_or("total", 0));
    return {};
  }));
  return progress;
}

std::string decode_error(std::string_view text) {
  const auto tree = json::parse(text, "error", kLimits);
  if (tree && tree->is_object()) {
    const auto message = Cursor(*tree, "error").string_or("message", "");
    if (message && !message->empty()) {
      return *message;
    }
  }
  return text.empty() ? "it gave no reason" : std::string(trim(text));
}

}  // namespace podsysctl::docker
