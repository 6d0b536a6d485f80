// SPDX-License-Identifier: Apache-2.0
#include "service/slots.h"

#include <algorithm>
#include <set>

#include <fmt/core.h>

#include "linux/process.h"

namespace podsysctl::service {
namespace {

using Names = std::map<std::string, std::string>;  // "namespace/name" -> path

std::string key_of(const std::string& namespace_, const std::string& name) {
  return namespace_ + "/" + name;
}

// A pod that is there has its name, whatever its file has become meanwhile.
bool keeps_name(const Slot& slot, const ManifestFile& file) {
  const bool there = slot.wanted != Wanted::gone || !slot.memory.uid.empty();
  const bool says_so = slot.name == file.name && slot.namespace_ == file.namespace_;
  return there && (says_so || (file.name.empty() && !slot.memory.uid.empty()));
}

// First those who have their name already, then the others in the order of their files.
Names owners_of(const Slots& slots, const std::vector<ManifestFile>& files) {
  Names owners;
  for (const ManifestFile& file : files) {
    const auto slot = slots.find(file.path);
    if (slot != slots.end() && keeps_name(slot->second, file)) {
      owners.emplace(key_of(slot->second.namespace_, slot->second.name), file.path);
    }
  }
  for (const ManifestFile& file : files) {
    if (!file.name.empty()) {
      owners.emplace(key_of(file.namespace_, file.name), file.path);
    }
  }
  return owners;
}

std::string problem_of(const ManifestFile& file, const Names& owners) {
  if (!file.problem.empty()) {
    return file.problem;
  }
  const std::string& owner = owners.at(key_of(file.namespace_, file.name));
  return owner == file.path
             ? ""
             : fmt::format("{}: pod {}/{} is defined by {} already: rename one of the two",
                           file.path, file.namespace_, file.name, owner);
}

// True if the slot's pod is to be looked at.
bool take_file(Slot& slot, const ManifestFile& file) {
  if (!slot.problem.empty()) {
    // What never ran has nothing to be left as it is; a slot of its own remembers the problem.
    const bool before = slot.wanted == Wanted::as_it_is;
    slot.wanted = Wanted::as_it_is;
    return !before;
  }
  const bool same = slot.wanted == Wanted::as_in_file && slot.hash == file.hash;
  slot.wanted = Wanted::as_in_file;
  slot.hash = file.hash;
  slot.namespace_ = file.namespace_;
  slot.name = file.name;
  slot.has_init_containers = file.has_init_containers;
  return !same;
}

}  // namespace

FolderChanges take_folder(Slots& slots, const std::vector<ManifestFile>& files) {
  FolderChanges changes;
  const Names owners = owners_of(slots, files);
  std::set<std::string> there;
  for (const ManifestFile& file : files) {
    there.insert(file.path);
    Slot& slot = slots[file.path];
    const std::string problem = problem_of(file, owners);
    if (!problem.empty() && problem != slot.problem) {
      changes.problems.push_back(file.path);
    }
    slot.problem = problem;
    if (take_file(slot, file)) {
      changes.to_sync.push_back(file.path);
    }
  }
  for (auto& [path, slot] : slots) {
    if (!there.contains(path)) {
      slot.wanted = Wanted::gone;
      slot.problem.clear();
      changes.to_sync.push_back(path);
    }
  }
  return changes;
}

JobKind Slot::job_kind() const noexcept {
  const bool unwanted =
      wanted == Wanted::gone || (wanted == Wanted::as_in_file && memory.hash != hash);
  const bool ends_one = !memory.uid.empty() && unwanted;
  return ends_one || has_init_containers ? JobKind::waiting : JobKind::quick;
}

void take_outcome(Slot& slot, Outcome outcome) {
  slot.memory = std::move(outcome.memory);
  slot.watched = std::move(outcome.watched);
  slot.due = outcome.due;
  slot.pause.close();
  if (slot.watched && slot.watched->sandbox.process.pid != 0) {
    // A process that is gone already is seen by the next look at it.
    if (Result<linux::Fd> pidfd = linux::open_pidfd(slot.watched->sandbox.process.pid)) {
      slot.pause = *std::move(pidfd);
    }
  }
}

bool waits_for_name(const Slots& slots, const std::string& path) {
  const auto own = slots.find(path);
  return own != slots.end() && std::ranges::any_of(slots, [&](const auto& other) {
           return other.first != path && other.second.wanted == Wanted::gone &&
                  other.second.name == own->second.name &&
                  other.second.namespace_ == own->second.namespace_;
         });
}

}  // namespace podsysctl::service
