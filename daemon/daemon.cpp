#include "daemon/daemon.h"

#include <fmt/format.h>
#include <grp.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <csignal>
#include <exception>
#include <utility>
#include <variant>
#include <vector>

#include "config/config_size.h"
#include "daemon/checker_pool.h"
#include "daemon/die_of.h"
#include "daemon/instance_lock.h"
#include "daemon/kernel_error.h"
#include "daemon/log.h"
#include "daemon/mail_delivery.h"
#include "daemon/memory_ahead.h"
#include "daemon/network_namespace.h"
#include "daemon/wall_clock.h"
#include "plan/timeouts.h"

namespace lvsd {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

std::optional<gid_t> group_id(const char* name) {
  const group* found = ::getgrnam(name);
  return found == nullptr ? std::nullopt : std::optional(found->gr_gid);
}

// The group of the configuration; one that does not exist here is nobody's.
std::optional<gid_t> api_group(const std::string& word, const char* usual) {
  if (word.empty()) return group_id(usual);
  const auto found = group_id(word.c_str());
  if (!found) log(Level::warning, fmt::format("The API: there is no group '{}' here", word));
  return found;
}

// A slice of the table on its way to the kernel, and what the state file is made of: 3.6 MiB were
// touched for the first time by that at a start with 5,000 x 10.
constexpr std::size_t most_for_writing = std::size_t{3} << 20;

// What is known of everything in a configuration, and for comparing, writing and saying in the
// state file what is ours.
std::size_t memory_to_adopt(const Config& config) {
  return Pools::memory_of(config) + std::min(most_for_writing, size_of(config).memory() / 3);
}

// Numbers of events only grow: no daemon has a million of them in each second of its life.
std::uint64_t first_event(const api::Moment& now) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now.at.time_since_epoch());
  return static_cast<std::uint64_t>(std::max<std::int64_t>(seconds.count(), 1)) * 1000000;
}

// The same kernel, in the namespace that `where` holds by the time of the first call.
KernelWriter::Open opened_inside(std::shared_ptr<const UniqueFd> where, KernelWriter::Open open) {
  return [where = std::move(where), open = std::move(open)]() -> Result<std::unique_ptr<Kernel>> {
    if (const auto entered = enter_namespace(*where); !entered) return entered.error();
    return open();
  };
}

}  // namespace

Daemon::Daemon(asio::io_context& loop, Options options, KernelWriter::Open open_kernel,
               std::string lock_name, Load load)
    : loop_(loop),
      options_(std::move(options)),
      lock_name_(std::move(lock_name)),
      load_(std::move(load)),
      signals_(loop, SIGHUP, SIGTERM, SIGINT),
      files_(loop.get_executor(), "lvsd-files"),
      walkers_(loop.get_executor(), "lvsd-conns"),
      pages_(loop.get_executor(), "lvsd-pages"),
      ipvs_namespace_(std::make_shared<UniqueFd>()),
      kernel_(loop.get_executor(), opened_inside(ipvs_namespace_, std::move(open_kernel))),
      reconciler_(loop.get_executor(), kernel_,
                  [this](const Services& services) {
                    return is_clearing_ ? Table() : pools_.wanted(services);
                  }),
      events_(loop.get_executor(), first_event(wall_clock())),
      checker_(make_checker()),
      listeners_(
          loop, [this](api::Call call) { return answer(std::move(call)); },
          [](std::string_view line) { log(Level::notice, line); },
          [](bool is_trouble, std::string_view line) {
            log(is_trouble ? Level::error : Level::notice, line, {.kind = EventKind::daemon});
          }),
      state_file_(options_.state_dir),
      history_store_(options_.state_dir),
      sources_look_(loop.get_executor(), [this] { return look_at_sources(); }),
      vips_look_(loop.get_executor(), [this] { return look_at_vips(); }),
      notifier_(
          loop.get_executor(), files_,
          [this](const Script& script, Duration limit, Over over) {
            checker_->run_program(script, limit, std::move(over));
          },
          [this](const Script& script, Over over) { return keep(script, std::move(over)); }),
      mailer_(
          loop.get_executor(),
          [this](const Script& script, Duration limit, Over over) {
            checker_->run_program(script, limit, std::move(over));
          },
          [this](const Endpoint& server, const MailOrder& order, Duration limit, Posted over) {
            post(server, order, limit, std::move(over));
          }),
      idle_look_(loop.get_executor(), [this] { return see_idle_times(); }),
      policy_timer_(loop),
      log_level_timer_(loop),
      reported_(loop, Time::max()),
      started_(std::chrono::steady_clock::now()) {}

