// SPDX-License-Identifier: Apache-2.0
// The built-in network with the real CNI plugins. A thread in net and mount namespaces of its own
// plays the host, so that the machine's interfaces, leases and packet filter are never touched.
#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "linux/fd.h"
#include "linux/file.h"
#include "linux/loopback.h"
#include "linux/namespaces.h"
#include "linux/spawn.h"
#include "linux/temporary_folder.h"
#include "linux/worker_thread.h"
#include "sandbox/network.h"
#include "sandbox/network_builtin.h"
#include "sandbox/network_filter.h"

namespace podsysctl::sandbox {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

constexpr std::chrono::milliseconds kPatience{10'000};

sockaddr_in endpoint(const std::string& address, std::uint16_t port) {
  sockaddr_in result{};
  result.sin_family = AF_INET;
  result.sin_port = htons(port);
  EXPECT_EQ(::inet_pton(AF_INET, address.c_str(), &result.sin_addr), 1) << address;
  return result;
}

// A server on `port` in the calling thread's net namespace.
linux::Fd listen_on(std::uint16_t port) {
  linux::Fd socket = linux::Fd::adopt(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_in any = endpoint("0.0.0.0", port);
  sockaddr generic{};
  std::memcpy(&generic, &any, sizeof generic);
  EXPECT_EQ(::bind(socket.get(), &generic, sizeof any), 0) << std::strerror(errno);
  EXPECT_EQ(::listen(socket.get(), 8), 0);
  return socket;
}

// "" once connected from the calling thread's net namespace, else why not.
std::string connect_to(const std::string& address, std::uint16_t port) {
  const linux::Fd socket =
      linux::Fd::adopt(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const sockaddr_in to = endpoint(address, port);
  sockaddr generic{};
  std::memcpy(&generic, &to, sizeof generic);
  if (::connect(socket.get(), &generic, sizeof to) == 0) {
    return "";
  }
  if (errno != EINPROGRESS) {
    return std::strerror(errno);
  }
  pollfd waiting{socket.get(), POLLOUT, 0};
  if (::poll(&waiting, 1, static_cast<int>(kPatience.count())) != 1) {
    return "no answer";
  }
  int failure = 0;
  socklen_t size = sizeof failure;
  ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &failure, &size);
  return failure == 0 ? "" : std::strerror(failure);
}

std::string run(const std::string& program, std::vector<std::string> args) {
  linux::Command command;
  command.program = program;
  command.args = std::move(args);
  const auto finished = linux::run(std::move(command), "", kPatience);
  return finished && finished->status == 0
             ? finished->out
             : "failed: " + (finished ? finished->err : finished.error().message);
}

std::vector<std::string> interfaces() {
  std::vector<std::string> names;
  const std::unique_ptr<struct if_nameindex[], decltype(&::if_freenameindex)> list(
      ::if_nameindex(), &::if_freenameindex);
  for (std::size_t i = 0; list[i].if_index != 0; ++i) {
    names.emplace_back(list[i].if_name);
  }
  return names;
}

std::vector<std::string> files_in(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code missing;
  for (const auto& file : std::filesystem::directory_iterator(folder, missing)) {
    names.push_back(file.path().filename());
  }
  return names;
}

class PrivateHost : public testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) {
      GTEST_SKIP() << "making net namespaces needs root";
    }
    for (const char* const plugin : {"bridge", "host-local", "portmap"}) {
      if (!is_installed(plugin)) {
        GTEST_SKIP() << "the CNI plugin " << plugin << " is not installed";
      }
    }
    for (const char* const program : {"iptables", "ip"}) {
      if (!linux::find_program(program)) {
        GTEST_SKIP() << program << " is not installed";
      }
    }
    paths_.config_dir = folder_ / "net.d";
    paths_.data_dir = folder_ / "leases";
    host_ = std::make_unique<linux::WorkerThread>();
    host_->call([this] { become_host(); });
  }

  void TearDown() override { host_.reset(); }

  bool is_installed(const std::string& plugin) const {
    return std::any_of(paths_.plugin_dirs.begin(), paths_.plugin_dirs.end(),
                       [&](const std::string& folder) {
                         return ::access(fmt::format("{}/{}", folder, plugin).c_str(), X_OK) == 0;
                       });
  }

