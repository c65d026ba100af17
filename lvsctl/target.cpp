#include "lvsctl/target.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <string_view>
#include <utility>

#include "base/parse_number.h"
#include "base/printable.h"
#include "lvsctl/page.h"
#include "lvsctl/units.h"

namespace lvsd::ctl {

boost::system::result<api::Words, Output> server_words(const std::string& target) {
  const auto slash = target.find('/');
  if (slash == target.npos || slash == 0 || slash + 1 == target.size())
    return failed({Exit::usage, fmt::format("'{}' is not SERVICE/SERVER", target)});
  return api::Words{{"service", target.substr(0, slash)}, {"server", target.substr(slash + 1)}};
}

namespace {

// A character of a name, where it could be more to RE2.
std::string escaped(char c) {
  const auto byte = static_cast<unsigned char>(c);
  const bool is_plain = byte >= 0x80 || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                        (c >= '0' && c <= '9') || c == '_';
  return is_plain ? std::string(1, c) : std::string{'\\', c};
}

std::string exact_pattern(std::string_view word) {
  std::string out = "\\A";
  for (const char c : word)
    out += escaped(c);
  return out + "\\z";
}

// A term of a filter: that a field is as a pattern says.
std::string matching(std::string_view field, std::string_view pattern) {
  std::string out = std::string(field) + "~\"";
  for (const char c : pattern) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

// By name or address.
std::string server_matching(std::string_view pattern) {
  return "(" + matching("server", pattern) + " || " + matching("address", pattern) + ")";
}

std::string host_filter(std::string_view host) {
  return server_matching(exact_pattern(host));
}

}  // namespace

std::string name_pattern(std::string_view word) {
  std::string out = "(?s)\\A";
  for (const char c : word)
    out += c == '*' ? ".*" : c == '?' ? "." : escaped(c);
  return out + "\\z";
}

bool is_wide(std::string_view word) {
  return word.starts_with('@') || word.find_first_of("*?") != word.npos;
}

std::string service_filter(std::string_view word) {
  return matching("service", name_pattern(word));
}

boost::system::result<std::string, Output> server_filter(const std::string& word) {
  if (word.starts_with('@')) return host_filter(word.substr(1));
  const auto words = server_words(word);
  if (!words) return words.error();
  return service_filter(words->at("service")) + " && " +
         server_matching(name_pattern(words->at("server")));
}

void add_server(CLI::App& command, Aim& aim) {
  command
      .add_option(
          "SERVER", aim.server,
          "SERVICE/SERVER, as of servers, or a pattern as 'web*/db?'; @NAME is that host in "
          "every service")
      ->required()
      ->option_text(" ");
}

void add_aim(CLI::App& command, Aim& aim) {
  auto* server = command.add_option("SERVER", aim.server,
                                    "SERVICE/SERVER, as of servers, or a pattern as 'web*/db?'; "
                                    "@NAME is --host NAME");
  server->option_text(" ");
  command.add_option("--host", aim.host, "the servers with this address or name, in every service")
      ->option_text("HOST")
      ->excludes(server);
}

namespace {

using Chosen = boost::system::result<std::vector<std::string>, Output>;

// In the order of the list, each once.
Chosen servers_where(const Context& context, const std::string& filter, bool sorry) {
  const std::string terms = sorry ? filter : filter + " && role!=sorry";
  const auto servers = page_as_is<std::vector<api::ServerView>>(
      context, {api::Action::servers, {}, {{"filter", terms}}});
  if (!servers) return servers.error();
  std::vector<std::string> found;
  for (const api::ServerView& one : servers->view) {
    std::string name = one.service + "/" + one.server;
    if (std::find(found.begin(), found.end(), name) == found.end())
      found.push_back(std::move(name));
  }
  return found;
}

Chosen servers_of_host(const Context& context, const std::string& host, bool sorry) {
  auto found = servers_where(context, host_filter(host), sorry);
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
  const auto filter = server_filter(aim.server);
  if (!filter) return filter.error();
  auto found = servers_where(context, *filter, aim.sorry);
  if (!found) return found;
  if (found->empty())
    return failed({Exit::no_such_object, fmt::format("no server is as '{}'", aim.server)});
  if (found->size() > 1 && !aim.several && !context.yes && !context.dry_run)
    return too_many(aim.server, *found);
  return found;
}

}  // namespace

boost::system::result<std::vector<std::string>, Output> aimed_at(const Context& context,
                                                                 const Aim& aim) {
  if (!aim.host.empty()) return servers_of_host(context, aim.host, aim.sorry);
  if (aim.server.starts_with('@')) return servers_of_host(context, aim.server.substr(1), aim.sorry);
  if (is_wide(aim.server)) return servers_like(context, aim);
  if (aim.server.empty())
    return failed({Exit::usage, "which server: SERVICE/SERVER, or --host HOST"});
  if (const auto words = server_words(aim.server); !words) return words.error();
  return std::vector{aim.server};
}

void keep_apart(std::vector<Output>& outputs) {
  bool is_first = true;
  for (Output& one : outputs) {
    if (one.out.empty()) continue;
    if (!std::exchange(is_first, false)) one.out.insert(0, "\n");
  }
}

Output together(std::vector<Output> outputs) {
  Output all{outputs.front().exit, "", ""};
  for (Output& one : outputs) {
    if (one.exit != all.exit) all.exit = Exit::partly;
    all.out += one.out;
    all.err += one.err;
  }
  return all;
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
