#include "daemon/status_view.h"

#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

#include "daemon/health_views.h"
#include "daemon/kernel_views.h"
#include "daemon/service_views.h"

namespace lvsd {

namespace {

// ---- attention

// "DRAINING by alice "kernel patch"".
api::AttentionView wish_attention(const Outlook& outlook, std::string target,
                                  const AdminOverride& wish, const Decision& decision) {
  std::string what = fmt::format("{} by {}", state_text(decision), wish.by.user);
  if (!wish.by.reason.empty()) what += fmt::format(" \"{}\"", wish.by.reason);
  return {"warning", std::move(target), what, moment(outlook, wish.by.since)};
}

// Those of a real server and its backup that an operator took out.
void add_wishes(const Outlook& outlook, std::size_t index, std::size_t server,
                std::vector<api::AttentionView>& attention) {
  const VirtualServer& service = outlook.pools.config().virtual_servers[index];
  const Pool& pool = outlook.pools.pool(index);
  const Override& wishes = outlook.pools.wishes(index, static_cast<std::uint32_t>(server));
  if (wishes.admin && wishes.admin->state != AdminState::enabled)
    attention.push_back(wish_attention(outlook,
                                       id(service) + "/" + id(service.real_servers[server]),
                                       *wishes.admin, pool.real_servers[server]));
  if (wishes.backup)
    attention.push_back(wish_attention(outlook, id(service) + "/" + wishes.backup->server,
                                       *wishes.backup, pool.backup_servers[server]));
}

}  // namespace

void add_attention(const Outlook& outlook, std::size_t index,
                   std::vector<api::AttentionView>& attention) {
  const VirtualServer& service = outlook.pools.config().virtual_servers[index];
  const Pool& pool = outlook.pools.pool(index);
  const std::string state = service_state(pool);
  if (state == "DOWN")
    attention.push_back({"error", id(service),
                         Pools::serving(pool.sorry_servers) != 0
                             ? "no real server serves; on the sorry server"
                             : "no server takes connections",
                         moment(outlook, since(pool))});
  if (pool.panic_since)
    attention.push_back({"error", id(service),
                         "PANIC: most servers failed at once, the table is held",
                         moment(outlook, *pool.panic_since)});
  for (std::size_t i = 0; i < pool.servers.size(); ++i) {
    const ServerState& server = pool.servers[i];
    add_wishes(outlook, index, i, attention);
    if (is_up(server.standing.state)) continue;
    const auto health = health_view(outlook, service.real_servers[i].checks, server);
    std::string what(text(pool.real_servers[i].effective));
    if (health.last)
      what += fmt::format(": {}{}", health.last->result,
                          health.last->text.empty() ? "" : " " + health.last->text);
    attention.push_back({"warning", id(service) + "/" + id(service.real_servers[i]), what,
                         moment(outlook, server.since)});
  }
}

std::vector<api::AttentionView> own_attention(const Outlook& outlook) {
  std::vector<api::AttentionView> found;
  if (outlook.trouble) found.push_back({"error", "", *outlook.trouble, {}});
  for (const std::string& entry : outlook.fights)
    found.push_back({"error", entry, "another program changes it each time it is repaired", {}});
  for (const std::string& what : outlook.untuned)
    found.push_back({"warning", "", what, {}});
  for (const std::string& why : outlook.listeners)
    found.push_back({"warning", "", why, {}});
  found.insert(found.end(), outlook.config_attention.begin(), outlook.config_attention.end());
  return found;
}

namespace {

// ---- the kernel and the checks

std::string host_name() {
  std::array<char, 256> name{};
  ::gethostname(name.data(), name.size() - 1);
  return name.data();
}

}  // namespace

api::CheckCounts check_counts(const Outlook& outlook) {
  api::CheckCounts counts;
  for (const auto& [id, entry] : outlook.checks.entries()) {
    ++(entry.pause != 0 ? counts.paused : counts.running);
    const CheckHealth& health = outlook.pools.health(entry.users.front());
    if (!health.last) continue;
    const Verdict is = verdict(health.last->result);
    if (is == Verdict::pass) ++counts.pass;
    if (is == Verdict::fail) ++counts.fail;
    if (entry.history.size() != 0)
      counts.slowest_seconds =
          std::max(counts.slowest_seconds.value_or(0), seconds(entry.history.newest().duration));
  }
  return counts;
}

api::KernelView kernel_view(const Outlook& outlook) {
  api::KernelView view{.error = outlook.trouble};
  if (outlook.kernel) {
    view.ipvs_version = version_text(*outlook.kernel);
    view.table_size = outlook.kernel->connection_table_size;
  }
  if (!outlook.measured.table) return view;
  const auto ours = outlook.pools.services();
  view.ours.emplace();
  view.foreign.emplace();
  const auto count = [&](const ServiceKey& key, const ServiceSnapshot& service) {
    api::EntryCounts& counts = ours.contains(key) ? *view.ours : *view.foreign;
    ++counts.services;
    counts.servers += service.destinations.size();
  };
  const auto& renewed = outlook.measured.renewed;
  for (const auto& [key, service] : *outlook.measured.table)
    if (!renewed || !renewed->contains(key)) count(key, service);
  if (renewed)
    for (const auto& [key, now] : *renewed)
      if (now.service) count(key, *now.service);
  return view;
}

std::optional<api::KernelControlsView> controls_view(const Outlook& outlook) {
  if (!outlook.controls) return std::nullopt;
  return kernel_controls_view(*outlook.controls);
}

api::DriftView drift_view(const Outlook& outlook) {
  api::DriftView view{.repaired = outlook.repaired};
  for (const Drift& drift : outlook.drift) {
    if (drift.kind == DriftKind::missing) ++view.missing;
    if (drift.kind == DriftKind::extra) ++view.extra;
    if (drift.kind == DriftKind::changed) ++view.changed;
  }
  if (outlook.audited) view.audited = moment(outlook, *outlook.audited);
  return view;
}

api::StatusView daemon_view(const Outlook& outlook) {
  return {.version = LVSD_VERSION,
          .host = host_name(),
          .pid = ::getpid(),
          .uptime_seconds = seconds(outlook.now - outlook.started),
          .config = {outlook.config_file, outlook.loaded, outlook.file_changed, outlook.rollback},
          .kernel = kernel_view(outlook),
          .controls = controls_view(outlook),
          .vips = outlook.vips,
          .drift = drift_view(outlook),
          .checks = check_counts(outlook)};
}

void StatusText::look(const Outlook& outlook, std::size_t index) {
  add_attention(outlook, index, view_.attention);
  const api::ServiceSummary summary = service_summary(outlook, index);
  if (!services_.empty()) services_ += ',';
  api::append_item(services_, summary);
  // The state of the whole asks for no more of them.
  if (summary.state != "UP") view_.services.emplace_back().state = summary.state;
}

std::string StatusText::text(const Outlook& outlook) && {
  api::StatusView whole = daemon_view(outlook);
  whole.attention = own_attention(outlook);
  whole.attention.insert(whole.attention.end(), view_.attention.begin(), view_.attention.end());
  std::stable_partition(whole.attention.begin(), whole.attention.end(),
                        [](const api::AttentionView& a) { return a.severity == "error"; });
  whole.services = std::move(view_.services);
  whole.state = api::overall_state(whole);
  auto [opening, closing] = api::status_frame(head(outlook), std::move(whole));
  return std::move(opening) + services_ + closing;
}

api::VersionView version_view(const std::optional<KernelInfo>& kernel) {
  api::VersionView view{.version = LVSD_VERSION};
  if (kernel) view.ipvs_version = version_text(*kernel);
  utsname name{};
  if (::uname(&name) == 0) view.kernel_release = name.release;
  return view;
}

}  // namespace lvsd
