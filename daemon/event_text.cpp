#include "daemon/event_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "daemon/service_views.h"
#include "health/observe.h"
#include "plan/desired.h"

namespace lvsd {

namespace {

std::string plural(std::size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

// Whether the number of such a result is what the server or program said, and not an errno, whose
// text is there already.
bool has_status(CheckResult result) {
  using enum CheckResult;
  return result == l7_ok || result == l7_conditional || result == l7_status ||
         result == process_ok || result == process_error;
}

std::size_t backups_up(const Pool& pool, const VirtualServer& service) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < pool.backups.size(); ++i)
    if (service.real_servers[i].backup && is_up(pool.backups[i].standing.state)) ++count;
  return count;
}

bool is_on_backup(const Pool& pool) {
  return Pools::serving(pool.backup_servers) != 0 && Pools::serving(pool.real_servers) == 0;
}

// "Server web/web01 (10.0.0.1:80)", "Backup server …", "Sorry server …".
std::string name_of(const VirtualServer& service, Member member, std::size_t i) {
  const auto name = [&service](std::string_view kind, const auto& server) {
    return fmt::format("{} {}/{} ({})", kind, id(service), id(server), text(server.endpoint));
  };
  switch (member) {
    case Member::real:
      break;
    case Member::backup:
      return name("Backup server", *service.real_servers[i].backup);
    case Member::sorry:
      return name("Sorry server", service.sorry_servers[i]);
  }
  return name("Server", service.real_servers[i]);
}

// What a line about a server is about.
EventSubject server_subject(const VirtualServer& service, Member member, std::size_t i) {
  EventSubject subject{.kind = EventKind::server, .service = id(service)};
  const auto name = [&subject](const auto& server) {
    subject.server = id(server);
    subject.address = text(server.endpoint);
  };
  switch (member) {
    case Member::real:
      name(service.real_servers[i]);
      break;
    case Member::backup:
      name(*service.real_servers[i].backup);
      break;
    case Member::sorry:
      name(service.sorry_servers[i]);
      break;
  }
  return subject;
}

const ServerState& state_of(const Pool& pool, Member member, std::size_t i) {
  switch (member) {
    case Member::real:
      break;
    case Member::backup:
      return pool.backups[i];
    case Member::sorry:
      return pool.sorries[i];
  }
  return pool.servers[i];
}

// Who is left to serve.
void add_left(const Pool& pool, const VirtualServer& service, EventSubject& subject) {
  subject.active_left = Pools::serving(pool.real_servers);
  subject.backup_left = backups_up(pool, service);
}

// The line of a server whose checks took it up or down.
LogLine server_line(const Pools& pools, const PoolChange& change, const Observation& seen) {
  const VirtualServer& service = pools.config().virtual_servers[change.pool];
  const Pool& pool = pools.pool(change.pool);
  const auto active = Pools::serving(pool.real_servers);
  const auto backups = backups_up(pool, service);
  const std::string name = name_of(service, change.member, *change.server);
  const std::string_view on_backup = is_on_backup(pool) ? " Running on backup." : "";
  EventSubject subject = server_subject(service, change.member, *change.server);
  subject.reason = evidence(seen);
  subject.result = text(seen.result);
  if (seen.code != 0 && has_status(seen.result)) subject.code = seen.code;
  subject.duration_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(seen.duration).count();
  add_left(pool, service, subject);
  const bool up = is_up(state_of(pool, change.member, *change.server).standing.state);
  subject.after = up ? "UP" : "DOWN";
  if (up) {
    return {Level::info,
            fmt::format("{} is UP, reason: {}. {} active and {} backup servers online.{}", name,
                        evidence(seen), active, backups, on_backup),
            std::move(subject)};
  }
  return {
      Level::warning,
      fmt::format("{} is DOWN, reason: {}, {}/{} failed. {} active and {} backup servers "
                  "left.{}",
                  name, evidence(seen), change.results, change.results, active, backups, on_backup),
      std::move(subject)};
}

// " (alice: kernel patch)"
std::string by_whom(const Author& by) {
  return fmt::format(" ({}{}{})", by.user, by.reason.empty() ? "" : ": ", by.reason);
}

// Nothing where no operator has a say.
std::string by_whom(const AdminOverride* wish) {
  return wish == nullptr ? std::string() : by_whom(wish->by);
}

std::string by_whom(const Pools& pools, std::uint32_t pool, const Turn& turn) {
  const Override& wishes = pools.wishes(pool, turn.server);
  if (turn.member == Member::backup) return by_whom(wishes.backup ? &*wishes.backup : nullptr);
  return by_whom(wishes.admin ? &*wishes.admin : nullptr);
}

bool is_taken_out(Effective effective) {
  return effective == Effective::draining || effective == Effective::drained ||
         effective == Effective::disabled;
}

// Of one that somebody takes out; empty for others.
std::string taken_out_turn(const Turn& turn, const std::string& who) {
  const Effective is = turn.after.effective;
  if (is == Effective::draining && turn.before.effective != is)
    return fmt::format("enters drain state{}.", who);
  if (is == Effective::drained) return fmt::format("is DRAINED{}.", who);
  if (is == Effective::disabled) return fmt::format("is DISABLED{}.", who);
  return {};
}

// What a real server does differently; empty where its health's line says it all.
std::string real_turn(const Turn& turn, const std::string& who) {
  const Effective was = turn.before.effective;
  const Effective is = turn.after.effective;
  if (std::string line = taken_out_turn(turn, who); !line.empty()) return line;
  if (is == Effective::full && turn.before.reason != turn.after.reason)
    return fmt::format("is FULL: {}.", text(turn.after.reason));
  if (was == Effective::full && is == Effective::active) return "has room again.";
  if (was == Effective::warming && is == Effective::active)
    return fmt::format("has its full weight {}.", turn.after.weight);
  if (is == Effective::warming && was != is)
    return fmt::format("starts slowly with weight {}.", turn.after.weight);
  // Quorum has a line of its own.
  if (turn.after.reason == Reason::sorry_serves || turn.before.reason == Reason::sorry_serves)
    return {};
  if (is == Effective::standby) return fmt::format("waits: {}.", text(turn.after.reason));
  if (is == Effective::active && (is_taken_out(was) || was == Effective::standby))
    return fmt::format("serves again with weight {}.", turn.after.weight);
  if (is == Effective::active && was == is && turn.before.weight != turn.after.weight)
    return fmt::format("has weight {} now.", turn.after.weight);
  return {};
}

std::string backup_turn(const VirtualServer& service, const Turn& turn, const std::string& who) {
  const std::string master = id(service) + "/" + id(service.real_servers[turn.server]);
  if (turn.after.reason == Reason::sorry_serves || turn.before.reason == Reason::sorry_serves)
    return {};
  // It drains by itself as well.
  if (turn.after.reason != Reason::master_back && turn.after.reason != Reason::weight_zero)
    if (std::string line = taken_out_turn(turn, who); !line.empty()) return line;
  const bool served = turn.before.presence == Presence::serving;
  const bool serves = turn.after.presence == Presence::serving;
  if (!served && serves) return fmt::format("enters for {}: {}.", master, text(turn.after.reason));
  if (turn.after.effective == Effective::draining && served)
    return fmt::format("leaves by draining: {}.", text(turn.after.reason));
  if (turn.after.effective != Effective::standby) return {};
  if (turn.before.effective == Effective::draining) return "is at rest, nothing is left.";
  if (is_taken_out(turn.before.effective)) return "is at rest again.";
  return served ? fmt::format("leaves: {}.", text(turn.after.reason)) : std::string();
}

void add_turn_lines(const Pools& pools, const PoolChange& change, std::vector<LogLine>& lines) {
  const VirtualServer& service = pools.config().virtual_servers[change.pool];
  for (const Turn& turn : change.turns) {
    const std::string who = by_whom(pools, change.pool, turn);
    const std::string what = turn.member == Member::real     ? real_turn(turn, who)
                             : turn.member == Member::backup ? backup_turn(service, turn, who)
                                                             : std::string();
    if (what.empty()) continue;
    EventSubject subject = server_subject(service, turn.member, turn.server);
    subject.before = state_text(turn.before);
    subject.after = state_text(turn.after);
    subject.reason = text(turn.after.reason);
    add_left(pools.pool(change.pool), service, subject);
    lines.push_back({Level::notice, name_of(service, turn.member, turn.server) + " " + what,
                     std::move(subject)});
  }
}

LogLine panic_line(const Pools& pools, const PoolChange& change) {
  const VirtualServer& service = pools.config().virtual_servers[change.pool];
  const bool is_on = pools.pool(change.pool).panic_since.has_value();
  EventSubject subject{.kind = EventKind::service,
                       .service = id(service),
                       .before = is_on ? "" : "PANIC",
                       .after = is_on ? "PANIC" : service_state(pools.pool(change.pool))};
  if (!is_on)
    return {Level::notice, fmt::format("Service {}: the PANIC is over.", id(service)),
            std::move(subject)};
  return {Level::critical,
          fmt::format("Service {}: PANIC, most of its servers failed at once. The table is held as "
                      "it was; 'lvsctl calm {}' ends that.",
                      id(service), id(service)),
          std::move(subject)};
}

LogLine past_scheduler_line(const VirtualServer& service, const SchedulerOverride& wish) {
  const std::string& file = service.settings.scheduler;
  return {Level::notice,
          fmt::format("Service {} is served by {} again, as the file says: the time of {} is "
                      "over{}.",
                      id(service), file, wish.value, by_whom(wish.by)),
          EventSubject{.kind = EventKind::wish,
                       .service = id(service),
                       .before = wish.value,
                       .after = file,
                       .reason = wish.by.reason}};
}

std::string sorry_names(const VirtualServer& service) {
  std::string names;
  for (const SorryServer& sorry : service.sorry_servers)
    names += (names.empty() ? "" : ", ") + text(sorry.endpoint);
  return names;
}

LogLine quorum_line(const Pools& pools, const PoolChange& change) {
  const VirtualServer& service = pools.config().virtual_servers[change.pool];
  const Pool& pool = pools.pool(change.pool);
  EventSubject subject{.kind = EventKind::service,
                       .service = id(service),
                       .after = service_state(pool),
                       .reason = pool.quorum ? "quorum holds" : "quorum is lost"};
  add_left(pool, service, subject);
  if (pool.quorum) {
    return {Level::notice,
            fmt::format("Service {} has quorum again{}. {} online.", id(service),
                        service.sorry_servers.empty() ? "" : ", the sorry server leaves",
                        plural(Pools::serving(pool.real_servers), "active server")),
            std::move(subject)};
  }
  const std::size_t up = static_cast<std::size_t>(
      std::count_if(pool.servers.begin(), pool.servers.end(),
                    [](const ServerState& server) { return is_up(server.standing.state); }));
  const std::string what = up == 0 ? "has no server available!"
                                   : fmt::format("lost quorum, {} left up.", plural(up, "server"));
  const std::string sorry = service.sorry_servers.empty()
                                ? std::string()
                                : fmt::format(" Using sorry server {}.", sorry_names(service));
  return {up == 0 && sorry.empty() ? Level::critical : Level::error,
          fmt::format("Service {} {}{}", id(service), what, sorry), std::move(subject)};
}

}  // namespace

