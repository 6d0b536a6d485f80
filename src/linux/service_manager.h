// SPDX-License-Identifier: Apache-2.0
// What a service tells the manager that started it: datagrams of NAME=VALUE lines to the socket in
// $NOTIFY_SOCKET (sd_notify(3); "@" begins an abstract name). Without a manager nothing is sent.
// Errors: those of the socket. Thread-safety: immutable; a message is one system call.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace podsysctl::linux {

class ServiceManager {
 public:
  // Takes the variables out of the environment: a container runtime would act on them, too. To be
  // called before there are other threads.
  [[nodiscard]] static ServiceManager from_environment();
  ServiceManager(std::string socket, std::optional<std::chrono::microseconds> watchdog)
      : socket_(std::move(socket)), watchdog_(watchdog) {}

  [[nodiscard]] Result<> ready(std::string_view status) const;
  [[nodiscard]] Result<> reloading() const;  // until ready()
  [[nodiscard]] Result<> stopping() const;
  [[nodiscard]] Result<> status(std::string_view text) const;
  [[nodiscard]] Result<> alive() const;

  // How often alive() is due: half of what the manager allows. Unset: it does not watch us.
  [[nodiscard]] std::optional<std::chrono::milliseconds> alive_interval() const;

 private:
  [[nodiscard]] Result<> send(const std::string& message) const;

  std::string socket_;  // "": nobody listens
  std::optional<std::chrono::microseconds> watchdog_;
};

}  // namespace podsysctl::linux
