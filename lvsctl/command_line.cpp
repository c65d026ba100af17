#include "lvsctl/command_line.h"

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <map>
#include <memory>
#include <sstream>
#include <utility>

#include "api/find.h"
#include "lvsctl/formats.h"
#include "lvsctl/keyword_views.h"
#include "lvsctl/repeated.h"
#include "lvsctl/trace.h"
#include "lvsctl/units.h"

namespace lvsd::ctl {
namespace {

constexpr Command config_parts[] = {
    {"check", "", "what is wrong with a file; asks no daemon", config_check_command},
    {"show", "", "what lvsd has in force, or would make of a file", config_show_command},
    {"diff", "", "what a reload would change, in words and in the kernel", config_diff_command},
    {"history", "", "the configurations that were in force", config_history_command},
    {"rollback", "", "put an earlier configuration in force again", config_rollback_command},
    {"confirm", "", "let a rollback stay that waits for it", config_confirm_command},
    {"import", "", "as lvsctl import: rewrite another program's rules as a file of ours",
     import_command},
};

constexpr Command timeouts_parts[] = {
    {"set", "", "another timeout than the file's", timeouts_set_command},
    {"unset", "", "the file's timeout again, or what was there before", timeouts_unset_command},
};

constexpr Command export_parts[] = {
    {"ipvsadm", "", "as lines that ipvsadm -R makes the same table of", export_ipvsadm_command},
    {"lvsd", "", "as a configuration file that makes the same table", export_lvsd_command},
    {"json", "", "with counters and all, as JSON", export_json_command},
};

constexpr Command log_parts[] = {
    {"level", "", "from which level on lvsd writes lines", log_level_command},
};

constexpr Command tuning_parts[] = {
    {"restore", "", "the kernel's settings as they were before lvsd", tuning_restore_command},
};

constexpr Command check_parts[] = {
    {"history", "", "their last results, with the time of each step", check_history_command},
    {"run", "", "as check --count: run them now; the results count", check_run_command},
    {"pause", "", "stop them; the server keeps the health it has", check_pause_command},
    {"resume", "", "let them go on at their times", check_resume_command},
    {"digest", "", "the digest of what a url answers, for HTTP_GET", check_digest_command},
};

constexpr Command table[] = {
    {"status", "st", "is everything well (the default)", status_command},
    {"services", "svc", "the services and their state", services_command},
    {"servers", "srv", "the servers and their state", servers_command},
    {"show", "", "everything about one service or server", show_command},
    {"stats", "", "what the kernel counted of services and servers", stats_command},
    {"connections", "conn", "the kernel's connections, or how many share what",
     connections_command},
    {"top", "", "servers and their traffic on a screen that is kept up to date", top_command},
    {"drain", "", "no new connections for a server; those it has go on", drain_command},
    {"undrain", "", "a drained server takes connections again", undrain_command},
    {"disable", "", "take a server out at once", disable_command},
    {"enable", "", "a disabled server takes connections again", enable_command},
    {"set", "", "another weight, max_connections or scheduler than the file's", set_command},
    {"unset", "", "the file's weight, max_connections or scheduler again", unset_command},
    {"failback", "", "a master takes over from its backup now", failback_command},
    {"calm", "", "end a panic: servers whose check fails leave", calm_command},
    {"overrides", "", "what differs from the file by somebody's wish", overrides_command},
    {"events", "ev", "what happened, and what happens", events_command},
    {"watch", "", "do something at certain events", watch_command},
    {"ipvs", "", "the kernel's table as ipvsadm -Ln shows it", ipvs_command},
    {"drift", "", "where the kernel is not as wanted", drift_command},
    {"doctor", "", "what of this machine keeps load balancing from working", doctor_command},
    {"realserver", "", "make this machine a real server by DR or a tunnel", realserver_command},
    {"export", "", "the kernel's table, or what it is to be, for other programs", export_command,
     export_parts},
    {"import", "", "rewrite another program's rules as a file of ours", import_command},
    {"check", "", "run a server's checks now, step by step; history, pause", check_command,
     check_parts},
    {"config", "", "check, show, compare and import configurations; go back to one", nullptr,
     config_parts},
    {"timeouts", "", "after how long IPVS forgets idle connections", timeouts_command,
     timeouts_parts},
    {"sync", "", "how connections are shared with another director", sync_command},
    {"tuning", "", "the kernel's settings: what the file wants, what they are and were",
     tuning_command, tuning_parts},
    {"reload", "", "read the configuration file again; a bad one changes nothing", reload_command},
    {"shutdown", "", "stop lvsd; the kernel keeps its table, or is cleared of what is lvsd's",
     shutdown_command},
    {"log", "", "how much lvsd writes to its log", nullptr, log_parts},
    {"metrics", "", "the metrics for Prometheus, as text", metrics_command},
    {"support-bundle", "", "what somebody who is to help should see, without secrets",
     support_bundle_command},
    {"explain", "", "what a word of the configuration language means", explain_command},
    {"completion", "", "completion for bash, zsh or fish", completion_command},
    {"__complete", "", "the words that may come next", complete_command, {}, true},
    {"__manual", "", "the options and commands, for lvsctl(1)", manual_command, {}, true},
    {"ping", "", "is lvsd there, and how long does it take to answer", ping_command},
    {"version", "", "versions of lvsctl, lvsd, IPVS and the kernel", version_command},
};

const std::map<std::string, Format> formats = {{"table", Format::table}, {"wide", Format::wide},
                                               {"json", Format::json},   {"yaml", Format::json},
                                               {"csv", Format::json},    {"name", Format::name}};

struct Globals {
  std::string socket = "/run/lvsd/lvsd.sock";
  std::string format = "table";
  bool no_header = false;
  std::string sort;
  std::string filter;
  std::string interval;  // of --watch; empty: once
  bool dry_run = false;
  bool yes = false;
  bool quiet = false;
  bool resolve = false;
  std::string timeout = "10s";
  std::string color = "auto";
  bool numeric = false;  // the default; fingers type it anyway
  std::string units = "si";
  bool exact = false;
  bool verbose = false;
  std::string host;  // no way leads there
};

std::string check_duration(const std::string& word) {
  return parse_duration(word) ? "" : "'" + word + "' is not a time such as 10s, 500ms or 2m";
}

// Of --watch: without a time CLI11 has "true".
std::string interval_of(const std::string& word) {
  return word == "true" ? "2s" : word;
}

void add_globals(CLI::App& app, Globals& globals) {
  app.add_option("-s,--socket", globals.socket, "where lvsd listens (" + globals.socket + ")")
      ->option_text("PATH");
  app.add_option("-o,--output", globals.format, "table, wide, json, yaml, csv or name")
      ->check(CLI::IsMember({"table", "wide", "json", "yaml", "csv", "name"}))
      ->option_text("FORMAT");
  app.add_flag("--no-header", globals.no_header, "tables without their titles");
  app.add_option("--sort", globals.sort, "the rows of a list by this column")
      ->option_text("COLUMN");
  app.add_option("--filter", globals.filter,
                 "the items of a list of which this holds: 'state!=ACTIVE && service~^web'")
      ->option_text("EXPRESSION");
  app.add_flag("-w,--watch", globals.interval,
               "again and again, every 2s or --watch=TIME, until Ctrl-C")
      ->check([](const std::string& word) { return check_duration(interval_of(word)); });
  app.add_flag("--dry-run", globals.dry_run,
               "of a write what it would do, to the kernel too; nothing is done");
  app.add_flag("--yes", globals.yes,
               "do it to all that a pattern is for, or though traffic ends by it");
  app.add_option("--timeout", globals.timeout, "how long to wait for lvsd (10s)")
      ->check(check_duration)
      ->option_text("TIME");
  app.add_option("--color", globals.color, "auto, always or never")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->option_text("WHEN");
  app.add_flag("-q,--quiet", globals.quiet, "nothing of what happens while it is waited for");
  auto* resolve = app.add_flag("--resolve", globals.resolve,
                               "tables have names for addresses, as far as they are found in 1s");
  app.add_flag("-n", globals.numeric, "accepted: addresses are numeric")->excludes(resolve);
  auto* units = app.add_option("--units", globals.units,
                               "si: 1.2K, 3.1 MB, by thousands; none: all digits of every number");
  units->check(CLI::IsMember({"si", "none"}))->option_text("UNITS");
  app.add_flag("--exact", globals.exact, "all digits, as ipvsadm says it: --units none")
      ->excludes(units);
  app.add_flag("-v,--verbose", globals.verbose,
               "say what lvsd is asked, how it answered and after which time");
  app.add_option("-H", globals.host)->group("");  // for fingers that look for it
  app.set_version_flag("--version", "lvsctl " LVSD_VERSION, "the version of lvsctl");
}

Context context_of(const Globals& globals, const Surroundings& surroundings) {
  Context context;
  context.ask = surroundings.connect(globals.socket, *parse_duration(globals.timeout));
  if (surroundings.follow)
    context.follow = surroundings.follow(globals.socket, *parse_duration(globals.timeout));
  // Another notation is made of the whole, and what comes again stands on one line.
  if (surroundings.fetch && globals.format == "json" && globals.interval.empty())
    context.fetch = surroundings.fetch(globals.socket, *parse_duration(globals.timeout));
  context.print = surroundings.print;
  context.tell = surroundings.tell;
  context.format = formats.at(globals.format);
  context.screen.width = surroundings.terminal_width;
  const auto colored = [&](bool terminal) {
    return globals.color == "always" ||
           (globals.color == "auto" && terminal && !surroundings.no_color);
  };
  context.screen.color = colored(surroundings.terminal_width.has_value());
  context.error_color = colored(surroundings.error_is_terminal);
  context.error_is_terminal = surroundings.error_is_terminal;
  context.machine = surroundings.machine;
  context.socket = globals.socket;
  context.screen.unicode = surroundings.unicode;
  context.screen.header = !globals.no_header;
  context.sort = globals.sort;
  context.filter = globals.filter;
  if (globals.exact || globals.units == "none") context.screen.digits = Digits::all;
  context.dry_run = globals.dry_run;
  context.yes = globals.yes;
  context.quiet = globals.quiet;
  context.resolve = globals.resolve;
  if (globals.verbose) trace(context);
  return context;
}

// What may be asked for again and again: it only looks.
constexpr std::string_view repeatable[] = {
    "status",    "services", "servers", "show",     "stats",   "connections",
    "overrides", "ipvs",     "drift",   "timeouts", "sync",    "tuning",
    "doctor",    "history",  "diff",    "metrics",  "version", "ping"};
// What has a list that --filter chooses from.
constexpr std::string_view filtered[] = {"services", "servers", "stats",      "overrides",
                                         "drift",    "events",  "connections"};

// Which global option does not go with a command; empty: all do.
std::string misplaced_option(const std::string& command, const Globals& globals) {
  const auto is_in = [&command](const auto& list) {
    return std::find(std::begin(list), std::end(list), command) != std::end(list);
  };
  if (!globals.filter.empty() && !is_in(filtered))
    return "--filter goes with services, servers, stats, overrides, drift, events and connections";
  if (!globals.host.empty())
    return "-H: lvsd listens on this machine alone; 'ssh " + globals.host +
           " lvsctl ...' asks the one over there";
  if (!globals.interval.empty() && !is_in(repeatable))
    return "--watch does not go with '" + command + "'";
  return {};
}

// JSON in the notation that was asked for; what is none stays as it is.
std::string converted(const std::string& text, const Globals& globals, bool header) {
  if (globals.format != "yaml" && globals.format != "csv") return text;
  const auto other = globals.format == "yaml" ? yaml_text(text) : csv_text(text, header);
  return other ? *other : text;
}

// What goes on comes as an object a line.
void convert_lines(Context& context, const Globals& globals) {
  if (globals.format != "yaml" && globals.format != "csv") return;
  context.print = [print = context.print, globals,
                   header = !globals.no_header](std::string_view text) mutable {
    const std::string out = converted(std::string(text), globals, std::exchange(header, false));
    print(globals.format == "yaml" ? "---\n" + out : out);
  };
}

Output usage_error(const std::string& message) {
  Output output = failed({Exit::usage, message});
  output.err += "Try 'lvsctl --help'.\n";
  return output;
}

// The first word is no command: "unknown command 'staus'; did you mean 'status'?"
Output unknown_command(const std::string& word) {
  std::vector<std::string> words;
  for (const Command& command : table)
    if (!command.hidden) words.emplace_back(command.word);
  std::string message = "unknown command '" + word + "'";
  if (const auto near = api::near_matches(word, words, 1); !near.empty())
    message += "; did you mean '" + near.front() + "'?";
  return usage_error(message);
}

// "config needs check, show, diff or import"; empty where no part is missing.
std::string missing_part(const CLI::App& app, const std::vector<std::string>& extras) {
  if (app.get_subcommands().empty()) return {};
  const CLI::App& command = *app.get_subcommands().front();
  std::string parts;
  for (const CLI::App* part : command.get_subcommands([](const CLI::App*) { return true; }))
    parts += (parts.empty() ? "" : ", ") + part->get_name();
  if (parts.empty() || !command.get_subcommands().empty()) return {};
  const std::string name = command.get_name();
  if (extras.empty()) return name + " needs one of: " + parts;
  return "'" + name + " " + extras.front() + "' is no command; " + name + " has: " + parts;
}

// Help and versions are not errors; everything else is one of usage, whatever CLI11's own code is.
Output output_of(const CLI::App& app, const CLI::ParseError& error) {
  std::ostringstream out, err;
  if (app.exit(error, out, err) == 0) return {Exit::done, out.str(), ""};
  const auto extras = app.remaining();
  if (app.get_subcommands().empty() && !extras.empty() && !extras.front().starts_with('-'))
    return unknown_command(extras.front());
  if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr)
    if (const std::string wanted = missing_part(app, extras); !wanted.empty())
      return usage_error(wanted);
  return usage_error(error.what());
}

// Behind the options that stand before the command, with their values.
std::size_t first_word(const CLI::App& app, const std::vector<std::string>& words) {
  std::size_t at = 0;
  while (at < words.size() && words[at].starts_with('-')) {
    const CLI::Option* option = app.get_option_no_throw(words[at]);
    at += option != nullptr && option->get_items_expected_max() > 0 ? 2 : 1;
  }
  return at;
}

bool is_command(const CLI::App& app, const std::string& word) {
  const auto all = app.get_subcommands([](const CLI::App*) { return true; });
  return std::any_of(all.begin(), all.end(),
                     [&word](const CLI::App* command) { return command->check_name(word); });
}

// "help drain" is "drain --help", and "help weight" is "explain weight".
void read_help(const CLI::App& app, std::vector<std::string>& words) {
  const std::size_t at = first_word(app, words);
  if (at >= words.size() || words[at] != "help") return;
  const std::vector<std::string> keywords = spellings();
  const bool is_keyword = at + 1 < words.size() && !is_command(app, words[at + 1]) &&
                          std::binary_search(keywords.begin(), keywords.end(), words[at + 1]);
  if (is_keyword) {
    words[at] = "explain";
    return;
  }
  words.erase(words.begin() + static_cast<std::ptrdiff_t>(at));
  const bool is_topic = at < words.size() && !words[at].starts_with('-');
  if (!is_topic || is_command(app, words[at])) words.emplace_back("--help");
}

// The commands: each a name and a summary until it is the one that is asked for. To set all of them
// up takes longer than to ask lvsd something.
class CommandTree {
 public:
  explicit CommandTree(CLI::App& app) { add(app, table); }
  CommandTree(const CommandTree&) = delete;
  CommandTree& operator=(const CommandTree&) = delete;

