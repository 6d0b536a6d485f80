// SPDX-License-Identifier: Apache-2.0
// The verbs `catalog` and `explain` as they are called: exit code, output, messages. For another
// kernel and for what needs no probe, so that no rights are needed.
#include <unistd.h>

#include <array>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "cli/exit_codes.h"
#include "cli/test_support.h"
#include "json/json.h"
#include "linux/fresh_namespaces.h"
#include "linux/proc_sys.h"
#include "sysctl/profile.h"

namespace podsysctl::cli {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::string scratch_root() { return testing::TempDir() + "catalog-verb-root"; }

TEST(CatalogVerb, ListsAnotherKernelsKeysByFilter) {
  const Printed ipc = run_words({"catalog", "--against", "6.12", "--scope", "uts"});
  EXPECT_EQ(ipc.code, kOk) << ipc.err;
  EXPECT_THAT(ipc.out, HasSubstr("kernel.domainname"));
  EXPECT_THAT(ipc.out, Not(HasSubstr("net.")));
  EXPECT_THAT(ipc.err, IsEmpty());

  const Printed settable =
      run_words({"catalog", "--against", "6.12", "--settable", "net.core.", "vm."});
  EXPECT_EQ(settable.code, kOk);
  EXPECT_THAT(settable.out, HasSubstr("net.core.somaxconn"));
  EXPECT_THAT(settable.out, Not(HasSubstr("node-only")));
  EXPECT_THAT(settable.out, Not(HasSubstr("vm.")));

  const Printed found = run_words({"catalog", "--against", "6.12", "--search", "LISTEN(2)"});
  EXPECT_EQ(found.code, kOk);
  EXPECT_THAT(found.out, HasSubstr("net.core.somaxconn"));
}

TEST(CatalogVerb, TheTableNamesLegalValues) {
  const Printed table =
      run_words({"catalog", "--against", "6.12", "net.ipv4.tcp_rmem", "kernel.shmmni",
                 "net.ipv4.tcp_sack", "net.ipv4.conf.*.rp_filter"});
  EXPECT_THAT(table.out, ContainsRegex("kernel.shmmni +ipc +pod-writable +0..16777216 "));
  EXPECT_THAT(table.out, ContainsRegex("net.ipv4.tcp_rmem +net +pod-writable +vector of 3 "));
  EXPECT_THAT(table.out, ContainsRegex("net.ipv4.tcp_sack +net +pod-writable +0.1 "));
  EXPECT_THAT(table.out, ContainsRegex("rp_filter +net +pod-writable +0.1.2 "));
}

TEST(CatalogVerb, QuietMeansNamesOnly) {
  const Printed names =
      run_words({"catalog", "--against", "6.12", "-q", "kernel.domain", "kernel.shmm"});
  EXPECT_EQ(names.out, "kernel.domainname\nkernel.shmmax\nkernel.shmmni\n");
}

TEST(CatalogVerb, JsonAndYamlAreOneTree) {
  const Printed as_json = run_words(
      {"catalog", "--against", "4.14", "-o", "json", "net.ipv4.tcp_rmem", "kernel.msgmnb"});
  ASSERT_EQ(as_json.code, kOk) << as_json.err;
  const json::Value list = json::parse(as_json.out, "catalog").value();
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(list[0]["key"], "kernel.msgmnb");
  EXPECT_EQ(list[1]["settability"], "node-only");
  EXPECT_EQ(list[1]["namespacedSince"], "4.15");
  EXPECT_EQ(list[1]["from"], "data");
  const Printed as_yaml = run_words(
      {"catalog", "--against", "4.14", "-o", "yaml", "net.ipv4.tcp_rmem", "kernel.msgmnb"});
  EXPECT_THAT(as_yaml.out, HasSubstr("- key: \"kernel.msgmnb\"\n  scope: \"ipc\"\n"));
}

TEST(CatalogVerb, SaysWhatIsWrong) {
  struct Case {
    std::vector<std::string> words;
    int code;
    std::string message;
  };
  const std::vector<Case> cases = {
      {{"catalog", "--against", "new"}, kFailed, "\"new\" is no kernel release"},
      {{"catalog", "--against", "6.1", "zzz"}, kFailed, "kernel 6.1 has no sysctl that fits"},
      {{"catalog", "--against", "6.1", "--probe-active"}, kUsage, "give one of them"},
      {{"catalog", "--scope", "pod"}, kUsage, "it is one of net, ipc, uts, user, node"},
      {{"explain"}, kUsage, "missing argument: KEY"},
      {{"explain", "--profile", "a", "b"}, kUsage, "--profile takes one name"},
      {{"explain", "--profile=no-such"},
       kFailed,
       "there is no profile \"no-such\"; the profiles are:"},
      {{"explain", "net..x"}, kFailed, "net..x"},
      {{"explain", "net.core.somaxcon"}, kFailed, "did you mean net.core.somaxconn"},
      {{"explain", "tcp_keepalve_time"}, kFailed, "did you mean net.ipv4.tcp_keepalive_time?"},
      {{"explain", "net.core.somaxconn", "crio:abc"}, kFailed, "of the form \"crio\""},
      {{"explain", "net.core.somaxconn", "pid:x"}, kFailed, "a process id is a number"},
      {{"explain", "net.core.somaxconn", "pid:2147483647"}, kFailed, "2147483647"},
      {{"explain", "net.core.somaxconn", "netns:/dev/null"}, kFailed, "/dev/null"},
      {{"explain", "net.core.somaxconn", "nobody"}, kFailed, "no pod or container \"nobody\""},
  };
  for (const Case& c : cases) {
    std::vector<std::string> words = c.words;
    words.insert(words.end(), {"--root", scratch_root()});
    const Printed outcome = run_words(words);
    EXPECT_EQ(outcome.code, c.code) << testing::PrintToString(c.words);
    EXPECT_THAT(outcome.err, HasSubstr(c.message)) << testing::PrintToString(c.words);
    EXPECT_THAT(outcome.out, IsEmpty()) << testing::PrintToString(c.words);
  }
}

TEST(ExplainVerb, TakesAnySpelling) {
  const Printed dotted = run_words({"explain", "net.core.somaxconn", "--root", scratch_root()});
  const Printed slashed = run_words({"explain", "net/core/somaxconn", "--root", scratch_root()});
  EXPECT_EQ(dotted.code, kOk) << dotted.err;
  EXPECT_EQ(dotted.out, slashed.out);
  EXPECT_EQ(run_words({"explain", "/proc/sys/net/core/somaxconn", "--root", scratch_root()}).out,
            dotted.out);
  EXPECT_THAT(dotted.out, HasSubstr("docker run --sysctl 'net.core.somaxconn="));
  EXPECT_THAT(dotted.out, Not(HasSubstr("\x1b")));
}

TEST(ExplainVerb, ShowsTheValueOfATarget) {
  // This process lives in the host's namespaces, or in those that the test was given.
  const Printed own = run_words({"explain", "-o", "json", "net.core.somaxconn",
                                 "pid:" + std::to_string(::getpid()), "--root", scratch_root()});
  if (own.code != kOk && own.err.contains("ermission")) {
    GTEST_SKIP() << own.err;
  }
  ASSERT_EQ(own.code, kOk) << own.err;
  const json::Value view = json::parse(own.out, "explain").value();
  EXPECT_EQ(view["target"]["value"], view["host"]);
  EXPECT_EQ(view["target"]["remark"], "the host's value: its net namespace is shared");
}

// A new network namespace with this value; the thread that made it is gone.
Result<linux::Namespace> network_with(std::string_view somaxconn) {
  Result<linux::Namespace> made = Error::of(Code::internal, "not made");
  std::thread([&] {
    made = [&]() -> Result<linux::Namespace> {
      constexpr std::array kNet{linux::NamespaceKind::net};
      PSYS_TRY(linux::unshare_namespaces(kNet));
      PSYS_TRY_ASSIGN(const linux::ProcSys proc, linux::ProcSys::open());
      PSYS_TRY_ASSIGN(const linux::SysctlFile file,
                      proc.open_key("net/core/somaxconn", linux::ProcSysAccess::read_write));
      PSYS_TRY(file.write(somaxconn));
      return linux::Namespace::own(linux::NamespaceKind::net);
    }();
  }).join();
  return made;
}

TEST(ExplainVerb, ShowsTheValueOfANetworkNamespace) {
  const auto net = network_with("1234");
  if (!net) {
    GTEST_SKIP() << net.error().message;
  }
  const std::string target = fmt::format("netns:/proc/self/fd/{}", net->fd().get());
  const auto at_target = [&target](const std::string& key) {
    const Printed page =
        run_words({"explain", "-o", "json", key, target, "--root", scratch_root()});
    EXPECT_EQ(page.code, kOk) << page.err;
    return json::parse(page.out, "explain").value()["target"];
  };
  const json::Value net_key = at_target("net.core.somaxconn");
  EXPECT_EQ(net_key["value"], "1234");
  EXPECT_EQ(net_key["remark"], "");
  const json::Value ipc_key = at_target("kernel.msgmax");
  EXPECT_EQ(ipc_key["value"], nullptr);
  EXPECT_EQ(ipc_key["remark"], "a network namespace holds net.* only");
  const json::Value node_key = at_target("vm.swappiness");
  EXPECT_EQ(node_key["remark"], "the node's value, which holds in every pod");
  const json::Value hidden = at_target("net.ipv4.tcp_mem");
  EXPECT_EQ(hidden["remark"], "it does not see this key: the node's value holds there");
}

TEST(ExplainVerb, ListsProfiles) {
  const Printed list = run_words({"explain", "--profile"});
  EXPECT_EQ(list.code, kOk);
  ASSERT_FALSE(sysctl::profiles().empty());
  const std::string name(sysctl::profiles().front().name);
  EXPECT_THAT(list.out, HasSubstr(name));
  const Printed one = run_words({"explain", "--profile", name});
  EXPECT_EQ(one.code, kOk);
  EXPECT_EQ(run_words({"explain", "--profile=" + name}).out, one.out);
  const Printed as_json = run_words({"explain", "--profile", "-o", "json"});
  EXPECT_EQ(json::parse(as_json.out, "list").value().size(), sysctl::profiles().size());
}

}  // namespace
}  // namespace podsysctl::cli
