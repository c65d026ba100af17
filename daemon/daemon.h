#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "api/request.h"
#include "api/routes.h"
#include "base/unique_fd.h"
#include "config/load.h"
#include "daemon/api_server.h"
#include "daemon/check_book.h"
#include "daemon/kernel_writer.h"
#include "daemon/options.h"
#include "daemon/pools.h"
#include "daemon/probe_runner.h"
#include "daemon/reconciler.h"
#include "daemon/state_file.h"
#include "daemon/views.h"

namespace lvsd {

// The life of lvsd: everything is made, joined and ended here.
//
//   start    lock the namespace, read the file, read the kernel, adopt what is there, open the API,
//            bring the kernel to what is wanted, check
//   a probe  reports -> health -> changed? a line in the log, its services are reconciled
//   reload   read the file on the side; errors: nothing changes; fine: swap, reconcile
//   stop     everything ends but the kernel's table: traffic goes on
class Daemon {
 public:
  // `open_kernel`, and the name of the lock: tests bring their own.
  Daemon(boost::asio::io_context& loop, Options options, KernelWriter::Open open_kernel,
         std::string lock_name = "lvsd");
  ~Daemon();

  // Runs the loop until told to stop. Returns the exit code.
  int run();

 private:
  // Why the daemon cannot start.
  struct Refusal {
    Exit code = exit_kernel;
    std::string message;
  };
  // What a reload came to: applied, or refused with all diagnostics.
  struct Reloaded {
    api::ReloadView view;
    std::vector<std::string> failures;  // services the kernel does not have as wanted
  };
  struct BadConfig {
    Diagnostics diagnostics;
  };
  // Not applied because of reload_guard, and why.
  struct Guarded {
    std::string why;
  };
  using ReloadOutcome = std::variant<BadConfig, Guarded, Reloaded>;
  // A reload that has been asked for, until all who wait for it know what it came to.
  struct Reload {
    explicit Reload(boost::asio::io_context& loop) : over(loop, Time::max()) {}
    boost::asio::steady_timer over;  // cancelled when the outcome is there
    bool forced = false;             // by one of those who wait
    std::optional<ReloadOutcome> outcome;
  };

  boost::asio::awaitable<void> live();
  boost::asio::awaitable<std::optional<Refusal>> start();
  std::optional<Refusal> lock();
  boost::asio::awaitable<std::optional<Refusal>> read_config(Config& config);
  boost::asio::awaitable<std::optional<Refusal>> read_kernel(Snapshot& table);
  boost::asio::awaitable<State> recall_state();
  boost::asio::awaitable<void> save_state();
  std::optional<Refusal> open_api();
  void adopt(Config config, const Snapshot& table, const State& past);
  boost::asio::awaitable<void> obey_signals();
  void stop();

  boost::asio::awaitable<Loaded> loaded_config();
  boost::asio::awaitable<ReloadOutcome> reload(bool forced = false);
  boost::asio::awaitable<void> run_reloads();
  boost::asio::awaitable<ReloadOutcome> reload_now(bool forced);
  boost::asio::awaitable<Table> found_in_kernel(const Services& services);
  void renew_checks();
  void observe(CheckId id, const Observation& observation);

  // Time and counters (policy_clock.cpp).
  void announce(const PoolChange& change, const Observation* observation = nullptr);
  boost::asio::awaitable<void> run_policy();
  boost::asio::awaitable<void> read_counters();
  Time next_policy_moment() const;
  void save_soon();

  boost::asio::awaitable<Outlook> outlook();
  boost::asio::awaitable<api::Response> answer(api::Call call);
  boost::asio::awaitable<api::Response> answer_reload(bool forced);
  // Wishes of operators (wishes.cpp).
  boost::asio::awaitable<api::Response> answer_wish(api::Call call);
  api::Response answer_calm(std::size_t pool, const Author& by);
  api::ReadinessView readiness() const;

  boost::asio::io_context& loop_;
  const Options options_;
  const std::string lock_name_;
  int exit_code_ = exit_done;

  UniqueFd lock_;
  boost::asio::signal_set signals_;
  boost::asio::thread_pool files_{1};  // reads and writes files, which may hang on a disk
  KernelWriter kernel_;
  Reconciler reconciler_;
  ProbeRunner prober_;
  std::optional<ApiServer> api_;

  const StateFile state_file_;
  State saved_;                           // as the file has it, as far as we know
  std::optional<std::string> not_saved_;  // why the file is not as it should be; said once
  bool may_save_ = true;                  // false: the file is of a newer version

  Pools pools_;
  CheckBook checks_;
  boost::asio::steady_timer policy_timer_;  // cancelled when there is something new to wait for
  Time next_counters_;
  bool saving_ = false;
  bool save_again_ = false;
  std::optional<KernelInfo> kernel_info_;
  std::uint64_t generation_ = 0;
  Time started_;
  api::Moment loaded_;
  bool applied_ = false;  // the first configuration has reached the kernel
  bool reloading_ = false;
  std::shared_ptr<Reload> next_reload_;  // has not begun; null: nobody waits for one
};

}  // namespace lvsd