Daemon::~Daemon() = default;

int Daemon::run() {
  std::signal(SIGPIPE, SIG_IGN);
  set_event_listener([this](Level level, std::string_view line, const EventSubject& subject) {
    events_.note(level, line, subject);
  });
  asio::co_spawn(loop_, live(), die_of);
  loop_watch_.emplace();
  loop_.run();
  loop_watch_.reset();
  set_event_listener({});
  return exit_code_;
}

asio::awaitable<void> Daemon::live() {
  asio::co_spawn(loop_, obey_signals(), die_of);
  if (const auto refusal = co_await start()) {
    log(Level::critical, refusal->message);
    supervisor_.note({phase_, refusal->message}, std::chrono::steady_clock::now());
    exit_code_ = refusal->code;
    stop();
  } else if (reload_after_start_) {
    ReloadOrder order;
    order.by.user = "SIGHUP";
    co_await reload(std::move(order));
  }
}

asio::awaitable<std::optional<Daemon::Refusal>> Daemon::start() {
  find_supervisor();
  Config config;
  Table table;
  if (auto refusal = co_await read_config(config)) co_return refusal;
  co_await set_log(config.global.log);
  if (auto refusal = enter_namespaces(config.global)) co_return refusal;
  take_memory_ahead(memory_to_adopt(config));
  if (auto refusal = co_await read_kernel(table)) co_return refusal;
  if (auto refusal = open_api(config.global.api)) co_return refusal;

  const State past = co_await recall_state(table);
  const ProbeSettings settings = co_await ready_settings(config.global);
  equip(settings);
  co_await notifier_.set(config.global);
  mailer_.set(config.global);
  adopt(std::move(config), table, past, settings);
  const Notices first = notices_.renew(pools_);
  sysctls_before_ = past.sysctls;
  co_await tune();
  co_await save_state();
  api_->start();
  co_await set_listeners();
  // What we owned before and is configured no more goes, too.
  const auto failures = co_await reconciler_.take_over(std::move(table));
  reconciler_.on_release([this] { save_soon(); });
  asio::co_spawn(loop_, reconciler_.run(), die_of);
  asio::co_spawn(loop_, run_policy(), die_of);
  asio::co_spawn(loop_, watch_settings(), die_of);
  applied_ = true;
  asio::co_spawn(loop_, report_to_supervisor(), die_of);
  notify(first);
  notify(notices_.renew(pools_));  // of what turned meanwhile
  log(Level::notice,
      fmt::format("lvsd {} serves {} virtual servers of {}{}", LVSD_VERSION,
                  pools_.config().virtual_servers.size(), options_.config_file,
                  failures.empty() ? "" : ", some not yet in the kernel as wanted"),
      {.kind = EventKind::daemon});
  co_await save_state();
  co_await save_history();
  begin_trial();
  give_back_memory_beyond(size_of(pools_.config()).memory());
  co_return std::nullopt;
}

