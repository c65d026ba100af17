#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "model/config.h"

// Which object a word of an operator means. A service: its name or group ("web", "group:front"), or
// one of its addresses or marks ("tcp:203.0.113.10:80", "fwmark:10"). A server: its name, its
// address with or without port.

namespace lvsd::api {

struct NotFound {
  std::vector<std::string> near;  // ids that resemble the word, the nearest first; at most 5
};
struct Ambiguous {
  std::vector<std::string> candidates;  // ids
};

template <class Object>
using Found = std::variant<const Object*, NotFound, Ambiguous>;

Found<VirtualServer> virtual_server(const Config& config, std::string_view word);
Found<RealServer> real_server(const VirtualServer& service, std::string_view word);
Found<SorryServer> sorry_server(const VirtualServer& service, std::string_view word);
// The real server whose backup a word means; null: none's.
const RealServer* master_of_backup(const VirtualServer& service, std::string_view word);

// The candidates nearest to `word` by edit distance or a shared beginning, at most `limit`.
std::vector<std::string> near_matches(std::string_view word,
                                      const std::vector<std::string>& candidates,
                                      std::size_t limit = 5);

}  // namespace lvsd::api
