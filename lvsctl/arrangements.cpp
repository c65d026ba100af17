#include "lvsctl/arrangements.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "lvsctl/units.h"
#include "model/address.h"

namespace lvsd::ctl {
namespace {

using api::CheckView;
using api::ServerPolicyView;
using api::ServerView;

constexpr std::size_t most_names = 3;
constexpr std::size_t most_lines = 5;

// "every 5s (changing 1s, down 15s) timeout 2s"
std::string pace_text(const CheckView& check) {
  std::string others;
  const auto add = [&others](std::string_view when, double seconds) {
    others += fmt::format("{}{} {}", others.empty() ? "" : ", ", when, period_text(seconds));
  };
  if (check.fast_interval_seconds)
    add("changing", *check.fast_interval_seconds);
  else if (check.health.fall > 1 && check.retry_seconds > 0)
    add("falling", check.retry_seconds);
  if (check.down_interval_seconds) add("down", *check.down_interval_seconds);
  return fmt::format("every {}{} timeout {}", period_text(check.interval_seconds),
                     others.empty() ? "" : " (" + others + ")", period_text(check.timeout_seconds));
}

// All but where it goes.
void add_how(const CheckView& check, Pieces& pieces) {
  std::copy(check.requests.begin(), check.requests.end(), std::back_inserter(pieces));
  pieces.push_back(pace_text(check));
  pieces.push_back(fmt::format("rise {} fall {}", check.health.rise, check.health.fall));
}

// Where it goes, if that is not where the clients go: "TCP_CHECK port 8080".
std::string kind_text(const CheckView& check, const ServerView& server) {
  const auto target = parse_endpoint(check.target);
  if (!target || *target == server.endpoint) return check.kind;
  if (target->address == server.endpoint.address)
    return fmt::format("{} port {}", check.kind, target->port);
  return check.kind + " " + check.target;
}

// What servers have in common, and which ones, in the order in which it was met first.
struct Group {
  Pieces what;
  std::vector<std::string> names;
};

class Groups {
 public:
  void add(Pieces what, std::string name) {
    const auto is_it = [&what](const Group& one) { return one.what == what; };
    auto found = std::find_if(groups_.begin(), groups_.end(), is_it);
    if (found == groups_.end()) found = groups_.insert(found, {std::move(what), {}});
    if (found->names.empty() || found->names.back() != name)
      found->names.push_back(std::move(name));
  }

  // Each with what `whose` makes of its names; empty: nothing.
  template <class Whose>
  std::vector<Pieces> lines(const Whose& whose) && {
    std::vector<Pieces> out;
    for (Group& group : groups_) {
      if (out.size() == most_lines) {
        out.push_back({fmt::format("and {} more that differ", groups_.size() - most_lines)});
        break;
      }
      std::string names = whose(group.names);
      out.push_back(std::move(group.what));
      if (!names.empty()) out.back().push_back(std::move(names));
    }
    return out;
  }

 private:
  std::vector<Group> groups_;
};

// Of a server; nothing: it is none of those that are told apart.
using Lines = std::optional<std::vector<Pieces>>;

// The lines of all, each once, and whose it is where it is not of all.
template <class Of>
std::vector<Pieces> lines_of(const std::vector<ServerView>& servers, const Of& of) {
  Groups groups;
  std::size_t all = 0;
  for (const ServerView& server : servers) {
    Lines lines = of(server);
    if (!lines) continue;
    ++all;
    for (Pieces& line : *lines)
      groups.add(std::move(line), server.server);
  }
  return std::move(groups).lines([all](const std::vector<std::string>& names) -> std::string {
    if (names.size() == all) return "";
    if (names.size() > most_names) return fmt::format("of {} of {} servers", names.size(), all);
    return fmt::format("of {}", fmt::join(names, ", "));
  });
}

std::string yes_no(bool is_so) {
  return is_so ? "yes" : "no";
}

Pieces backup_pieces(const ServerPolicyView& policy) {
  Pieces pieces = {"preempt " + yes_no(policy.preempt)};
  if (policy.preempt && policy.preempt_delay_seconds > 0)
    pieces.back() += " after " + period_text(policy.preempt_delay_seconds);
  pieces.push_back("on_return " + policy.on_return);
  if (policy.backup_at != 100)
    pieces.push_back(fmt::format("at {}% of max_connections", policy.backup_at));
  return pieces;
}

Pieces drain_pieces(const ServerPolicyView& policy) {
  const auto& limit = policy.drain_timeout_seconds;
  return {limit ? "limit " + period_text(*limit) + ", then cut" : "no limit",
          "graceful_shutdown " + yes_no(policy.graceful_shutdown)};
}

}  // namespace

Pieces check_pieces(const CheckView& check) {
  Pieces pieces = {fmt::format("{} {}", check.kind, check.target)};
  add_how(check, pieces);
  return pieces;
}

// Real servers and backups without a check are always up, which may be a surprise; sorry servers
// seldom have one, and are known without.
std::vector<Pieces> check_lines(const std::vector<ServerView>& servers) {
  return lines_of(servers, [](const ServerView& server) -> Lines {
    if (!server.checks) return std::nullopt;
    if (server.checks->empty()) return std::vector<Pieces>{Pieces{"none: always up"}};
    std::vector<Pieces> out;
    for (const CheckView& check : *server.checks) {
      out.push_back({kind_text(check, server)});
      add_how(check, out.back());
    }
    return out;
  });
}

std::vector<Pieces> drain_lines(const std::vector<ServerView>& servers, bool graceful_removal) {
  return lines_of(servers, [=](const ServerView& server) -> Lines {
    if (!server.policy) return std::nullopt;
    Pieces pieces = drain_pieces(*server.policy);
    if (graceful_removal) pieces.emplace_back("graceful_removal yes");
    return std::vector<Pieces>{std::move(pieces)};
  });
}

std::vector<Pieces> start_lines(const std::vector<ServerView>& servers) {
  return lines_of(servers, [](const ServerView& server) -> Lines {
    if (!server.policy) return std::nullopt;
    const double seconds = server.policy->slow_start_seconds;
    if (seconds <= 0) return std::vector<Pieces>{};
    return std::vector<Pieces>{Pieces{"slow_start " + period_text(seconds)}};
  });
}

std::vector<Pieces> backup_lines(const std::vector<ServerView>& servers) {
  Groups groups;
  for (const ServerView& server : servers)
    if (server.policy && server.policy->backup)
      groups.add(backup_pieces(*server.policy), *server.policy->backup + " for " + server.server);
  return std::move(groups).lines([](const std::vector<std::string>& pairs) {
    return pairs.size() > most_names ? fmt::format("for {} servers", pairs.size())
                                     : fmt::format("{}", fmt::join(pairs, ", "));
  });
}

}  // namespace lvsd::ctl