  // REQUIRES: one of those that are no mere heading.
  const Run& run_of(CLI::App& command) {
    set_up(command);
    return runs_.at(&command);
  }

 private:
  void add(CLI::App& app, std::span<const Command> commands) {
    for (const Command& command : commands) {
      CLI::App* sub = app.add_subcommand(std::string(command.word), std::string(command.summary));
      if (!command.alias.empty()) sub->alias(std::string(command.alias));
      if (command.hidden) sub->group("");
      sub->footer("The options of 'lvsctl --help' go with every command.");
      sub->preparse_callback([this, sub](std::size_t) { set_up(*sub); });
      waiting_.emplace(sub, &command);
    }
  }

  void set_up(CLI::App& sub) {
    const auto found = waiting_.extract(&sub);
    if (found.empty()) return;
    const Command& command = *found.mapped();
    if (command.set_up != nullptr) runs_[&sub] = command.set_up(sub);
    if (!command.parts.empty()) {
      sub.require_subcommand(command.set_up == nullptr ? 1 : 0, 1);
      add(sub, command.parts);
    }
    // What programs ask is about all of them.
    while (command.hidden && !waiting_.empty())
      set_up(*waiting_.begin()->first);
  }

  std::map<CLI::App*, const Command*> waiting_;
  std::map<const CLI::App*, Run> runs_;
};

}  // namespace

