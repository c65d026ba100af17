#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "plan/tuning.h"

namespace lvsd {

// The values that were there before we wrote, by name.
using Sysctls = std::map<std::string, std::string>;

// /proc/sys, of the network namespace of the thread that calls. Blocks as files do.
class SysctlTree {
 public:
  explicit SysctlTree(std::string root = "/proc/sys") : root_(std::move(root)) {}

  // Of "net.ipv4.vs.conntrack"; blanks between several numbers are one.
  Result<std::string> value(const std::string& name) const;
  Result<void> set(const std::string& name, const std::string& value) const;

 private:
  std::string path_of(const std::string& name) const;

  std::string root_;
};

// When this host's kernel asks after idle TCP connections.
struct Keepalive {
  std::uint32_t time_seconds = 0;  // 0: could not be read
  std::uint32_t interval_seconds = 0;
};
Keepalive keepalive(const SysctlTree& tree);

struct Tuned {
  Sysctls before;                    // of all that we have ever changed and not put back
  std::vector<std::string> changes;  // a sentence each
  std::vector<std::string> problems;
};

// Writes what differs from `wishes`, and keeps what was there.
Tuned tuned(const SysctlTree& tree, const std::vector<SysctlWish>& wishes, Sysctls before);

// What putting everything back would write: "net.ipv4.vs.conntrack 1 -> 0".
std::vector<std::string> to_restore(const SysctlTree& tree, const Sysctls& before);

// Puts everything back. What cannot be stays in `before`.
Tuned restored(const SysctlTree& tree, const Sysctls& before);

// Those of `needed` that are not so: a sentence each.
std::vector<std::string> unmet(const SysctlTree& tree, const std::vector<SysctlWish>& needed);

}  // namespace lvsd
