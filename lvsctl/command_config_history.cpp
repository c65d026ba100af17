#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

#include "api/config_views.h"
#include "lvsctl/command.h"
#include "lvsctl/reloaded.h"
#include "lvsctl/target.h"
#include "lvsctl/units.h"
#include "lvsctl/wish.h"

// `config history`, `config rollback` and `config confirm`: what was in force, and back to it.

namespace lvsd::ctl {
namespace {

using api::PastConfigView;
using HistoryPage = Page<std::vector<PastConfigView>>;

std::string generation_text(const PastConfigView& past) {
  return past.first_generation == past.generation
             ? std::to_string(past.generation)
             : fmt::format("{}-{}", past.first_generation, past.generation);
}

Cell state_cell(const PastConfigView& past, const api::Moment& now) {
  if (past.confirm_until)
    return {fmt::format("in force; back to {} at {}", past.back_to.value_or(0),
                        clock_text(*past.confirm_until, now)),
            Style::changing};
  if (past.in_force)
    return past.from_file ? Cell{"in force", Style::good}
                          : Cell{"in force, not the file's", Style::changing};
  return {past.result == "APPLIED" ? "-" : past.result, Style::plain};
}

Table history_table(const HistoryPage& page, Digits digits) {
  Table table;
  table.columns = {{"GEN", true},         {"LOADED"},           {"BY", false, 2},  {"HOW"},
                   {"SERVICES", true, 4}, {"SERVERS", true, 4}, {"SIZE", true, 5}, {"STATE"},
                   {"REASON", false, 3}};
  for (const PastConfigView& past : page.view)
    table.rows.push_back({{generation_text(past)},
                          {clock_text(past.loaded, page.head.time)},
                          {past.user.empty() ? "-" : past.user},
                          {past.how},
                          {std::to_string(past.services)},
                          {std::to_string(past.servers)},
                          {bytes_text(past.bytes, digits)},
                          state_cell(past, page.head.time),
                          {past.reason.empty() ? "-" : past.reason}});
  return table;
}

// For CLI11.
std::string check_generation(const std::string& word) {
  const bool digits = word.find_first_not_of("0123456789") == word.npos;
  return digits && !word.empty() ? "" : "'" + word + "' is not the number of a generation";
}

struct Rollback {
  std::string generation;
  std::string within;
  std::string reason;
  bool forced = false;
};

Output rolled_back(const Context& context, const Rollback& rollback) {
  Question question{context.dry_run ? api::Action::config_diff : api::Action::rollback};
  if (!rollback.generation.empty()) question.query["generation"] = rollback.generation;
  if (context.dry_run) {
    if (rollback.generation.empty()) question.query["generation"] = "previous";
    return difference(context, question);
  }
  if (!rollback.within.empty())
    question.query["confirm_within_seconds"] = seconds_text(rollback.within);
  if (!rollback.reason.empty()) question.query["reason"] = rollback.reason;
  if (rollback.forced) question.query["force"] = "1";
  return reloaded(context, question);
}

}  // namespace

Run config_history_command(CLI::App&) {
  return [](const Context& context) -> Output {
    const Question question{api::Action::config_history};
    if (context.format == Format::json) return json_page(context, question);
    const auto found = page<std::vector<PastConfigView>>(context, question);
    if (!found) return found.error();
    if (context.format == Format::name) {
      Output output;
      for (const PastConfigView& past : found->view)
        output.out += std::to_string(past.generation) + "\n";
      return output;
    }
    return table_output(context, history_table(*found, context.screen.digits),
                        "no configuration is kept");
  };
}

Run config_rollback_command(CLI::App& command) {
  auto rollback = std::make_shared<Rollback>();
  command
      .add_option("GENERATION", rollback->generation,
                  "as 'config history' has it; without one, the configuration before the last")
      ->check(check_generation)
      ->option_text(" ");
  command
      .add_option("--confirm-within", rollback->within,
                  "undone after this time unless 'config confirm' comes before")
      ->check(check_duration)
      ->option_text("TIME");
  command.add_option("--reason", rollback->reason, "why, for the others")->option_text("TEXT");
  command.add_flag("--force", rollback->forced, "even if it removes more than reload_guard allows");
  return [rollback](const Context& context) { return rolled_back(context, *rollback); };
}

Run config_confirm_command(CLI::App& command) {
  auto reason = std::make_shared<std::string>();
  command.add_option("--reason", *reason, "why, for the others")->option_text("TEXT");
  return [reason](const Context& context) {
    Question question{api::Action::confirm};
    if (!reason->empty()) question.query["reason"] = *reason;
    return changed(context, question);
  };
}

}  // namespace lvsd::ctl
