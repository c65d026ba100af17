#include "lvsctl/command_line.h"

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <map>
#include <memory>
#include <sstream>

#include "api/find.h"
#include "lvsctl/units.h"

namespace lvsd::ctl {
namespace {

constexpr Command table[] = {
    {"status", "st", "is everything well (the default)", status_command},
    {"services", "svc", "the services and their state", services_command},
    {"servers", "srv", "the servers and their state", servers_command},
    {"show", "", "everything about one service or server", show_command},
    {"drain", "", "no new connections for a server; those it has go on", drain_command},
    {"undrain", "", "a drained server takes connections again", undrain_command},
    {"disable", "", "take a server out at once", disable_command},
    {"enable", "", "a disabled server takes connections again", enable_command},
    {"set", "", "another weight or max_connections than the file's", set_command},
    {"unset", "", "the file's weight or max_connections again", unset_command},
    {"failback", "", "a master takes over from its backup now", failback_command},
    {"calm", "", "end a panic: servers whose check fails leave", calm_command},
    {"overrides", "", "what differs from the file by somebody's wish", overrides_command},
    {"reload", "", "read the configuration file again; a bad one changes nothing", reload_command},
    {"version", "", "versions of lvsctl, lvsd, IPVS and the kernel", version_command},
};

const std::map<std::string, Format> formats = {{"table", Format::table},
                                               {"wide", Format::wide},
                                               {"json", Format::json},
                                               {"name", Format::name}};

struct Globals {
  std::string socket = "/run/lvsd/lvsd.sock";
  std::string format = "table";
  bool no_header = false;
  std::string timeout = "10s";
  std::string color = "auto";
  bool numeric = false;  // the default; fingers type it anyway
};

std::string check_duration(const std::string& word) {
  return parse_duration(word) ? "" : "'" + word + "' is not a time such as 10s, 500ms or 2m";
}

void add_globals(CLI::App& app, Globals& globals) {
  app.add_option("-s,--socket", globals.socket, "where lvsd listens (" + globals.socket + ")")
      ->option_text("PATH");
  app.add_option("-o,--output", globals.format, "table, wide, json or name")
      ->check(CLI::IsMember({"table", "wide", "json", "name"}))
      ->option_text("FORMAT");
  app.add_flag("--no-header", globals.no_header, "tables without their titles");
  app.add_option("--timeout", globals.timeout, "how long to wait for lvsd (10s)")
      ->check(check_duration)
      ->option_text("TIME");
  app.add_option("--color", globals.color, "auto, always or never")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->option_text("WHEN");
  app.add_flag("-n", globals.numeric, "accepted: addresses are always numeric");
  app.set_version_flag("--version", "lvsctl " LVSD_VERSION, "the version of lvsctl");
}

Context context_of(const Globals& globals, const Surroundings& surroundings) {
  Context context;
  context.ask = surroundings.connect(globals.socket, *parse_duration(globals.timeout));
  context.format = formats.at(globals.format);
  context.screen.width = surroundings.terminal_width;
  context.screen.color =
      globals.color == "always" ||
      (globals.color == "auto" && surroundings.terminal_width && !surroundings.no_color);
  context.screen.unicode = surroundings.unicode;
  context.screen.header = !globals.no_header;
  return context;
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
    words.emplace_back(command.word);
  std::string message = "unknown command '" + word + "'";
  if (const auto near = api::near_matches(word, words, 1); !near.empty())
    message += "; did you mean '" + near.front() + "'?";
  return usage_error(message);
}

// Help and versions are not errors; everything else is one of usage, whatever CLI11's own code is.
Output output_of(const CLI::App& app, const CLI::ParseError& error) {
  std::ostringstream out, err;
  if (app.exit(error, out, err) == 0) return {Exit::done, out.str(), ""};
  const auto extras = app.remaining();
  if (app.get_subcommands().empty() && !extras.empty() && !extras.front().starts_with('-'))
    return unknown_command(extras.front());
  return usage_error(error.what());
}

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
  std::map<const CLI::App*, Run> runs;
  for (const Command& command : table) {
    CLI::App* sub = app.add_subcommand(std::string(command.word), std::string(command.summary));
    if (!command.alias.empty()) sub->alias(std::string(command.alias));
    sub->footer("The options of 'lvsctl --help' go with every command.");
    runs[sub] = command.set_up(*sub);
  }
  try {
    std::reverse(words.begin(), words.end());  // as CLI11 wants them
    app.parse(std::move(words));
  } catch (const CLI::ParseError& error) {
    return output_of(app, error);
  }
  const auto chosen = app.get_subcommands();
  const CLI::App* command = chosen.empty() ? app.get_subcommand("status") : chosen.front();
  return runs.at(command)(context_of(globals, surroundings));
}

}  // namespace lvsd::ctl
