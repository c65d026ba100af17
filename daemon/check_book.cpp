#include "daemon/check_book.h"

#include <utility>

namespace lvsd {

namespace {

// Finds checks by value. Those that go to one place are few, so a comparison of each is enough.
class Index {
 public:
  void add(CheckId id, const Check& check) { ids_.emplace(check.target, std::pair(id, &check)); }

  // -1 as an unsigned: not there.
  static constexpr CheckId none = static_cast<CheckId>(-1);
  CheckId find(const Check& check) const {
    const auto [first, last] = ids_.equal_range(check.target);
    for (auto it = first; it != last; ++it)
      if (*it->second.second == check) return it->second.first;
    return none;
  }

 private:
  std::multimap<CheckTarget, std::pair<CheckId, const Check*>> ids_;
};

}  // namespace

CheckBook::Changes CheckBook::renew(const Config& config) {
  Index index;
  for (auto& [id, entry] : entries_) {
    entry.users.clear();
    index.add(id, entry.check);
  }
  Changes changes;
  const auto use = [&](const Check& check, const CheckUser& user) {
    CheckId id = index.find(check);
    if (id == Index::none) {
      id = next_++;
      const auto entry = entries_.emplace(id, Entry{check, {}}).first;
      index.add(id, entry->second.check);
      changes.begun.push_back(id);
    }
    entries_.at(id).users.push_back(user);
  };
  const auto use_all = [&](const std::vector<Check>& checks, CheckUser user) {
    for (user.check = 0; user.check < checks.size(); ++user.check)
      use(checks[user.check], user);
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
  for (auto it = entries_.begin(); it != entries_.end();) {
    if (!it->second.users.empty()) {
      ++it;
      continue;
    }
    changes.ended.push_back(it->first);
    it = entries_.erase(it);
  }
  return changes;
}

const CheckBook::Entry* CheckBook::find(CheckId id) const {
  const auto found = entries_.find(id);
  return found == entries_.end() ? nullptr : &found->second;
}

}  // namespace lvsd
