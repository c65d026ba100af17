#include <memory>
#include <string_view>

#include "config/changes.h"
#include "config/entries.h"
#include "daemon/config_views.h"
#include "lvsctl/command.h"
#include "lvsctl/page.h"
#include "lvsctl/reading.h"

// `config diff`: what a file would change if it were put in force.

namespace lvsd::ctl {
namespace {

// "kernel: 2 add, 1 remove"
std::string kernel_text(const std::vector<std::string>& operations) {
  if (operations.empty()) return "kernel: nothing to do\n";
  std::string out = "kernel:";
  std::string_view separator = " ";
  for (const std::string_view verb : {"add", "set", "remove", "start", "stop"}) {
    std::size_t count = 0;
    for (const std::string& operation : operations)
      count += operation.starts_with(verb);
    if (count == 0) continue;
    out += separator;
    out += std::to_string(count) + " " + std::string(verb);
    separator = ", ";
  }
  out += "\n";
  for (const std::string& operation : operations)
    out += "  " + operation + "\n";
  return out;
}

// "overrides dropped: web/web02 weight, web scheduler"
std::string dropped_text(const std::vector<std::string>& dropped) {
  if (dropped.empty()) return {};
  std::string out = "overrides dropped:";
  std::string_view separator = " ";
  for (const std::string& one : dropped) {
    out += separator;
    out += one;
    separator = ", ";
  }
  return out + "\n";
}

bool is_same(const api::ConfigDiffView& diff) {
  return diff.changes.empty() && diff.operations.empty();
}

Exit exit_of(const api::ConfigDiffView& diff) {
  return is_same(diff) ? Exit::done : Exit::negative;
}

}  // namespace

Output difference(const Context& context, const Question& question) {
  if (context.format == Format::json)
    return json_page<api::ConfigDiffView>(context, question, exit_of);
  const auto answer = page<api::ConfigDiffView>(context, question);
  if (!answer) return answer.error();
  const api::ConfigDiffView& diff = answer->view;
  return {exit_of(diff),
          is_same(diff) ? "no difference\n"
                        : text(changes_of(diff.changes)) + kernel_text(diff.operations) +
                              dropped_text(diff.dropped),
          diagnostics_text(diff.diagnostics)};
}

Run config_diff_command(CLI::App& command) {
  auto reading = std::make_shared<Reading>();
  command
      .add_option("FILE", reading->file,
                  "the file; without one, lvsd reads its own, as for a reload")
      ->option_text(" ");
  add_reading_options(command, *reading);
  auto generation = std::make_shared<std::string>();
  command
      .add_option("--generation", *generation,
                  "what going back to that configuration of 'config history' would change")
      ->option_text("NUMBER")
      ->excludes(command.get_option("FILE"));
  return [reading, generation](const Context& context) {
    Question question{api::Action::config_diff};
    if (!generation->empty()) question.query["generation"] = *generation;
    if (reading->file.empty()) return difference(context, question);
    // lvsd reads no file that it is told of: we read it, with our own rights, and send what it
    // says.
    const Loaded found = loaded(context.machine, *reading);
    if (!found.config) return refused(context, *reading, found);
    question.query["file"] = reading->file;
    question.body = configuration_text(*found.config, Detail::changed);
    Output output = difference(context, question);
    output.err = shown(without_notes(found.diagnostics), context) + output.err;
    return output;
  };
}

}  // namespace lvsd::ctl
