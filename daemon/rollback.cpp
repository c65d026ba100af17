// The part of Daemon that remembers configurations and goes back to them.

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <utility>
#include <variant>

#include "api/config_views.h"
#include "base/parse_number.h"
#include "daemon/daemon.h"
#include "daemon/die_of.h"
#include "daemon/log.h"
#include "daemon/wall_clock.h"

namespace lvsd {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t most_kept = 20;
constexpr std::uint64_t most_bytes = std::uint64_t{64} << 20;

// The wall clock may be set while something waits for it.
constexpr Duration longest_wait = 10s;
constexpr Duration pause_after_failure = 60s;

std::uint64_t size_of(const Recording& recording) {
  std::uint64_t size = 0;
  for (const auto& [path, text] : recording.texts)
    size += text.size();
  return size;
}

std::uint64_t count_of_servers(const Config& config) {
  std::uint64_t count = 0;
  for (const VirtualServer& service : config.virtual_servers)
    count += service.real_servers.size();
  return count;
}

std::string how_of(std::optional<std::uint64_t> restored, bool is_undoing, std::uint64_t last) {
  if (!restored) return "reload";
  return is_undoing ? fmt::format("back from {}", last) : fmt::format("rollback to {}", *restored);
}

// "alice (kernel patch)".
std::string text(const Author& by) {
  return by.reason.empty() ? by.user : fmt::format("{} ({})", by.user, by.reason);
}

void log_unconfirmed(const ConfigTrial& trial) {
  log(Level::warning,
      fmt::format("Generation {} was not confirmed in time: back to generation {}",
                  trial.generation, trial.back_to),
      {.kind = EventKind::reload, .after = "NOT_CONFIRMED"});
}

api::PastConfigView view_of(const ConfigHistory& history, const PastConfig& past,
                            std::chrono::minutes zone) {
  api::PastConfigView view{.generation = past.generation,
                           .first_generation = past.first,
                           .loaded = {past.by.since, zone},
                           .how = past.how,
                           .user = past.by.user,
                           .reason = past.by.reason,
                           .result = past.result,
                           .in_force = &past == &history.past.back(),
                           .from_file = past.hides.empty(),
                           .restored = past.restored,
                           .services = past.services,
                           .servers = past.servers,
                           .bytes = past.size};
  if (view.in_force && history.trial) {
    view.back_to = history.trial->back_to;
    view.confirm_until = api::Moment{history.trial->until, zone};
  }
  return view;
}

constexpr std::string_view previous = "previous";

// By the word of a query; null: it is not kept.
const PastConfig* named_in(const ConfigHistory& history, std::string_view word) {
  if (word == previous) return before_last(history);
  const auto number = parse_number<std::uint64_t>(word);
  return number ? find(history, *number) : nullptr;
}

api::Response not_kept(const std::string& word, const ConfigHistory& history) {
  if (word == previous)
    return api::response(api::refused("there is no earlier configuration to go back to"));
  std::vector<std::string> kept;
  for (auto past = history.past.rbegin(); past != history.past.rend(); ++past)
    kept.push_back(std::to_string(past->generation));
  return api::response(api::no_such_object("generation " + word, kept));
}

}  // namespace

asio::awaitable<Recorded> Daemon::recorded_config(bool origins) {
  const auto load_it = [load = load_, options = options_, origins] {
    return load(options, origins);
  };
  co_return co_await files_.run(load_it);
}

// As it was loaded then, from what was kept of it.
asio::awaitable<Result<Recorded>> Daemon::past_config(std::uint64_t generation) {
  const PastConfig* found = find(history_, generation);
  if (found == nullptr)
    co_return Error{std::make_error_code(std::errc::no_such_file_or_directory),
                    fmt::format("generation {} is not kept any more", generation)};
  auto read = [store = history_store_, past = *found]() -> Result<Recorded> {
    auto recording = store.recording(past);
    if (!recording) return recording.error();
    Loaded loaded = replayed(*recording);
    return Recorded{std::move(loaded), *std::move(recording), past.fingerprint};
  };
  co_return co_await files_.run(std::move(read));
}

