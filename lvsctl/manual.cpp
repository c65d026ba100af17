#include "lvsctl/manual.h"

#include <string_view>

#include "doctor/doctor.h"

namespace lvsd::ctl {
namespace {

// Without a meaning for scdoc.
std::string plain(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view("\\*_#<>[]|`~").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

std::string strong(std::string_view text) {
  return "*" + plain(text) + "*";
}

std::string placeholder(std::string_view text) {
  return "_" + plain(text) + "_";
}

std::string sentence(std::string text) {
  if (!text.empty()) text.front() = static_cast<char>(std::toupper(text.front()));
  return plain(text) + ".";
}

std::string invocation(const CLI::App& command, const std::string& path) {
  std::string out = strong(path);
  for (const CLI::Option* option : command.get_options())
    if (option->get_positional()) {
      const std::string name = placeholder(option->get_name(true));
      out += option->get_required() ? " " + name : " \\[" + name + "\\]";
    }
  return out;
}

std::string option_text(const CLI::Option& option, const std::string& indent) {
  std::string names;
  for (const std::string& name : option.get_snames())
    names += (names.empty() ? "" : ", ") + strong("-" + name);
  for (const std::string& name : option.get_lnames())
    names += (names.empty() ? "" : ", ") + strong("--" + name);
  if (option.get_items_expected_max() > 0 && option.get_option_text() != " ")
    names += " " + placeholder(option.get_option_text());
  return indent + names + "\n" + indent + "\t" + plain(option.get_description()) + "\n\n";
}

std::string options_text(const CLI::App& command, const std::string& indent) {
  std::string out;
  for (const CLI::Option* option : command.get_options())
    if (!option->get_positional() && !option->check_name("--help") && !option->get_group().empty())
      out += option_text(*option, indent);
  return out;
}

std::string positionals_text(const CLI::App& command) {
  std::string out;
  for (const CLI::Option* option : command.get_options())
    if (option->get_positional())
      out += "\t" + placeholder(option->get_name(true)) + "\n\t\t" +
             plain(option->get_description()) + "\n\n";
  return out;
}

void add_commands(const CLI::App& app, const std::string& path, std::string& out) {
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (command->get_group().empty()) continue;
    const std::string name = path.empty() ? command->get_name() : path + " " + command->get_name();
    const bool has_parts = !command->get_subcommands([](const CLI::App*) { return true; }).empty();
    // It may run by itself, too.
    if (has_parts && command->get_require_subcommand_min() > 0) {
      add_commands(*command, name, out);
      continue;
    }
    out += invocation(*command, name) + "\n\t" + sentence(command->get_description());
    for (const std::string& alias : command->get_aliases())
      out += " Alias: " + strong(alias) + ".";
    out += "\n\n" + positionals_text(*command) + options_text(*command, "\t");
    if (has_parts) add_commands(*command, name, out);
  }
}

}  // namespace

std::string manual(const CLI::App& app) {
  std::string out = "# OPTIONS\n\nThey may stand before and behind the command.\n\n";
  out += options_text(app, "") + "# COMMANDS\n\n";
  add_commands(app, "", out);
  return out;
}

std::string doctor_manual() {
  std::string out;
  for (const bool director : {true, false}) {
    out += director ? "# ON A DIRECTOR\n\n" : "# ON A REAL SERVER\n\n";
    for (const doctor::Rule& rule : doctor::rules())
      if ((rule.judge != nullptr) == director)
        out += strong(rule.id) + ": " + plain(rule.title) + "\n\t" + plain(rule.why) +
               "\n\n\tReads " + plain(rule.reads) + ".\n\n";
  }
  return out;
}

}  // namespace lvsd::ctl
