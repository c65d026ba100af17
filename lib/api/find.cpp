#include "api/find.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "base/edit_distance.h"

namespace lvsd::api {
namespace {

constexpr std::size_t near_limit = 5;

// What matched: nothing, one, or too many.
template <class Object>
Found<Object> found(const std::vector<const Object*>& matches, std::string_view word,
                    const std::vector<Object>& all, auto id_of) {
  if (matches.size() == 1) return matches.front();
  std::vector<std::string> ids;
  if (matches.empty()) {
    for (const Object& object : all)
      ids.push_back(id_of(object));
    return NotFound{near_matches(word, ids, near_limit)};
  }
  for (const Object* object : matches)
    ids.push_back(id_of(*object));
  return Ambiguous{std::move(ids)};
}

template <class Object>
std::vector<const Object*> those(const std::vector<Object>& all, auto matches) {
  std::vector<const Object*> some;
  for (const Object& object : all)
    if (matches(object)) some.push_back(&object);
  return some;
}

bool contains(const std::vector<ServiceKey>& keys, const ServiceKey& key) {
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

// Servers by the endpoint a word spells out, or by its address when no port is given.
template <class Object>
std::vector<const Object*> by_endpoint(const std::vector<Object>& all, std::string_view word) {
  if (const auto endpoint = parse_endpoint(word))
    return those(all, [&](const Object& object) { return object.endpoint == *endpoint; });
  if (const auto address = parse_address(word))
    return those(all, [&](const Object& object) { return object.endpoint.address == *address; });
  return {};
}

}  // namespace

Found<VirtualServer> virtual_server(const Config& config, std::string_view word) {
  const auto& all = config.virtual_servers;
  auto matches = those(all, [&](const VirtualServer& server) { return id(server) == word; });
  if (matches.empty()) {
    if (const auto key = parse_service_key(word))
      matches = those(all, [&](const VirtualServer& s) { return contains(s.services, *key); });
  }
  return found(matches, word, all, [](const VirtualServer& server) { return id(server); });
}

Found<RealServer> real_server(const VirtualServer& service, std::string_view word) {
  const auto& all = service.real_servers;
  auto matches = those(all, [&](const RealServer& server) { return id(server) == word; });
  if (matches.empty()) matches = by_endpoint(all, word);
  return found(matches, word, all, [](const RealServer& server) { return id(server); });
}

Found<SorryServer> sorry_server(const VirtualServer& service, std::string_view word) {
  const auto& all = service.sorry_servers;
  return found(by_endpoint(all, word), word, all,
               [](const SorryServer& server) { return text(server.endpoint); });
}

const RealServer* master_of_backup(const VirtualServer& service, std::string_view word) {
  for (const RealServer& server : service.real_servers) {
    if (!server.backup) continue;
    const Endpoint& endpoint = server.backup->endpoint;
    if (id(*server.backup) == word || text(endpoint) == word || text(endpoint.address) == word)
      return &server;
  }
  return nullptr;
}

namespace {

std::string lowered(std::string_view word) {
  std::string out(word);
  for (char& c : out)
    c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

}  // namespace

std::vector<std::string> near_matches(std::string_view word,
                                      const std::vector<std::string>& candidates,
                                      std::size_t limit) {
  const std::string wanted = lowered(word.substr(0, 64));
  const std::size_t allowed = 1 + wanted.size() / 4;
  std::vector<std::pair<std::size_t, const std::string*>> near;
  for (const std::string& candidate : candidates) {
    const std::string known = lowered(candidate);
    const bool part = wanted.size() >= 2 && known.find(wanted) != std::string::npos;
    if (!part &&
        std::max(known.size(), wanted.size()) - std::min(known.size(), wanted.size()) > allowed)
      continue;
    const std::size_t steps = edit_distance(wanted, known);
    if (part || steps <= allowed) near.emplace_back(steps, &candidate);
  }
  std::stable_sort(near.begin(), near.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string> out;
  for (std::size_t i = 0; i < std::min(limit, near.size()); ++i)
    out.push_back(*near[i].second);
  return out;
}

}  // namespace lvsd::api
