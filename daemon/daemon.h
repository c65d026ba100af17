#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include "api/metrics.h"
#include "api/request.h"
#include "api/routes.h"
#include "api/status_page.h"
#include "base/unique_fd.h"
#include "config/load.h"
#include "daemon/api_listeners.h"
#include "daemon/api_server.h"
#include "daemon/check_book.h"
#include "daemon/check_config.h"
#include "daemon/check_runner.h"
#include "daemon/check_text.h"
#include "daemon/config_history.h"
#include "daemon/config_sources.h"
#include "daemon/event_book.h"
#include "daemon/history_store.h"
#include "daemon/kernel_writer.h"
#include "daemon/loop_watch.h"
#include "daemon/mailer.h"
#include "daemon/notices.h"
#include "daemon/notifier.h"
#include "daemon/options.h"
#include "daemon/outlook.h"
#include "daemon/pools.h"
#include "daemon/reconciler.h"
#include "daemon/shared_look.h"
#include "daemon/side_thread.h"
#include "daemon/state_file.h"
#include "daemon/supervisor.h"
#include "daemon/sysctl_tree.h"
#include "daemon/tally.h"
#include "daemon/totals.h"
#include "doctor/facts.h"
#include "model/timeouts.h"
#include "plan/overrides.h"

namespace lvsd {

class CheckerPool;

// The life of lvsd: everything is made, joined and ended here.
//
//   start    read the file, lock the namespace, read the kernel, adopt what is there, open the API,
//            bring the kernel to what is wanted, check
//   a probe  reports -> health -> changed? a line in the log, its services are reconciled
//   reload   read the file on the side; errors: nothing changes; fine: swap, reconcile
//   stop     everything ends but the kernel's table (lvs_flush_on_stop: our part of it, too):
//            traffic goes on. At any moment, the start
//            included, and whatever the kernel or the disk do
class Daemon {
 public:
  // Reads the configuration; blocks. `origins`: with where each value was written.
  using Load = std::function<Recorded(const Options& options, bool origins)>;

  // `open_kernel`, the name of the lock, and how the configuration is read: tests bring their own.
  Daemon(boost::asio::io_context& loop, Options options, KernelWriter::Open open_kernel,
         std::string lock_name = "lvsd", Load load = load_config);
  ~Daemon();

  // Runs the loop until told to stop. Returns the exit code.
  int run();

 private:
  // Why the daemon cannot start.
  struct Refusal {
    Exit code = exit_kernel;
    std::string message;
  };
  // What a reload came to: applied, refused with all diagnostics, or given up before anything was
  // changed.
  struct Reloaded {
    api::ReloadView view;
  };
  struct BadConfig {
    Diagnostics diagnostics;
  };
  struct NoReload {
    std::string why;
  };
  // Not applied because of reload_guard, and why.
  struct Guarded {
    std::string why;
  };
  using ReloadOutcome = std::variant<BadConfig, Guarded, Reloaded, NoReload>;
  // What a reload takes on, and for whom.
  struct ReloadOrder {
    bool forced = false;
    Author by{};
    std::optional<std::uint64_t> generation{};  // that had it before; absent: the file
    std::optional<Duration> confirm_within{};   // else it is undone
    bool is_undoing = false;                    // of a trial that nobody confirmed
  };
  // A reload that has been asked for, until all who wait for it know what it came to.
  struct Reload {
    Reload(boost::asio::io_context& loop, ReloadOrder what)
        : over(loop, Time::max()), order(std::move(what)) {}
    boost::asio::steady_timer over;  // cancelled when the outcome is there
    ReloadOrder order;               // of the first who waits; forced by any of them
    std::optional<ReloadOutcome> outcome;
  };

