// SPDX-License-Identifier: Apache-2.0
// What DEL needs and a kill -9 or a lost net namespace has taken away. Plugins find the rules that
// they made by the sandbox's addresses: some in the result of ADD, some (bridge) by looking at the
// interface inside the net namespace. Thread-safety: no shared state.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "linux/namespaces.h"
#include "linux/worker_thread.h"
#include "sandbox/cni_client.h"

namespace podsysctl::sandbox {

// The result of an ADD that nobody recorded, made up from the addresses that the interface has now;
// "" if there is no such interface or it has none.
[[nodiscard]] Result<std::string> observed_result(const linux::Namespace& netns,
                                                  const CniNetwork& network,
                                                  const CniTarget& target);

// A throw-away net namespace with an interface of the given name and addresses ("10.131.0.2/16").
class StandIn {
 public:
  [[nodiscard]] static Result<StandIn> create(const std::string& interface,
                                              const std::vector<std::string>& addresses);
  // Usable as CNI_NETNS while this object lives.
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  explicit StandIn(std::unique_ptr<linux::WorkerThread> inside) : inside_(std::move(inside)) {}

  std::unique_ptr<linux::WorkerThread> inside_;
  std::string path_;
};

}  // namespace podsysctl::sandbox
