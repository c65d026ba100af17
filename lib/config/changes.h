#pragma once

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

// "web\n  ~ web02  weight 10 → 20\n  + web06\n", by virtual server, global settings last.
std::string text(const std::vector<Change>& changes);

}  // namespace lvsd
