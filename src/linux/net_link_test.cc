// SPDX-License-Identifier: Apache-2.0
// The loopback device and a TAP of a network namespace of its own. Needs root.
#include "linux/net_link.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstring>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "linux/file.h"
#include "linux/testing/own_network.h"

namespace podsysctl::linux {
namespace {

using testing::HasSubstr;

struct Text {
  LinkAttribute attribute;
  const char* given;
  const char* canonical;  // nullptr: refused
};
class Texts : public testing::TestWithParam<Text> {};
TEST_P(Texts, HaveOneForm) {
  const auto made = canonical(GetParam().attribute, GetParam().given);
  if (GetParam().canonical != nullptr) {
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ(*made, GetParam().canonical);
  } else {
    ASSERT_FALSE(made) << *made;
    EXPECT_EQ(made.error().code, Code::invalid_argument);
    EXPECT_THAT(made.error().message, HasSubstr("\""));
  }
}
INSTANTIATE_TEST_SUITE_P(
    Table, Texts,
    testing::Values(Text{LinkAttribute::mac, "02:00:5E:10:00:0a", "02:00:5e:10:00:0a"},
                    Text{LinkAttribute::mac, "02-00-5e-10-00-0a", "02:00:5e:10:00:0a"},
                    Text{LinkAttribute::mac, "0200.5e10.000A", "02:00:5e:10:00:0a"},
                    Text{LinkAttribute::mac, "", nullptr}, Text{LinkAttribute::mac, "02", nullptr},
                    Text{LinkAttribute::mac, "02:00:5e:10:00", nullptr},
                    Text{LinkAttribute::mac, "02:00:5e:10:00:0a:0b:0c", nullptr},
                    Text{LinkAttribute::mac, "02:00:5e:10:00:0g", nullptr},
                    Text{LinkAttribute::mac, "02:00:5e:10:00:+1", nullptr},
                    Text{LinkAttribute::mac, "02-00:5e:10:00:0a", nullptr},
                    Text{LinkAttribute::mac, "02005e10000a", nullptr},
                    Text{LinkAttribute::mac, "01:00:5e:10:00:0a", nullptr},
                    Text{LinkAttribute::mac, "00:00:00:00:00:00", nullptr},
                    Text{LinkAttribute::mtu, "1400", "1400"},
                    Text{LinkAttribute::mtu, "0", nullptr}, Text{LinkAttribute::mtu, "-1", nullptr},
                    Text{LinkAttribute::mtu, "99999999999", nullptr},
                    Text{LinkAttribute::queue_length, "0", "0"},
                    Text{LinkAttribute::queue_length, "1k", nullptr},
                    Text{LinkAttribute::promiscuous, "true", "true"},
                    Text{LinkAttribute::all_multicast, "yes", nullptr}));

using NetLinkTest = OwnNetwork;

// An Ethernet interface tap0, as long as it is open.
Fd make_tap() {
  auto tap = open_file("/dev/net/tun", O_RDWR);
  if (!tap) {
    return {};
  }
  ifreq request{};
  std::memcpy(request.ifr_name, "tap0", sizeof "tap0");
  request.ifr_flags = IFF_TAP | IFF_NO_PI;
  return ::ioctl(tap->get(), TUNSETIFF, &request) < 0 ? Fd() : *std::move(tap);
}

TEST_F(NetLinkTest, WritesAndReadsEachAttribute) {
  in_namespace([] {
    const Fd tap = make_tap();
    if (!tap.valid()) {
      GTEST_SKIP() << "no TAP can be made here";
    }
    const auto link = NetLink::open("tap0");
    ASSERT_TRUE(link);
    constexpr std::array<std::pair<LinkAttribute, const char*>, 5> kValues{
        {{LinkAttribute::mac, "02:00:5e:10:00:0a"},
         {LinkAttribute::mtu, "1400"},
         {LinkAttribute::promiscuous, "true"},
         {LinkAttribute::all_multicast, "true"},
         {LinkAttribute::queue_length, "77"}}};
    for (const auto& [attribute, value] : kValues) {
      const auto before = link->read(attribute);
      ASSERT_TRUE(before) << before.error().message;
      EXPECT_NE(*before, value);
      const Result<> written = link->write(attribute, value);
      ASSERT_TRUE(written) << written.error().message;
      EXPECT_EQ(link->read(attribute).value_or("?"), value);
      ASSERT_TRUE(link->write(attribute, *before));
      EXPECT_EQ(link->read(attribute).value_or("?"), *before);
    }
  });
}

TEST_F(NetLinkTest, KeepsTheOtherFlags) {
  in_namespace([] {
    const auto link = NetLink::open("lo");
    ASSERT_TRUE(link->write(LinkAttribute::promiscuous, "true"));
    ASSERT_TRUE(link->write(LinkAttribute::all_multicast, "true"));
    ASSERT_TRUE(link->write(LinkAttribute::promiscuous, "false"));
    EXPECT_EQ(link->read(LinkAttribute::all_multicast).value(), "true");
  });
}

// Somebody's capture, which ends by itself, is no attribute to be put back for ever.
TEST_F(NetLinkTest, DoesNotTakeACaptureForPromiscuousMode) {
  in_namespace([] {
    const Fd capture = Fd::adopt(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_ALL)));
    packet_mreq wish{};
    wish.mr_ifindex = static_cast<int>(::if_nametoindex("lo"));
    wish.mr_type = PACKET_MR_PROMISC;
    ASSERT_EQ(::setsockopt(capture.get(), SOL_PACKET, PACKET_ADD_MEMBERSHIP, &wish, sizeof wish),
              0);
    EXPECT_EQ(NetLink::open("lo")->read(LinkAttribute::promiscuous).value(), "false");
  });
}

TEST_F(NetLinkTest, NamesWhatIsWrong) {
  in_namespace([] {
    const auto gone = NetLink::open("eth7")->read(LinkAttribute::mtu);
    ASSERT_FALSE(gone);
    EXPECT_EQ(gone.error().code, Code::not_found);
    EXPECT_THAT(gone.error().message, HasSubstr("there is no interface \"eth7\" in the namespace"));
    const auto refused = NetLink::open("lo")->write(LinkAttribute::mac, "02:00:5e:00:00:01");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::unsupported);
    EXPECT_THAT(refused.error().message, HasSubstr("\"lo\" has no Ethernet address"));
    const auto broken = NetLink::open("lo")->write(LinkAttribute::mtu, "many");
    ASSERT_FALSE(broken);
    EXPECT_EQ(broken.error().code, Code::invalid_argument);
  });
  EXPECT_FALSE(NetLink::open("a-name-of-16-byt"));
  EXPECT_FALSE(NetLink::open(""));
}

}  // namespace
}  // namespace podsysctl::linux