// The loop's thread stays where the checks are made from; the lock and what the state file says are
// about the table, so they belong to the namespace it is in.
std::optional<Daemon::Refusal> Daemon::enter_namespaces(const GlobalSettings& settings) {
  auto namespaces = open_namespaces(settings);
  if (!namespaces) return Refusal{exit_kernel, text(namespaces.error())};
  if (const auto entered = enter_namespace(namespaces->ipvs); !entered)
    return Refusal{exit_permission, text(entered.error())};
  identity_ = present_state();
  if (auto refusal = lock()) return refusal;
  *ipvs_namespace_ = std::move(namespaces->ipvs);
  if (!*ipvs_namespace_) return std::nullopt;  // we never left
  const UniqueFd& home = namespaces->checks ? namespaces->checks : namespaces->home;
  if (const auto back = enter_namespace(home); !back)
    return Refusal{exit_permission, text(back.error())};
  return std::nullopt;
}

std::optional<Daemon::Refusal> Daemon::lock() {
  auto locked = lock_namespace(lock_name_);
  if (!locked) return Refusal{exit_refused, text(locked.error())};
  lock_ = std::move(*locked);
  return std::nullopt;
}

asio::awaitable<std::optional<Daemon::Refusal>> Daemon::read_config(Config& config) {
  Recorded read = co_await recorded_config();
  log_diagnostics(read.loaded.diagnostics);
  if (!read.loaded.config)
    co_return Refusal{exit_refused, fmt::format("the configuration {} is not valid, not starting",
                                                options_.config_file)};
  config = co_await config_of_start(std::move(read));
  co_return std::nullopt;
}

asio::awaitable<std::optional<Daemon::Refusal>> Daemon::read_kernel(Table& table) {
  const auto info = co_await kernel_.info();
  if (!info) {
    const bool may_not = info.error().code == std::errc::operation_not_permitted;
    co_return Refusal{may_not ? exit_permission : exit_kernel, text(info.error())};
  }
  kernel_info_ = *info;
  auto found = co_await kernel_.stable_table();
  if (!found) co_return Refusal{exit_kernel, text(found.error())};
  table = std::move(*found);
  co_return std::nullopt;
}

std::optional<Daemon::Refusal> Daemon::open_api(const ApiSettings& settings) {
  writers_ = {.daemon = ::geteuid(), .admin_group = api_group(settings.write_group, "lvsd-admin")};
  auto server = ApiServer::open(
      loop_,
      {.path = settings.socket.empty() ? options_.socket : settings.socket,
       .group = api_group(settings.read_group, "lvsd")},
      writers_, [this](api::Call call) { return answer(std::move(call)); },
      [](std::string_view line) { log(Level::notice, line); });
  if (!server) return Refusal{exit_refused, text(server.error())};
  api_.emplace(std::move(*server));
  return std::nullopt;
}

void Daemon::adopt(Config config, const Table& found, const State& past,
                   const ProbeSettings& settings) {
  reconciler_.set_audit_interval(config.global.audit_interval);
  timeout_wishes_ = reloaded(past.timeouts, config.global.timeouts);
  reconciler_.want(with_timeout_wishes(config.global));
  const Time now = std::chrono::steady_clock::now();
  take_memory_ahead(memory_to_adopt(config));  // again: the kernel's table has taken some
  pools_.take(std::move(config), found, now);
  pools_.resume_removals(past.removals, found, now);
  pools_.recall(past.schedulers, now);
  pools_.recall(past.wishes, past.seats, now);
  pools_.expire(wall_clock().at, now);
  reconciler_.own(pools_.services());
  next_counters_ = now;
  loaded_ = wall_clock();
  totals_.renew(pools_, now);
  renew_checks(settings);
}

