// The part of Daemon that has checks run and hears of them, and what operators ask of checks.

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <variant>

#include "base/parse_number.h"
#include "daemon/check_views.h"
#include "daemon/checker_pool.h"
#include "daemon/daemon.h"
#include "daemon/log.h"
#include "daemon/probe_settings.h"
#include "daemon/wall_clock.h"
#include "health/http_check.h"
#include "health/schedule.h"

namespace lvsd {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

// Ids from here on are of checks that are not in the book.
constexpr CheckId first_aside = CheckId{1} << 31;

// How a check is begun that several share: at once if one of them waits for it, and at the pace of
// one that serves.
CheckHealth common_health(const Pools& pools, std::span<const CheckUser> users) {
  const auto is_up = [&pools](const CheckUser& user) { return pools.health(user).up; };
  const auto serving = std::find_if(users.begin(), users.end(), is_up);
  const auto waiting = std::find_if_not(users.begin(), users.end(), is_up);
  CheckHealth health = pools.health(serving != users.end() ? *serving : *waiting);
  if (waiting != users.end()) health.start = pools.health(*waiting).start;
  return health;
}

}  // namespace

std::unique_ptr<CheckRunner> Daemon::make_checker() {
  auto report = [this](CheckId id, const Observation& seen) { observe(id, seen); };
  if (options_.check_runner) return options_.check_runner(loop_.get_executor(), report);
  auto known = [this](CheckId id) {
    if (const auto aside = asides_.find(id); aside != asides_.end()) return aside->second.check;
    const CheckBook::Entry* entry = checks_.find(id);  // there is no other that runs
    return RunningCheck{entry->check, entry->health, entry->timing};
  };
  auto pool = std::make_unique<CheckerPool>(
      loop_.get_executor(),
      CheckerSeat::Calls{std::move(report), std::move(known), checker_launcher()});
  checkers_ = pool.get();
  return pool;
}

asio::awaitable<ProbeSettings> Daemon::ready_settings(const GlobalSettings& global) {
  const auto read_them = [global] { return probe_settings(global); };
  co_return co_await files_.run(read_them);
}

void Daemon::equip(const ProbeSettings& settings) {
  checker_->set(settings);
  script_rules_ = settings.scripts;
}

void Daemon::renew_checks(const ProbeSettings& settings) {
  equip(settings);
  const auto [ended, begun, kept] = checks_.renew(pools_.config());
  for (const CheckId id : ended)
    checker_->stop(id);
  for (const CheckId id : begun)
    begin_check(id);
  for (const CheckId id : kept)
    join_check(id);
}

void Daemon::begin_check(CheckId id) {
  CheckBook::Entry* entry = checks_.find(id);
  entry->health = common_health(pools_, entry->users);
  entry->timing = first_timing(entry->check, entry->health.start, std::chrono::steady_clock::now());
  checker_->start(id, entry->check, entry->health, entry->timing);
}

// What a check knows holds for whoever comes to share it.
void Daemon::join_check(CheckId id) {
  const CheckBook::Entry* entry = checks_.find(id);
  if (!entry->health.has_run || entry->history.size() == 0) return;
  const PastResult last = entry->history.newest();
  const Observation seen{.result = last.result,
                         .code = last.code,
                         .text = last.text,
                         .duration = last.duration,
                         .at = last.at};
  for (const CheckUser& user : entry->users) {
    if (pools_.health(user).has_run) continue;
    if (const auto change = pools_.inform(user, entry->health)) announce(*change, &seen);
  }
}

void Daemon::observe(CheckId id, const Observation& observation) {
  if (const auto aside = asides_.find(id); aside != asides_.end()) {
    aside->second.result = observation;
    reported_.cancel();
    return;
  }
  CheckBook::Entry* entry = checks_.find(id);
  if (entry == nullptr) return;
  auto lines = check_log_.lines(*entry, observation, pools_.config().global.log_all_failures);
  if (observation.certificate)
    for (LogLine& line : check_log_.certificate_lines(*entry, observation, wall_clock()))
      lines.push_back(std::move(line));
  for (const LogLine& line : lines)
    log(line);
  checks_.record(id, observation);
  add_duration(*entry, observation);
  for (const CheckUser& user : entry->users)
    if (const auto change = pools_.observe(user, observation)) announce(*change, &observation);
  reported_.cancel();
}

// A service counts a check once, however many of its servers share it.
void Daemon::add_duration(const CheckBook::Entry& entry, const Observation& observation) {
  const double took = std::chrono::duration<double>(observation.duration).count();
  std::optional<std::uint32_t> last;
  for (const CheckUser& user : entry.users)
    if (std::exchange(last, user.pool) != user.pool) totals_.add_check(user.pool, took);
}