void log(const LogLine& line) {
  if (line.subject)
    log(line.level, line.text, *line.subject);
  else
    log(line.level, line.text);
}

std::string evidence(const LastResult& last) {
  std::string out(prose(last.result));
  if (last.code != 0 && has_status(last.result)) out += fmt::format(", code: {}", last.code);
  return out;
}

std::string evidence(const Observation& seen) {
  std::string out = evidence(last_result(seen));
  if (!seen.text.empty()) out += fmt::format(", info: \"{}\"", seen.text);
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(seen.duration);
  return out + fmt::format(", check duration: {}ms", ms.count());
}

std::vector<LogLine> event_lines(const Pools& pools, const PoolChange& change,
                                 const Observation& observation) {
  std::vector<LogLine> lines;
  if (change.server) lines.push_back(server_line(pools, change, observation));
  for (LogLine& line : event_lines(pools, change))
    lines.push_back(std::move(line));
  return lines;
}

std::vector<LogLine> event_lines(const Pools& pools, const PoolChange& change) {
  std::vector<LogLine> lines;
  if (change.panic) lines.push_back(panic_line(pools, change));
  if (change.past_scheduler)
    lines.push_back(
        past_scheduler_line(pools.config().virtual_servers[change.pool], *change.past_scheduler));
  add_turn_lines(pools, change, lines);
  if (change.quorum) lines.push_back(quorum_line(pools, change));
  return lines;
}

}  // namespace lvsd