  void become_host() const {
    ASSERT_EQ(::unshare(CLONE_NEWNET | CLONE_NEWNS), 0);
    ASSERT_EQ(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), 0);
    ASSERT_EQ(::mount("tmpfs", folder_.path().c_str(), "tmpfs", 0, nullptr), 0);
    // The lock file of iptables lies here.
    ASSERT_EQ(::mount("tmpfs", "/run", "tmpfs", 0, nullptr), 0);
    ASSERT_EQ(linux::bring_loopback_up(), 0);
  }

  // A network of the administrator's that masquerades for each pod.
  void write_own_network() const {
    ASSERT_TRUE(linux::make_directories(paths_.config_dir));
    ASSERT_TRUE(linux::write_file(
        paths_.config_dir + "/10-own.conflist",
        fmt::format(
            R"({{"cniVersion":"0.4.0","name":"own","plugins":[{{"type":"bridge",)"
            R"("bridge":"own0","isGateway":true,"ipMasq":true,"ipam":{{"type":)"
            R"("host-local","dataDir":"{}","ranges":[[{{"subnet":"10.139.0.0/16"}}]]}}}}]}})",
            paths_.data_dir)));
  }

  NetworkRequest request(const std::string& id) const {
    return {.container_id = id,
            .netns_path = folder_ / id,
            .pod_namespace = "default",
            .pod_name = "pod-" + id,
            .pod_uid = id};
  }

  NetworkPaths paths_;
  const linux::TemporaryFolder folder_ = linux::TemporaryFolder::make().value();
  std::unique_ptr<linux::WorkerThread> host_;
};

// A thread in a net namespace of its own, pinned where the host thread sees it.
class FakeSandbox {
 public:
  FakeSandbox(linux::WorkerThread& host, const NetworkRequest& request) {
    pid_t thread = 0;
    inside_.call([&] {
      EXPECT_EQ(::unshare(CLONE_NEWNET), 0);
      EXPECT_EQ(linux::bring_loopback_up(), 0);
      thread = ::gettid();
    });
    host.call([&] {
      const auto own = linux::Namespace::of_process(thread, linux::NamespaceKind::net);
      ASSERT_TRUE(own) << own.error().message;
      ASSERT_TRUE(own->pin(request.netns_path));
    });
  }
  void call(const std::function<void()>& work) { inside_.call(work); }

 private:
  linux::WorkerThread inside_;
};

std::string attach(const NetworkPaths& paths, const NetworkRequest& request,
                   NetworkAttachment& attachment) {
  const Result<PreparedNetwork> prepared = prepare_network(paths, request);
  if (!prepared) {
    return prepared.error().message;
  }
  Result<NetworkAttachment> attached = attach_network(prepared->record);
  if (!attached) {
    return attached.error().message;
  }
  attachment = *std::move(attached);
  return "";
}

// "10.131.0.2/16" -> "10.131.0.2"
std::string plain(const std::string& address) { return address.substr(0, address.find('/')); }