asio::awaitable<std::variant<Recorded, api::Response>> Daemon::named_past(std::string word) {
  const PastConfig* named = named_in(history_, word);
  if (named == nullptr) co_return not_kept(word, history_);
  Result<Recorded> past = co_await past_config(named->generation);
  if (!past) co_return api::response(api::internal_error(lvsd::text(past.error())));
  co_return *std::move(past);
}

// What lvsd starts with: the file's, which has been found valid, or what is in its place.
asio::awaitable<Config> Daemon::config_of_start(Recorded file) {
  co_await recall_history();
  const std::string mark = file.fingerprint;
  read_from(std::make_shared<ConfigSources>(file.recording, mark));
  const StartChoice choice = start_choice(history_, mark, wall_clock().at);
  leave_trial(choice);
  ReloadOrder order{.by = {.since = wall_clock().at},
                    .generation = choice.generation,
                    .is_undoing = choice.is_trial_over};
  Recorded taken = std::move(file);
  if (auto held = co_await held_config(choice))
    taken = *std::move(held);
  else
    order.generation.reset();
  const bool is_same = !history_.past.empty() &&
                       (order.generation ? *order.generation == history_.past.back().generation
                                         : history_.past.back().hides.empty() &&
                                               history_.past.back().fingerprint == mark);
  generation_ = history_.past.empty() ? 1 : history_.past.back().generation + (is_same ? 0 : 1);
  if (!is_same) {
    PastConfig past = past_of(order, taken);
    if (!order.generation) past.how = "start";
    past.result = "APPLIED";
    remember(std::move(past), order, std::move(taken.recording));
  }
  co_return *std::move(taken.loaded.config);
}

// Makes the history what the disk has of it.
asio::awaitable<void> Daemon::recall_history() {
  const auto load = [store = history_store_] { return store.load(); };
  Result<ConfigHistory> known = co_await files_.run(load);
  if (known)
    history_ = *std::move(known);
  else
    log(Level::error,
        fmt::format("{}: earlier configurations are not known", lvsd::text(known.error())),
        {.kind = EventKind::daemon});
}

// A trial ends with its time, and with a file that says something new.
void Daemon::leave_trial(const StartChoice& choice) {
  if (choice.is_trial_over) {
    log_unconfirmed(*history_.trial);
    history_.past.back().result = "NOT_CONFIRMED";
  }
  if (choice.is_trial_over || choice.is_file_new) history_.trial.reset();
  if (choice.is_file_new)
    log(Level::notice,
        fmt::format("{} has changed since generation {} was put in its place: it is in force again",
                    options_.config_file, history_.past.back().generation),
        {.kind = EventKind::reload});
}

// Nothing: the file's is to be taken.
asio::awaitable<std::optional<Recorded>> Daemon::held_config(const StartChoice& choice) {
  if (!choice.generation) co_return std::nullopt;
  Result<Recorded> past = co_await past_config(*choice.generation);
  if (past && past->loaded.config) {
    log(Level::warning,
        fmt::format("The configuration of generation {} stays in the place of {}, which says what "
                    "it said before; 'lvsctl reload' puts the file in force",
                    *choice.generation, options_.config_file),
        {.kind = EventKind::reload});
    co_return *std::move(past);
  }
  log(Level::error,
      fmt::format("The configuration of generation {} cannot be loaded again{}: {} is in force",
                  *choice.generation, past ? "" : ", " + lvsd::text(past.error()),
                  options_.config_file),
      {.kind = EventKind::reload});
  history_.trial.reset();
  co_return std::nullopt;
}

// Of a past configuration everything is known but what becomes of it now.
asio::awaitable<Recorded> Daemon::ordered_config(const ReloadOrder& order) {
  if (!order.generation) co_return co_await recorded_config();
  Result<Recorded> past = co_await past_config(*order.generation);
  if (!past) throw std::runtime_error(lvsd::text(past.error()));
  co_return *std::move(past);
}

