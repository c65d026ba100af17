#include <fmt/format.h>

#include <algorithm>
#include <memory>

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

std::string reload_text(const Page<ReloadView>& page) {
  const ReloadView& reload = page.view;
  const bool nothing = reload.services == api::ChangeCounts{} &&
                       reload.servers == api::ChangeCounts{} && reload.changes.empty();
  std::string out = fmt::format("checked: ok (0 errors, {})\n", warnings_text(reload));
  out += fmt::format("applied gen {} in {}: {}\n", page.head.generation,
                     latency_text(reload.duration_seconds),
                     nothing ? "nothing changed"
                             : changes_text("services", reload.services) + "   " +
                                   changes_text("servers", reload.servers));
  for (const std::string& change : reload.changes)
    out += "  " + change + "\n";
  return out;
}

}  // namespace

Run reload_command(CLI::App& command) {
  auto forced = std::make_shared<bool>(false);
  command.add_flag("--force", *forced, "even if it removes more than reload_guard allows");
  return [forced](const Context& context) -> Output {
    Question question{api::Action::reload};
    if (*forced) question.query["force"] = "1";
    if (context.format == Format::json) return json_page(context, question);
    const auto reload = page<ReloadView>(context, question);
    if (!reload) return reload.error();
    return {Exit::done, reload_text(*reload), diagnostics_text(reload->view.diagnostics)};
  };
}

}  // namespace lvsd::ctl