std::span<const Command> commands() {
  return table;
}

Output outcome(std::vector<std::string> words, const Surroundings& surroundings) {
  CLI::App app("Shows and steers lvsd, the IPVS load balancer's control plane.", "lvsctl");
  app.fallthrough();
  app.require_subcommand(0, 1);
  Globals globals;
  add_globals(app, globals);
  CommandTree tree(app);
  read_help(app, words);
  try {
    std::reverse(words.begin(), words.end());  // as CLI11 wants them
    app.parse(std::move(words));
  } catch (const CLI::ParseError& error) {
    return output_of(app, error);
  }
  CLI::App* chosen = &app;
  while (!chosen->get_subcommands().empty())
    chosen = chosen->get_subcommands().front();
  if (chosen == &app) chosen = app.get_subcommand("status");
  if (const std::string why = misplaced_option(chosen->get_name(), globals); !why.empty())
    return usage_error(why);
  Context context = context_of(globals, surroundings);
  convert_lines(context, globals);
  const Run& command = tree.run_of(*chosen);
  const auto run = [&] {
    Output output = command(context);
    output.out = converted(output.out, globals, !globals.no_header);
    return output;
  };
  if (globals.interval.empty()) return run();
  return repeated(context, *parse_duration(interval_of(globals.interval)), globals.format == "json",
                  run);
}

}  // namespace lvsd::ctl