PastConfig Daemon::past_of(const ReloadOrder& order, const Recorded& read) const {
  PastConfig past{.how = how_of(order.generation, order.is_undoing,
                                history_.past.empty() ? 0 : history_.past.back().generation),
                  .by = order.by,
                  .fingerprint = read.fingerprint,
                  .size = size_of(read.recording),
                  .services = read.loaded.config->virtual_servers.size(),
                  .servers = count_of_servers(*read.loaded.config),
                  .restored = order.generation};
  const PastConfig* restored = order.generation ? find(history_, *order.generation) : nullptr;
  if (restored != nullptr) past.hides = hidden_by(*restored, history_.past.back());
  return past;
}

// `past` is in force from now on, as generation_.
void Daemon::remember(PastConfig past, const ReloadOrder& order, Recording recording) {
  past.first = past.generation = generation_;
  if (past.by.since == WallTime{}) past.by.since = wall_clock().at;
  const std::optional<ConfigTrial> before = std::exchange(history_.trial, std::nullopt);
  if (before && order.is_undoing) history_.past.back().result = "NOT_CONFIRMED";
  if (order.confirm_within && !history_.past.empty())
    history_.trial = ConfigTrial{
        .generation = generation_,
        .back_to = before ? before->back_to : history_.past.back().generation,
        .until = wall_clock().at +
                 std::chrono::duration_cast<std::chrono::milliseconds>(*order.confirm_within)};
  if (before && !order.is_undoing)
    log(Level::notice,
        fmt::format("Generation {} waits for no confirmation any more: another is in force",
                    before->generation),
        {.kind = EventKind::reload});
  const std::size_t count = history_.past.size();
  add(history_, std::move(past));
  if (history_.past.size() > count) unsaved_.recording = std::move(recording);
  for (const std::uint64_t gone : trim(history_, most_kept, most_bytes))
    unsaved_.gone.push_back(gone);
  has_unsaved_ = true;
}

asio::awaitable<void> Daemon::save_history() {
  if (!std::exchange(has_unsaved_, false)) co_return;
  HistoryStore::Change change = std::exchange(unsaved_, {});
  change.history = history_;
  auto save = [store = history_store_, change = std::move(change)] { return store.save(change); };
  const auto saved = co_await files_.run(std::move(save));
  const auto before = std::exchange(
      history_trouble_, saved ? std::nullopt : std::optional(lvsd::text(saved.error())));
  if (history_trouble_ && history_trouble_ != before)
    log(Level::error, fmt::format("{}: it cannot be gone back to", *history_trouble_),
        {.kind = EventKind::daemon});
}

// ---- a trial

void Daemon::begin_trial() {
  if (!history_.trial) return;
  const ConfigTrial trial = *history_.trial;
  log(Level::warning,
      fmt::format("Generation {} goes back to generation {} at {} unless 'lvsctl config confirm' "
                  "says that it stays",
                  trial.generation, trial.back_to,
                  api::clock_text({trial.until, wall_clock().offset}, wall_clock())),
      {.kind = EventKind::reload, .after = "TRIAL"});
  asio::co_spawn(loop_, see_through(trial), die_of);
}

// Ends with the trial, confirmed or not. A clock that is set back does not make it longer.
asio::awaitable<void> Daemon::see_through(ConfigTrial trial) {
  asio::steady_timer timer(loop_);
  const Time end = std::chrono::steady_clock::now() +
                   std::max<Duration>(trial.until - wall_clock().at, Duration::zero());
  while (history_.trial == trial) {
    const Time now = std::chrono::steady_clock::now();
    const Duration left =
        std::min<Duration>(trial.until - wall_clock().at, std::chrono::ceil<Duration>(end - now));
    if (left > Duration::zero()) {
      timer.expires_after(std::min(left, longest_wait));
      co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
      continue;
    }
    log_unconfirmed(trial);
    // Not within the call: g++ 12 destroys what is made among arguments of co_await twice.
    ReloadOrder order{.forced = true, .by = {}, .generation = trial.back_to, .is_undoing = true};
    order.by.user = "lvsd";
    const ReloadOutcome outcome = co_await reload(std::move(order));
    if (std::holds_alternative<Reloaded>(outcome)) co_return;
    timer.expires_after(pause_after_failure);
    co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
  }
}

