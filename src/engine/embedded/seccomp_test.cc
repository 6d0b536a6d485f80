// SPDX-License-Identifier: Apache-2.0
// The filter is run by a small interpreter of classic BPF: what each call is answered with, and
// that libseccomp, given the same rules, answers alike.
#include "engine/embedded/seccomp.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <set>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "json/json.h"
#include "linux/file.h"

namespace podsysctl::engine {
namespace {

constexpr std::uint32_t kRefused = SECCOMP_RET_ERRNO | EPERM;
constexpr std::uint32_t kUnknown = SECCOMP_RET_ERRNO | ENOSYS;
constexpr std::uint32_t kX32Bit = 0x40000000U;

// The verdict on one call; 0xdead for a program that the kernel would not take.
std::uint32_t interpret(const std::vector<sock_filter>& program, const seccomp_data& call) {
  constexpr std::uint32_t kBroken = 0xdead;
  std::uint32_t a = 0;
  for (std::size_t at = 0; at < program.size(); ++at) {
    const sock_filter& op = program[at];
    const auto branch = [&](bool yes) { at += yes ? op.jt : op.jf; };
    switch (op.code) {
      case BPF_LD | BPF_W | BPF_ABS:
        std::memcpy(&a, reinterpret_cast<const char*>(&call) + op.k, sizeof a);
        break;
      case BPF_ALU | BPF_AND | BPF_K:
        a &= op.k;
        break;
      case BPF_JMP | BPF_JA:
        at += op.k;
        break;
      case BPF_JMP | BPF_JEQ | BPF_K:
        branch(a == op.k);
        break;
      case BPF_JMP | BPF_JGE | BPF_K:
        branch(a >= op.k);
        break;
      case BPF_JMP | BPF_JGT | BPF_K:
        branch(a > op.k);
        break;
      case BPF_RET | BPF_K:
        return op.k;
      default:
        return kBroken;
    }
  }
  return kBroken;
}

std::uint32_t audit_of(SeccompArch arch) {
  constexpr std::array<std::uint32_t, kSeccompArches> kAudit{
      AUDIT_ARCH_X86_64, AUDIT_ARCH_I386, AUDIT_ARCH_X86_64, AUDIT_ARCH_AARCH64, AUDIT_ARCH_ARM};
  return kAudit[static_cast<std::size_t>(arch)];
}

seccomp_data call_of(SeccompArch arch, std::uint32_t number, std::uint64_t argument = 0) {
  seccomp_data call{};
  call.arch = audit_of(arch);
  call.nr = static_cast<int>(arch == SeccompArch::x32 ? number | kX32Bit : number);
  call.args[0] = argument;
  return call;
}

CapabilitySet with(std::initializer_list<unsigned> numbers) {
  std::uint64_t bits = default_capabilities().bits();
  for (const unsigned number : numbers) {
    bits |= std::uint64_t{1} << number;
  }
  return CapabilitySet(bits);
}
constexpr unsigned kSysAdmin = 21;

std::vector<sock_filter> program_for(std::string_view machine, CapabilitySet capabilities) {
  return compile_seccomp(seccomp_arches(machine), capabilities);
}

TEST(Seccomp, AnswersByNumberArgumentAndCapability) {
  struct Case {
    SeccompArch arch;
    std::uint32_t number;
    std::uint64_t argument;
    std::uint32_t plain;
    std::uint32_t admin;
  };
  constexpr std::uint32_t kYes = SECCOMP_RET_ALLOW;
  using enum SeccompArch;
  const Case cases[] = {
      {x86_64, 0, 0, kYes, kYes},                     // read
      {x86_64, 165, 0, kRefused, kYes},               // mount
      {x86_64, 250, 0, kRefused, kRefused},           // keyctl
      {x86_64, 246, 0, kRefused, kRefused},           // kexec_load
      {x86_64, 425, 0, kRefused, kRefused},           // io_uring_setup
      {x86_64, 272, 0, kRefused, kYes},               // unshare
      {x86_64, 161, 0, kYes, kYes},                   // chroot: a default capability
      {x86_64, 56, 17, kYes, kYes},                   // clone for fork
      {x86_64, 56, 0x10000000, kRefused, kYes},       // clone(CLONE_NEWUSER)
      {x86_64, 56, 0x02000000, kRefused, kYes},       // clone(CLONE_NEWCGROUP)
      {x86_64, 435, 0, kUnknown, kYes},               // clone3
      {x86_64, 135, 0, kYes, kYes},                   // personality(PER_LINUX)
      {x86_64, 135, 0xffffffff, kYes, kYes},          // personality: ask
      {x86_64, 135, 0x0040000, kRefused, kRefused},   // ADDR_NO_RANDOMIZE
      {x86_64, 41, 2, kYes, kYes},                    // socket(AF_INET)
      {x86_64, 41, 16, kYes, kYes},                   // AF_NETLINK
      {x86_64, 41, 38, kRefused, kRefused},           // AF_ALG
      {x86_64, 41, 39, kYes, kYes},                   // AF_NFC
      {x86_64, 41, 40, kRefused, kRefused},           // AF_VSOCK
      {x86_64, 41, 0x100000028, kRefused, kRefused},  // the same with bits the kernel drops
      {x86_64, 467, 0, kUnknown, kUnknown},           // newer than the table
      {x86_64, 5000, 0, kUnknown, kUnknown},
      {i386, 21, 0, kRefused, kYes},            // mount
      {i386, 120, 0x10000000, kRefused, kYes},  // clone
      {i386, 3, 0, kYes, kYes},                 // read
      {x32, 0, 0, kYes, kYes},                  // read
      {x32, 165, 0, kRefused, kYes},            // mount
      {x32, 520, 0, kYes, kYes},                // execve
  };
  for (const Case& c : cases) {
    const seccomp_data call = call_of(c.arch, c.number, c.argument);
    EXPECT_EQ(interpret(program_for("x86_64", with({})), call), c.plain)
        << oci_name(c.arch) << ' ' << c.number << ' ' << c.argument;
    EXPECT_EQ(interpret(program_for("x86_64", with({kSysAdmin})), call), c.admin)
        << oci_name(c.arch) << ' ' << c.number << ' ' << c.argument;
  }
}

TEST(Seccomp, ForeignArchitecturesAreKilled) {
  const auto program = program_for("x86_64", with({}));
  EXPECT_EQ(interpret(program, call_of(SeccompArch::aarch64, 0)), SECCOMP_RET_KILL_PROCESS);
  const std::array only{SeccompArch::x86_64};
  EXPECT_EQ(interpret(compile_seccomp(only, with({})), call_of(SeccompArch::x32, 0)),
            SECCOMP_RET_KILL_PROCESS);
  EXPECT_EQ(interpret(program_for("aarch64", with({})), call_of(SeccompArch::x86_64, 0)),
            SECCOMP_RET_KILL_PROCESS);
  EXPECT_TRUE(seccomp_arches("riscv64").empty());
}

TEST(Seccomp, TheKernelTakesIt) {
  constexpr std::size_t kMostInstructions = 4096;  // BPF_MAXINSNS
  for (const char* const machine : {"x86_64", "aarch64"}) {
    EXPECT_LT(program_for(machine, with({})).size(), kMostInstructions);
    EXPECT_LT(program_for(machine, all_capabilities()).size(), kMostInstructions);
  }
}

TEST(Seccomp, EncodesBase64) {
  const std::array<sock_filter, 1> one{sock_filter{6, 0, 0, 0x7fff0000}};
  EXPECT_EQ(encode_seccomp(one), "BgAAAAAA/38=");
}

// The few functions of libseccomp that the comparison needs; its headers need not be installed.
class LibSeccomp {
 public:
  struct Argument {
    unsigned index;
    int comparison;
    std::uint64_t first;
    std::uint64_t second;
  };
  LibSeccomp() : handle_(::dlopen("libseccomp.so.2", RTLD_NOW)) {
    if (handle_ == nullptr) {
      return;
    }
    find("seccomp_init", init);
    find("seccomp_release", release);
    find("seccomp_arch_add", arch_add);
    find("seccomp_arch_remove", arch_remove);
    find("seccomp_syscall_resolve_name", resolve);
    find("seccomp_rule_add_array", add);
    find("seccomp_export_bpf", export_bpf);
  }
  LibSeccomp(const LibSeccomp&) = delete;
  LibSeccomp& operator=(const LibSeccomp&) = delete;
  ~LibSeccomp() {
    if (handle_ != nullptr) {
      ::dlclose(handle_);
    }
  }
  [[nodiscard]] bool is_there() const { return handle_ != nullptr && export_bpf != nullptr; }

