// SPDX-License-Identifier: Apache-2.0
#include "service/api_thread.h"

#include <optional>
#include <utility>

namespace podsysctl::service {

struct ApiThread::Parts {
  std::unique_ptr<Workplace> workplace;
  std::optional<Api> api;
  std::optional<linux::WakeUp> stop;
  std::unique_ptr<http::Server> server;
  std::thread thread;
};

ApiThread::ApiThread(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

ApiThread::~ApiThread() {
  parts_->stop->ring();
  parts_->thread.join();
}

Result<std::unique_ptr<ApiThread>> ApiThread::start(const ApiOptions& options,
                                                    const OpenWorkplace& open,
                                                    const Metrics& metrics, const Pulse& pulse,
                                                    Log& log) {
  auto parts = std::make_unique<Parts>();
  PSYS_TRY_ASSIGN(parts->workplace, open());
  PSYS_TRY_ASSIGN(linux::WakeUp stop, linux::WakeUp::open());
  parts->stop.emplace(std::move(stop));
  parts->api.emplace(Api{parts->workplace->node(), metrics, pulse, options.version, options.more});
  const Api& api = *parts->api;
  Result<std::unique_ptr<http::Server>> server = http::Server::listen(
      options.socket, [&api](const http::Request& request) { return api.answer(request); });
  if (!server) {
    server.error().message += "; choose another socket with --socket";
    return std::unexpected(std::move(server).error());
  }
  parts->server = *std::move(server);
  parts->thread = std::thread([&log, all = parts.get()] {
    if (const Result<> served = all->server->serve(all->stop->fd()); !served) {
      log.say(LogLevel::error, served.error().message);
    }
  });
  return std::unique_ptr<ApiThread>(new ApiThread(std::move(parts)));
}

}  // namespace podsysctl::service
