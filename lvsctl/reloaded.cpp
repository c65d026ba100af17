#include "lvsctl/reloaded.h"

#include <fmt/format.h>

#include <algorithm>

#include "config/changes.h"
#include "daemon/config_views.h"
#include "lvsctl/units.h"

namespace lvsd::ctl {
namespace {

using api::ReloadView;

std::string changes_text(std::string_view what, const api::ChangeCounts& counts) {
  return fmt::format("{} +{} ~{} -{}", what, counts.added, counts.changed, counts.removed);
}

std::string warnings_text(const ReloadView& reload) {
  const auto& found = reload.diagnostics;
  const auto warnings = std::count_if(found.begin(), found.end(), [](const auto& diagnostic) {
    return diagnostic.severity == "warning";
  });
  return fmt::format("{} warning{}", warnings, warnings == 1 ? "" : "s");
}

bool is_partial(const ReloadView& reload) {
  return !reload.failures.empty();
}

Exit exit_of(const ReloadView& reload) {
  return is_partial(reload) ? Exit::partly : Exit::done;
}

// A change of a default can change thousands of servers; all of them are in the JSON.
std::string beginning(const std::string& lines) {
  constexpr std::size_t most = 100;
  std::size_t end = 0;
  for (std::size_t count = 0; count < most && end < lines.size(); ++count)
    end = lines.find('\n', end) + 1;
  const auto left = std::count(lines.begin() + static_cast<std::ptrdiff_t>(end), lines.end(), '\n');
  if (left == 0) return lines;
  return lines.substr(0, end) + fmt::format("… and {} more lines (-o json has all)\n", left);
}

std::string applied_text(const Page<ReloadView>& page, const std::string& what) {
  const ReloadView& reload = page.view;
  return fmt::format("applied{} gen {}{} in {}: {}\n", is_partial(reload) ? " PARTLY" : "",
                     page.head.generation, what, latency_text(reload.duration_seconds),
                     reload.changes.empty() ? "nothing changed"
                                            : changes_text("services", reload.services) + "   " +
                                                  changes_text("servers", reload.servers)) +
         beginning(text(changes_of(reload.changes)));
}

std::string reload_text(const Page<ReloadView>& page) {
  return fmt::format("checked: ok (0 errors, {})\n", warnings_text(page.view)) +
         applied_text(page, "");
}

// What is in force now, what the file is to it, and how to get away from it.
std::string rollback_text(const Page<ReloadView>& page) {
  const auto& rollback = page.view.rollback;
  std::string out = applied_text(
      page, rollback ? fmt::format(", the configuration of gen {},", rollback->restored) : "");
  out += rollback && rollback->file_says_otherwise
             ? "The file is not changed and says otherwise: 'lvsctl reload' puts it in force.\n"
             : "The file is not changed and says the same.\n";
  if (rollback && rollback->confirm_until)
    out += fmt::format("Goes back to gen {} at {} unless confirmed: lvsctl config confirm\n",
                       rollback->back_to.value_or(0),
                       clock_text(*rollback->confirm_until, page.head.time));
  return out + fmt::format("Undo: lvsctl config rollback {}\n", page.view.previous_generation);
}

std::string failures_text(const ReloadView& reload) {
  std::string out;
  for (const std::string& failure : reload.failures)
    out += "not in the kernel yet, lvsd goes on trying: " + failure + "\n";
  return out;
}

}  // namespace

Output reloaded(const Context& context, const Question& question) {
  if (context.format == Format::json) return json_page<ReloadView>(context, question, exit_of);
  const auto reload = page<ReloadView>(context, question);
  if (!reload) return reload.error();
  return {exit_of(reload->view),
          question.action == api::Action::rollback ? rollback_text(*reload) : reload_text(*reload),
          diagnostics_text(reload->view.diagnostics) + failures_text(reload->view)};
}

}  // namespace lvsd::ctl
