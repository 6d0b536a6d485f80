// SPDX-License-Identifier: Apache-2.0
// 501 … 504, 506: legal settings that do not do what they are meant to do. (505 is found with the
// kubelet's verdict, 507 with the value.)
#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include <fmt/core.h>

#include "base/strings.h"
#include "check/subject.h"
#include "pod/quantity.h"
#include "sysctl/value_number.h"

namespace podsysctl::check {
namespace {

// Idle time-outs in seconds: the least that the big clouds' balancers start with, and the next.
constexpr std::uint64_t kAzureIdle = 240;
constexpr std::uint64_t kAwsIdle = 350;
constexpr std::uint64_t kDefaultFinTimeout = 60;
constexpr std::uint64_t kDefaultQueues = 32000;  // kernel.msgmni
constexpr std::uint64_t kBusyConnections = 16;

const Wish* find_wish(const Subject& subject, std::string_view key) {
  const auto found = std::ranges::find_if(subject.wishes, [&](const Wish& wish) {
    return wish.facts->key && wish.facts->key->name() == key;
  });
  return found == subject.wishes.end() ? nullptr : &*found;
}

// The number at `index` of a wish's value; nothing where it is no such number.
std::optional<std::uint64_t> number_of(const Wish* wish, std::size_t index = 0) {
  if (wish == nullptr || !wish->value) {
    return std::nullopt;
  }
  const auto numbers = sysctl::read_numbers(*wish->value);
  if (!numbers || index >= numbers->size() || (*numbers)[index].negative) {
    return std::nullopt;
  }
  return (*numbers)[index].magnitude;
}

// "--tcp-backlog 511", "backlog=128", "--backlog=2048": the number after the word.
std::optional<std::uint64_t> backlog_in(std::string_view text, std::string_view next) {
  const std::size_t at = text.find("backlog");
  if (at == std::string_view::npos) {
    return std::nullopt;
  }
  std::string_view rest = text.substr(at + std::string_view("backlog").size());
  rest.remove_prefix(std::min(rest.find_first_not_of(" =:\"'"), rest.size()));
  rest = rest.empty() ? next : rest;
  return parse_number<std::uint64_t>(rest.substr(0, rest.find_first_not_of("0123456789")));
}

std::optional<std::uint64_t> visible_backlog(const yaml::Node* words) {
  if (words == nullptr) {
    return std::nullopt;
  }
  for (std::size_t i = 0; i < words->items.size(); ++i) {
    const std::string_view next = i + 1 < words->items.size() ? words->items[i + 1]->text : "";
    if (const auto backlog = backlog_in(words->items[i]->text, next)) {
      return backlog;
    }
  }
  return std::nullopt;
}

struct Application {
  std::string_view image;
  std::string_view how;  // to raise its backlog
};
// Each asks listen(2) for 511 unless told otherwise.
constexpr std::uint64_t kUsualBacklog = 511;
constexpr auto kApplications = std::to_array<Application>({
    {"nginx", "listen 80 backlog=N;"},
    {"redis", "--tcp-backlog N"},
    {"valkey", "--tcp-backlog N"},
    {"httpd", "ListenBacklog N"},
    {"node", "server.listen({backlog: N})"},
});

const Application* application_of(std::string_view image) {
  image = image.substr(0, image.find('@'));
  image = image.substr(image.rfind('/') + 1);
  const auto found =
      std::ranges::find(kApplications, image.substr(0, image.find(':')), &Application::image);
  return found == kApplications.end() ? nullptr : &*found;
}

void check_backlog(const Subject& subject) {
  const Wish* const wish = find_wish(subject, "net.core.somaxconn");
  const auto wanted = number_of(wish);
  if (!wanted) {
    return;
  }
  for (const Container& container : subject.workload.containers) {
    if (container.role == Container::Role::init) {
      continue;
    }
    auto backlog = visible_backlog(field_of(container.node, "command"));
    backlog = backlog ? backlog : visible_backlog(field_of(container.node, "args"));
    const std::string name = in_quotes(string_of(field_of(container.node, "name")));
    const Application* const known = application_of(string_of(field_of(container.node, "image")));
    if (backlog && *backlog < *wanted) {
      subject.sink.add(Rule::backlog_smaller, subject.value_place(*wish),
                       fmt::format("container {} asks for a backlog of {}: somaxconn is a limit, "
                                   "raising it to {} changes nothing for it",
                                   name, *backlog, *wanted),
                       fmt::format("raise the application's backlog to {} as well", *wanted));
    } else if (!backlog && known != nullptr && *wanted > kUsualBacklog) {
      subject.sink.add(
          Rule::backlog_smaller, subject.value_place(*wish),
          fmt::format("{} in container {} asks for a backlog of {} unless its configuration says "
                      "otherwise: somaxconn of {} alone changes nothing",
                      known->image, name, kUsualBacklog, *wanted),
          fmt::format("{} in its configuration or arguments", known->how));
    }
  }
}

void check_keepalive(const Subject& subject) {
  const Wish* const wish = find_wish(subject, "net.ipv4.tcp_keepalive_time");
  const auto seconds = number_of(wish);
  if (!seconds || *seconds < kAzureIdle) {
    return;
  }
  subject.sink.add(
      Rule::keepalive_too_long, subject.value_place(*wish),
      fmt::format("the first keepalive probe after {} s comes too late for a load balancer that "
                  "forgets idle connections after {}{}",
                  *seconds, *seconds >= kAwsIdle ? "350 s (AWS NLB) or " : "", "240 s (Azure)"),
      fmt::format("use less than {}, such as 200; it counts for sockets with SO_KEEPALIVE only",
                  kAzureIdle));
}

void check_fin_timeout(const Subject& subject) {
  const Wish* const wish = find_wish(subject, "net.ipv4.tcp_fin_timeout");
  const auto seconds = number_of(wish);
  if (seconds && *seconds < kDefaultFinTimeout) {
    subject.sink.add(
        Rule::fin_timeout_myth, subject.value_place(*wish),
        "tcp_fin_timeout is about orphaned connections in FIN-WAIT-2: TIME_WAIT lasts 60 s, "
        "whatever it says",
        "against too many TIME_WAIT: reuse connections, net.ipv4.tcp_tw_reuse, or a wider "
        "net.ipv4.ip_local_port_range");
  }
}

// Of all containers together; nothing where one has no limit.
std::optional<std::uint64_t> memory_limit(const Workload& workload) {
  std::uint64_t sum = 0;
  for (const Container& container : workload.containers) {
    if (container.role == Container::Role::init) {
      continue;
    }
    const yaml::Node* const limits = field_of(field_of(container.node, "resources"), "limits");
    const yaml::Node* const memory = field_of(limits, "memory");
    if (memory == nullptr || memory->kind != yaml::Kind::scalar) {
      return std::nullopt;
    }
    const auto quantity = pod::Quantity::parse(memory->text);
    if (!quantity || quantity->is_negative()) {
      return std::nullopt;
    }
    sum += static_cast<std::uint64_t>(quantity->value());
  }
  return sum == 0 ? std::nullopt : std::optional(sum);
}

void check_buffers(const Subject& subject, std::uint64_t limit) {
  constexpr std::size_t kMax = 2;  // min default max
  for (const std::string_view key : {"net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"}) {
    const Wish* const wish = find_wish(subject, key);
    const auto bytes = number_of(wish, kMax);
    if (bytes && *bytes > limit / kBusyConnections) {
      subject.sink.add(
          Rule::pins_memory, subject.value_place(*wish),
          fmt::format(
              "one connection may pin {} bytes: {} busy ones take the pod's memory limit of "
              "{} bytes",
              *bytes, limit / *bytes + 1, limit),
          "lower the third number, or raise the memory limit: socket buffers count towards it");
    }
  }
}

void check_queues(const Subject& subject, std::uint64_t limit) {
  const Wish* const wish = find_wish(subject, "kernel.msgmnb");
  const auto bytes = number_of(wish);
  const std::uint64_t queues =
      number_of(find_wish(subject, "kernel.msgmni")).value_or(kDefaultQueues);
  if (bytes && queues != 0 && *bytes > limit / queues) {
    subject.sink.add(
        Rule::pins_memory, subject.value_place(*wish),
        fmt::format("{} message queues of {} bytes are more than the pod's memory limit "
                    "of {} bytes",
                    queues, *bytes, limit),
        "lower kernel.msgmni as well, or raise the memory limit");
  }
}

void check_folklore(const Subject& subject) {
  for (const Wish& wish : subject.wishes) {
    const sysctl::Entry* const entry = wish.facts->entry;
    // What cannot be set at all has had its finding, with what to do instead.
    if (entry == nullptr || entry->folklore.empty() || entry->key == "net.ipv4.tcp_fin_timeout" ||
        wish.facts->settability != sysctl::Settability::pod_writable) {
      continue;
    }
    subject.sink.add(Rule::folklore, subject.name_place(wish), plain_end(entry->folklore),
                     plain_end(entry->instead));
  }
}

}  // namespace

void check_advice(Subject& subject) {
  if (subject.wishes.empty()) {
    return;
  }
  check_backlog(subject);
  check_keepalive(subject);
  check_fin_timeout(subject);
  if (const auto limit = memory_limit(subject.workload)) {
    check_buffers(subject, *limit);
    check_queues(subject, *limit);
  }
  check_folklore(subject);
}

}  // namespace podsysctl::check
