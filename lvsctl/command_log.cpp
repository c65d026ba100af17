#include <fmt/format.h>

#include <memory>

#include "api/control_views.h"
#include "lvsctl/command.h"
#include "lvsctl/page.h"
#include "lvsctl/target.h"

// `log level`: how much lvsd writes to its log, now and for a while.

namespace lvsd::ctl {
namespace {

struct Options {
  std::string level;
  std::string length;
};

Output told(const Context& context, const Question& question) {
  if (context.format == Format::json) return json_page(context, question);
  const auto answer = page<api::LogLevelView>(context, question);
  if (!answer) return answer.error();
  const api::LogLevelView& log = answer->view;
  std::string out = (context.dry_run ? "would be: " : "") + log.level;
  if (log.until)
    out += fmt::format(" until {}, then {}", clock_text(*log.until, answer->head.time), log.start);
  return {Exit::done, out + "\n", ""};
}

}  // namespace

Run log_level_command(CLI::App& command) {
  auto options = std::make_shared<Options>();
  auto* level = command
                    .add_option("LEVEL", options->level,
                                "debug, info, notice, warning, error, critical, or start: as lvsd "
                                "was started; without one, what it is")
                    ->check(CLI::IsMember(
                        {"debug", "info", "notice", "warning", "error", "critical", "start"}))
                    ->option_text(" ");
  command.add_option("--for", options->length, "as at the start again after this time")
      ->check(check_duration)
      ->option_text("TIME")
      ->needs(level);
  return [options](const Context& context) {
    if (options->level.empty()) return told(context, {api::Action::log_level});
    Question question{api::Action::set_log_level};
    if (options->level != "start") question.query["value"] = options->level;
    if (!options->length.empty()) question.query["for_seconds"] = seconds_text(options->length);
    return told(context, question);
  };
}

}  // namespace lvsd::ctl