  boost::asio::awaitable<void> live();
  boost::asio::awaitable<std::optional<Refusal>> start();
  boost::asio::awaitable<std::optional<Refusal>> read_config(Config& config);
  std::optional<Refusal> enter_namespaces(const GlobalSettings& settings);
  std::optional<Refusal> lock();
  boost::asio::awaitable<std::optional<Refusal>> read_kernel(Table& table);
  boost::asio::awaitable<State> recall_state(const Table& found);
  boost::asio::awaitable<void> save_state();
  std::optional<Refusal> open_api(const ApiSettings& settings);
  boost::asio::awaitable<void> set_log(LogSettings settings);
  boost::asio::awaitable<void> set_listeners();
  std::vector<std::string> listener_troubles() const;
  void adopt(Config config, const Table& found, const State& past, const ProbeSettings& settings);
  boost::asio::awaitable<void> obey_signals();
  // The end (leave.cpp). What stays in the kernel that should not, one sentence each.
  bool is_cleared_at_stop() const;
  boost::asio::awaitable<std::vector<std::string>> remove_services(std::string_view why);
  boost::asio::awaitable<std::vector<std::string>> take_leave(bool clears);
  boost::asio::awaitable<void> stop_when_answered();
  boost::asio::awaitable<api::Response> answer_shutdown(api::Call call);
  void stop();

  // A change of configuration, worked out and not yet made.
  struct Prepared {
    Loaded loaded;
    Recording recording;
    PastConfig past;                         // what the history is to say of it
    std::shared_ptr<ConfigSources> sources;  // null: not of files
    Table found;                             // what the kernel has of the services that are new
    api::ReloadView view;
  };
  boost::asio::awaitable<Loaded> loaded_config(bool origins = false);
  static void log_diagnostics(const Diagnostics& diagnostics);
  boost::asio::awaitable<Prepared> prepared_reload(const ReloadOrder& order);
  boost::asio::awaitable<ReloadOutcome> reload(ReloadOrder order);
  boost::asio::awaitable<void> run_reloads();
  boost::asio::awaitable<ReloadOutcome> reload_now(ReloadOrder order);
  std::optional<ReloadOutcome> refused_reload(Loaded& loaded, const ReloadOrder& order);
  boost::asio::awaitable<Reloaded> put_in_force(Prepared next, ReloadOrder order, Time begin);
  boost::asio::awaitable<Table> found_in_kernel(const Services& services);

  // Configurations that were in force before (rollback.cpp).
  boost::asio::awaitable<Recorded> recorded_config(bool origins = false);
  boost::asio::awaitable<Result<Recorded>> past_config(std::uint64_t generation);
  // Of a word of a query; else the refusal.
  boost::asio::awaitable<std::variant<Recorded, api::Response>> named_past(std::string word);
  boost::asio::awaitable<Config> config_of_start(Recorded file);
  boost::asio::awaitable<void> recall_history();
  void leave_trial(const StartChoice& choice);
  boost::asio::awaitable<std::optional<Recorded>> held_config(const StartChoice& choice);
  boost::asio::awaitable<Recorded> ordered_config(const ReloadOrder& order);
  PastConfig past_of(const ReloadOrder& order, const Recorded& read) const;
  void remember(PastConfig past, const ReloadOrder& order, Recording recording);
  boost::asio::awaitable<void> save_history();
  void begin_trial();
  boost::asio::awaitable<void> see_through(ConfigTrial trial);
  std::optional<api::RollbackView> rollback_view() const;
  std::vector<api::AttentionView> rollback_attention() const;
  boost::asio::awaitable<api::Response> answer_config_history();
  boost::asio::awaitable<api::Response> answer_rollback(api::Call call);
  boost::asio::awaitable<api::Response> answer_confirm(api::Call call);
  api::Response answer_of(ReloadOutcome outcome) const;

  // What is on the disk, which may be another thing than is in force, and where the virtual
  // addresses are (surroundings.cpp).
  void read_from(std::shared_ptr<ConfigSources> sources);
  boost::asio::awaitable<void> look_at_sources();
  std::vector<api::AttentionView> config_attention() const;
  boost::asio::awaitable<void> look_at_vips();

