#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
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
#include "daemon/check_runner.h"
#include "daemon/kernel_writer.h"
#include "daemon/options.h"
#include "daemon/pools.h"
#include "daemon/reconciler.h"
#include "daemon/side_thread.h"
#include "daemon/state_file.h"
#include "daemon/views.h"

namespace lvsd {

// The life of lvsd: everything is made, joined and ended here.
//
//   start    read the file, lock the namespace, read the kernel, adopt what is there, open the API,
//            bring the kernel to what is wanted, check
//   a probe  reports -> health -> changed? a line in the log, its services are reconciled
//   reload   read the file on the side; errors: nothing changes; fine: swap, reconcile
//   stop     everything ends but the kernel's table: traffic goes on. At any moment, the start
//            included, and whatever the kernel or the disk do
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
  using ReloadOutcome = std::variant<BadConfig, Reloaded>;
  // A reload that has been asked for, until all who wait for it know what it came to.
  struct Reload {
    explicit Reload(boost::asio::io_context& loop) : over(loop, Time::max()) {}
    boost::asio::steady_timer over;  // cancelled when the outcome is there
    std::optional<ReloadOutcome> outcome;
  };

  boost::asio::awaitable<void> live();
  boost::asio::awaitable<std::optional<Refusal>> start();
  boost::asio::awaitable<std::optional<Refusal>> read_config(Config& config);
  std::optional<Refusal> enter_namespaces(const GlobalSettings& settings);
  std::optional<Refusal> lock();
  boost::asio::awaitable<std::optional<Refusal>> read_kernel(Snapshot& table);
  boost::asio::awaitable<void> recall_state();
  boost::asio::awaitable<void> save_state();
  std::optional<Refusal> open_api();
  void adopt(Config config, const Snapshot& table, const ProbeSettings& settings);
  boost::asio::awaitable<void> obey_signals();
  void stop();

  boost::asio::awaitable<Loaded> loaded_config();
  boost::asio::awaitable<ReloadOutcome> reload();
  boost::asio::awaitable<void> run_reloads();
  boost::asio::awaitable<ReloadOutcome> reload_now();
  boost::asio::awaitable<Table> found_in_kernel(const Services& services);
  boost::asio::awaitable<ProbeSettings> ready_settings(const GlobalSettings& global);
  std::unique_ptr<CheckRunner> make_checker();
  void renew_checks(const ProbeSettings& settings);
  void begin_check(CheckId id);
  void join_check(CheckId id);
  void announce(const PoolChange& change, const Observation& observation);
  void observe(CheckId id, const Observation& observation);

  boost::asio::awaitable<Outlook> outlook();
  boost::asio::awaitable<api::Response> answer(api::Call call);
  boost::asio::awaitable<api::Response> answer_reload();
  boost::asio::awaitable<api::Response> answer_zero(std::string service);
  boost::asio::awaitable<api::Response> answer_connections(api::Call call);
  api::ReadinessView readiness() const;

  boost::asio::io_context& loop_;
  const Options options_;
  const std::string lock_name_;
  int exit_code_ = exit_done;

  UniqueFd lock_;
  State identity_;  // this boot, and the namespace of the table
  boost::asio::signal_set signals_;
  SideThread files_;    // reads and writes files, which may hang on a disk
  SideThread walkers_;  // walks the kernel's connections
  // Where the table is. Written before the writer's first call, and read by its thread.
  std::shared_ptr<UniqueFd> ipvs_namespace_;
  KernelWriter kernel_;
  Reconciler reconciler_;
  const std::unique_ptr<CheckRunner> checker_;
  std::optional<ApiServer> api_;

  const StateFile state_file_;
  State saved_;                           // as the file has it, as far as we know
  std::optional<std::string> not_saved_;  // why the file is not as it should be; said once
  bool may_save_ = true;                  // false: the file is of a newer version

  Pools pools_;
  CheckBook checks_;
  std::optional<KernelInfo> kernel_info_;
  std::uint64_t generation_ = 0;
  Time started_;
  api::Moment loaded_;
  bool applied_ = false;  // the first configuration has reached the kernel
  bool reload_after_start_ = false;
  bool reloading_ = false;
  std::shared_ptr<Reload> next_reload_;  // has not begun; null: nobody waits for one
};

}  // namespace lvsd
