#include "daemon/metrics_samples.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>

#include "daemon/check_views.h"
#include "daemon/override_views.h"
#include "daemon/server_views.h"
#include "daemon/service_views.h"
#include "daemon/status_view.h"

namespace lvsd {

namespace {

api::CheckSample check_sample(const Outlook& outlook, const Check& check, const CheckHealth& health,
                              const CheckBook::Entry* entry) {
  api::CheckSample sample{.kind = std::string(keyword(check.settings->probe)),
                          .target = text(check.target.endpoint),
                          .up = health.up};
  if (entry == nullptr) return sample;
  if (health.last && entry->history.size() != 0)
    sample.last = result_view(entry->history.newest(), {outlook.now, outlook.wall});
  sample.runs = entry->totals.runs();
  sample.failures = entry->totals.failures();
  return sample;
}

// What is known of a server beside its view.
api::ServerSample server_sample(const Outlook& outlook, api::ServerView view,
                                const std::vector<Check>& checks, const ServerState& state) {
  api::ServerSample sample{.view = std::move(view), .up = is_up(state.standing.state)};
  for (std::size_t i = 0; i < checks.size(); ++i) {
    const CheckBook::Entry* entry = outlook.checks.find(checks[i]);
    sample.checks.push_back(check_sample(outlook, checks[i], state.checks[i], entry));
    if (entry == nullptr || !entry->certificate_end) continue;
    const std::int64_t end = *entry->certificate_end;
    sample.certificate = std::min(sample.certificate.value_or(end), end);
  }
  return sample;
}

}  // namespace

// In the order of server_views: real servers, sorry servers, backups.
api::ServiceSample service_sample(const Outlook& outlook, const Totals& totals, std::size_t index,
                                  ViewDetail detail) {
  const VirtualServer& service = outlook.pools.config().virtual_servers[index];
  const Pool& pool = outlook.pools.pool(index);
  const Totals::Service& past = totals.of(index);
  api::ServiceSample sample{.view = service_view(outlook, index, false),
                            .life = past.life.sample(outlook.now),
                            .check_durations = past.check_durations};
  auto views = server_views(outlook, index, detail);
  sample.servers.reserve(views.size());
  auto next = views.begin();
  for (std::size_t i = 0; i < service.real_servers.size(); ++i) {
    sample.servers.push_back(server_sample(outlook, std::move(*next++),
                                           service.real_servers[i].checks, pool.servers[i]));
    sample.servers.back().life = pool.servers[i].life.sample(outlook.now);
  }
  for (std::size_t i = 0; i < service.sorry_servers.size(); ++i)
    sample.servers.push_back(server_sample(outlook, std::move(*next++),
                                           service.sorry_servers[i].checks, pool.sorries[i]));
  for (std::size_t i = 0; i < service.real_servers.size(); ++i)
    if (const auto& backup = service.real_servers[i].backup)
      sample.servers.push_back(
          server_sample(outlook, std::move(*next++), backup->checks, pool.backups[i]));
  return sample;
}

api::DaemonSample daemon_sample(const Outlook& outlook) {
  api::DaemonSample sample{.version = LVSD_VERSION,
                           .compiler = __VERSION__,
                           .now = outlook.wall,
                           .kernel = kernel_view(outlook),
                           .drift = drift_view(outlook),
                           .checks = check_counts(outlook),
                           .generation = outlook.generation,
                           .loaded = outlook.loaded,
                           .file_changed = outlook.file_changed};
  for (api::OverrideView& view : override_views(outlook))
    sample.overrides.push_back(std::move(view.what));
  return sample;
}

api::ProcessSample process_sample() {
  api::ProcessSample sample;
  const double ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  std::string line;
  std::getline(std::ifstream("/proc/self/stat"), line);
  // Behind the program's name, which may hold blanks: the fields from the third on.
  std::istringstream fields(line.substr(std::min(line.rfind(')') + 1, line.size())));
  std::string word;
  double user = 0;
  double system = 0;
  double started = 0;
  for (int field = 3; field <= 24 && fields >> word; ++field) {
    if (field == 14) user = std::stod(word);
    if (field == 15) system = std::stod(word);
    if (field == 22) started = std::stod(word);
    if (field == 23) sample.virtual_bytes = std::stoull(word);
    if (field == 24)
      sample.resident_bytes =
          std::stoull(word) * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  }
  sample.cpu_seconds = (user + system) / ticks;

  std::ifstream system_wide("/proc/stat");
  while (system_wide >> word)
    if (double boot = 0; word == "btime" && system_wide >> boot)
      sample.start_time = boot + started / ticks;

  std::error_code ignored;
  for (std::filesystem::directory_iterator it("/proc/self/fd", ignored), end; it != end;
       it.increment(ignored))
    ++sample.open_descriptors;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) sample.most_descriptors = limit.rlim_cur;
  return sample;
}

}  // namespace lvsd
