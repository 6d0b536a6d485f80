// SPDX-License-Identifier: Apache-2.0
#include "api/api_thread.h"

#include <optional>
#include <utility>

namespace podsysctl::api {

struct ApiThread::Parts {
  std::optional<store::Store> store;
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

Result<std::unique_ptr<ApiThread>> ApiThread::start(const ApiOptions& options, const Pulse& pulse,
                                                    Log& log) {
  auto parts = std::make_unique<Parts>();
  PSYS_TRY_ASSIGN(store::Store store, store::Store::open(options.root));
  parts->store.emplace(std::move(store));
  PSYS_TRY_ASSIGN(linux::WakeUp stop, linux::WakeUp::open());
  parts->stop.emplace(std::move(stop));
  parts->api.emplace(
      Api{*parts->store, options.root, pulse, options.metrics, options.more, options.before_look});
  const Api& api = *parts->api;
  Result<std::unique_ptr<http::Server>> server = http::Server::listen(
      options.socket, [&api](const http::Request& request, const http::Caller& caller) {
        return api.answer(request, caller);
      });
  if (!server) {
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

}  // namespace podsysctl::api
