#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "model/connection.h"

namespace lvsd {

// What connections may be counted by.
enum class ConnectionPart : std::uint8_t { protocol, client, service, server, state };
std::string_view text(ConnectionPart part);  // "client"
// "state,server"; nothing where a word is none or stands twice, or there is no word.
std::optional<std::vector<ConnectionPart>> parse_connection_parts(std::string_view text);

// A part of a connection as text: of the client its address, of the others with the port.
std::string part_of(const Connection& connection, ConnectionPart part);

// How many connections share the same parts. Persistence templates are none.
class ConnectionCounts {
 public:
  struct Count {
    std::vector<std::string> parts;  // beside `by`; empty: all those for which there was no room
    std::uint64_t count = 0;
  };

  // Of more than `most` different ones the rest is counted together.
  explicit ConnectionCounts(std::vector<ConnectionPart> by, std::size_t most = 100000);

  void add(const Connection& connection);

  std::span<const ConnectionPart> by() const { return by_; }
  // The greatest first, those that are equal in the order of their parts; at most `limit`.
  std::vector<Count> greatest(std::size_t limit) const;

 private:
  std::vector<ConnectionPart> by_;
  std::size_t most_;
  std::unordered_map<std::string, std::uint64_t> counts_;  // the parts with NULs between them
  std::uint64_t rest_ = 0;
};

}  // namespace lvsd