// ---- what operators ask of checks

// Returns when each has a result that is newer than this, or has had its time to get one. One that
// is paused stays so.
asio::awaitable<void> Daemon::run_checks(std::vector<CheckId> ids) {
  const Time begin = std::chrono::steady_clock::now();
  Time deadline = begin;
  for (const CheckId id : ids) {
    checker_->hurry(id);
    deadline = std::max(deadline, begin + longest_run(*checks_.find(id)->check.settings));
  }
  deadline += 1s;
  const auto is_done = [&](CheckId id) {
    const CheckBook::Entry* entry = checks_.find(id);
    return entry == nullptr || entry->pause != 0 ||
           (entry->health.last && entry->health.last->at >= begin);
  };
  co_await results_until(deadline, [&] { return std::all_of(ids.begin(), ids.end(), is_done); });
}

asio::awaitable<void> Daemon::results_until(Time deadline, std::function<bool()> is_enough) {
  while (!is_enough() && std::chrono::steady_clock::now() < deadline) {
    asio::steady_timer patience(loop_, deadline);
    patience.async_wait([this](const auto& cancelled) {
      if (!cancelled) reported_.cancel();
    });
    co_await reported_.async_wait(asio::as_tuple(asio::use_awaitable));
  }
}

// Checks that no server has, all at once. Their ids are used once: a late report of one that was
// given up is not taken for another's.
asio::awaitable<std::vector<Observation>> Daemon::run_once(std::vector<Check> checks) {
  const Time now = std::chrono::steady_clock::now();
  Time deadline = now;
  std::vector<CheckId> ids;
  for (Check& check : checks) {
    const CheckId id = ids.emplace_back(first_aside + asides_so_far_++);
    const Timing timing{now, now};
    deadline = std::max(deadline, now + longest_run(*check.settings));
    const Aside& aside =
        asides_.emplace(id, Aside{{std::move(check), {}, timing}, {}}).first->second;
    checker_->start(id, aside.check.check, {}, timing);
  }
  const auto is_there = [this](CheckId id) { return asides_.at(id).result.has_value(); };
  const auto are_there = [&] { return std::all_of(ids.begin(), ids.end(), is_there); };
  co_await results_until(deadline + 1s, are_there);
  std::vector<Observation> seen;
  for (const CheckId id : ids) {
    checker_->stop(id);
    Observation late;
    late.text = "no checker has run it in time";
    auto result = std::move(asides_.extract(id).mapped().result);
    seen.push_back(std::move(result).value_or(std::move(late)));
  }
  co_return seen;
}

void Daemon::pause_checks(const std::vector<CheckId>& ids, std::optional<Duration> length) {
  ++pauses_;
  for (const CheckId id : ids) {
    CheckBook::Entry* entry = checks_.find(id);
    const bool ran = std::exchange(entry->pause, pauses_) == 0;
    if (!ran) continue;
    checker_->stop(id);
    log(Level::warning,
        fmt::format("{} is paused; {}", check_name(entry->check), kept_state(*entry)),
        {.kind = EventKind::check, .after = "PAUSED"});
  }
  reported_.cancel();  // nobody waits for a run of them any more
  if (length) asio::co_spawn(loop_, resume_later(ids, *length, pauses_), asio::detached);
}

// A later pause of the same checks is another one, with an end of its own.
asio::awaitable<void> Daemon::resume_later(std::vector<CheckId> ids, Duration length,
                                           std::uint32_t pause) {
  asio::steady_timer over(loop_, length);
  co_await over.async_wait(asio::as_tuple(asio::use_awaitable));
  std::erase_if(ids, [&](CheckId id) {
    const CheckBook::Entry* entry = checks_.find(id);
    return entry == nullptr || entry->pause != pause;
  });
  resume_checks(ids);
}

void Daemon::resume_checks(const std::vector<CheckId>& ids) {
  for (const CheckId id : ids) {
    CheckBook::Entry* entry = checks_.find(id);
    if (std::exchange(entry->pause, 0) == 0) continue;
    entry->timing = resumed_timing(entry->check, entry->health, entry->timing,
                                   std::chrono::steady_clock::now());
    checker_->start(id, entry->check, entry->health, entry->timing);
    log(Level::notice, fmt::format("{} goes on", check_name(entry->check)),
        {.kind = EventKind::check, .before = "PAUSED"});
  }
}

