#include "daemon/check_book.h"

#include <algorithm>
#include <functional>
#include <string_view>
#include <utility>

#include "health/observe.h"

namespace lvsd {

namespace {

std::size_t hash_of(const Endpoint& endpoint) {
  const auto& bytes = endpoint.address.bytes;
  const std::string_view address(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return std::hash<std::string_view>()(address) + endpoint.port;
}

}  // namespace

// Those that go to one place are few, so a comparison of each is enough.
std::optional<CheckId> CheckBook::id_of(const Check& check) const {
  const auto [first, last] = by_endpoint_.equal_range(hash_of(check.target.endpoint));
  for (auto it = first; it != last; ++it)
    if (entries_.at(it->second).check == check) return it->second;
  return std::nullopt;
}

const CheckBook::Entry* CheckBook::find(const Check& check) const {
  const auto id = id_of(check);
  return id ? &entries_.at(*id) : nullptr;
}

CheckBook::Entry& CheckBook::entry_of(const Check& check, Changes& changes) {
  if (const auto known = id_of(check)) return entries_.at(*known);
  const CheckId id = next_++;
  by_endpoint_.emplace(hash_of(check.target.endpoint), id);
  changes.begun.push_back(id);
  return entries_.emplace(id, Entry{.check = check}).first->second;
}

void CheckBook::drop_unused(Changes& changes) {
  const auto is_unused = [this](CheckId id) { return entries_.at(id).users.empty(); };
  std::erase_if(by_endpoint_, [&](const auto& place) { return is_unused(place.second); });
  for (auto it = entries_.begin(); it != entries_.end();) {
    if (!it->second.users.empty()) {
      ++it;
      continue;
    }
    changes.ended.push_back(it->first);
    it = entries_.erase(it);
  }
}

CheckBook::Changes CheckBook::renew(const Config& config) {
  Changes changes;
  for (auto& [id, entry] : entries_)
    entry.users.clear();
  const CheckId first_new = next_;
  const auto use_all = [&](const std::vector<Check>& checks, CheckUser user) {
    for (user.check = 0; user.check < checks.size(); ++user.check)
      entry_of(checks[user.check], changes).users.push_back(user);
  };
  for (std::uint32_t p = 0; p < config.virtual_servers.size(); ++p) {
    const VirtualServer& service = config.virtual_servers[p];
    for (std::uint32_t s = 0; s < service.real_servers.size(); ++s) {
      use_all(service.real_servers[s].checks, {p, s, 0, Member::real});
      if (const auto& backup = service.real_servers[s].backup)
        use_all(backup->checks, {p, s, 0, Member::backup});
    }
    for (std::uint32_t s = 0; s < service.sorry_servers.size(); ++s)
      use_all(service.sorry_servers[s].checks, {p, s, 0, Member::sorry});
  }
  drop_unused(changes);
  for (const auto& [id, entry] : entries_)
    if (id < first_new) changes.kept.push_back(id);
  std::sort(changes.kept.begin(), changes.kept.end());
  std::sort(changes.ended.rbegin(), changes.ended.rend());
  return changes;
}

const CheckBook::Entry* CheckBook::find(CheckId id) const {
  const auto found = entries_.find(id);
  return found == entries_.end() ? nullptr : &found->second;
}

CheckBook::Entry* CheckBook::find(CheckId id) {
  const auto found = entries_.find(id);
  return found == entries_.end() ? nullptr : &found->second;
}

const CheckBook::Entry* CheckBook::record(CheckId id, const Observation& observation) {
  Entry* entry = find(id);
  if (entry == nullptr) return nullptr;
  entry->health = observe(entry->health, entry->check.settings->policy, observation);
  entry->history.add(observation);
  entry->totals.add(observation.result);
  entry->certificate_end = observation.certificate;
  return entry;
}

}  // namespace lvsd
