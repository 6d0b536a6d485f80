// SPDX-License-Identifier: Apache-2.0
// The small parts: the pause image, logs, processes.
#include <unistd.h>

#include <filesystem>

#include <gmock/gmock.h>

#include "engine/docker/json_log.h"
#include "engine/docker/log_file.h"
#include "engine/docker/pause_image.h"
#include "engine/docker/process.h"
#include "linux/file.h"
#include "linux/spawn.h"
#include "linux/temporary_folder.h"

namespace podsysctl::engine {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class Pieces : public testing::Test {
 protected:
  [[nodiscard]] std::string path(const char* name) const { return folder_ / name; }

  const linux::TemporaryFolder folder_ = linux::TemporaryFolder::make().value();
};

TEST_F(Pieces, ThePauseImageIsAnArchiveThatTarReads) {
  const PauseImage image = build_pause_image(std::string(1000, 'x'), "amd64");
  EXPECT_EQ(image.name, build_pause_image(std::string(1000, 'x'), "amd64").name);
  EXPECT_NE(image.name, build_pause_image(std::string(1000, 'y'), "amd64").name);
  ASSERT_TRUE(linux::write_file(path("image.tar"), image.archive));
  const auto listed = linux::run({.program = "tar", .args = {"-tvf", path("image.tar")}}, "",
                                 std::chrono::seconds(10));
  ASSERT_TRUE(listed) << listed.error().message;
  EXPECT_EQ(listed->status, 0) << listed->err;
  EXPECT_THAT(listed->out, HasSubstr("manifest.json"));
  const auto inner =
      linux::run({.program = "tar", .args = {"-xOf", path("image.tar"), "layer.tar"}}, "",
                 std::chrono::seconds(10));
  ASSERT_TRUE(inner && inner->status == 0);
  ASSERT_TRUE(linux::write_file(path("layer.tar"), inner->out));
  const auto program = linux::run({.program = "tar", .args = {"-tvf", path("layer.tar")}}, "",
                                  std::chrono::seconds(10));
  ASSERT_TRUE(program && program->status == 0);
  EXPECT_THAT(program->out, testing::StartsWith("-rwxr-xr-x"));
  EXPECT_THAT(program->out, HasSubstr("1000"));
}

TEST_F(Pieces, ALogIsALinkUntilItIsKept) {
  ASSERT_TRUE(linux::write_file(path("docker.log"), "one\n"));
  ASSERT_TRUE(link_log(path("docker.log"), path("main.log")));
  ASSERT_TRUE(link_log(path("docker.log"), path("main.log")));
  EXPECT_EQ(*linux::read_file(path("main.log")), "one\n");
  ASSERT_TRUE(keep_log(path("main.log")));
  fs::remove(path("docker.log"));
  EXPECT_FALSE(fs::is_symlink(path("main.log")));
  EXPECT_EQ(*linux::read_file(path("main.log")), "one\n");
  EXPECT_TRUE(keep_log(path("main.log"))) << "again";
  ASSERT_TRUE(linux::write_file(path("docker.log"), "two\n"));
  ASSERT_TRUE(link_log(path("docker.log"), path("main.log")));
  EXPECT_EQ(*linux::read_file(path("main.log")), "two\n");
  EXPECT_EQ(*linux::read_file(path("main.log.previous")), "one\n");
  EXPECT_TRUE(keep_log(path("absent.log")));
}

TEST_F(Pieces, ALinkToNothingStays) {
  ASSERT_TRUE(link_log(path("gone"), path("main.log")));
  EXPECT_TRUE(keep_log(path("main.log")));
  EXPECT_TRUE(fs::is_symlink(path("main.log")));
}

TEST(JsonLog, IsReadAsTheOtherFormat) {
  const std::string log =
      R"({"log":"hi \u003c\u0000\n","stream":"stdout","time":"2026-11-26T11:10:57.769413058Z"})"
      "\n"
      R"({"log":"part","stream":"stderr","time":"2026-11-26T11:10:58Z"})"
      "\n{\"log\":5}\n{broken\n"
      R"({"log":" of a line\n","stream":"stderr","time":"2026-11-26T11:10:59Z"})"
      "\n";
  LogFormatter formatter(Timestamps::no);
  LogFormatter::Output output;
  formatter.feed(log, output);
  EXPECT_EQ(output.out, std::string("hi <\0\n", 6));
  EXPECT_EQ(output.err, "part of a line\n");
  LogFormatter last(Timestamps::yes);
  LogFormatter::Output tail;
  last.feed(log_tail(log, 1), tail);
  EXPECT_EQ(tail.err, "2026-11-26T11:10:58Z part of a line\n");
  EXPECT_EQ(tail.out, "");
}

TEST(Process, IsProvenToBeTheContainers) {
  docker::Container container{.id = std::string(64, 'c'), .name = "web"};
  const auto over = process_of(container, "unix:///s");
  ASSERT_FALSE(over);
  EXPECT_EQ(over.error().code, Code::not_found);
  // A daemon elsewhere names a pid that is somebody else's here.
  container.running = true;
  container.pid = ::getpid();
  const auto foreign = process_of(container, "tcp://10.0.0.1:2375");
  ASSERT_FALSE(foreign);
  EXPECT_EQ(foreign.error().code, Code::unsupported);
  EXPECT_THAT(foreign.error().message,
              HasSubstr("tcp://10.0.0.1:2375 does not run on this machine"));
  EXPECT_THAT(foreign.error().message, HasSubstr("DOCKER_HOST"));
}

}  // namespace
}  // namespace podsysctl::engine