namespace {

// Absent: until somebody resumes them.
std::variant<std::optional<Duration>, api::Response> length_of(const api::Call& call) {
  const auto word = call.query.find("for_seconds");
  if (word == call.query.end()) return std::nullopt;
  const auto seconds = parse_number<std::uint32_t>(word->second);
  if (!seconds || *seconds == 0)
    return api::response(api::bad_request("for_seconds is a number of seconds from 1"));
  return std::chrono::seconds(*seconds);
}

}  // namespace

// Nobody else learns of what they say.
asio::awaitable<api::Response> Daemon::answer_trials(api::Call call) {
  const auto found = checked_server(pools_.config(), call.path);
  if (const auto* refusal = std::get_if<api::Response>(&found)) co_return *refusal;
  std::vector<Check> checks;
  std::vector<api::CheckHistoryView> views;
  for (Trial& trial : trials(checks_, std::get<CheckedServer>(found))) {
    checks.push_back(std::move(trial.check));
    views.push_back(std::move(trial.view));
  }
  const std::vector<Observation> seen = co_await run_once(std::move(checks));
  const Clocks now{std::chrono::steady_clock::now(), wall_clock()};
  for (std::size_t i = 0; i < seen.size(); ++i)
    views[i].results.push_back(past_result_view(past_result(seen[i]), now));
  co_return api::response(api::Head{now.wall, generation_}, views);
}

// The server is looked up anew after the wait: a reload may have come meanwhile.
asio::awaitable<api::Response> Daemon::answer_checks(api::Call call) {
  const bool rehearses = api::is_on(call.query, "dry_run");
  if (!rehearses && call.query.contains("count") && !api::is_on(call.query, "count"))
    co_return co_await answer_trials(std::move(call));
  const auto found = checked_server(pools_.config(), call.path);
  if (const auto* refusal = std::get_if<api::Response>(&found)) co_return *refusal;
  std::vector<CheckId> ids;
  for (const Check& check : *std::get<CheckedServer>(found).checks)
    if (const auto id = checks_.id_of(check)) ids.push_back(*id);

  const auto length = length_of(call);
  if (const auto* refusal = std::get_if<api::Response>(&length)) co_return *refusal;
  if (!rehearses) {
    if (call.action == api::Action::pause_checks)
      pause_checks(ids, std::get<std::optional<Duration>>(length));
    if (call.action == api::Action::resume_checks) resume_checks(ids);
    if (call.action == api::Action::run_checks) co_await run_checks(std::move(ids));
  }

  const auto still = checked_server(pools_.config(), call.path);
  if (const auto* refusal = std::get_if<api::Response>(&still)) co_return *refusal;
  const Clocks now{std::chrono::steady_clock::now(), wall_clock()};
  co_return api::response(api::Head{now.wall, generation_},
                          check_history_views(checks_, std::get<CheckedServer>(still), now));
}

namespace {

// Fit to stand in a request's head, where a blank or a line end would be more than a word.
bool is_one_word(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

}  // namespace

// As an HTTP_GET or SSL_GET with these words would ask.
asio::awaitable<api::Response> Daemon::answer_digest(api::Call call) {
  const auto word = [&call](const char* name) {
    const auto found = call.query.find(name);
    return found == call.query.end() ? std::string() : found->second;
  };
  const auto target = parse_endpoint(word("target"));
  const std::string path = word("path");
  if (!target || !path.starts_with('/') || !is_one_word(path))
    co_return api::response(
        api::bad_request("target is an address with its port, and path begins with '/'"));
  const std::string host = word("host");
  if (!is_one_word(host)) co_return api::response(api::bad_request("host is the name of a host"));
  HttpCheck http{.tls = word("tls") == "yes", .virtualhost = host, .enable_sni = true};
  http.urls.push_back(
      {.path = path, .digest = std::string(unknown_digest), .statuses = {{100, 599}}});
  // Made in statements of their own: g++ 12 ends a braced argument of a co_await twice.
  std::vector<Check> checks(1);
  Check& check = checks.front();
  check.settings = std::make_shared<const CheckSettings>(CheckSettings{std::move(http), {}});
  check.target.endpoint = *target;
  const auto all_seen = co_await run_once(std::move(checks));
  const Observation& seen = all_seen.front();
  const Clocks now{std::chrono::steady_clock::now(), wall_clock()};
  const api::DigestView view{.digest = told_digest(seen),
                             .result = result_view(past_result(seen), now)};
  co_return api::response(api::Head{now.wall, generation_}, view);
}

}  // namespace lvsd
