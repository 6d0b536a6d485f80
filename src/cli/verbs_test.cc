// SPDX-License-Identifier: Apache-2.0
// The verbs that only look, from their words to what they print, over a state folder with pods that
// have ended.
#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/exit_codes.h"
#include "cli/test_support.h"
#include "linux/fd.h"
#include "linux/process.h"
#include "linux/temporary_folder.h"
#include "store/store.h"

namespace podsysctl::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class Verbs : public testing::Test {
 protected:
  static store::PodRecord ended(const std::string& name, const std::string& name_space,
                                const std::string& uid) {
    store::PodRecord pod;
    pod.uid = uid;
    pod.name = name;
    pod.namespace_ = name_space;
    pod.phase = store::PodPhase::failed;
    pod.reason = "SysctlForbidden";
    pod.stage = store::Stage::stopped;
    return pod;
  }

  static store::EventRecord event_about(const std::string& pod, const std::string& message) {
    store::EventRecord event;
    event.reason = "Test";
    event.object.name = pod;
    event.message = message;
    return event;
  }

  void record_two_pods() const {
    store::Store store = *store::Store::open(root_);
    ASSERT_TRUE(store.insert_pod(ended("web", "default", "aaaa-1")));
    ASSERT_TRUE(store.insert_pod(ended("db", "team", "bbbb-2")));
    ASSERT_TRUE(store.add_event(event_about("web", "about web")));
    ASSERT_TRUE(store.add_event(event_about("gone", "about a pod that was removed")));
  }

  Printed run(std::vector<std::string> words) const {
    words.insert(words.end(), {"--root", root_});
    return run_words(words);
  }

  const linux::TemporaryFolder folder_ = linux::TemporaryFolder::make().value();
  const std::string root_ = folder_ / "state";
};

TEST_F(Verbs, LookingWhereNothingIsMakesNothing) {
  EXPECT_THAT(run({"ps"}).out, StartsWith("NAME"));
  EXPECT_EQ(run({"ps", "-a", "-o", "json"}).out, "[]\n");
  EXPECT_EQ(run({"events", "-o", "json"}).out, "");
  EXPECT_EQ(run({"image", "ls", "-o", "json"}).out, "[]\n");
  const Printed inspected = run({"inspect", "web"});
  EXPECT_EQ(inspected.code, kFailed);
  EXPECT_EQ(inspected.out, "");
  EXPECT_THAT(inspected.err, HasSubstr("no pod or container \"web\": there is no state in"));
  EXPECT_FALSE(std::filesystem::exists(root_));
}

TEST_F(Verbs, PsShowsEndedPodsOnlyWhenAsked) {
  record_two_pods();
  EXPECT_THAT(run({"ps"}).out, Not(HasSubstr("web")));
  EXPECT_EQ(run({"ps", "-o", "json"}).out, "[]\n");
  EXPECT_THAT(run({"ps", "-a"}).out,
              AllOf(HasSubstr("web"), HasSubstr("Failed (SysctlForbidden)"), HasSubstr("team")));
  EXPECT_THAT(run({"ps", "-a", "-o", "wide"}).out, HasSubstr("UID"));
  EXPECT_EQ(run({"ps", "-aq"}).out, "web\nteam/db\n");
}

TEST_F(Verbs, InspectTakesEveryReference) {
  record_two_pods();
  for (const char* const reference : {"db", "team/db", "bbbb-2", "bb"}) {
    const Printed printed = run({"inspect", reference});
    EXPECT_EQ(printed.code, kOk) << printed.err;
    EXPECT_THAT(printed.out, HasSubstr("\"name\": \"db\""));
  }
  const Printed refused = run({"inspect", "nothing"});
  EXPECT_EQ(refused.code, kFailed);
  EXPECT_THAT(refused.err, HasSubstr("podsysctl ps -a lists them"));
}

TEST_F(Verbs, EventsOfOnePodAlsoAfterItsRemoval) {
  record_two_pods();
  EXPECT_THAT(run({"events"}).out, AllOf(HasSubstr("about web"), HasSubstr("was removed")));
  EXPECT_THAT(run({"events", "web"}).out, AllOf(HasSubstr("about web"), Not(HasSubstr("gone"))));
  EXPECT_THAT(run({"events", "gone", "-o", "json"}).out,
              AllOf(StartsWith("{\"type\":\"Normal\""), HasSubstr("was removed")));
}

TEST_F(Verbs, WatchedEventsComeAsTheyHappen) {
  record_two_pods();
  linux::Pipe lines = *linux::make_pipe();
  const pid_t watcher = ::fork();
  if (watcher == 0) {
    ::dup2(lines.write_end.get(), STDOUT_FILENO);
    const Command app = make_app();
    ::_exit(dispatch(app, std::vector<std::string>{"events", "-w", "web", "--root", root_}));
  }
  lines.write_end.close();
  std::string seen;
  const auto read_until = [&](const std::string& text) {
    std::array<char, 4096> buffer{};
    while (seen.find(text) == std::string::npos) {
      const ssize_t count = ::read(lines.read_end.get(), buffer.data(), buffer.size());
      if (count <= 0) {
        return false;
      }
      seen.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return true;
  };
  EXPECT_TRUE(read_until("about web\n"));
  store::Store store = *store::Store::open(root_);
  ASSERT_TRUE(store.add_event(event_about("gone", "of another")));
  ASSERT_TRUE(store.add_event(event_about("web", "later")));
  EXPECT_TRUE(read_until("later\n"));
  ASSERT_TRUE(store.add_event(event_about("web", "about web")));
  seen.clear();
  EXPECT_TRUE(read_until("about web\n")) << "a repeated event is shown again";
  EXPECT_THAT(seen, Not(HasSubstr("of another")));
  ASSERT_EQ(::kill(watcher, SIGINT), 0);
  EXPECT_EQ(*linux::wait_for_child(watcher), 128 + SIGINT);
}

TEST_F(Verbs, RunWantsAnImageOrAManifest) {
  const Printed neither = run({"run"});
  EXPECT_EQ(neither.code, kRunFailed);
  EXPECT_EQ(neither.err,
            "podsysctl: an IMAGE or -f POD.yaml is missing\nhint: podsysctl run --help\n");
  EXPECT_EQ(run({"run", "-f", "pod.yaml", "image"}).code, kRunFailed);
}

TEST_F(Verbs, PullIsForRegistries) {
  const Printed refused = run({"image", "pull", "rootfs:/x"});
  EXPECT_EQ(refused.code, kFailed);
  EXPECT_THAT(refused.err, HasSubstr("podsysctl image import NAME rootfs:/x"));
}

TEST_F(Verbs, AnImageGoesFromImportToRemoval) {
  std::filesystem::create_directories(folder_ / "files/bin");
  const Printed imported = run({"image", "import", "mine", "rootfs:" + folder_ / "files"});
  EXPECT_EQ(imported.code, kOk) << imported.err;
  EXPECT_EQ(imported.out, "mine\n");
  EXPECT_EQ(run({"image", "ls", "-q"}).out, "mine:latest\n");
  EXPECT_THAT(run({"image", "ls", "-o", "json"}).out, HasSubstr("\"name\": \"mine:latest\""));
  EXPECT_EQ(run({"image", "rm", "mine"}).out, "mine\n");
  EXPECT_EQ(run({"image", "ls", "-q"}).out, "");
  EXPECT_EQ(run({"image", "rm", "mine"}).code, kFailed);
}

}  // namespace
}  // namespace podsysctl::cli
