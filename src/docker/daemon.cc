// SPDX-License-Identifier: Apache-2.0
#include "docker/daemon.h"

#include "docker/answer.h"
#include "docker/decode.h"

namespace podsysctl::docker {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kConnect{10'000};
constexpr milliseconds kAnswer{120'000};

std::string container_path(const std::string& id, std::string_view rest) {
  return fmt::format("/containers/{}{}", http::percent_encoded(id), rest);
}

}  // namespace

Result<Daemon> Daemon::open(http::Endpoint endpoint) {
  http::Client client(std::move(endpoint), {.connect = kConnect, .answer = kAnswer});
  PSYS_TRY_ASSIGN(const http::Reply reply,
                  check_reached(client.endpoint(), client.call({.target = "/version"})));
  if (reply.status >= 400) {
    return refused(reply.status, reply.body);
  }
  PSYS_TRY_ASSIGN(
      Version version,
      with_context(decode_version(reply.body), client.endpoint().text + " is not Docker's daemon"));
  PSYS_TRY_ASSIGN(const std::string api, negotiate(version));
  return Daemon(std::move(client), std::move(version), "/v" + api);
}

http::Request Daemon::request(std::string_view method, std::string_view path,
                              std::string body) const {
  http::Request request{.method = std::string(method),
                        .target = fmt::format("{}{}", prefix_, path),
                        .body = std::move(body)};
  if (!request.body.empty()) {
    request.headers.emplace_back("Content-Type", "application/json");
  }
  return request;
}

Result<std::string> Daemon::call(const http::Request& request) {
  PSYS_TRY_ASSIGN(http::Reply reply, check_reached(endpoint(), client_.call(request)));
  if (reply.status >= 400) {
    return refused(reply.status, reply.body);
  }
  return std::move(reply.body);
}

Result<std::string> Daemon::call(std::string_view method, std::string_view path, std::string body) {
  return call(request(method, path, std::move(body)));
}

Result<std::unique_ptr<http::Stream>> Daemon::upgrade(std::string_view path, std::string body) {
  http::Request wanted = request("POST", path, std::move(body));
  wanted.headers.emplace_back("Connection", "Upgrade");
  wanted.headers.emplace_back("Upgrade", "tcp");
  PSYS_TRY_ASSIGN(http::Response response,
                  check_reached(endpoint(), client_.open(wanted, kAnswer)));
  // 200 with a raw stream is what old proxies make of 101.
  if (response.status() >= 300) {
    PSYS_TRY_ASSIGN(const std::string message, response.read_all(kErrorBytes, kAnswer));
    return refused(response.status(), message);
  }
  return response.take_stream();
}

Result<std::string> Daemon::root_folder() {
  PSYS_TRY_ASSIGN(const std::string body, call("GET", "/info"));
  return decode_root_folder(body);
}

Result<CreatedContainer> Daemon::create(const std::string& name, const ContainerSpec& spec) {
  PSYS_TRY_ASSIGN(
      const std::string body,
      call("POST", "/containers/create?name=" + http::percent_encoded(name), encode(spec)));
  return decode_created(body);
}

Result<> Daemon::start(const std::string& id) {
  PSYS_TRY(call("POST", container_path(id, "/start")));
  return {};
}

Result<Container> Daemon::inspect(const std::string& id) {
  PSYS_TRY_ASSIGN(const std::string body, call("GET", container_path(id, "/json")));
  return decode_container(body);
}

Result<int> Daemon::wait(const std::string& id, milliseconds limit) {
  const http::Request wanted = request("POST", container_path(id, "/wait"), {});
  PSYS_TRY_ASSIGN(const http::Reply reply, check_reached(endpoint(), client_.call(wanted, limit)));
  if (reply.status >= 400) {
    return refused(reply.status, reply.body);
  }
  return decode_wait(reply.body);
}

Result<> Daemon::kill(const std::string& id, int signal) {
  const Result<std::string> done =
      call("POST", container_path(id, fmt::format("/kill?signal={}", signal)));
  // 409, before API 1.25 also 500: "is not running".
  const bool over =
      !done && (done.error().code == Code::not_found || done.error().code == Code::conflict ||
                done.error().message.find("is not running") != std::string::npos);
  if (!done && !over) {
    return std::unexpected(done.error());
  }
  return {};
}

Result<> Daemon::remove(const std::string& id) {
  const Result<std::string> done = call("DELETE", container_path(id, "?force=1&v=1"));
  // 409: somebody else is removing it.
  const bool gone =
      !done && (done.error().code == Code::not_found ||
                done.error().message.find("is already in progress") != std::string::npos);
  if (!done && !gone) {
    return std::unexpected(done.error());
  }
  return {};
}

Result<std::vector<ListedContainer>> Daemon::list(const std::string& label) {
  const std::string filters = fmt::format(R"({{"label":["{}"]}})", label);
  PSYS_TRY_ASSIGN(const std::string body,
                  call("GET", "/containers/json?all=1&filters=" + http::percent_encoded(filters)));
  return decode_container_list(body);
}

Result<std::vector<ListedContainer>> Daemon::running() {
  PSYS_TRY_ASSIGN(const std::string body, call("GET", "/containers/json"));
  return decode_container_list(body);
}

Result<std::unique_ptr<http::Stream>> Daemon::attach(const std::string& id, Stdin in) {
  return upgrade(container_path(id, fmt::format("/attach?stream=1&stdout=1&stderr=1&stdin={}",
                                                in == Stdin::yes ? 1 : 0)),
                 {});
}

Result<> Daemon::resize(const std::string& id, unsigned rows, unsigned columns) {
  PSYS_TRY(call("POST", container_path(id, fmt::format("/resize?h={}&w={}", rows, columns))));
  return {};
}

Result<std::string> Daemon::create_exec(const std::string& id, const ExecSpec& spec) {
  PSYS_TRY_ASSIGN(const std::string body, call("POST", container_path(id, "/exec"), encode(spec)));
  PSYS_TRY_ASSIGN(const CreatedContainer created, decode_created(body));
  return created.id;
}

Result<std::unique_ptr<http::Stream>> Daemon::start_exec(const std::string& exec_id,
                                                         const ExecSpec& spec) {
  return upgrade(fmt::format("/exec/{}/start", http::percent_encoded(exec_id)),
                 fmt::format(R"({{"Detach":false,"Tty":{}}})", spec.tty));
}

Result<ExecState> Daemon::inspect_exec(const std::string& exec_id) {
  PSYS_TRY_ASSIGN(const std::string body,
                  call("GET", fmt::format("/exec/{}/json", http::percent_encoded(exec_id))));
  return decode_exec(body);
}

Result<> Daemon::resize_exec(const std::string& exec_id, unsigned rows, unsigned columns) {
  PSYS_TRY(call("POST", fmt::format("/exec/{}/resize?h={}&w={}", http::percent_encoded(exec_id),
                                    rows, columns)));
  return {};
}

}  // namespace podsysctl::docker