  // Checks (daemon_checks.cpp).
  boost::asio::awaitable<ProbeSettings> ready_settings(const GlobalSettings& global);
  std::unique_ptr<CheckRunner> make_checker();
  // Whoever runs checks and programs does so by `settings` from now on.
  void equip(const ProbeSettings& settings);
  void renew_checks(const ProbeSettings& settings);
  void begin_check(CheckId id);
  void join_check(CheckId id);
  void observe(CheckId id, const Observation& observation);
  void add_duration(const CheckBook::Entry& entry, const Observation& observation);
  boost::asio::awaitable<void> run_checks(std::vector<CheckId> ids);
  void pause_checks(const std::vector<CheckId>& ids, std::optional<Duration> length);
  void resume_checks(const std::vector<CheckId>& ids);
  boost::asio::awaitable<void> resume_later(std::vector<CheckId> ids, Duration length,
                                            std::uint32_t pause);
  boost::asio::awaitable<void> results_until(Time deadline, std::function<bool()> is_enough);
  boost::asio::awaitable<std::vector<Observation>> run_once(std::vector<Check> checks);
  boost::asio::awaitable<api::Response> answer_trials(api::Call call);
  boost::asio::awaitable<api::Response> answer_checks(api::Call call);
  boost::asio::awaitable<api::Response> answer_digest(api::Call call);

  // Time and counters (policy_clock.cpp).
  void announce(const PoolChange& change, const Observation* observation = nullptr);
  boost::asio::awaitable<void> run_policy();
  boost::asio::awaitable<void> read_counters();
  Time next_policy_moment() const;
  void save_soon();
  // By script, FIFO and mail.
  void notify(const Notices& notices);
  KeptProgram keep(const Script& script, Over over);
  void post(const Endpoint& server, const MailOrder& order, Duration limit, Posted over);

