#pragma once

#include <CLI/App.hpp>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lvsctl/client.h"
#include "lvsctl/exit.h"
#include "lvsctl/machine.h"
#include "lvsctl/render.h"

// What a command is: options of its own, and a function from the daemon's answers to what is
// printed.

namespace lvsd::ctl {

enum class Format { table, wide, json, name };

// What every command is given.
struct Context {
  Ask ask;
  Follow follow;
  // Where what comes is shown while it comes; empty: it is taken whole.
  Follow fetch;
  // At once, to standard output and to standard error: for what goes on.
  std::function<void(std::string_view)> print;
  std::function<void(std::string_view)> tell;
  Format format = Format::table;
  Screen screen;
  bool error_color = false;        // of standard error
  bool error_is_terminal = false;  // likewise
  std::string sort;                // the title of a column; empty: as it comes
  std::string filter;              // which items of a list; empty: all
  bool dry_run = false;            // writes are only planned
  bool yes = false;                // to all that a pattern is for, or though traffic ends by it
  bool quiet = false;              // nothing of what happens while it is waited for
  bool resolve = false;            // tables have names in the place of addresses
  Machine machine;
  std::string socket;  // where lvsd is asked
};

// `out` goes to standard output, `err` to standard error.
struct Output {
  Exit exit = Exit::done;
  std::string out;
  std::string err;
};

Output failed(const Failure& failure);

using Run = std::function<Output(const Context&)>;

struct Command {
  std::string_view word;
  std::string_view alias;  // empty: none
  std::string_view summary;
  Run (*set_up)(CLI::App& command);     // adds its options; called once. Null: only its parts run
  std::span<const Command> parts = {};  // if there are any, the next word may name one of them
  bool hidden = false;                  // asked by programs, not by people
};

// One function a command, each in the command_*.cpp of its subject.
Run status_command(CLI::App& command);
Run services_command(CLI::App& command);
Run servers_command(CLI::App& command);
Run show_command(CLI::App& command);
Run stats_command(CLI::App& command);
Run connections_command(CLI::App& command);
Run ipvs_command(CLI::App& command);
Run export_command(CLI::App& command);
Run export_ipvsadm_command(CLI::App& command);
Run export_lvsd_command(CLI::App& command);
Run export_json_command(CLI::App& command);
Run drift_command(CLI::App& command);
Run doctor_command(CLI::App& command);
Run realserver_command(CLI::App& command);
Run top_command(CLI::App& command);
Run events_command(CLI::App& command);
Run watch_command(CLI::App& command);
Run check_command(CLI::App& command);
Run check_history_command(CLI::App& command);
Run check_run_command(CLI::App& command);
Run check_pause_command(CLI::App& command);
Run check_resume_command(CLI::App& command);
Run check_digest_command(CLI::App& command);
Run sync_command(CLI::App& command);
Run config_check_command(CLI::App& command);
Run config_show_command(CLI::App& command);
Run config_diff_command(CLI::App& command);
Run import_command(CLI::App& command);
Run config_history_command(CLI::App& command);
Run config_rollback_command(CLI::App& command);
Run config_confirm_command(CLI::App& command);
Run explain_command(CLI::App& command);
Run completion_command(CLI::App& command);
Run complete_command(CLI::App& command);
Run manual_command(CLI::App& command);
Run reload_command(CLI::App& command);
Run shutdown_command(CLI::App& command);
Run metrics_command(CLI::App& command);
Run ping_command(CLI::App& command);
Run version_command(CLI::App& command);
Run support_bundle_command(CLI::App& command);
Run log_level_command(CLI::App& command);
Run drain_command(CLI::App& command);
Run undrain_command(CLI::App& command);
Run disable_command(CLI::App& command);
Run enable_command(CLI::App& command);
Run set_command(CLI::App& command);
Run unset_command(CLI::App& command);
Run failback_command(CLI::App& command);
Run calm_command(CLI::App& command);
Run overrides_command(CLI::App& command);
Run timeouts_command(CLI::App& command);
Run timeouts_set_command(CLI::App& command);
Run timeouts_unset_command(CLI::App& command);
Run tuning_command(CLI::App& command);
Run tuning_restore_command(CLI::App& command);

}  // namespace lvsd::ctl
