#include "daemon/notices.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "daemon/event_text.h"
#include "health/observe.h"

namespace lvsd {

namespace {

bool has_fifo(const GlobalSettings& global) {
  return !global.lvs_fifo.path.empty() || !global.fifo.path.empty();
}

std::string endpoint_words(const Endpoint& endpoint, Protocol protocol) {
  return fmt::format("[{}]:{}:{}", text(endpoint.address), text(protocol), endpoint.port);
}

// keepalived's names. A group's has the number of its user among all of that group.
std::string fifo_name(const Config& config, const VirtualServer& server) {
  const ServiceKey& key = server.services.front();
  if (!server.group.empty()) {
    const auto is_before = [&](const VirtualServer& other) {
      return &other < &server && other.group == server.group;
    };
    return fmt::format(
        "[{}]:{}", server.group,
        std::count_if(config.virtual_servers.begin(), config.virtual_servers.end(), is_before));
  }
  if (key.fwmark != 0) return fmt::format("FWM {}", key.fwmark);
  return endpoint_words({key.address, key.port}, key.protocol);
}

bool is_mailed(const GlobalSettings& global, std::optional<bool> own, bool usual) {
  if (global.mail.server.empty() || global.mail.to.empty()) return false;
  if (own) return *own;
  return global.smtp_alert_checker.value_or(global.smtp_alert.value_or(usual));
}

// What the check says that has failed.
std::string failure_line(const ServerState& state) {
  for (const CheckHealth& check : state.checks)
    if (!check.up && check.last) return "Its check: " + evidence(*check.last) + "\n";
  return {};
}

// Nothing where nobody knows yet.
std::optional<bool> is_known_up(HealthState state) {
  if (state == HealthState::init) return std::nullopt;
  return is_up(state);
}

}  // namespace

// One virtual server, compared with what was said of it.
class NoticeBook::Page {
 public:
  Page(std::map<std::string, Entry>& said, const Pools& pools, std::size_t index)
      : said_(said),
        config_(pools.config()),
        server_(config_.virtual_servers[index]),
        pool_(pools.pool(index)),
        tells_all_(has_fifo(config_.global)),
        mails_quorum_(is_mailed(config_.global, server_.smtp_alert, false)),
        key_(identity(server_)),
        name_(tells_all_ || !config_.global.mail.server.empty() ? fifo_name(config_, server_)
                                                                : std::string()) {}

  // Those it has entries for.
  std::set<std::string> objects() const {
    std::set<std::string> objects;
    if (tells_quorum()) objects.insert(key_);
    for (const RealServer& real : server_.real_servers)
      if (tells(real)) objects.insert(object_of(real));
    return objects;
  }

  Notices news() {
    Notices notices;
    for (std::size_t i = 0; i < server_.real_servers.size(); ++i)
      add_server(i, notices);
    if (tells_quorum()) add_quorum(notices);
    return notices;
  }

  Notices farewell() const {
    Notices notices;
    if (!server_.omega) return notices;
    for (const std::string& object : objects())
      if (const auto found = said_.find(object); found != said_.end() && found->second.up == true)
        notices.push_back(found->second.down);
    std::reverse(notices.begin(), notices.end());  // real servers before it
    return notices;
  }

 private:
  bool tells_quorum() const {
    return tells_all_ || mails_quorum_ || !server_.quorum_up.empty() ||
           !server_.quorum_down.empty();
  }
  bool tells(const RealServer& real) const {
    return tells_all_ || mails(real) || !real.policy->notify_up.empty() ||
           !real.policy->notify_down.empty();
  }
  bool mails(const RealServer& real) const {
    return is_mailed(config_.global, real.policy->smtp_alert, true);
  }
  std::string object_of(const RealServer& real) const { return key_ + "/" + text(real.endpoint); }

