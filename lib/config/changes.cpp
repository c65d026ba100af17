#include "config/changes.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "config/entries.h"

namespace lvsd {

namespace {

// "TCP_CHECK retry" -> "3", flattened; the number tells repeated keywords apart.
using Values = std::map<std::pair<std::string, std::size_t>, std::string>;

bool is_server(const Entry& entry) {
  return entry.keyword != nullptr && (entry.word == "real_server" || entry.word == "sorry_server" ||
                                      entry.word == "backup_server");
}

// Flattens entries.
class ValueCollector {
 public:
  explicit ValueCollector(bool into_servers) : into_servers_(into_servers) {}

  void collect(const Entries& entries, const std::string& path) {
    for (const Entry& entry : entries) {
      if (is_server(entry) && !into_servers_) continue;
      const std::string name = path.empty() ? entry.word : path + " " + entry.word;
      const std::size_t number = met_[name];
      if (!entry.is_block || !entry.arguments.empty()) {
        values_[{name, number}] = entry.arguments;
        ++met_[name];
      }
      if (entry.is_block)
        collect(entry.block, number == 0 ? name : name + " #" + std::to_string(number + 1));
    }
  }

  Values take() { return std::move(values_); }

 private:
  bool into_servers_;
  std::map<std::string, std::size_t> met_;  // how often, by name
  Values values_;
};

class ChangeCollector {
 public:
  ChangeCollector(const Config& before, const Config& after) : before_(before), after_(after) {}

  std::vector<Change> collect_all(const Differing& services) {
    by_identity(services.before, services.after, service_key,
                [this](const VirtualServer* a, const VirtualServer* b) { service(a, b); });
    if (before_.global == after_.global && before_.groups == after_.groups) return std::move(out_);
    compare("", "", values(global_entries(before_, Detail::effective), true),
            values(global_entries(after_, Detail::effective), true));
    return std::move(out_);
  }

 private:
  static std::string service_key(const VirtualServer& server) {
    if (server.services.empty()) return server.group;
    const std::string first = text(server.services.front());
    return server.group.empty() ? first : "group " + server.group + " " + first;
  }
  static Endpoint server_key(const RealServer& server) { return server.endpoint; }
  static Endpoint sorry_key(const SorryServer& server) { return server.endpoint; }

  static Values values(const Entries& entries, bool into_servers) {
    ValueCollector collector(into_servers);
    collector.collect(entries, "");
    return collector.take();
  }

  // Calls `visit` with both, or with null where there is only one, in the order of `before`.
  template <class Thing, class Key, class Visit>
  static void by_identity(std::span<const Thing> before, std::span<const Thing> after,
                          const Key& key, const Visit& visit) {
    std::map<decltype(key(before.front())), const Thing*> next;
    for (const Thing& thing : after)
      next.emplace(key(thing), &thing);
    for (const Thing& thing : before) {
      const auto found = next.find(key(thing));
      visit(&thing, found == next.end() ? nullptr : found->second);
      if (found != next.end()) next.erase(found);
    }
    for (const Thing& thing : after)
      if (const auto found = next.find(key(thing)); found != next.end() && found->second == &thing)
        visit(nullptr, &thing);
  }

  void service(const VirtualServer* a, const VirtualServer* b) {
    if (a == nullptr || b == nullptr) {
      const VirtualServer& there = a == nullptr ? *b : *a;
      out_.push_back(
          {a == nullptr ? Change::Kind::added : Change::Kind::removed, id(there), "", "", "", ""});
      return;
    }
    if (*a == *b) return;
    const Entry old = entry(before_, *a, Detail::effective);
    const Entry next = entry(after_, *b, Detail::effective);
    compare(id(*b), "", values(old.block, false), values(next.block, false));
    servers<RealServer>(*b, a->real_servers, b->real_servers, server_key, old, next, "real_server");
    servers<SorryServer>(*b, a->sorry_servers, b->sorry_servers, sorry_key, old, next,
                         "sorry_server");
  }

