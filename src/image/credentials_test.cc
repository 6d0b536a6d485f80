// SPDX-License-Identifier: Apache-2.0
// Documents, helpers and the places where credentials are looked for.
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <optional>

#include <gmock/gmock.h>

#include "image/auth_document.h"
#include "image/credential_helper.h"
#include "image/keychain.h"
#include "image/test_support.h"
#include "linux/temporary_folder.h"

namespace podsysctl::image {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Reference ref(const char* text) { return parse_reference(text).value(); }

// base64 of u:p, u:one, u:two
constexpr const char* kDocument = R"({"auths": {
  "https://index.docker.io/v1/": {"auth": "dTpw"},
  "quay.io": {"auth": "dTpvbmU="},
  "quay.io/team/": {"auth": "dTp0d28="},
  "plain.example": {"username": "u", "password": "p:q"},
  "http://address.example/v2/": {"auth": "dTpw"},
  "token.example:5000": {"auth": "MDA6", "identitytoken": "t0ken"},
  "kept.example": {}}})";

TEST(AuthDocument, TheLongestEntryThatFitsCounts) {
  const auto document = parse_auth_document(kDocument, "f");
  ASSERT_TRUE(document) << document.error().message;
  struct Row {
    const char* image;
    const char* password;  // nullptr: none
    const char* server;
  };
  for (const Row& row :
       {Row{"nginx", "p", "https://index.docker.io/v1/"}, Row{"quay.io/a", "one", "quay.io"},
        Row{"quay.io/team/a/b:1", "two", "quay.io"}, Row{"quay.io/teams/a", "one", "quay.io"},
        Row{"plain.example/a", "p:q", "plain.example"},
        Row{"address.example/a", "p", "address.example"}, Row{"kept.example/a", nullptr, ""},
        Row{"quay.io.example/a", nullptr, ""}}) {
    const auto found = find_entry(*document, ref(row.image));
    ASSERT_EQ(found.has_value(), row.password != nullptr) << row.image;
    if (found) {
      EXPECT_EQ(found->username, "u") << row.image;
      EXPECT_EQ(found->password, row.password) << row.image;
      EXPECT_EQ(found->server, row.server) << row.image;
    }
  }
  EXPECT_EQ(find_entry(*document, ref("token.example:5000/a"))->identity_token, "t0ken");
}

TEST(AuthDocument, IsWrittenAsItIsRead) {
  for (const Credentials& given :
       {Credentials{.username = "u", .password = "p:\"q"}, Credentials{.identity_token = "t"}}) {
    const Reference reference = ref("reg.example:5000/app");
    const auto document = parse_auth_document(auth_document_of(reference, given), "f");
    ASSERT_TRUE(document);
    const auto found = find_entry(*document, reference);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->identity_token, given.identity_token);
    EXPECT_EQ(found->password, given.password);
  }
}

TEST(AuthDocument, RefusesWhatIsNoneAndKeepsItsSecrets) {
  struct Row {
    const char* text;
    const char* message;
  };
  for (const Row& row :
       {Row{"s3cret", "f: "}, Row{R"({"auths": []})", "f: auths"},
        Row{R"({"auths": {"a": {"auth": "s3cret"}}})", "auth is not the base64 of USER:PASSWORD"},
        Row{R"({"auths": {"a": {"auth": "YWJj"}}})", "auth is not the base64 of USER:PASSWORD"},
        Row{R"({"auths": {"a": {"username": "u:v"}}})", "auths.a.username has a colon in it"},
        Row{R"({"credsStore": 1})", "credsStore"}}) {
    const auto document = parse_auth_document(row.text, "f");
    ASSERT_FALSE(document) << row.text;
    EXPECT_EQ(document.error().code, Code::invalid_argument);
    EXPECT_THAT(document.error().message, HasSubstr(row.message));
    EXPECT_THAT(document.error().message, Not(HasSubstr("s3cret")));
  }
}

// With an environment and helper programs of its own.
class KeychainTest : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* name :
         {"PATH", "HOME", "XDG_RUNTIME_DIR", "DOCKER_CONFIG", "REGISTRY_AUTH_FILE"}) {
      const char* const value = std::getenv(name);
      former_.emplace_back(name, value == nullptr ? std::optional<std::string>() : value);
      ::unsetenv(name);
    }
    ::setenv("PATH", (temp_.path() + "/bin:/usr/bin:/bin").c_str(), 1);
    ::setenv("HOME", (temp_.path() + "/home").c_str(), 1);
    ::setenv("XDG_RUNTIME_DIR", (temp_.path() + "/run").c_str(), 1);
  }
  void TearDown() override {
    for (const auto& [name, value] : former_) {
      value ? ::setenv(name.c_str(), value->c_str(), 1) : ::unsetenv(name.c_str());
    }
  }
  void put(const std::string& path, const std::string& text) const {
    const std::string whole = temp_.path() + "/" + path;
    std::filesystem::create_directories(std::filesystem::path(whole).parent_path());
    testing::write_text(whole, text);
    ::chmod(whole.c_str(), 0755);
  }
  static std::string entry(const std::string& password) {
    return auth_document_of(ref("reg.example/app"), {.username = "u", .password = password});
  }
  static std::string found(const Keychain& keychain) {
    const auto credentials = find_credentials(keychain, ref("reg.example/app"));
    if (!credentials) {
      return credentials.error().message;
    }
    return *credentials ? (*credentials)->password : "none";
  }

  const linux::TemporaryFolder temp_ = linux::TemporaryFolder::make().value();
  std::vector<std::pair<std::string, std::optional<std::string>>> former_;
};

