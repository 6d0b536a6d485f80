// SPDX-License-Identifier: Apache-2.0
#include "sandbox/etc_files.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "linux/file.h"
#include "linux/temporary_folder.h"

namespace podsysctl::sandbox {
namespace {

using testing::HasSubstr;

class EtcFilesOfHost : public testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) const {
    ASSERT_TRUE(linux::write_file(folder_ / name, text));
  }
  const linux::TemporaryFolder folder_ = linux::TemporaryFolder::make().value();
};

TEST(EtcFiles, Hosts) {
  const std::string text =
      pod_hosts("web", {"10.131.0.2/16", "fd00::2/64"}, {{"192.0.2.7", "db.example"}});
  EXPECT_THAT(text, HasSubstr("127.0.0.1\tlocalhost\n"));
  EXPECT_THAT(text, HasSubstr("\n10.131.0.2\tweb\nfd00::2\tweb\n192.0.2.7\tdb.example\n"));
  EXPECT_THAT(pod_hosts("web", {}, {}), HasSubstr("127.0.0.1\tweb\n"));
  EXPECT_EQ(hostname_file("web"), "web\n");
}

TEST_F(EtcFilesOfHost, HostNetworkKeepsTheHostsFiles) {
  write("hosts", "127.0.0.1 localhost");
  write("resolv.conf", "nameserver 127.0.0.53\n");
  EXPECT_EQ(*host_hosts({{"192.0.2.7", "db"}}, folder_ / "hosts"),
            "127.0.0.1 localhost\n192.0.2.7\tdb\n");
  EXPECT_EQ(*resolv_conf(NetworkMode::host, {}, {folder_ / "resolv.conf", folder_ / "none"}),
            "nameserver 127.0.0.53\n");
}

TEST_F(EtcFilesOfHost, ResolvConf) {
  const ResolvConfPaths paths{folder_ / "resolv.conf", folder_ / "behind"};
  EXPECT_EQ(*resolv_conf(NetworkMode::bridge, {}, paths), "");
  write("resolv.conf", "search a.example\nnameserver 127.0.0.53\noptions edns0\n");
  EXPECT_EQ(*resolv_conf(NetworkMode::bridge, {}, paths), "search a.example\noptions edns0\n");
  write("behind", "nameserver 192.0.2.53\nsearch a.example\n");
  EXPECT_EQ(*resolv_conf(NetworkMode::bridge, {}, paths),
            "nameserver 192.0.2.53\nsearch a.example\n");
  write("resolv.conf", "nameserver 192.0.2.1\nnameserver 127.0.0.1\n");
  EXPECT_EQ(*resolv_conf(NetworkMode::bridge, {}, paths), "nameserver 192.0.2.1\n");
  const Dns dns{{"10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"}, {"x.example"}, {"ndots:2"}};
  EXPECT_EQ(*resolv_conf(NetworkMode::bridge, dns, paths),
            "search x.example\nnameserver 10.0.0.1\nnameserver 10.0.0.2\nnameserver 10.0.0.3\n"
            "options ndots:2\n");
}

}  // namespace
}  // namespace podsysctl::sandbox
