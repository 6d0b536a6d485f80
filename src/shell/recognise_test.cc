// SPDX-License-Identifier: Apache-2.0
#include "shell/recognise.h"

#include <chrono>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "shell/limits.h"

namespace podsysctl::shell {
namespace {

using Argv = std::vector<std::string>;

// Writes as "KEY=VALUE", in "<>" where uncertain, with "net:" where another network namespace is
// meant; "KEY=?" for an unknown value. Then effects: "+own" and "-lasting".
std::string show(const Recognition& found) {
  std::string text;
  for (const Write& write : found.writes) {
    text += text.empty() ? "" : " ";
    std::string one = (write.entered_net ? "net:" : "") +
                      std::string(write.entered_ipc ? "ipc:" : "") + (write.key_known ? "" : "~") +
                      write.key + "=" + write.value.value_or("?");
    text += write.certain ? one : "<" + one + ">";
  }
  for (const Effect& effect : found.effects) {
    text += text.empty() ? "" : " ";
    text += (effect.reach == Effect::Reach::own ? "+" : "-") + effect.what;
  }
  return text;
}

std::string script(std::string text) {
  return show(recognise(Argv{"sh", "-c", std::move(text)}, {}));
}

struct Case {
  const char* script;
  const char* found;
};

class Scripts : public testing::TestWithParam<Case> {};

TEST_P(Scripts, Recognised) { EXPECT_EQ(script(GetParam().script), GetParam().found); }

constexpr Case kSysctl[] = {
    {"sysctl -w net.core.somaxconn=1024", "net.core.somaxconn=1024"},
    {"sysctl net.core.somaxconn=1024", "net.core.somaxconn=1024"},
    {"sysctl -q -w a.b=1 c.d=2", "a.b=1 c.d=2"},
    {"sysctl -qw a.b=1", "a.b=1"},
    {"sysctl -ew a.b=1", "a.b=1"},
    {"sysctl --write a.b=1", "a.b=1"},
    {"/sbin/sysctl -w a/b/c=1", "a/b/c=1"},
    {"busybox sysctl -w a.b=1", "a.b=1"},
    {"sysctl -w \"net.ipv4.tcp_rmem=4096 87380 16777216\"",
     "net.ipv4.tcp_rmem=4096 87380 16777216"},
    {"sysctl -w net.ipv4.tcp_rmem='4096 87380 16777216'", "net.ipv4.tcp_rmem=4096 87380 16777216"},
    {"sysctl -w net.ipv4.tcp_rmem=4096\\ 87380\\ 16777216",
     "net.ipv4.tcp_rmem=4096 87380 16777216"},
    {"sysctl -w a.b=$'1\\t2'", "a.b=1\t2"},
    {"sysctl -n a.b; sysctl -a; sysctl -a -r net; sysctl --dry-run -w a.b=1", ""},
    {"sysctl -w a.b=", "a.b="},
    {"sysctl -w net.ipv4.conf.*.rp_filter=0", "~net.ipv4.conf.*.rp_filter=0"},
    {"sysctl -w $KEY=1", "~?=1"},
    {"sysctl -w a.b=$(nproc)", "a.b=?"},
    {"sysctl -w a.b=$((1024 * 4))", "a.b=?"},
    {"sysctl -w a.b=$(echo 5)", "a.b=5"},
    {"sysctl -w $(cat /settings)", "~?=?"},
};

constexpr Case kFiles[] = {
    {"sysctl -p", "~=?"},
    {"sysctl -p /etc/sysctl.d/tuned.conf", "~=?"},
    {"sysctl --system", "~=?"},
    {"sysctl -p - <<EOF\n# note\nnet.core.somaxconn = 1024\n\n; x = 1\n-kernel.sem=1 2 3 4\nEOF\n",
     "net.core.somaxconn=1024 kernel.sem=1 2 3 4"},
    {"sysctl -p- <<EOF\na.b=1\nEOF", "a.b=1"},
    {"echo a.b=1 | sysctl -p -", "a.b=1"},
    {"printf 'a.b=1\\nc.d=2\\n' | sysctl -p /dev/stdin", "a.b=1 c.d=2"},
    {"printf '%s=%d\\n' a.b 1 c.d 2 | sysctl --load=-", "a.b=1 c.d=2"},
    {"cat <<EOF > /etc/sysctl.d/x.conf && sysctl --system\na.b=1\nEOF\n", "a.b=1"},
    {"cat > /etc/sysctl.d/x.conf <<'EOF'\na.b=$x\nEOF\nsysctl --system", "a.b=$x"},
    {"echo a.b=1 >> /etc/sysctl.conf; echo 'c.d = 2' >> /etc/sysctl.conf; sysctl -p",
     "a.b=1 c.d=2"},
    {"echo a.b=1 | tee -a /etc/sysctl.conf && sysctl -p", "a.b=1"},
    {"{ echo a.b=1; echo c.d=2; } > /tmp/s; sysctl -p /tmp/s", "a.b=1 c.d=2"},
    {"echo a.b=1 > /tmp/s; cat /tmp/s - </dev/null | sysctl -p -", "a.b=1 ~?=?"},
    {"echo a.b=1 > /tmp/s; cp /tmp/s /etc/sysctl.d/s.conf; sysctl --system", "a.b=1"},
    {"mkdir -p /etc/sysctl.d; echo a.b=1 > /etc/sysctl.d/a.conf; sysctl -p /etc/sysctl.d/a.conf",
     "a.b=1 +makes the folder \"/etc/sysctl.d\""},
    {"if [ -e /x ]; then echo a.b=1 > /tmp/s; fi; sysctl -p /tmp/s", "<a.b=1>"},
    {"echo a.b=1 > /etc/sysctl.d/x.conf", "-writes \"/etc/sysctl.d/x.conf\""},
    {"sysctl -p <(echo a.b=1)", "~=?"},
    {"echo a.b=1 > /host/etc/sysctl.d/9.conf; chroot /host sysctl --system", "a.b=1"},
};

constexpr Case kProcSys[] = {
    {"echo 65535 > /proc/sys/net/core/somaxconn", "net/core/somaxconn=65535"},
    {"echo -n 65535 >/proc/sys/net/core/somaxconn", "net/core/somaxconn=65535"},
    {"echo \"1024 65535\" > /proc/sys/net/ipv4/ip_local_port_range",
     "net/ipv4/ip_local_port_range=1024 65535"},
    {"echo 1024 65535 >> /proc/sys/net/ipv4/ip_local_port_range",
     "net/ipv4/ip_local_port_range=1024 65535"},
    {"printf '%s\\n' 5 > /proc/sys/a/b", "a/b=5"},
    {"printf 5 >| /proc/sys/a/b", "a/b=5"},
    {"echo 1 | tee /proc/sys/a/b", "a/b=1"},
    {"echo 1 | sudo tee -a /proc/sys/a/b /proc/sys/c/d > /dev/null", "a/b=1 c/d=1"},
    {"cat <<EOF > /proc/sys/a/b\n7\nEOF", "a/b=7"},
    {"cat > /proc/sys/a/b <<< 7", "a/b=7"},
    {"> /proc/sys/a/b echo 1", "a/b=1"},
    {"echo 1 2>/dev/null 1>/proc/sys/a/b", "a/b=1"},
    {"(echo 1) > /proc/sys/a/b", "a/b=1"},
    {"echo 1 | dd of=/proc/sys/a/b", "a/b=1"},
    {"cp /config/value /proc/sys/a/b", "a/b=?"},
    {"cd /proc/sys/net/core && echo 1 > somaxconn", "net/core/somaxconn=1"},
    {"echo 1 > /host/proc/sys/a/b; echo 2 > //proc//sys//c//d", "a/b=1 c/d=2"},
    {"for f in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 0 > $f; done",
     "~net/ipv4/conf/*/rp_filter=0"},
    {"echo $RANDOM > /proc/sys/a/b", "a/b=?"},
    {"cat /proc/sys/a/b > /proc/sys/c/d", "c/d=?"},
    {"echo 'a\\nb' > /proc/sys/a/b", "a/b=?"},
    {"echo -e '1\\t2' > /proc/sys/a/b", "a/b=1\t2"},
    {"echo 1 > \"/proc/sys/$KEY\"", "~?=1"},
};

constexpr Case kFlow[] = {
    {"set -ex; sysctl -w a.b=1; exit 0; sysctl -w c.d=2", "a.b=1"},
    {"sysctl -w a.b=1 && sysctl -w c.d=2", "a.b=1 c.d=2"},
    {"sysctl -w a.b=1 || true; sysctl -w c.d=2", "a.b=1 c.d=2"},
    {"sysctl -w a.b=1 || exit 1; sysctl -w c.d=2", "a.b=1 c.d=2"},
    {"sysctl -w a.b=1 || echo 1 > /proc/sys/a/b", "a.b=1 <a/b=1>"},
    {"[ -f /x ] && sysctl -w a.b=1", "<a.b=1>"},
    {"[ -f /x ] || exit 0; sysctl -w a.b=1", "<a.b=1>"},
    {"test -w /proc/sys/a/b && echo 1 > /proc/sys/a/b || true; sysctl -w c.d=1", "<a/b=1> c.d=1"},
    {"if [ \"$(sysctl -n vm.max_map_count)\" -lt 262144 ]; then sysctl -w vm.max_map_count=262144; "
     "fi",
     "<vm.max_map_count=262144>"},
    {"if ! sysctl -w a.b=1; then sysctl -w c.d=2; fi", "a.b=1 <c.d=2>"},
    {"if sysctl -w a.b=1; then echo fine; else exit 1; fi; sysctl -w c.d=1", "a.b=1 c.d=1"},
    {"if [ -e /x ]; then exit 0; fi; sysctl -w a.b=1", "<a.b=1>"},
    {"( sysctl -w a.b=1; exit 0 ); sysctl -w c.d=2", "a.b=1 c.d=2"},
    {"{ sysctl -w a.b=1; sysctl -w c.d=2; }", "a.b=1 c.d=2"},
    {"for k in a.b c.d; do sysctl -w $k=1; done", "a.b=1 c.d=1"},
    {"for s in 'a.b=1 2' c.d=3; do sysctl -w \"$s\"; done", "a.b=1 2 c.d=3"},
    {"for s in $LIST; do sysctl -w $s; done", "<~?=?>"},
    {"while true; do sysctl -w a.b=1; sleep 60; done", "a.b=1"},
    {"i=1; while true; do sysctl -w a.b=$i; i=2; done", "a.b=?"},
    {"until sysctl -w a.b=1; do sleep 1; done", "a.b=1"},
    {"while read line; do sysctl -w $line; done < /config", "<~?=?>"},
    {"case $X in a) sysctl -w a.b=1;; esac", "<a.b=1>"},
    {"f() { sysctl -w \"$1=$2\"; }; f a.b 1; f c.d 2", "a.b=1 c.d=2"},
    {"f() { return 0; sysctl -w a.b=1; }; f; sysctl -w c.d=2", "c.d=2"},
    {"sysctl -w a.b=1 & wait", "a.b=1"},
    {"false && sysctl -w a.b=1; false || sysctl -w c.d=1", "<a.b=1> c.d=1"},
    {"echo 'a.b=1 c.d=2' | xargs sysctl -w", "a.b=1 c.d=2"},
    {"printf 'a.b=1\\nc.d=2\\n' | xargs -I {} sysctl -w {}", "a.b=1 c.d=2"},
    {"eval 'sysctl -w a.b=1'", "a.b=1"},
};

constexpr Case kVariables[] = {
    {"V=65535; sysctl -w net.core.somaxconn=$V", "net.core.somaxconn=65535"},
    {"V=65535\necho ${V} > /proc/sys/a/b", "a/b=65535"},
    {"export V='1 2'; sysctl -w a.b=\"$V\"", "a.b=1 2"},
    {"V=1; W=$V$V; sysctl -w a.b=$W", "a.b=11"},
    {"V=1 sh -c 'sysctl -w a.b=$V'", "a.b=1"},
    {"sysctl -w a.b=$V", "a.b=?"},
    {"sysctl -w a.b=${V:-5}", "a.b=?"},
    {"V=; sysctl -w a.b=${V:-5}", "a.b=5"},
    {"if [ -e /x ]; then V=1; else V=2; fi; sysctl -w a.b=$V", "a.b=?"},
    {"read V; sysctl -w a.b=$V", "a.b=?"},
    {"ARGS='a.b=1 c.d=2'; sysctl -w $ARGS", "a.b=1 c.d=2"},
    {"V=$(cat /proc/sys/a/b); sysctl -w a.b=$V", "a.b=?"},
    {"( V=1 ); sysctl -w a.b=$V", "a.b=?"},
};

constexpr Case kNesting[] = {
    {"bash -c 'sysctl -w a.b=1'", "a.b=1"},
    {"/bin/sh -ec \"sysctl -w a.b=1\"", "a.b=1"},
    {"busybox sh -c 'sysctl -w a.b=1 && sysctl -w c.d=2'", "a.b=1 c.d=2"},
    {"sh -c \"sh -c 'sysctl -w a.b=1'\"", "a.b=1"},
    {"sh -c 'sysctl -w $0=$1' a.b 1", "a.b=1"},
    {"bash -euo pipefail -c 'sysctl -w a.b=1'", "a.b=1"},
    {"echo 'sysctl -w a.b=1' | sh", "a.b=1"},
    {"sh <<EOF\nsysctl -w a.b=1\nEOF", "a.b=1"},
    {"sudo -n -u root sysctl -w a.b=1", "a.b=1"},
    {"env X=1 nohup timeout -k 5 10 nice -n 5 sysctl -w a.b=1", "a.b=1"},
    {"su -c 'sysctl -w a.b=1' root", "a.b=1"},
    {"chroot /host sysctl -w a.b=1", "a.b=1"},
    {"chroot /host /bin/sh -c 'sysctl -w a.b=1'", "a.b=1"},
    {"nsenter -t 1 -n -- sysctl -w a.b=1", "net:a.b=1"},
    {"nsenter --target 1 --mount --net --ipc -- sysctl -w a.b=1; sysctl -w c.d=2",
     "net:ipc:a.b=1 c.d=2"},
    {"nsenter -a -t1 sysctl -w a.b=1", "net:ipc:a.b=1"},
    {"nsenter -mt 1 sysctl -w a.b=1", "a.b=1"},
    {"nsenter --net=/host/proc/1/ns/net sysctl -w a.b=1", "net:a.b=1"},
    {"nsenter -n/proc/1/ns/net sh -c 'echo 1 > /proc/sys/a/b'", "net:a/b=1"},
    {"exec sysctl -w a.b=1", "a.b=1"},
    {"tini -- sysctl -w a.b=1", "a.b=1"},
};

constexpr Case kEffects[] = {
    {"sysctl -w a.b=1; ulimit -n 65536", "a.b=1 +sets limits of its own processes (ulimit)"},
    {"mount -o remount,rw /proc/sys && sysctl -w a.b=1",
     "a.b=1 +remounts /proc/sys writable for itself"},
    {"apk add --no-cache procps && sysctl -w a.b=1",
     "a.b=1 +installs packages into its own file system"},
    {"modprobe br_netfilter && sysctl -w a.b=1", "<a.b=1> -runs \"modprobe\""},
    {"sysctl -w a.b=1; echo never > /sys/kernel/mm/transparent_hugepage/enabled",
     "a.b=1 -writes \"/sys/kernel/mm/transparent_hugepage/enabled\""},
    {"mount -t hugetlbfs none /mnt; sysctl -w a.b=1", "a.b=1 -mounts \"/mnt\""},
    {"sysctl -w a.b=1; exec nginx -g 'daemon off;'", "a.b=1 -runs \"nginx\""},
    {"sysctl -w a.b=1; chown -R 1000 /data", "a.b=1 -runs \"chown\""},
    {"sysctl -w a.b=1; $CMD", "a.b=1 -runs a command that is only known when it runs"},
    {"sysctl -w a.b=1; /scripts/more.sh", "a.b=1 -runs \"/scripts/more.sh\""},
    {"sh /scripts/tune.sh", "-runs the script \"/scripts/tune.sh\", which is not in the manifest"},
    {"sysctl -w a.b=1; sed -i s/a/b/ /etc/x", "a.b=1 -runs \"sed\""},
    {"sysctl -w a.b=1; hostname db-1", "a.b=1 -sets the host name"},
    {"sysctl -w a.b=1; echo 'unclosed", "a.b=1 -could not be read: the script lacks a closing '"},
    {"echo done; sleep 5; tail -f /dev/null; cat /proc/sys/a/b; ls | grep x | wc -l", ""},
};

INSTANTIATE_TEST_SUITE_P(Sysctl, Scripts, testing::ValuesIn(kSysctl));
INSTANTIATE_TEST_SUITE_P(Files, Scripts, testing::ValuesIn(kFiles));
INSTANTIATE_TEST_SUITE_P(ProcSys, Scripts, testing::ValuesIn(kProcSys));
INSTANTIATE_TEST_SUITE_P(Flow, Scripts, testing::ValuesIn(kFlow));
INSTANTIATE_TEST_SUITE_P(Variables, Scripts, testing::ValuesIn(kVariables));
INSTANTIATE_TEST_SUITE_P(Nesting, Scripts, testing::ValuesIn(kNesting));
INSTANTIATE_TEST_SUITE_P(Effects, Scripts, testing::ValuesIn(kEffects));

TEST(Recognise, CommandLines) {
  EXPECT_EQ(show(recognise(Argv{"sysctl", "-w", "a.b=1"}, {})), "a.b=1");
  EXPECT_EQ(show(recognise(Argv{"/bin/busybox", "sysctl", "-w", "a.b=1 2"}, {})), "a.b=1 2");
  EXPECT_EQ(show(recognise(Argv{"nginx"}, {})), "-runs \"nginx\"");
  EXPECT_EQ(show(recognise(Argv{}, {})), "");
  EXPECT_EQ(show(recognise(Argv{"echo", "1", ">", "/proc/sys/a/b"}, {})), "");  // no shell
}

TEST(Recognise, VariablesOfKubernetes) {
  const Variables environment{{"KEY", "net.core.somaxconn"}, {"VALUE", "65535"}, {"LATER", {}}};
  EXPECT_EQ(show(recognise(Argv{"sysctl", "-w", "$(KEY)=$(VALUE)"}, environment)),
            "net.core.somaxconn=65535");
  EXPECT_EQ(show(recognise(Argv{"sh", "-c", "sysctl -w ${KEY}=\"$VALUE\""}, environment)),
            "net.core.somaxconn=65535");
  EXPECT_EQ(show(recognise(Argv{"sysctl", "-w", "a.b=$(LATER)"}, environment)), "a.b=?");
  EXPECT_EQ(show(recognise(Argv{"sysctl", "-w", "a.b=$(NONE) $$(KEY)"}, environment)),
            "a.b=$(NONE) $(KEY)");
  EXPECT_EQ(show(recognise(Argv{"sh", "-c", "sysctl -w a.b=${VALUE:-7}"}, environment)),
            "a.b=65535");
}

TEST(Recognise, Places) {
  const auto place = [](const Argv& argv, const Variables& environment = {}) {
    const Recognition found = recognise(argv, environment);
    EXPECT_EQ(found.writes.size(), 1U);
    const Place at = found.writes.at(0).at;
    return std::to_string(at.element) + ":" + argv.at(at.element).substr(at.offset, 6);
  };
  EXPECT_EQ(place({"sysctl", "-w", "key.a=1"}), "2:key.a=");
  EXPECT_EQ(place({"sh", "-c", "true; sysctl -w key.a=1"}), "2:key.a=");
  EXPECT_EQ(place({"sh", "-c", "echo 1 > /proc/sys/a/b"}), "2:/proc/");
  EXPECT_EQ(place({"sh", "-c", "sh -c 'sysctl -w key.a=1'"}), "2:key.a=");
  EXPECT_EQ(place({"sh", "-c", "sysctl -p - <<E\n# x\n key.a=1\nE"}), "2:key.a=");
  EXPECT_EQ(place({"sh", "-c", "cat >/etc/sysctl.d/a.conf <<E\nkey.a=1\nE\nsysctl --system"}),
            "2:key.a=");
  // Behind what Kubernetes expands, and inside of it.
  EXPECT_EQ(place({"sh", "-c", "echo $(LONG); sysctl -w key.a=1"}, {{"LONG", "xxxxxxxxxxxxxxx"}}),
            "2:key.a=");
  EXPECT_EQ(place({"sh", "-c", "$(LONG) more"}, {{"LONG", "sysctl -w key.a=1"}}), "2:$(LONG");
}

TEST(Recognise, Limits) {
  EXPECT_EQ(script("sysctl -w a.b=1 # " + std::string(kMaxScriptBytes, 'x')),
            "-was not read to its end: it is longer than 64 KiB");
  std::string deep = "sysctl -w a.b=1";
  for (int i = 0; i < 30; ++i) {
    deep = "sudo " + deep;
  }
  EXPECT_EQ(script(deep), "-was not read to its end: commands in commands in commands");
  EXPECT_EQ(script("f() { f; }; f"), "-was not read to its end: commands in commands in commands");
  std::string wide = "a=x";
  for (int i = 0; i < 40; ++i) {
    wide += "; a=$a$a";
  }
  EXPECT_EQ(script(wide), "-was not read to its end: its variables and loops make too much text");
  const std::string digits = "for a in 1 2 3 4 5 6 7 8 9; do ";
  std::string loops = "true";
  for (int i = 0; i < 7; ++i) {
    loops = digits + loops + "; done";
  }
  EXPECT_THAT(script(loops), testing::StartsWith("-was not read to its end: "));
}

// Ten times the text takes about ten times as long: a bound that only quadratic time breaks.
TEST(Recognise, TimeIsLinear) {
  for (const std::string unit :
       {"sysctl -w a.b=1\n", "a='", "$(", "echo ${x:-", "[ a ] && ", "V=1;", "cat <<E\n", "$($(",
        "(a);", "x | ", "f(){ a; };", "\\", "if a; then b; fi;"}) {
    std::string text;
    while (text.size() < kMaxScriptBytes - unit.size()) {
      text += unit;
    }
    const auto start = std::chrono::steady_clock::now();
    (void)recognise(Argv{"sh", "-c", text}, {});
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5)) << unit;
  }
}

}  // namespace
}  // namespace podsysctl::shell
