// SPDX-License-Identifier: Apache-2.0
#include "linux/file_lease.h"

#include <fcntl.h>
#include <unistd.h>

#include <string>

#include <gtest/gtest.h>

#include "linux/file.h"

namespace podsysctl::linux {
namespace {

TEST(FileLease, TellsWhetherSomebodyWrites) {
  const std::string path = ::testing::TempDir() + "file_lease_" + std::to_string(::getpid());
  ASSERT_TRUE(write_file(path, "text"));
  {
    const Fd reader = open_file(path, O_RDONLY).value();
    EXPECT_EQ(being_written(reader.ref()), BeingWritten::no);
  }
  {
    const Fd writer = open_file(path, O_WRONLY).value();
    const Fd reader = open_file(path, O_RDONLY).value();
    if (being_written(reader.ref()) == BeingWritten::no) {
      ::unlink(path.c_str());
      GTEST_SKIP() << "this file system knows no leases";
    }
  }
  const Fd reader = open_file(path, O_RDONLY).value();
  EXPECT_EQ(being_written(reader.ref()), BeingWritten::no);
  ::unlink(path.c_str());
}

}  // namespace
}  // namespace podsysctl::linux
