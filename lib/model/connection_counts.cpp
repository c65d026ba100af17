#include "model/connection_counts.h"

#include <algorithm>
#include <array>
#include <utility>

namespace lvsd {

namespace {

using enum ConnectionPart;
constexpr std::array all_parts = {protocol, client, service, server, state};

std::optional<ConnectionPart> parse_part(std::string_view word) {
  for (const ConnectionPart part : all_parts)
    if (word == text(part)) return part;
  return std::nullopt;
}

std::vector<std::string> split(std::string_view key) {
  std::vector<std::string> parts;
  while (true) {
    const auto end = key.find('\0');
    parts.emplace_back(key.substr(0, end));
    if (end == key.npos) return parts;
    key.remove_prefix(end + 1);
  }
}

}  // namespace

std::string_view text(ConnectionPart part) {
  switch (part) {
    case protocol:
      return "protocol";
    case client:
      return "client";
    case service:
      return "service";
    case server:
      return "server";
    case state:
      return "state";
  }
  return "?";
}

std::optional<std::vector<ConnectionPart>> parse_connection_parts(std::string_view text) {
  std::vector<ConnectionPart> parts;
  while (true) {
    const auto comma = text.find(',');
    const auto part = parse_part(text.substr(0, comma));
    if (!part || std::find(parts.begin(), parts.end(), *part) != parts.end()) return std::nullopt;
    parts.push_back(*part);
    if (comma == text.npos) return parts;
    text.remove_prefix(comma + 1);
  }
}

std::string part_of(const Connection& connection, ConnectionPart part) {
  switch (part) {
    case protocol:
      return connection.protocol;
    case client:
      return text(connection.client.address);
    case service:
      return text(connection.service);
    case server:
      return text(connection.server);
    case state:
      return connection.state;
  }
  return {};
}

ConnectionCounts::ConnectionCounts(std::vector<ConnectionPart> by, std::size_t most)
    : by_(std::move(by)), most_(most) {}

void ConnectionCounts::add(const Connection& connection) {
  if (is_template(connection)) return;
  std::string key;
  for (const ConnectionPart part : by_) {
    if (part != by_.front()) key += '\0';
    key += part_of(connection, part);
  }
  if (const auto found = counts_.find(key); found != counts_.end())
    ++found->second;
  else if (counts_.size() < most_)
    counts_.emplace(std::move(key), 1);
  else
    ++rest_;
}

std::vector<ConnectionCounts::Count> ConnectionCounts::greatest(std::size_t limit) const {
  using Entry = std::pair<std::uint64_t, const std::string*>;
  std::vector<Entry> order;
  order.reserve(counts_.size());
  for (const auto& [key, count] : counts_)
    order.emplace_back(count, &key);
  const auto is_before = [](const Entry& a, const Entry& b) {
    return a.first != b.first ? a.first > b.first : *a.second < *b.second;
  };
  const auto end = order.begin() + static_cast<std::ptrdiff_t>(std::min(limit, order.size()));
  std::partial_sort(order.begin(), end, order.end(), is_before);
  std::vector<Count> out;
  for (auto entry = order.begin(); entry != end; ++entry)
    out.push_back({split(*entry->second), entry->first});
  if (rest_ != 0) out.push_back({{}, rest_});
  return out;
}

}  // namespace lvsd