// ---- what is said of it

std::optional<api::RollbackView> Daemon::rollback_view() const {
  if (history_.past.empty()) return std::nullopt;
  const PastConfig& last = history_.past.back();
  if (!last.restored || (last.hides.empty() && !history_.trial)) return std::nullopt;
  api::RollbackView view{.restored = *last.restored,
                         .file_says_otherwise = !last.hides.empty(),
                         .back_to = {},
                         .confirm_until = {}};
  if (history_.trial) {
    view.back_to = history_.trial->back_to;
    view.confirm_until = api::Moment{history_.trial->until, wall_clock().offset};
  }
  return view;
}

std::vector<api::AttentionView> Daemon::rollback_attention() const {
  const auto rollback = rollback_view();
  if (!rollback) return {};
  const Author& by = history_.past.back().by;
  const api::Moment since{by.since, wall_clock().offset};
  std::vector<api::AttentionView> out;
  if (rollback->confirm_until)
    out.push_back(
        {"warning", "",
         fmt::format("goes back to generation {} at {} unless 'lvsctl config confirm'",
                     *rollback->back_to, api::clock_text(*rollback->confirm_until, wall_clock())),
         since});
  out.push_back({"warning", "",
                 fmt::format("{} went back to the configuration of generation {}{}", text(by),
                             rollback->restored,
                             rollback->file_says_otherwise
                                 ? fmt::format("; {} says otherwise", options_.config_file)
                                 : std::string()),
                 since});
  return out;
}

// ---- answers

asio::awaitable<api::Response> Daemon::answer_config_history() {
  const api::Moment now = wall_clock();
  std::vector<api::PastConfigView> views;
  for (auto past = history_.past.rbegin(); past != history_.past.rend(); ++past)
    views.push_back(view_of(history_, *past, now.offset));
  co_return api::response(api::Head{now, generation_}, views);
}

asio::awaitable<api::Response> Daemon::answer_rollback(api::Call call) {
  const auto given = call.query.find("generation");
  const std::string word = given == call.query.end() ? std::string(previous) : given->second;
  const PastConfig* found = named_in(history_, word);
  if (found == nullptr) co_return not_kept(word, history_);
  if (found->fingerprint == history_.past.back().fingerprint)
    co_return api::response(
        api::refused(fmt::format("the configuration of generation {} is the one in force", word)));
  ReloadOrder order{.forced = api::is_on(call.query, "force"), .generation = found->generation};
  if (const auto within = call.query.find("confirm_within_seconds"); within != call.query.end()) {
    const auto count = parse_number<std::uint32_t>(within->second);
    if (!count || *count == 0)
      co_return api::response(
          api::bad_request("confirm_within_seconds is a number of seconds from 1 on"));
    order.confirm_within = std::chrono::seconds(*count);
  }
  order.by = co_await author_of(call);
  co_return answer_of(co_await reload(std::move(order)));
}

asio::awaitable<api::Response> Daemon::answer_confirm(api::Call call) {
  const Author by = co_await author_of(call);
  if (!history_.trial)
    co_return api::response(api::refused("no configuration waits to be confirmed"));
  const ConfigTrial trial = *history_.trial;
  api::WishView view{.service = {},
                     .server = {},
                     .before = {},
                     .after = {},
                     .text = fmt::format("generation {} stays in force", trial.generation),
                     .undo = fmt::format("lvsctl config rollback {}", trial.back_to),
                     .operations = {}};
  if (api::is_on(call.query, "dry_run")) {
    view.operations.emplace();
    co_return api::response(api::Head{wall_clock(), generation_}, view);
  }
  history_.trial.reset();
  has_unsaved_ = true;
  co_await save_history();
  log(Level::notice, fmt::format("Generation {} is confirmed by {}", trial.generation, text(by)),
      {.kind = EventKind::reload, .after = "CONFIRMED", .reason = by.reason});
  co_return api::response(api::Head{wall_clock(), generation_}, view);
}

}  // namespace lvsd
