#pragma once

#include <span>
#include <string>
#include <vector>

#include "model/config.h"

namespace lvsd {

// What one configuration has that another has not, in the words of the file: `lvsctl config diff`,
// and what a reload says it did. Order and place in the files do not count.
struct Change {
  enum class Kind : std::uint8_t { added, removed, changed };

  Kind kind = Kind::changed;
  std::string service;  // id of the virtual server; empty: global
  std::string server;   // id of the real, sorry or backup server; empty: the virtual server itself
  std::string what;     // the keyword, with the blocks around it: "TCP_CHECK retry"
  std::string before;   // arguments; empty: not there, or a keyword without any
  std::string after;

  bool operator==(const Change&) const = default;
};

std::vector<Change> changes(const Config& before, const Config& after);

// The virtual servers without those that both begin and end with. Most of a large file is the same
// as before, and looking each up by its name costs more than reading the file.
struct Differing {
  std::span<const VirtualServer> before;
  std::span<const VirtualServer> after;
};
Differing differing(const Config& before, const Config& after);
// The same, by what differing() has found of them.
std::vector<Change> changes(const Config& before, const Config& after, const Differing& services);

// "web\n  ~ web02  weight 10 → 20\n  + web06\n", by virtual server, global settings last.
std::string text(const std::vector<Change>& changes);

}  // namespace lvsd
