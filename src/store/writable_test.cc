// SPDX-License-Identifier: Apache-2.0
#include "store/writable.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>

#include "store/recover.h"
#include "store/testing.h"

namespace podsysctl::store {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

class Writable : public SmallStateFolder {
 protected:
  // With one pod; nobody has it open.
  void make_store_and_copy() const {
    Store store = Store::open(root_).value();
    ASSERT_TRUE(store.insert_pod(pod_named("web")));
    ASSERT_TRUE(keep_copy(root_));
  }
};

TEST_F(Writable, LeavesNothing) {
  EXPECT_TRUE(check_writable(root_));
  EXPECT_TRUE(std::filesystem::is_empty(root_));
}

TEST_F(Writable, SaysWhyNotAndTheWayOut) {
  in_small_folder([this] {
    EXPECT_TRUE(check_writable(root_));
    fill_up();
    const std::string full = check_writable(root_).error().message;
    EXPECT_THAT(full, HasSubstr("cannot be written: write " + root_));
    EXPECT_THAT(full, EndsWith("No space left on device; free space on its file system"));
    std::filesystem::remove(root_ + "/filler");
    EXPECT_TRUE(check_writable(root_));
  });
  in_small_folder([this] {
    make_read_only();
    const Result<> looked = check_writable(root_);
    ASSERT_FALSE(looked);
    EXPECT_EQ(looked.error().code, Code::permission);
    EXPECT_THAT(looked.error().message, HasSubstr("its file system is read-only"));
  });
}

TEST_F(Writable, AStoreOpenedWhereNothingCanBeWrittenKnowsIt) {
  in_small_folder([this] {
    {
      Store store = Store::open(root_).value();
      ASSERT_TRUE(store.insert_pod(pod_named("web")));
      EXPECT_FALSE(store.is_read_only());
    }
    make_read_only();
    Store store = Store::open(root_).value();
    EXPECT_TRUE(store.is_read_only());
    EXPECT_EQ(store.pods()->size(), 1U);
    const Result<> inserted = store.insert_pod(pod_named("other"));
    ASSERT_FALSE(inserted);
    EXPECT_EQ(inserted.error().code, Code::permission);
    EXPECT_THAT(inserted.error().message, HasSubstr("its file system is read-only"));
    const Result<> copied = keep_copy(root_);
    ASSERT_FALSE(copied);
    EXPECT_THAT(copied.error().message, HasSubstr("its file system is read-only"));
  });
}

TEST_F(Writable, AFullDiskIsNoDamageAndLosesNothing) {
  in_small_folder([this] {
    make_store_and_copy();
    // Without it SQLite has to make it, for which there is no room.
    std::filesystem::remove(root_ + "/state.db-shm");
    fill_up();
    const auto refused = recover_if_damaged(root_, at_second(1));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::unavailable);
    EXPECT_THAT(refused.error().message, HasSubstr("state.db: disk I/O error; "));
    std::filesystem::remove(root_ + "/filler");
    EXPECT_EQ(Store::open(root_).value().pods()->size(), 1U);
  });
}

TEST_F(Writable, RecoveryOnAFullDiskMovesNothingAway) {
  in_small_folder([this] {
    make_store_and_copy();
    std::filesystem::remove(root_ + "/state.db-wal");
    std::filesystem::remove(root_ + "/state.db-shm");
    std::fstream(root_ + "/state.db", std::ios::in | std::ios::out) << std::string(8192, 'x');
    fill_up();
    const auto refused = recover_if_damaged(root_, at_second(1));
    ASSERT_FALSE(refused);
    EXPECT_FALSE(std::filesystem::exists(root_ + "/state.db.damaged-1"));
    std::filesystem::remove(root_ + "/filler");
    EXPECT_TRUE(recover_if_damaged(root_, at_second(2)).value()->as_of);
    EXPECT_EQ(Store::open(root_).value().pods()->size(), 1U);
  });
}

}  // namespace
}  // namespace podsysctl::store
