#include <fmt/format.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <exception>
#include <utility>
#include <variant>

#include "config/config_size.h"
#include "daemon/config_changes.h"
#include "daemon/config_views.h"
#include "daemon/daemon.h"
#include "daemon/die_of.h"
#include "daemon/kernel_error.h"
#include "daemon/log.h"
#include "daemon/memory_ahead.h"
#include "daemon/wall_clock.h"
#include "plan/reload_guard.h"
#include "plan/timeouts.h"

// How a file becomes the configuration in force: all of it or nothing.

namespace lvsd {

namespace asio = boost::asio;
using namespace std::chrono_literals;

void Daemon::log_diagnostics(const Diagnostics& diagnostics) {
  for (const Diagnostic& diagnostic : diagnostics) {
    const Level level = diagnostic.severity == Severity::error     ? Level::error
                        : diagnostic.severity == Severity::warning ? Level::warning
                                                                   : Level::info;
    log(level,
        fmt::format("{}: {} [{}]", text(diagnostic.where), diagnostic.message, diagnostic.code));
  }
}

asio::awaitable<Loaded> Daemon::loaded_config(bool origins) {
  Recorded read = co_await recorded_config(origins);
  co_return std::move(read.loaded);
}

// Reloads run one at a time. Whoever asks while one runs waits for the next, which will read the
// file as it is by then; all who wait for it share it, so a storm of requests is two reloads. What
// goes back to a past configuration has a turn of its own.
asio::awaitable<Daemon::ReloadOutcome> Daemon::reload(ReloadOrder order) {
  const bool is_shared =
      !reloads_.empty() && !order.generation && !reloads_.back()->order.generation;
  if (is_shared)
    reloads_.back()->order.forced = reloads_.back()->order.forced || order.forced;
  else
    reloads_.push_back(std::make_shared<Reload>(loop_, std::move(order)));
  const auto mine = reloads_.back();
  if (!std::exchange(reloading_, true)) asio::co_spawn(loop_, run_reloads(), die_of);
  while (!mine->outcome)
    co_await mine->over.async_wait(asio::as_tuple(asio::use_awaitable));
  co_return *mine->outcome;
}

asio::awaitable<void> Daemon::run_reloads() {
  while (!reloads_.empty()) {
    const auto current = reloads_.front();
    reloads_.pop_front();
    if (phase_ == ServicePhase::ready) enter(ServicePhase::reloading);
    current->outcome = co_await reload_now(current->order);
    reloaded_ = std::holds_alternative<Reloaded>(*current->outcome);
    if (phase_ == ServicePhase::reloading) enter(ServicePhase::ready);
    current->over.cancel();
    co_await save_history();
  }
  reloading_ = false;
}

// Whatever is thrown here, the running configuration has not been touched.
asio::awaitable<Daemon::Prepared> Daemon::prepared_reload(const ReloadOrder& order) {
  Recorded read = co_await ordered_config(order);
  Prepared next;
  if (!read.loaded.config) {
    next.loaded = std::move(read.loaded);
    log_diagnostics(next.loaded.diagnostics);
    co_return next;
  }
  next.past = past_of(order, read);
  if (!order.generation)
    next.sources = std::make_shared<ConfigSources>(read.recording, read.fingerprint);
  next.loaded = std::move(read.loaded);
  next.recording = std::move(read.recording);
  log_diagnostics(next.loaded.diagnostics);
  next.found = co_await found_in_kernel(pools_.newcomers(*next.loaded.config));
  auto compare = [running = pools_.shared_config(), next = std::move(next)]() mutable {
    next.view = config_changes(*running, *next.loaded.config);
    return std::move(next);
  };
  co_return co_await files_.run(std::move(compare));
}

asio::awaitable<Daemon::ReloadOutcome> Daemon::reload_now(ReloadOrder order) {
  const Time begin = std::chrono::steady_clock::now();
  Prepared next;
  std::optional<std::string> failure;
  try {
    next = co_await prepared_reload(order);
  } catch (const std::exception& thrown) {
    failure = thrown.what();
  }
  if (failure) {
    log(Level::error,
        fmt::format("Reload given up: {}. Generation {} stays in force", *failure, generation_),
        {.kind = EventKind::reload,
         .after = "FAILED",
         .reason = *failure,
         .generation = generation_});
    co_return NoReload{std::move(*failure)};
  }
  if (auto refusal = refused_reload(next.loaded, order)) co_return *std::move(refusal);
  co_return co_await put_in_force(std::move(next), std::move(order), begin);
}

// Says why the file is not taken on: it is not valid, needs a restart, or changes too much at once.
std::optional<Daemon::ReloadOutcome> Daemon::refused_reload(Loaded& loaded,
                                                            const ReloadOrder& order) {
  const std::string file =
      order.generation ? fmt::format("the configuration of generation {}", *order.generation)
                       : options_.config_file;
  const std::string_view command =
      order.generation ? "lvsctl config rollback --force" : "lvsctl reload --force";
  const auto refuse = [&](const std::string& text, std::string reason) {
    log(Level::error, text,
        {.kind = EventKind::reload,
         .after = "REFUSED",
         .reason = std::move(reason),
         .generation = generation_});
  };
  if (!loaded.config) {
    refuse(fmt::format("Reload refused, {} is not valid: generation {} stays in force", file,
                       generation_),
           "the file is not valid");
    return BadConfig{std::move(loaded.diagnostics)};
  }
  if (auto fixed = fixed_at_start(pools_.config().global, loaded.config->global); !fixed.empty()) {
    for (Diagnostic& diagnostic : fixed)
      diagnostic.where.file = file;
    log_diagnostics(fixed);
    refuse(fmt::format("Reload refused: generation {} stays in force", generation_),
           "it needs a restart");
    return BadConfig{std::move(fixed)};
  }
  const std::uint32_t allowed = order.forced ? 0 : pools_.config().global.reload_guard;
  if (auto why = guarded(pools_.config(), *loaded.config, allowed)) {
    refuse(fmt::format("Reload refused, {}: generation {} stays in force. '{}' "
                       "applies it all the same",
                       *why, generation_, command),
           *why);
    return Guarded{*std::move(why)};
  }
  return std::nullopt;
}

asio::awaitable<Daemon::Reloaded> Daemon::put_in_force(Prepared next, ReloadOrder order,
                                                       Time begin) {
  Loaded& loaded = next.loaded;
  const ProbeSettings settings = co_await ready_settings(loaded.config->global);
  equip(settings);
  co_await notifier_.set(loaded.config->global);
  mailer_.set(loaded.config->global);
  co_await set_log(loaded.config->global.log);
  Reloaded done{.view = std::move(next.view)};
  reconciler_.set_audit_interval(loaded.config->global.audit_interval);
  timeout_wishes_ = reloaded(std::move(timeout_wishes_), loaded.config->global.timeouts);
  reconciler_.want(with_timeout_wishes(loaded.config->global));
  const auto touched =
      pools_.take(std::move(*loaded.config), next.found, std::chrono::steady_clock::now());
  reconciler_.own(pools_.services());
  totals_.renew(pools_, std::chrono::steady_clock::now());
  tally_.reset();
  renew_checks(settings);
  policy_timer_.cancel();
  done.view.previous_generation = generation_++;
  loaded_ = wall_clock();
  if (next.sources) read_from(std::move(next.sources));
  vips_.reset();
  vips_look_.forget();

  co_await tune();
  co_await save_state();
  done.view.failures = co_await reconciler_.reconcile(touched);
  if (const auto& trouble = reconciler_.controls().trouble())
    done.view.failures.push_back(*trouble);
  co_await set_listeners();
  notify(notices_.renew(pools_));
  done.view.state = done.view.failures.empty() ? "APPLIED" : "PARTLY";
  co_await save_state();
  next.past.result = done.view.state;
  remember(std::move(next.past), order, std::move(next.recording));
  if (order.generation) co_await save_history();  // the answer says that it outlives a restart
  done.view.rollback = rollback_view();
  const auto took = std::chrono::steady_clock::now() - begin;
  done.view.duration_seconds = std::chrono::duration<double>(took).count();
  log(Level::notice,
      fmt::format("Reloaded {}: generation {}, {} services changed",
                  order.generation
                      ? fmt::format("the configuration of generation {}", *order.generation)
                      : options_.config_file,
                  generation_, touched.size()),
      {.kind = EventKind::reload,
       .after = done.view.state,
       .reason = order.by.reason,
       .generation = generation_});
  begin_trial();
  give_back_memory_beyond(size_of(pools_.config()).memory());
  done.view.diagnostics = diagnostic_views(without_notes(std::move(loaded.diagnostics)));
  co_return done;
}

// What the kernel has of services that are new to us. Those that cannot be read are taken on as if
// they were not there: nothing is removed by that, and the next pass reads them again.
asio::awaitable<Table> Daemon::found_in_kernel(const Services& services) {
  Table table;
  for (const ServiceKey& key : services) {
    const auto found = co_await kernel_.dump(key);
    if (!found) break;
    if (*found) table.emplace(key, service_of(**found));
  }
  co_return table;
}

}  // namespace lvsd