  Notice quorum_notice(bool up) const {
    return {key_, fmt::format("{} of {}", up ? "quorum_up" : "quorum_down", id(server_)),
            fmt::format("VS {} {}", name_, up ? "UP" : "DOWN"),
            up ? server_.quorum_up : server_.quorum_down,
            mails_quorum_ ? quorum_letter(up) : Letter()};
  }
  // keepalived's subjects.
  Letter quorum_letter(bool up) const {
    return {fmt::format("Virtualserver {} - {}", name_, up ? "UP" : "DOWN"),
            fmt::format("{} {} quorum.\n{}", id(server_), up ? "has" : "has lost", serving_line())};
  }
  Letter server_letter(const RealServer& real, bool up) const {
    const auto index = static_cast<std::size_t>(&real - server_.real_servers.data());
    const std::string where = endpoint_words(real.endpoint, server_.services.front().protocol);
    return {
        fmt::format("Realserver {} of virtual server {} - {}", where, name_, up ? "UP" : "DOWN"),
        fmt::format("{}/{} is {}.\n{}{}", id(server_), id(real), up ? "up" : "down",
                    up ? std::string() : failure_line(pool_.servers[index]), serving_line())};
  }
  std::string serving_line() const {
    return fmt::format("Real servers that take new connections: {} of {}\n",
                       Pools::serving(pool_.real_servers), server_.real_servers.size());
  }
  Notice server_notice(const RealServer& real, bool up) const {
    const Protocol protocol = server_.services.front().protocol;
    return {object_of(real),
            fmt::format("{} of {}/{}", up ? "notify_up" : "notify_down", id(server_), id(real)),
            fmt::format("RS {} {} {}", endpoint_words(real.endpoint, protocol), name_,
                        up ? "UP" : "DOWN"),
            up ? real.policy->notify_up : real.policy->notify_down,
            mails(real) ? server_letter(real, up) : Letter()};
  }

  void add_server(std::size_t i, Notices& notices) {
    const RealServer& real = server_.real_servers[i];
    if (!tells(real)) return;
    const std::string object = object_of(real);
    const std::optional<bool> up = is_known_up(pool_.servers[i].standing.state);
    const bool is_told_at_start = config_.global.rs_init_notifies && up == true;
    if (!said_.contains(object) && !is_told_at_start) said_[object].up = up;
    add(object, up, server_notice(real, true), server_notice(real, false), notices);
  }

  // One that begins without quorum is told of only where a sorry server takes its place.
  void add_quorum(Notices& notices) {
    if (!pool_.quorum && server_.sorry_servers.empty() && !said_.contains(key_))
      said_[key_].up = false;
    add(key_, pool_.quorum, quorum_notice(true), quorum_notice(false), notices);
  }

  void add(const std::string& object, std::optional<bool> up, Notice up_notice, Notice down_notice,
           Notices& notices) {
    Entry& entry = said_[object];
    const bool is_news = up && entry.up != up;
    if (is_news) notices.push_back(*up ? std::move(up_notice) : down_notice);
    if (up) entry.up = up;
    entry.down = std::move(down_notice);
  }

  std::map<std::string, Entry>& said_;
  const Config& config_;
  const VirtualServer& server_;
  const Pool& pool_;
  const bool tells_all_;
  const bool mails_quorum_;
  const std::string key_;
  const std::string name_;  // in FIFOs and mails
};

Notices NoticeBook::renew(const Pools& pools) {
  if (over_) return {};
  std::set<std::string> present;
  for (std::size_t i = 0; i < pools.config().virtual_servers.size(); ++i)
    present.merge(Page(said_, pools, i).objects());
  Notices notices;
  for (auto entry = said_.begin(); entry != said_.end();) {
    if (present.contains(entry->first)) {
      ++entry;
      continue;
    }
    if (entry->second.up == true) notices.push_back(std::move(entry->second.down));
    entry = said_.erase(entry);
  }
  std::reverse(notices.begin(), notices.end());  // real servers before their virtual server
  for (std::size_t i = 0; i < pools.config().virtual_servers.size(); ++i)
    for (Notice& notice : Page(said_, pools, i).news())
      notices.push_back(std::move(notice));
  return notices;
}

Notices NoticeBook::renew(const Pools& pools, std::size_t pool) {
  return over_ ? Notices() : Page(said_, pools, pool).news();
}

Notices NoticeBook::farewell(const Pools& pools) {
  Notices notices;
  for (std::size_t i = 0; i < pools.config().virtual_servers.size(); ++i)
    for (Notice& notice : Page(said_, pools, i).farewell())
      notices.push_back(std::move(notice));
  over_ = true;
  return notices;
}

}  // namespace lvsd