TEST_F(KeychainTest, LooksIntoThePlacesInTheirOrder) {
  EXPECT_EQ(found({}), "none");
  put("home/.docker/config.json", entry("docker"));
  EXPECT_EQ(found({}), "docker");
  put("elsewhere/config.json", entry("elsewhere"));
  ::setenv("DOCKER_CONFIG", (temp_.path() + "/elsewhere").c_str(), 1);
  EXPECT_EQ(found({}), "elsewhere");
  put("home/.config/containers/auth.json", entry("containers"));
  EXPECT_EQ(found({}), "containers");
  put("run/containers/auth.json", entry("runtime dir"));
  EXPECT_EQ(found({}), "runtime dir");
  put("named.json", entry("named"));
  ::setenv("REGISTRY_AUTH_FILE", (temp_.path() + "/named.json").c_str(), 1);
  EXPECT_EQ(found({}), "named");
  put("flag.json", entry("flag"));
  Keychain keychain{.authfile = temp_.path() + "/flag.json"};
  EXPECT_EQ(found(keychain), "flag");
  keychain.documents = {R"({"auths":{}})", entry("secret")};
  EXPECT_EQ(found(keychain), "secret");
}

TEST_F(KeychainTest, AFileThatWasNamedHasToBeThere) {
  EXPECT_THAT(found({.authfile = "/no/such/file"}), HasSubstr("/no/such/file: No such file"));
  put("home/.docker/config.json", entry("docker"));
  EXPECT_EQ(found({.authfile = "/dev/null"}), "none");
}

TEST_F(KeychainTest, AsksTheHelperThatKeepsThem) {
  put("bin/docker-credential-safe",
      "#!/bin/sh\n[ \"$1\" = get ] && read -r server\n"
      "echo \"{\\\"Username\\\":\\\"u\\\",\\\"Secret\\\":\\\"for $server\\\"}\"\n");
  put("home/.docker/config.json", R"({"auths":{"reg.example":{}},"credsStore":"safe"})");
  EXPECT_EQ(found({}), "for reg.example");
  put("home/.docker/config.json", R"({"credHelpers":{"reg.example":"safe"},"credsStore":"other"})");
  EXPECT_EQ(found({}), "for reg.example");
  put("home/.docker/config.json", R"({"credHelpers":{"else.example":"safe"}})");
  EXPECT_EQ(found({}), "none");
}

TEST_F(KeychainTest, AHelperMayHaveNoneOrATokenAndMayFail) {
  put("home/.docker/config.json", R"({"credsStore":"odd"})");
  struct Row {
    const char* script;
    const char* found;
  };
  EXPECT_THAT(found({}), HasSubstr("docker-credential-odd, which is not installed"));
  for (const Row& row :
       {Row{"echo credentials not found in native keychain; exit 1", "none"},
        Row{"echo is locked >&2; exit 3",
            "docker-credential-odd failed for reg.example (status 3): \"is locked\""},
        Row{"echo nonsense", "docker-credential-odd: "},
        Row{"echo '{\"Username\":\"u\"}'", "Secret"}}) {
    put("bin/docker-credential-odd",
        std::string("#!/bin/sh\ncat >/dev/null\n") + row.script + "\n");
    EXPECT_THAT(found({}), HasSubstr(row.found)) << row.script;
  }
  put("bin/docker-credential-odd",
      "#!/bin/sh\ncat >/dev/null\necho '{\"Username\":\"<token>\",\"Secret\":\"t\"}'\n");
  const auto token = find_credentials({}, ref("reg.example/app"));
  ASSERT_TRUE(token);
  EXPECT_EQ((*token)->identity_token, "t");
  EXPECT_EQ((*token)->password, "");
  put("home/.docker/config.json", R"({"credsStore":"../../bin/sh"})");
  EXPECT_THAT(found({}), HasSubstr("is no name of a credential helper"));
}

}  // namespace
}  // namespace podsysctl::image
