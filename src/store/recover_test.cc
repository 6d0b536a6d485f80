// SPDX-License-Identifier: Apache-2.0
#include "store/recover.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>

#include "store/testing.h"

namespace podsysctl::store {
namespace {

using ::testing::StartsWith;

class Recover : public StateFolder {
 protected:
  void damage() const {
    std::filesystem::remove(root_ + "/state.db-wal");
    std::fstream file(root_ + "/state.db", std::ios::in | std::ios::out | std::ios::binary);
    file << std::string(8192, 'x');
  }
};

PodRecord pod(const std::string& name) { return {.uid = name + "-uid", .name = name}; }

TEST_F(Recover, NothingIsDoneWhereNothingIsDamaged) {
  EXPECT_FALSE(recover_if_damaged(root_, at_second(1)).value());
  {
    ASSERT_TRUE(Store::open(root_));
  }
  EXPECT_FALSE(is_damaged(root_).value());
  EXPECT_FALSE(recover_if_damaged(root_, at_second(1)).value());
}

TEST_F(Recover, TheCopyTakesThePlaceOfADamagedDatabase) {
  {
    Store store = Store::open(root_).value();
    ASSERT_TRUE(store.insert_pod(pod("kept")));
    ASSERT_TRUE(keep_copy(root_));
    ASSERT_TRUE(store.insert_pod(pod("later")));
  }
  damage();
  EXPECT_TRUE(is_damaged(root_).value());
  const auto recovery = recover_if_damaged(root_, at_second(77)).value();
  ASSERT_TRUE(recovery);
  EXPECT_EQ(recovery->kept_as, root_ + "/state.db.damaged-77");
  EXPECT_TRUE(std::filesystem::exists(recovery->kept_as));
  EXPECT_TRUE(recovery->as_of);
  Store store = Store::open(root_).value();
  EXPECT_TRUE(store.pod("kept-uid"));
  EXPECT_FALSE(store.pod("later-uid"));
  ASSERT_TRUE(store.insert_pod(pod("next")));
}

TEST_F(Recover, WithoutACopyAllIsForgottenAndSaidSo) {
  {
    ASSERT_TRUE(Store::open(root_));
  }
  damage();
  const auto recovery = recover_if_damaged(root_, at_second(1)).value();
  ASSERT_TRUE(recovery);
  EXPECT_FALSE(recovery->as_of);
  EXPECT_TRUE(Store::open(root_).value().pods().value().empty());
}

TEST_F(Recover, ADamagedCopyIsNotTaken) {
  {
    const Store store = Store::open(root_).value();
    ASSERT_TRUE(keep_copy(root_));
  }
  std::ofstream(root_ + "/state.db.copy") << "nonsense, and long enough to be looked at";
  damage();
  EXPECT_FALSE(recover_if_damaged(root_, at_second(1)).value()->as_of);
}

}  // namespace
}  // namespace podsysctl::store
