// SPDX-License-Identifier: Apache-2.0
// Docker's daemon, one function a call of its Engine API (1.24 to 1.51; the newest that both sides
// know is spoken). `id` is a container's id or name; names of images are canonical references.
// Errors: the daemon's message, whole, with the code that fits its status: not_found (404),
// conflict (409), invalid_argument (400), permission (403), unavailable (5xx, and where the daemon
// cannot be reached: the message then names DOCKER_HOST). Thread-safety: one thread per object.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "docker/types.h"
#include "http/client.h"

namespace podsysctl::docker {

// Hears each line of a pull or a load.
using OnProgress = std::function<void(const Progress&)>;

using OnEvent = std::function<Result<>(const Event&)>;

// For attach: what is wanted of the container.
enum class Stdin : std::uint8_t { no, yes };

class Daemon {
 public:
  // Asks for its version. unsupported for one that is too old or too new.
  [[nodiscard]] static Result<Daemon> open(http::Endpoint endpoint);

  [[nodiscard]] const http::Endpoint& endpoint() const { return client_.endpoint(); }
  [[nodiscard]] const Version& version() const { return version_; }
  // The folder that holds everything of the daemon's.
  [[nodiscard]] Result<std::string> root_folder();

  // Containers.
  [[nodiscard]] Result<CreatedContainer> create(const std::string& name, const ContainerSpec& spec);
  [[nodiscard]] Result<> start(const std::string& id);
  [[nodiscard]] Result<Container> inspect(const std::string& id);
  // Waits for its end: the exit code. A negative limit waits without one.
  [[nodiscard]] Result<int> wait(const std::string& id, std::chrono::milliseconds limit);
  // One that is not there or not running is success.
  [[nodiscard]] Result<> kill(const std::string& id, int signal);
  // With its anonymous volumes, running or not; one that is not there is success.
  [[nodiscard]] Result<> remove(const std::string& id);
  // Those, running or not, that carry the label "key=value".
  [[nodiscard]] Result<std::vector<ListedContainer>> list(const std::string& label);
  // The ids of those that run.
  [[nodiscard]] Result<std::vector<ListedContainer>> running();
  // Hears of every container that starts or ends, `since` then by the daemon's clock, until `stop`
  // is readable. The other calls may be made meanwhile. unavailable: the daemon has ended it.
  [[nodiscard]] Result<> follow_containers(Timestamp since, linux::FdRef stop,
                                           const OnEvent& on_event);
  // Its streams: frames (docker/frames.h), or raw where it has a terminal.
  [[nodiscard]] Result<std::unique_ptr<http::Stream>> attach(const std::string& id, Stdin in);
  [[nodiscard]] Result<> resize(const std::string& id, unsigned rows, unsigned columns);

  // Commands in containers.
  [[nodiscard]] Result<std::string> create_exec(const std::string& id, const ExecSpec& spec);
  [[nodiscard]] Result<std::unique_ptr<http::Stream>> start_exec(const std::string& exec_id,
                                                                 const ExecSpec& spec);
  [[nodiscard]] Result<ExecState> inspect_exec(const std::string& exec_id);
  [[nodiscard]] Result<> resize_exec(const std::string& exec_id, unsigned rows, unsigned columns);

  // Images.
  [[nodiscard]] Result<Image> inspect_image(const std::string& name);
  // `name` without tag and digest; `tag` is one of the two. Credentials are a base64 text of the
  // API, "" for none.
  [[nodiscard]] Result<> pull(const std::string& name, const std::string& tag,
                              const std::string& credentials, const OnProgress& on_progress);
  // A docker-archive; the reference or id of the last image in it.
  [[nodiscard]] Result<std::string> load(http::BodySource archive, const OnProgress& on_progress);
  [[nodiscard]] Result<> tag(const std::string& image, const std::string& repository,
                             const std::string& tag);

 private:
  Daemon(http::Client client, Version version, std::string prefix)
      : client_(std::move(client)), version_(std::move(version)), prefix_(std::move(prefix)) {}

  [[nodiscard]] Result<std::string> call(std::string_view method, std::string_view path,
                                         std::string body = {});
  [[nodiscard]] Result<std::string> call(const http::Request& request);
  [[nodiscard]] Result<> follow(const http::Request& request, const OnProgress& on_progress);
  [[nodiscard]] Result<std::unique_ptr<http::Stream>> upgrade(std::string_view path,
                                                              std::string body);
  [[nodiscard]] http::Request request(std::string_view method, std::string_view path,
                                      std::string body) const;

  http::Client client_;
  Version version_;
  std::string prefix_;  // "/v1.41"
};

// The API version to speak with a daemon; unsupported where there is none. Pure.
[[nodiscard]] Result<std::string> negotiate(const Version& daemon);

}  // namespace podsysctl::docker