  // With what the kernel has of one service only; that is enough for views of it.
  boost::asio::awaitable<Outlook> outlook(const std::string& service);
  Outlook outlook(const Result<std::shared_ptr<const Snapshot>>& read) const;
  Outlook outlook(const Result<Measured>& read) const;
  // Answers, by what they are about (answers.cpp).
  boost::asio::awaitable<api::Response> answer(api::Call call);
  api::Response answer_readiness(const api::ReadinessView& view) const;
  boost::asio::awaitable<api::Response> answer_outlook(api::Call call);
  boost::asio::awaitable<api::Response> answer_status();
  boost::asio::awaitable<api::Response> answer_traffic(api::Call call);
  boost::asio::awaitable<api::Response> answer_kernel(api::Call call);
  boost::asio::awaitable<api::Response> answer_configuration(api::Call call);
  boost::asio::awaitable<api::Response> answer_controls(api::Call call);
  boost::asio::awaitable<api::Response> answer_reload(api::Call call);
  // The kernel's settings beside IPVS's own (tuning.cpp).
  boost::asio::awaitable<void> tune();
  boost::asio::awaitable<Result<bool>> see_templates(bool ends);
  boost::asio::awaitable<void> route();
  boost::asio::awaitable<void> see_idle_times();
  boost::asio::awaitable<void> watch_settings();
  boost::asio::awaitable<api::Response> answer_tuning();
  boost::asio::awaitable<api::Response> answer_tuning_restore(api::Call call);
  boost::asio::awaitable<api::Response> answer_tuning_rehearsal();
  // From which level on there are lines in the log (log_answers.cpp).
  api::Response answer_log_level() const;
  boost::asio::awaitable<api::Response> answer_set_log_level(api::Call call);
  // IPVS's timeouts (timeouts.cpp).
  GlobalSettings with_timeout_wishes(GlobalSettings settings) const;
  boost::asio::awaitable<std::optional<Keepalive>> host_keepalive();
  boost::asio::awaitable<std::optional<std::string>> zombie_note(std::uint32_t tcp_timeout);
  boost::asio::awaitable<api::Response> answer_timeouts();
  boost::asio::awaitable<api::Response> answer_set_timeout(api::Call call);
  boost::asio::awaitable<std::optional<std::string>> bring_timeouts_about(TimeoutKind changed,
                                                                          std::uint32_t value);
  // Wishes of operators (wishes.cpp).
  boost::asio::awaitable<Author> author_of(const api::Call& call);
  boost::asio::awaitable<api::Response> answer_wish(api::Call call);
  // Of a whole virtual server (scheduler_wishes.cpp).
  boost::asio::awaitable<api::Response> answer_scheduler(api::Call call, std::size_t pool,
                                                         Author by, Said said);
  boost::asio::awaitable<bool> is_served_by(Services services, std::string scheduler);
  boost::asio::awaitable<void> take_back(std::string service,
                                         std::optional<SchedulerOverride> refused,
                                         std::optional<SchedulerOverride> before);
  boost::asio::awaitable<api::Response> answer_calm(api::Call call, std::size_t pool, Author by);
  boost::asio::awaitable<std::optional<bool>> ends_templates(const api::Call& call,
                                                             Returning returning);
  boost::asio::awaitable<api::Response> bring_wish_about(std::size_t pool, api::WishView view);
  // What a change of these services would send to the kernel, in the place of doing it.
  boost::asio::awaitable<api::Response> answer_rehearsal(Services touched, Table wanted,
                                                         api::WishView view);
  boost::asio::awaitable<api::Response> answer_rehearsal(Table wanted, api::WishView view);
  boost::asio::awaitable<api::Response> answer_zero(api::Call call);
  boost::asio::awaitable<api::Response> answer_stats(api::Call call);
  boost::asio::awaitable<api::Response> answer_connections(api::Call call);
  boost::asio::awaitable<api::Response> answer_connection_counts(api::Call call);
  boost::asio::awaitable<api::Response> answer_cpu_stats();
  api::Response answer_events(const api::Call& call) const;
  // The kernel's own content (kernel_answers.cpp).
  boost::asio::awaitable<api::Response> answer_kernel_table();
  boost::asio::awaitable<api::Response> answer_wanted_table();
  boost::asio::awaitable<api::Response> answer_kernel_controls();
  boost::asio::awaitable<api::Response> answer_drift(api::Call call);
  // What of this machine keeps load balancing from working (doctor_answers.cpp).
  boost::asio::awaitable<doctor::RunningDaemon> own_facts(
      const Result<std::shared_ptr<const Snapshot>>& read);
  boost::asio::awaitable<api::Response> answer_doctor(api::Call call);
  boost::asio::awaitable<api::Response> answer_config(api::Call call);
  boost::asio::awaitable<api::Response> answer_config_check(api::Call call);
  boost::asio::awaitable<api::Response> answer_config_diff(api::Call call);
  boost::asio::awaitable<Loaded> loaded_of(const api::Call& call);
  // What a reload would send to the kernel, and the wishes it would end.
  struct ReloadPlan {
    Plan plan;
    std::vector<std::string> dropped;
  };
  boost::asio::awaitable<Result<ReloadPlan>> plan_of(const Config& config);
  boost::asio::awaitable<Result<ControlPlan>> control_plan_of(GlobalSettings settings);

  // Whether lvsd is alive and ready, for its supervisor and whoever asks (daemon_supervision.cpp).
  api::ReadinessView readiness() const;
  // False where the kernel or the checks have not answered for longer than `patience`.
  api::ReadinessView liveness(Duration patience) const;
  std::string service_status();
  void enter(ServicePhase phase);
  void find_supervisor();
  boost::asio::awaitable<void> report_to_supervisor();

  // For monitors (daemon_metrics.cpp).
  api::Response answer_service_health(const std::string& word) const;
  boost::asio::awaitable<api::Response> answer_metrics(api::Call call);
  // What the kernel has, as young as the page asks for.
  boost::asio::awaitable<Result<Measured>> measured_for(const api::MetricsPage& page);
  boost::asio::awaitable<bool> fill(std::shared_ptr<api::MetricsPage> page,
                                    std::optional<std::string> service);

  // For people (page_answers.cpp).
  boost::asio::awaitable<api::Response> answer_page(api::Call call);
  boost::asio::awaitable<std::optional<api::StatusPage>> looked_at(const api::PageQuery& query);

  boost::asio::io_context& loop_;
  std::optional<LoopWatch> loop_watch_;  // while it runs
  const Options options_;
  const std::string lock_name_;
  const Load load_;
  int exit_code_ = exit_done;