TEST_F(PrivateHost, SandboxesReachEachOtherAndAreReachedByHostPort) {
  NetworkRequest server_request = request("server");
  server_request.ports = {{.container_port = 80, .host_port = 8080}};
  const NetworkRequest client_request = request("client");
  FakeSandbox server(*host_, server_request);
  FakeSandbox client(*host_, client_request);
  NetworkAttachment server_side;
  NetworkAttachment client_side;
  host_->call([&] {
    ASSERT_EQ(attach(paths_, server_request, server_side), "");
    ASSERT_EQ(attach(paths_, client_request, client_side), "");
  });
  EXPECT_EQ(server_side.interface, "eth0");
  EXPECT_THAT(server_side.addresses, ElementsAre(StartsWith("10.131.0.")));
  EXPECT_EQ(server_side.gateway, "10.131.0.1");
  const std::string address = plain(server_side.addresses.at(0));
  linux::Fd listening;
  server.call([&] { listening = listen_on(80); });
  client.call([&] {
    EXPECT_THAT(interfaces(), ElementsAre("lo", "eth0"));
    EXPECT_EQ(connect_to(address, 80), "") << "sandbox to sandbox";
    EXPECT_EQ(connect_to(server_side.gateway, 8080), "") << "sandbox to host port";
  });
  host_->call([&] {
    EXPECT_EQ(connect_to(address, 80), "") << "host to sandbox";
    EXPECT_EQ(connect_to("127.0.0.1", 8080), "") << "host port by loopback";
    EXPECT_EQ(connect_to("10.131.0.1", 8080), "") << "host port by address";
    EXPECT_THAT(files_in(paths_.data_dir + "/podsysctl"), Contains(address));
    const std::string rules = run("iptables-save", {});
    EXPECT_THAT(rules, HasSubstr("id: \\\"server\\\""));

    for (const NetworkAttachment* const each : {&server_side, &client_side}) {
      const Result<> detached = detach_network(each->record);
      ASSERT_TRUE(detached) << detached.error().message;
      ASSERT_TRUE(detach_network(each->record)) << "a second time is success";
    }
    EXPECT_THAT(files_in(paths_.data_dir + "/podsysctl"), Not(Contains(StartsWith("10."))))
        << "only the lock and the last address stay";
    EXPECT_THAT(interfaces(), ElementsAre("lo", "podsysctl0"));
    const std::string left = run("iptables-save", {});
    EXPECT_THAT(left, HasSubstr("*nat"));
    EXPECT_THAT(left, Not(HasSubstr("id: ")));
    EXPECT_THAT(left, Not(HasSubstr(address)));
    // Two pods came and went: one rule for the range, which stays with the bridge.
    const std::string rule =
        "-A POSTROUTING -s 10.131.0.0/16 ! -o podsysctl0 -m comment --comment podsysctl -j "
        "MASQUERADE\n";
    const std::size_t found = left.find(rule);
    ASSERT_NE(found, std::string::npos) << left;
    EXPECT_EQ(left.find(rule, found + 1), std::string::npos) << left;
    EXPECT_THAT(connect_to("127.0.0.1", 8080), Not(IsEmpty()));
  });
}

// What lies beyond the host: a namespace with 192.0.2.2, behind 192.0.2.1 of the host.
class Outside {
 public:
  explicit Outside(linux::WorkerThread& host) {
    pid_t thread = 0;
    inside_.call([&] {
      EXPECT_EQ(::unshare(CLONE_NEWNET), 0);
      thread = ::gettid();
    });
    host.call([&] {
      EXPECT_EQ(run("ip", {"link", "add", "out0", "type", "veth", "peer", "name", "eth0", "netns",
                           std::to_string(thread)}),
                "");
      EXPECT_EQ(run("ip", {"address", "add", "192.0.2.1/24", "dev", "out0"}), "");
      EXPECT_EQ(run("ip", {"link", "set", "out0", "up"}), "");
    });
    inside_.call([] {
      EXPECT_EQ(run("ip", {"address", "add", "192.0.2.2/24", "dev", "eth0"}), "");
      EXPECT_EQ(run("ip", {"link", "set", "eth0", "up"}), "");
    });
  }
  void call(const std::function<void()>& work) { inside_.call(work); }

 private:
  linux::WorkerThread inside_;
};

// As Docker leaves a host: whatever is forwarded is dropped.
TEST_F(PrivateHost, PodsPassAPacketFilterThatDropsWhatIsForwarded) {
  NetworkRequest web = request("web");
  web.ports = {{.container_port = 80, .host_port = 8080}};
  FakeSandbox sandbox(*host_, web);
  Outside outside(*host_);
  NetworkAttachment attached;
  host_->call([&] {
    ASSERT_EQ(run("iptables", {"-P", "FORWARD", "DROP"}), "");
    ASSERT_EQ(attach(paths_, web, attached), "");
  });
  linux::Fd outer;
  outside.call([&] { outer = listen_on(9000); });
  linux::Fd inner;
  sandbox.call([&] {
    inner = listen_on(80);
    EXPECT_EQ(connect_to("192.0.2.2", 9000), "") << "from a pod to the outside";
  });
  outside.call([] { EXPECT_EQ(connect_to("192.0.2.1", 8080), "") << "to a host port"; });
  const NetworkRequest next = request("next");
  const FakeSandbox another(*host_, next);
  host_->call([&] {
    const Result<> detached = detach_network(attached.record);
    ASSERT_TRUE(detached) << detached.error().message;
    NetworkAttachment again;
    ASSERT_EQ(attach(paths_, next, again), "");
    const std::string rules = run("iptables", {"-S", "FORWARD"});
    EXPECT_TRUE(parse_forward_chain(rules, {0x0a830000, 16, ""}).has_our_rules) << rules;
    EXPECT_EQ(std::ranges::count(rules, '\n'), 3) << "two rules for all pods:\n" << rules;
    EXPECT_TRUE(detach_network(again.record));
  });
}

