// SPDX-License-Identifier: Apache-2.0
#include "live/sockets.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <utility>

#include "base/strings.h"
#include "linux/socket_holders.h"
#include "linux/tcp_sockets.h"
#include "sysctl/reader.h"

namespace podsysctl::live {
namespace {

using linux::KeepaliveTime;
using linux::TcpSocket;
using linux::TcpState;
using sysctl::AppliedSetting;

constexpr std::string_view kBacklog = "net.core.somaxconn";
constexpr std::array<std::pair<std::string_view, KeepaliveTime>, 3> kKeepalive{
    {{"net.ipv4.tcp_keepalive_time", KeepaliveTime::idle},
     {"net.ipv4.tcp_keepalive_intvl", KeepaliveTime::interval},
     {"net.ipv4.tcp_keepalive_probes", KeepaliveTime::probes}}};

std::optional<KeepaliveTime> keepalive_of(const sysctl::SysctlKey& key) {
  const auto* const row =
      std::ranges::find(kKeepalive, key.name(), &decltype(kKeepalive)::value_type::first);
  return row == kKeepalive.end() ? std::nullopt : std::optional(row->second);
}

Result<std::vector<TcpSocket>> sockets_of(const linux::Namespace& net) {
  PSYS_TRY_ASSIGN(sysctl::SysctlReader reader, sysctl::SysctlReader::open());
  std::vector<TcpSocket> sockets;
  const Result<> looked = reader.run([&](sysctl::Glance& glance) -> Result<> {
    PSYS_TRY(glance.join(net));
    PSYS_TRY_ASSIGN(sockets, linux::list_tcp_sockets());
    return {};
  });
  PSYS_TRY(looked);
  return sockets;
}

// The sockets of one namespace and who holds them, and what was done.
class Refresh {
 public:
  Refresh(const linux::Namespace& net, std::span<const AppliedSetting> applied)
      : net_(net), applied_(applied) {}

  Result<std::vector<SocketChange>> run() {
    PSYS_TRY_ASSIGN(const std::vector<TcpSocket> sockets, sockets_of(net_));
    PSYS_TRY_ASSIGN(const std::vector<pid_t> pids, linux::processes_in(net_.id()));
    holders_ = linux::socket_holders(pids);
    for (const TcpSocket& socket : sockets) {
      if (socket.inode == 0) {
        continue;  // waits for accept(2): nobody has a descriptor of it yet
      }
      for (const AppliedSetting& setting : applied_) {
        refresh(socket, setting);
      }
    }
    PSYS_TRY(read_queues_back());
    return std::move(changes_);
  }

 private:
  void refresh(const TcpSocket& socket, const AppliedSetting& setting) {
    const bool backlog = setting.setting.key.name() == kBacklog;
    if (backlog && socket.state == TcpState::listening) {
      lengthen_queue(socket, setting);
    } else if (const auto which = keepalive_of(setting.setting.key);
               which && socket.state == TcpState::connected) {
      set_timer(socket, setting, *which);
    }
  }

  SocketChange change_of(const TcpSocket& socket, const AppliedSetting& setting) const {
    const auto holder = holders_.find(socket.inode);
    return {.key = setting.setting.key,
            .inode = socket.inode,
            .pid = holder == holders_.end() ? 0 : holder->second.pid,
            .local = socket.local,
            .remote = socket.remote,
            .new_value = setting.effective};
  }

  Result<linux::Fd> share(const TcpSocket& socket) const {
    const auto holder = holders_.find(socket.inode);
    if (holder == holders_.end()) {
      return Error::of(Code::not_found, "no process of this network namespace holds it");
    }
    return linux::share_socket(holder->second, socket.inode);
  }

  void note(SocketChange change, const Result<>& done) {
    change.outcome = done ? SocketOutcome::changed : SocketOutcome::refused;
    change.why = done ? "" : done.error().message;
    changes_.push_back(std::move(change));
  }

  void lengthen_queue(const TcpSocket& socket, const AppliedSetting& setting) {
    SocketChange change = change_of(socket, setting);
    change.old_value = std::to_string(socket.queue_size);
    const auto length = parse_number<int>(setting.effective);
    if (change.old_value == change.new_value) {
      change.why = "it has this queue already";
      changes_.push_back(std::move(change));
      return;
    }
    const Result<linux::Fd> shared = share(socket);
    note(std::move(change), shared ? linux::listen_again(shared->ref(), length.value_or(0))
                                   : Result<>(std::unexpected(shared.error())));
  }

  // A connection without a time of its own reads the new value already, but its timer was set by
  // the old one; one that this function has set before still has the old value.
  void set_timer(const TcpSocket& socket, const AppliedSetting& setting, KeepaliveTime which) {
    const Result<linux::Fd> shared = share(socket);
    if (!shared) {
      note(change_of(socket, setting), std::unexpected(shared.error()));
      return;
    }
    const Result<bool> used = linux::uses_keepalive(shared->ref());
    if (used && !*used) {
      return;
    }
    SocketChange change = change_of(socket, setting);
    const Result<int> now = linux::keepalive_time(shared->ref(), which);
    if (!used || !now) {
      note(std::move(change), std::unexpected(used ? now.error() : used.error()));
      return;
    }
    const std::string own = std::to_string(*now);
    if (own != setting.effective && own != setting.previous) {
      change.old_value = own;
      change.new_value = own;
      change.why = "the application has chosen it";
      changes_.push_back(std::move(change));
      return;
    }
    change.old_value = setting.previous;
    note(std::move(change),
         linux::set_keepalive_time(shared->ref(), which,
                                   parse_number<int>(setting.effective).value_or(0)));
  }

  // What the kernel made of it, not what was asked for.
  Result<> read_queues_back() {
    const auto is_listener = [](const SocketChange& change) {
      return change.key.name() == kBacklog && change.outcome == SocketOutcome::changed;
    };
    if (std::ranges::none_of(changes_, is_listener)) {
      return {};
    }
    PSYS_TRY_ASSIGN(const std::vector<TcpSocket> sockets, sockets_of(net_));
    for (SocketChange& change : changes_) {
      const auto now = std::ranges::find(sockets, change.inode, &TcpSocket::inode);
      if (is_listener(change) && now != sockets.end()) {
        change.new_value = std::to_string(now->queue_size);
      }
    }
    return {};
  }

  const linux::Namespace& net_;
  std::span<const AppliedSetting> applied_;
  std::map<std::uint64_t, linux::SocketHolder> holders_;
  std::vector<SocketChange> changes_;
};

}  // namespace

std::string_view to_string(SocketOutcome outcome) noexcept {
  switch (outcome) {
    case SocketOutcome::changed:
      return "changed";
    case SocketOutcome::kept:
      return "kept";
    case SocketOutcome::refused:
      break;
  }
  return "refused";
}

bool reaches_sockets(const sysctl::SysctlKey& key) {
  return key.name() == kBacklog || keepalive_of(key);
}

Result<std::vector<SocketChange>> refresh_sockets(const linux::Namespace& net,
                                                  std::span<const AppliedSetting> applied) {
  return Refresh(net, applied).run();
}

Result<std::vector<ShortQueue>> short_queues(const linux::Namespace& net, std::uint32_t most) {
  PSYS_TRY_ASSIGN(const std::vector<TcpSocket> sockets, sockets_of(net));
  std::vector<ShortQueue> queues;
  for (const TcpSocket& socket : sockets) {
    if (socket.state == TcpState::listening && socket.queue_size < most) {
      queues.push_back({socket.local, socket.queue_size});
    }
  }
  return queues;
}

}  // namespace podsysctl::live