  template <class Server, class Key>
  void servers(const VirtualServer& service, std::span<const Server> before,
               std::span<const Server> after, const Key& key, const Entry& old, const Entry& next,
               const std::string& word) {
    const auto old_blocks = blocks(old, word);
    const auto next_blocks = blocks(next, word);
    by_identity(before, after, key, [&](const Server* a, const Server* b) {
      if (a == nullptr || b == nullptr) {
        out_.push_back({a == nullptr ? Change::Kind::added : Change::Kind::removed, id(service),
                        id(a == nullptr ? *b : *a), "", "", ""});
      } else if (!(*a == *b)) {
        compare(id(service), id(*b),
                values(*old_blocks[static_cast<std::size_t>(a - before.data())], true),
                values(*next_blocks[static_cast<std::size_t>(b - after.data())], true));
      }
    });
  }

  // Of the entries with that word, in their order.
  static std::vector<const Entries*> blocks(const Entry& service, const std::string& word) {
    std::vector<const Entries*> out;
    for (const Entry& entry : service.block)
      if (entry.word == word) out.push_back(&entry.block);
    return out;
  }

  void compare(const std::string& service, const std::string& server, const Values& before,
               const Values& after) {
    const auto value = [](const Values& values, const Values::key_type& key) {
      const auto found = values.find(key);
      return found == values.end() ? std::optional<std::string>() : found->second;
    };
    Values keys = before;
    keys.insert(after.begin(), after.end());
    for (const auto& [key, ignored] : keys) {
      const auto a = value(before, key);
      const auto b = value(after, key);
      if (a == b) continue;
      const Change::Kind kind =
          a ? (b ? Change::Kind::changed : Change::Kind::removed) : Change::Kind::added;
      out_.push_back({kind, service, server, key.first, a.value_or(""), b.value_or("")});
    }
  }

  const Config& before_;
  const Config& after_;
  std::vector<Change> out_;
};

std::string line(const Change& change) {
  const auto joined = [](std::string a, const std::string& b) {
    if (!a.empty() && !b.empty()) a += " ";
    return a + b;
  };
  std::string out = "  ";
  switch (change.kind) {
    case Change::Kind::added:
      return out + "+ " + joined(joined(change.server, change.what), change.after) + "\n";
    case Change::Kind::removed:
      return out + "- " + joined(joined(change.server, change.what), change.before) + "\n";
    case Change::Kind::changed:
      break;
  }
  return out + "~ " + joined(joined(change.server, change.what), change.before) + " → " +
         change.after + "\n";
}

bool is_whole_service(const Change& change) {
  return change.server.empty() && change.what.empty();
}

}  // namespace

Differing differing(const Config& before, const Config& after) {
  std::span<const VirtualServer> old = before.virtual_servers;
  std::span<const VirtualServer> next = after.virtual_servers;
  const auto [begin, next_begin] = std::ranges::mismatch(old, next);
  old = old.subspan(static_cast<std::size_t>(begin - old.begin()));
  next = next.subspan(static_cast<std::size_t>(next_begin - next.begin()));
  while (!old.empty() && !next.empty() && old.back() == next.back()) {
    old = old.first(old.size() - 1);
    next = next.first(next.size() - 1);
  }
  return {old, next};
}

std::vector<Change> changes(const Config& before, const Config& after, const Differing& services) {
  return ChangeCollector(before, after).collect_all(services);
}

std::vector<Change> changes(const Config& before, const Config& after) {
  return changes(before, after, differing(before, after));
}

std::string text(const std::vector<Change>& changes) {
  std::string out;
  const std::string* heading = nullptr;
  for (const Change& change : changes) {
    if (is_whole_service(change) && !change.service.empty()) {
      out += (change.kind == Change::Kind::added ? "+ " : "- ") + change.service + "\n";
      heading = nullptr;
      continue;
    }
    if (heading == nullptr || *heading != change.service)
      out += (change.service.empty() ? std::string("global") : change.service) + "\n";
    heading = &change.service;
    out += line(change);
  }
  return out;
}

}  // namespace lvsd
