// SPDX-License-Identifier: Apache-2.0
// Files of ours in folders of a node that belong to others: CNI plugins, NRI plugins, OCI hooks. A
// file that somebody else put there is never replaced and never removed, nor is one of ours that
// was changed since: the record (install/record.h) tells by digest. The node's root may be mounted
// anywhere; links in it are followed as on the node and do not lead out of it. A call that was
// killed can be repeated. Errors: conflict for a foreign file; those of the system calls, naming
// the path. Thread-safety: one thread, one process for each node.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "install/record.h"
#include "linux/fd.h"

namespace podsysctl::install {

// Where the record is on the node.
inline constexpr const char* kRecordFolder = "/var/lib/podsysctl";

struct NodeFile {
  std::string path;  // absolute, as on the node
  std::string content;
  mode_t mode = 0755;
};

enum class Done : std::uint8_t {
  written,
  replaced,   // another version of ours was there
  unchanged,  // this very file was there
  removed,
  gone,  // ours was not there any more
  left,  // it is not as we put it there
};

struct Change {
  std::string path;
  Done done = Done::unchanged;
};

class NodeFiles {
 public:
  // `root` is where the node's root is mounted: "/" on the node itself.
  [[nodiscard]] static Result<NodeFiles> open(const std::string& root);

  [[nodiscard]] Result<Change> put(const NodeFile& file);
  // Everything on record. What cannot be removed stays on record; the first such error comes back
  // when all others are done.
  [[nodiscard]] Result<std::vector<Change>> remove_all();

 private:
  NodeFiles(std::string root, linux::Fd fd, std::string record_file, Record record)
      : root_(std::move(root)),
        fd_(std::move(fd)),
        record_file_(std::move(record_file)),
        record_(std::move(record)) {}

  [[nodiscard]] Result<Done> place(const NodeFile& file);
  [[nodiscard]] Result<Done> take_away(const std::string& path);
  [[nodiscard]] Result<linux::Fd> make_folder(const std::string& path) const;
  [[nodiscard]] bool is_ours(const std::string& path, const std::string& digest) const;

  std::string root_;
  linux::Fd fd_;
  std::string record_file_;
  Record record_;
};

}  // namespace podsysctl::install