  void* (*init)(std::uint32_t) = nullptr;
  void (*release)(void*) = nullptr;
  int (*arch_add)(void*, std::uint32_t) = nullptr;
  int (*arch_remove)(void*, std::uint32_t) = nullptr;
  int (*resolve)(const char*) = nullptr;
  int (*add)(void*, std::uint32_t, int, unsigned, const Argument*) = nullptr;
  int (*export_bpf)(void*, int) = nullptr;

 private:
  template <class F>
  void find(const char* name, F& function) {
    void* const symbol = ::dlsym(handle_, name);
    std::memcpy(&function, &symbol, sizeof symbol);
  }
  void* handle_;
};

constexpr int kPseudoError = -1;  // a name that it does not know
constexpr int kMaskedEqual = 7;   // SCMP_CMP_MASKED_EQ
constexpr std::uint32_t kX32Token = AUDIT_ARCH_X86_64 & ~0x80000000U;

std::vector<sock_filter> by_libseccomp(const LibSeccomp& library,
                                       const std::vector<SeccompArch>& arches,
                                       CapabilitySet capabilities, std::set<std::string>& unknown) {
  void* const filter = library.init(kRefused);
  for (const SeccompArch arch : arches) {
    const int added =
        library.arch_add(filter, arch == SeccompArch::x32 ? kX32Token : audit_of(arch));
    EXPECT_TRUE(added == 0 || added == -EEXIST) << oci_name(arch);
  }
  for (const SeccompRule& rule : default_seccomp_rules()) {
    if (!rule.counts_for(capabilities)) {
      continue;
    }
    const int number = library.resolve(rule.name);
    if (number == kPseudoError) {
      unknown.insert(rule.name);
      continue;
    }
    const LibSeccomp::Argument argument{rule.argument, kMaskedEqual, rule.mask, rule.value};
    const std::uint32_t answer =
        rule.answer == SeccompRule::Answer::allow ? SECCOMP_RET_ALLOW : kUnknown;
    EXPECT_EQ(library.add(filter, answer, number, rule.conditional() ? 1 : 0, &argument), 0)
        << rule.name;
  }
  const int file = ::memfd_create("filter", MFD_CLOEXEC);
  EXPECT_EQ(library.export_bpf(filter, file), 0);
  library.release(filter);
  const auto bytes = static_cast<std::size_t>(::lseek(file, 0, SEEK_END));
  std::vector<sock_filter> program(bytes / sizeof(sock_filter));
  EXPECT_EQ(::pread(file, program.data(), bytes, 0), static_cast<ssize_t>(bytes));
  ::close(file);
  return program;
}

TEST(Seccomp, LibseccompAnswersAlike) {
  const LibSeccomp library;
  if (!library.is_there() || seccomp_arches("x86_64").empty() || sizeof(void*) != 8) {
    GTEST_SKIP() << "libseccomp.so.2 is not installed";
  }
#if !defined(__x86_64__)
  GTEST_SKIP() << "libseccomp's native architecture must be the compared one";
#endif
  const auto arches = seccomp_arches("x86_64");
  for (const CapabilitySet capabilities :
       {with({}), with({kSysAdmin}), CapabilitySet(), all_capabilities()}) {
    std::set<std::string> unknown;
    const auto theirs = by_libseccomp(library, arches, capabilities, unknown);
    const auto ours = compile_seccomp(arches, capabilities);
    std::set<std::pair<SeccompArch, std::uint32_t>> skipped;
    for (const SeccompRule& rule : default_seccomp_rules()) {
      for (const SeccompArch arch : arches) {
        // libseccomp before 2.6 knows it on x86_64 alone; the kernel has it on both.
        const bool newer =
            arch == SeccompArch::x32 && std::string_view(rule.name) == "map_shadow_stack";
        if (newer || unknown.contains(rule.name)) {
          skipped.emplace(arch,
                          static_cast<std::uint32_t>(rule.numbers[static_cast<std::size_t>(arch)]));
        }
      }
    }
    int compared = 0;
    for (const SeccompArch arch : arches) {
      for (std::uint32_t number = 0; number < 600; ++number) {
        if (skipped.contains({arch, number})) {
          continue;
        }
        for (const std::uint64_t argument :
             {0x0UL,     0x2UL,        0x8UL,        0x11UL,       0x20UL,      0x23UL,
              0x24UL,    0x25UL,       0x26UL,       0x27UL,       0x28UL,      0x29UL,
              0x2aUL,    0x2cUL,       0x2fUL,       0x30UL,       0x20000UL,   0x20008UL,
              0x40000UL, 0x02000000UL, 0x10000000UL, 0x7e020000UL, 0xffffffffUL}) {
          const seccomp_data call = call_of(arch, number, argument);
          const std::uint32_t their = interpret(theirs, call);
          const std::uint32_t our = interpret(ours, call);
          // It refuses calls that are newer than the table with EPERM.
          const bool alike = our == their || (our == kUnknown && their == kRefused && number > 466);
          ASSERT_TRUE(alike) << oci_name(arch) << ' ' << number << " argument " << argument
                             << ": ours " << our << ", libseccomp's " << their;
          ++compared;
        }
      }
    }
    EXPECT_GT(compared, 30000);
  }
}

// What another distribution of the same idea allows; shown, since newer names are no fault.
TEST(Seccomp, ComparedWithTheContainersPackage) {
  const auto text = linux::read_file("/usr/share/containers/seccomp.json");
  if (!text) {
    GTEST_SKIP() << text.error().message;
  }
  const auto profile = json::parse(*text, "seccomp.json");
  ASSERT_TRUE(profile) << profile.error().message;
  const auto listed = [](const json::Value& rule, const char* where) {
    return rule.contains(where) && rule[where].contains("caps") && !rule[where]["caps"].empty();
  };
  std::set<std::string> theirs;
  for (const json::Value& rule : (*profile)["syscalls"]) {
    if (rule["action"] == "SCMP_ACT_ALLOW" && !listed(rule, "includes")) {
      for (const json::Value& name : rule["names"]) {
        theirs.insert(name.get<std::string>());
      }
    }
  }
  std::set<std::string> ours;
  std::string more;
  std::string fewer;
  for (const SeccompRule& rule : default_seccomp_rules()) {
    if (rule.needs < 0 && rule.answer == SeccompRule::Answer::allow) {
      ours.insert(rule.name);
      more += theirs.contains(rule.name) ? "" : std::string(rule.name) + ' ';
    }
  }
  for (const std::string& name : theirs) {
    fewer += ours.contains(name) ? "" : name + ' ';
  }
  RecordProperty("allowed_here_only", more);
  RecordProperty("allowed_there_only", fewer);
  std::printf("allowed here only: %s\nallowed there only: %s\n", more.c_str(), fewer.c_str());
  EXPECT_GT(ours.size(), 350U);
}

}  // namespace
}  // namespace podsysctl::engine
