#include "lvsctl/target.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <string_view>

#include "base/parse_number.h"
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

void add_aim(CLI::App& command, Aim& aim) {
  auto* server = command.add_option("SERVER", aim.server,
                                    "SERVICE/SERVER, as of servers; @NAME is --host NAME");
  server->option_text(" ");
  command.add_option("--host", aim.host, "the servers with this address or name, in every service")
      ->option_text("HOST")
      ->excludes(server);
}

namespace {

// In the order of the list, each once.
std::vector<std::string> servers_of_host(const std::vector<api::ServerView>& servers,
                                         const std::string& host) {
  std::vector<std::string> found;
  for (const api::ServerView& one : servers) {
    if (one.role == "sorry" || (one.server != host && text(one.endpoint.address) != host)) continue;
    std::string name = one.service + "/" + one.server;
    if (std::find(found.begin(), found.end(), name) == found.end())
      found.push_back(std::move(name));
  }
  return found;
}

}  // namespace

boost::system::result<std::vector<std::string>, Output> aimed_at(const Context& context,
                                                                 const Aim& aim) {
  const bool is_host = aim.server.starts_with('@') || !aim.host.empty();
  if (!is_host) {
    if (aim.server.empty())
      return failed({Exit::usage, "which server: SERVICE/SERVER, or --host HOST"});
    if (const auto words = server_words(aim.server); !words) return words.error();
    return std::vector{aim.server};
  }
  const std::string host = aim.host.empty() ? aim.server.substr(1) : aim.host;
  const auto servers = page_as_is<std::vector<api::ServerView>>(context, {api::Action::servers});
  if (!servers) return servers.error();
  auto found = servers_of_host(servers->view, host);
  if (!found.empty()) return found;
  return failed(
      {Exit::no_such_object, fmt::format("no server has the address or the name '{}'", host)});
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