  UniqueFd lock_;
  State identity_;  // this boot, and the namespace of the table
  boost::asio::signal_set signals_;
  SideThread files_;    // reads and writes files, which may hang on a disk; and what takes long
  SideThread walkers_;  // walks the kernel's connections
  SideThread pages_;    // writes long answers out
  // Where the table is. Written before the writer's first call, and read by its thread.
  std::shared_ptr<UniqueFd> ipvs_namespace_;
  KernelWriter kernel_;
  Reconciler reconciler_;
  EventBook events_;  // before those that log
  ScriptRules script_rules_;
  CheckerPool* checkers_ = nullptr;  // `checker_`, unless all checks are made in this process
  const std::unique_ptr<CheckRunner> checker_;
  api::Writers writers_;
  std::optional<ApiServer> api_;
  ApiListeners listeners_;
  std::optional<std::string> no_token_;  // why nobody can change anything over TCP
  Supervisor supervisor_;
  ServicePhase phase_ = ServicePhase::starting;
  std::optional<Tally> tally_;  // absent: something has changed since

  const StateFile state_file_;
  // As the file has it, as far as we know.
  std::shared_ptr<const State> saved_ = std::make_shared<const State>();
  std::uint64_t remembered_ = 0;          // the memory of the pools when it was last saved
  std::optional<std::string> not_saved_;  // why the file is not as it should be; said once
  bool may_save_ = true;                  // false: the file is of a newer version

  const HistoryStore history_store_;
  ConfigHistory history_;
  HistoryStore::Change unsaved_;  // of the history; without its history
  bool has_unsaved_ = false;
  std::optional<std::string> history_trouble_;  // why it is not saved; said once

  std::shared_ptr<ConfigSources> sources_;  // of the last file that was taken; for files_ alone
  std::optional<bool> file_changed_;        // since then; absent: not looked
  std::optional<api::Moment> file_changed_since_;  // as far as we saw it
  SharedLook sources_look_;
  std::optional<api::VipsView> vips_;  // as they were last seen; absent: not of this configuration
  SharedLook vips_look_;

  Pools pools_;
  CheckBook checks_;
  Totals totals_;
  NoticeBook notices_;
  Notifier notifier_;
  Mailer mailer_;
  TimeoutOverrides timeout_wishes_;
  Sysctls sysctls_before_;                  // what was there before we set them
  std::vector<std::string> untuned_;        // what is not as the configuration needs it
  std::vector<std::string> unrouted_;       // those of it that are of routes
  std::optional<api::IdleSample> idle_;     // as they were last seen
  std::optional<Controls> controls_;        // likewise
  SharedLook idle_look_;                    // at both
  bool are_routes_restored_ = false;        // an operator took them back; until the next reload
  boost::asio::steady_timer policy_timer_;  // cancelled when there is something new to wait for
  Time next_counters_;
  boost::asio::steady_timer log_level_timer_;  // when it is as at the start again
  std::optional<api::Moment> log_level_until_;
  LogSettings log_settings_;  // as they were last obeyed
  bool saving_ = false;
  bool save_again_ = false;
  CheckLog check_log_;
  boost::asio::steady_timer reported_;  // cancelled by every result: who waits for one looks then
  std::uint32_t pauses_ = 0;            // so far
  struct Aside {                        // a check of no server, run once
    RunningCheck check;
    std::optional<Observation> result;
  };
  std::map<CheckId, Aside> asides_;
  CheckId asides_so_far_ = 0;
  std::optional<KernelInfo> kernel_info_;
  std::uint64_t generation_ = 0;
  Time started_;
  api::Moment loaded_;
  bool is_leaving_ = false;
  bool is_clearing_ = false;  // nothing is wanted in the kernel any more
  bool applied_ = false;      // the first configuration has reached the kernel
  bool reload_after_start_ = false;
  bool reloading_ = false;
  bool reloaded_ = true;  // the last reload put its file in force, or there was none
  std::deque<std::shared_ptr<Reload>> reloads_;  // that have not begun
};

}  // namespace lvsd
