#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "config/changes.h"
#include "daemon/config_views.h"
#include "lvsctl/command.h"
#include "lvsctl/page.h"
#include "lvsctl/units.h"

// `reload`: reads the configuration again and says what came of it.

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

std::string reload_text(const Page<ReloadView>& page) {
  const ReloadView& reload = page.view;
  std::string out = fmt::format("checked: ok (0 errors, {})\n", warnings_text(reload));
  out += fmt::format("applied{} gen {} in {}: {}\n", is_partial(reload) ? " PARTLY" : "",
                     page.head.generation, latency_text(reload.duration_seconds),
                     reload.changes.empty() ? "nothing changed"
                                            : changes_text("services", reload.services) + "   " +
                                                  changes_text("servers", reload.servers));
  return out + beginning(text(changes_of(reload.changes)));
}

std::string failures_text(const ReloadView& reload) {
  std::string out;
  for (const std::string& failure : reload.failures)
    out += "not in the kernel yet, lvsd goes on trying: " + failure + "\n";
  return out;
}

}  // namespace

Run reload_command(CLI::App& command) {
  auto forced = std::make_shared<bool>(false);
  command.add_flag("--force", *forced, "even if it removes more than reload_guard allows");
  return [forced](const Context& context) -> Output {
    if (context.dry_run) return difference(context, {api::Action::config_diff});
    Question question{api::Action::reload};
    if (*forced) question.query["force"] = "1";
    if (context.format == Format::json) return json_page<ReloadView>(context, question, exit_of);
    const auto reload = page<ReloadView>(context, question);
    if (!reload) return reload.error();
    return {exit_of(reload->view), reload_text(*reload),
            diagnostics_text(reload->view.diagnostics) + failures_text(reload->view)};
  };
}

}  // namespace lvsd::ctl