// What was ours when the last daemon ended, and what operators wished. Whatever is wrong with the
// file, nothing follows from it for the kernel: what is not known to be ours is left alone.
asio::awaitable<State> Daemon::recall_state(const Table& found) {
  const auto load_it = [file = state_file_] { return file.load(); };
  const auto loaded = co_await files_.run(load_it);
  saved_ = std::make_shared<const State>();
  if (!loaded) {
    may_save_ = loaded.error().code != state_errc::newer;
    log(Level::error,
        fmt::format("{}: starting without it. Services that an earlier file named and "
                    "this one does not are left in the kernel{}",
                    text(loaded.error()), may_save_ ? "" : ", and the file is left as it is"),
        {.kind = EventKind::daemon});
    co_return State{};
  }
  if (!*loaded) {
    if (!found.empty())
      log(Level::notice,
          fmt::format(
              "the state file {}: there is none, and the kernel has {} services. Those that "
              "the configuration names are taken over, the others are left in the kernel",
              state_file_.path().native(), found.size()),
          {.kind = EventKind::daemon});
    co_return State{};
  }
  State past = **loaded;
  saved_ = std::make_shared<const State>(past);
  if (past.boot_id == identity_.boot_id && past.network_namespace == identity_.network_namespace) {
    reconciler_.own(past.owned);
    reconciler_.own(past.sync_daemons);
  } else {
    past.seats.clear();
    past.removals.clear();
    past.sysctls.clear();
    for (auto& [kind, wish] : past.timeouts)
      wish.before = 0;
  }
  co_return past;
}

// Written before the kernel is changed, so that what we make is known to be ours whenever we die.
asio::awaitable<void> Daemon::save_state() {
  const auto now = std::make_shared<State>(identity_);
  State& state = *now;
  remembered_ = pools_.memory();
  state.owned = reconciler_.owned();
  state.sync_daemons = reconciler_.controls().owned();
  state.wishes = pools_.kept_wishes();
  state.seats = pools_.kept_seats();
  state.removals = pools_.kept_removals();
  state.timeouts = timeout_wishes_;
  state.schedulers = pools_.kept_schedulers();
  state.sysctls = sysctls_before_;
  if (!may_save_ || state == *saved_) co_return;
  const auto save_it = [file = state_file_, now] { return file.save(*now); };
  const auto saved = co_await files_.run(save_it);
  const auto before =
      std::exchange(not_saved_, saved ? std::nullopt : std::optional(text(saved.error())));
  if (saved) saved_ = now;
  if (not_saved_ && not_saved_ != before)
    log(Level::error,
        fmt::format("{}. After a restart, services that were removed from the "
                    "configuration meanwhile stay in the kernel",
                    *not_saved_),
        {.kind = EventKind::daemon});
  if (!not_saved_ && before)
    log(Level::notice, "The state file is saved again", {.kind = EventKind::daemon});
}

asio::awaitable<void> Daemon::obey_signals() {
  for (;;) {
    const int signal = co_await signals_.async_wait(asio::use_awaitable);
    if (signal != SIGHUP) break;
    if (!applied_) {
      reload_after_start_ = true;
      continue;
    }
    const auto reload_on_signal = [this]() -> asio::awaitable<void> {
      ReloadOrder order;
      order.by.user = "SIGHUP";
      co_await reload(std::move(order));
    };
    asio::co_spawn(loop_, reload_on_signal, die_of);
  }
  if (std::exchange(is_leaving_, true)) co_return;  // it goes as it is
  enter(ServicePhase::stopping);
  co_await take_leave(is_cleared_at_stop());
  stop();
}

void Daemon::notify(const Notices& notices) {
  notifier_.tell(notices);
  for (const Notice& notice : notices)
    if (!notice.letter.subject.empty()) mailer_.tell(notice.letter);
}

KeptProgram Daemon::keep(const Script& script, Over over) {
  if (checkers_ != nullptr) return checkers_->keep_program(script, std::move(over));
  return kept_program(loop_.get_executor(), script, script_rules_, std::move(over));
}

void Daemon::post(const Endpoint& server, const MailOrder& order, Duration limit, Posted over) {
  if (checkers_ != nullptr) return checkers_->post(server, order, limit, std::move(over));
  const auto hand_over = [server, order, limit, over]() -> asio::awaitable<void> {
    const MailOutcome outcome = co_await delivered(server, order, limit);
    over(outcome);
  };
  asio::co_spawn(loop_, hand_over, die_of);
}

void Daemon::stop() {
  if (api_) api_->stop(0ms);
  listeners_.stop();
  loop_.stop();
}

}  // namespace lvsd
