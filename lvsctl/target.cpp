#include "lvsctl/target.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <string_view>

#include "base/parse_number.h"
#include "base/printable.h"
#include "lvsctl/page.h"
#include "lvsctl/units.h"

namespace lvsd::ctl {

void add_target(CLI::App& command, std::string& target) {
  command.add_option("SERVER", target, "SERVICE/SERVER, as of servers")
      ->required()
      ->option_text(" ");
}

boost::system::result<api::Words, Output> server_words(const std::string& target) {
  const auto slash = target.find('/');
  if (slash == target.npos || slash == 0 || slash + 1 == target.size())
    return failed({Exit::usage, fmt::format("'{}' is not SERVICE/SERVER", target)});
  return api::Words{{"service", target.substr(0, slash)}, {"server", target.substr(slash + 1)}};
}

bool matches_pattern(std::string_view pattern, std::string_view text) {
  std::size_t star = pattern.npos;  // the last one
  std::size_t resume = 0;           // what of the text comes behind what it stands for so far
  std::size_t p = 0;
  std::size_t t = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != pattern.npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == pattern.npos;
}

namespace {

void add_yes(CLI::App& command, Aim& aim) {
  command.add_flag("--yes", aim.yes, "of a pattern all that it is for, if there are several");
}

}  // namespace

void add_server(CLI::App& command, Aim& aim) {
  command
      .add_option(
          "SERVER", aim.server,
          "SERVICE/SERVER, as of servers, or a pattern as 'web*/db?'; @NAME is that host in "
          "every service")
      ->required()
      ->option_text(" ");
  add_yes(command, aim);
}

void add_aim(CLI::App& command, Aim& aim) {
  auto* server = command.add_option("SERVER", aim.server,
                                    "SERVICE/SERVER, as of servers, or a pattern as 'web*/db?'; "
                                    "@NAME is --host NAME");
  server->option_text(" ");
  command.add_option("--host", aim.host, "the servers with this address or name, in every service")
      ->option_text("HOST")
      ->excludes(server);
  add_yes(command, aim);
}

namespace {

using Chosen = boost::system::result<std::vector<std::string>, Output>;

// In the order of the list, each once.
template <class Holds>
Chosen servers_where(const Context& context, Holds holds) {
  const auto servers = page_as_is<std::vector<api::ServerView>>(context, {api::Action::servers});
  if (!servers) return servers.error();
  std::vector<std::string> found;
  for (const api::ServerView& one : servers->view) {
    if (one.role == "sorry" || !holds(one)) continue;
    std::string name = one.service + "/" + one.server;
    if (std::find(found.begin(), found.end(), name) == found.end())
      found.push_back(std::move(name));
  }
  return found;
}

Chosen servers_of_host(const Context& context, const std::string& host) {
  auto found = servers_where(context, [&host](const api::ServerView& one) {
    return one.server == host || text(one.endpoint.address) == host;
  });
  if (!found || !found->empty()) return found;
  return failed(
      {Exit::no_such_object, fmt::format("no server has the address or the name '{}'", host)});
}

// What would be changed, for somebody who may have meant less.
Output too_many(const std::string& pattern, const std::vector<std::string>& servers) {
  Output output =
      failed({Exit::usage, fmt::format("'{}' is {} servers; with --yes it is done to all of them:",
                                       pattern, servers.size())});
  for (const std::string& server : servers)
    output.err += "  " + printable_line(server) + "\n";
  return output;
}

Chosen servers_like(const Context& context, const Aim& aim) {
  const auto words = server_words(aim.server);
  if (!words) return words.error();
  const std::string& service = words->at("service");
  const std::string& server = words->at("server");
  auto found = servers_where(context, [&](const api::ServerView& one) {
    return matches_pattern(service, one.service) &&
           (matches_pattern(server, one.server) ||
            matches_pattern(server, text(one.endpoint.address)));
  });
  if (!found) return found;
  if (found->empty())
    return failed({Exit::no_such_object, fmt::format("no server is as '{}'", aim.server)});
  if (found->size() > 1 && !aim.yes && !context.dry_run) return too_many(aim.server, *found);
  return found;
}

}  // namespace

boost::system::result<std::vector<std::string>, Output> aimed_at(const Context& context,
                                                                 const Aim& aim) {
  if (!aim.host.empty()) return servers_of_host(context, aim.host);
  if (aim.server.starts_with('@')) return servers_of_host(context, aim.server.substr(1));
  if (aim.server.find_first_of("*?") != aim.server.npos) return servers_like(context, aim);
  if (aim.server.empty())
    return failed({Exit::usage, "which server: SERVICE/SERVER, or --host HOST"});
  if (const auto words = server_words(aim.server); !words) return words.error();
  return std::vector{aim.server};
}

std::string check_duration(const std::string& word) {
  return parse_duration(word) ? "" : "'" + word + "' is not a time such as 30s, 15m or 2h";
}

std::string seconds_text(const std::string& word) {
  const auto time = *parse_duration(word);
  return std::to_string(std::chrono::ceil<std::chrono::seconds>(time).count());
}

namespace {

// "18:00", "18:00:30": since midnight.
std::optional<std::chrono::seconds> time_of_day(std::string_view word) {
  const bool has_seconds = word.size() == 8 && word[5] == ':';
  if (!(word.size() == 5 || has_seconds) || word[2] != ':') return std::nullopt;
  const auto part = [&](std::size_t at, unsigned most) -> std::optional<unsigned> {
    const auto number = parse_number<unsigned>(word.substr(at, 2));
    return number && *number <= most ? number : std::nullopt;
  };
  const auto hour = part(0, 23);
  const auto minute = part(3, 59);
  const auto second = has_seconds ? part(6, 59) : std::optional(0U);
  if (!hour || !minute || !second) return std::nullopt;
  return std::chrono::hours(*hour) + std::chrono::minutes(*minute) + std::chrono::seconds(*second);
}

}  // namespace

std::string check_moment(const std::string& word) {
  return time_of_day(word) || api::parse_moment(word)
             ? ""
             : "'" + word + "' is not a time such as 18:00 or 2026-08-20T18:00:00Z";
}

std::optional<std::uint32_t> seconds_until(const std::string& word, const api::Moment& now) {
  std::optional<std::chrono::sys_time<std::chrono::milliseconds>> end;
  if (const auto time = time_of_day(word)) {
    const auto local = now.at + now.offset;
    end = std::chrono::floor<std::chrono::days>(local) + *time - now.offset;
    if (*end <= now.at) *end += std::chrono::days(1);
  } else if (const auto moment = api::parse_moment(word)) {
    end = moment->at;
  }
  if (!end || *end <= now.at) return std::nullopt;
  const auto left = std::chrono::ceil<std::chrono::seconds>(*end - now.at).count();
  return static_cast<std::uint32_t>(std::min<std::int64_t>(left, 2147483647));
}

}  // namespace lvsd::ctl
