#include <fmt/format.h>

#include "api/kernel_views.h"
#include "lvsctl/command.h"
#include "lvsctl/page.h"

// `sync`: the daemons by which two directors share their connections.

namespace lvsd::ctl {
namespace {

using api::KernelControlsView;
using api::SyncDaemonView;

constexpr std::string_view none =
    "no sync daemon runs: connections are not shared with another director "
    "('lvs_sync_daemon' in the file starts it)\n";

Table sync_table(const KernelControlsView& controls) {
  Table table;
  table.columns = {
      {"ROLE"},        {"INTERFACE"}, {"SYNCID", true}, {"GROUP", false, 1}, {"MAXLEN", true, 2},
      {"TTL", true, 3}};
  for (const SyncDaemonView& daemon : controls.sync)
    table.rows.push_back({{daemon.role},
                          {daemon.interface},
                          {std::to_string(daemon.id)},
                          {text(Endpoint{daemon.group, daemon.port})},
                          {std::to_string(daemon.max_length)},
                          {std::to_string(daemon.ttl)}});
  return table;
}

}  // namespace

Run sync_command(CLI::App&) {
  return [](const Context& context) -> Output {
    const Question question{api::Action::kernel_controls};
    if (context.format == Format::json) return json_page(context, question);
    const auto found = page<KernelControlsView>(context, question);
    if (!found) return found.error();
    if (found->view.sync.empty()) return {Exit::done, std::string(none), ""};
    return table_output(context, sync_table(found->view), "");
  };
}

}  // namespace lvsd::ctl