// A kill -9 between the end of ADD and the storing of its result.
TEST_F(PrivateHost, ThePreparedRecordIsEnoughToRemoveEverything) {
  const NetworkRequest web = request("web");
  const FakeSandbox sandbox(*host_, web);
  host_->call([&] {
    const Result<PreparedNetwork> prepared = prepare_network(paths_, web);
    ASSERT_TRUE(prepared) << prepared.error().message;
    const Result<NetworkAttachment> attached = attach_network(prepared->record);
    ASSERT_TRUE(attached) << attached.error().message;
    const std::string address = plain(attached->addresses.at(0));
    const Result<> detached = detach_network(prepared->record);
    ASSERT_TRUE(detached) << detached.error().message;
    EXPECT_THAT(run("iptables-save", {}), Not(HasSubstr(address)));
    EXPECT_THAT(files_in(paths_.data_dir + "/podsysctl"), Not(Contains(address)));
    EXPECT_THAT(interfaces(), ElementsAre("lo", "podsysctl0"));
  });
}

TEST_F(PrivateHost, ALostNamespaceLeavesNoRules) {
  NetworkRequest web = request("web");
  web.ports = {{.container_port = 80, .host_port = 8080}};
  auto sandbox = std::make_unique<FakeSandbox>(*host_, web);
  NetworkAttachment attached;
  host_->call([&] {
    ASSERT_EQ(attach(paths_, web, attached), "");
    ASSERT_TRUE(linux::unpin(web.netns_path));
  });
  sandbox.reset();
  host_->call([&] {
    const Result<> detached = detach_network(attached.record);
    ASSERT_TRUE(detached) << detached.error().message;
    const std::string address = plain(attached.addresses.at(0));
    EXPECT_THAT(run("iptables-save", {}), AllOf(HasSubstr("*nat"), Not(HasSubstr(address))));
    EXPECT_THAT(files_in(paths_.data_dir + "/podsysctl"), Not(Contains(address)));
    const Result<> again = detach_network(attached.record);
    EXPECT_TRUE(again) << again.error().message;
  });
}

TEST_F(PrivateHost, ADeletionThatWasKilledHalfwayIsCompleted) {
  const NetworkRequest web = request("web");
  FakeSandbox sandbox(*host_, web);
  NetworkAttachment attached;
  host_->call([&] {
    write_own_network();
    ASSERT_EQ(attach(paths_, web, attached), "");
  });
  // The plugin bridge deletes the interface first and the rules afterwards.
  sandbox.call([] { ASSERT_EQ(run("ip", {"link", "del", "eth0"}), ""); });
  host_->call([&] {
    EXPECT_THAT(run("iptables-save", {}), HasSubstr("id: \\\"web\\\""));
    const Result<> detached = detach_network(attached.record);
    ASSERT_TRUE(detached) << detached.error().message;
    EXPECT_THAT(run("iptables-save", {}), AllOf(HasSubstr("*nat"), Not(HasSubstr("id: "))));
  });
}

TEST_F(PrivateHost, AHostPortIsGivenOnce) {
  NetworkRequest first = request("first");
  first.ports = {{.container_port = 80, .host_port = 8080}};
  NetworkRequest second = request("second");
  second.ports = {{.container_port = 81, .host_port = 8080, .host_ip = "127.0.0.1"}};
  const FakeSandbox first_sandbox(*host_, first);
  const FakeSandbox second_sandbox(*host_, second);
  NetworkAttachment one;
  NetworkAttachment two;
  host_->call([&] {
    ASSERT_EQ(attach(paths_, first, one), "");
    EXPECT_EQ(attach(paths_, second, two),
              "host port 8080/tcp is taken by the pod default/pod-first: choose another (-p, "
              "hostPort), or remove that pod");
    EXPECT_THAT(files_in(paths_.data_dir + "/podsysctl"), Not(Contains("second")));
    ASSERT_TRUE(detach_network(one.record));
    ASSERT_EQ(attach(paths_, second, two), "");
    ASSERT_TRUE(detach_network(two.record));
    EXPECT_THAT(files_in(paths_.data_dir + "/ports"), ElementsAre("lock"));
  });
}

}  // namespace
}  // namespace podsysctl::sandbox
