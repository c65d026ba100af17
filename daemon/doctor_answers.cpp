// What the API answers of this machine, as `lvsctl doctor` does: by the same rules, and without
// leaving the process.

#include <unistd.h>

#include <boost/asio/use_awaitable.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "daemon/config_views.h"
#include "daemon/daemon.h"
#include "daemon/filtered.h"
#include "daemon/finding_views.h"
#include "daemon/machine_facts.h"
#include "daemon/network_namespace.h"
#include "daemon/status_view.h"
#include "daemon/wall_clock.h"
#include "doctor/doctor.h"

namespace lvsd {

namespace asio = boost::asio;

namespace {

// Whoever may read may ask: nothing is sent to the network and no program is started for that. Who
// else answers for a VIP and what the firewall does is seen by `lvsctl doctor` alone.
doctor::Questions quiet_questions(const Config& config) {
  doctor::Questions questions = doctor::questions(config);
  questions.contested.clear();
  questions.firewall = false;
  return questions;
}

std::uint64_t connections(const Snapshot& snapshot, const Services& ours) {
  std::uint64_t sum = 0;
  for (const ServiceKey& key : ours) {
    const auto service = snapshot.find(key);
    if (service == snapshot.end()) continue;
    for (const auto& [server, destination] : service->second.destinations)
      sum += std::uint64_t{destination.counters.active_connections} +
             destination.counters.inactive_connections;
  }
  return sum;
}

// What is judged, on the way to the thread that looks at the machine.
struct Patient {
  std::shared_ptr<const Config> config;  // in force
  Loaded file;                           // as it is now
  std::string file_name;
  doctor::RunningDaemon lvsd;
  std::shared_ptr<const Snapshot> table;  // null: it cannot be read
  Services ours;
  std::optional<std::string> ipvs_version;  // as the kernel told it: /proc may be out of sight
  std::uint64_t table_size = 0;
};

std::vector<api::FindingView> findings(Patient patient) {
  doctor::Case what{*patient.config, {}};
  doctor::RunningDaemon& lvsd = patient.lvsd;
  if (patient.table) lvsd.connections = connections(*patient.table, patient.ours);
  const bool loads = patient.file.config.has_value();
  if (loads) lvsd.file_changed = *patient.file.config != what.config;
  what.facts = machine_facts(quiet_questions(what.config), std::move(lvsd));
  if (patient.ipvs_version) {
    what.facts.ipvs_version = std::move(patient.ipvs_version);
    what.facts.table_size = patient.table_size;
  }
  if (!loads) what.facts.config_trouble = load_trouble(patient.file_name, patient.file.diagnostics);
  return finding_views(diagnoses(what));
}

}  // namespace

// All but what takes long.
asio::awaitable<doctor::RunningDaemon> Daemon::own_facts(
    const Result<std::shared_ptr<const Snapshot>>& read) {
  doctor::RunningDaemon facts{.version = LVSD_VERSION, .pid = ::getpid()};
  facts.in_this_namespace = true;  // it is the table's that is looked at
  const Outlook now = outlook(read);
  const api::DriftView drift = drift_view(now);
  facts.drift = drift.missing + drift.extra + drift.changed;
  const api::KernelView kernel = kernel_view(now);
  if (kernel.foreign) facts.foreign_services = kernel.foreign->services;
  facts.trouble = kernel.error.value_or("");
  if (const auto controls = co_await kernel_.controls()) facts.tcp_timeout = controls->timeouts.tcp;
  co_return facts;
}

asio::awaitable<api::Response> Daemon::answer_doctor(api::Call call) {
  const auto read = co_await reconciler_.snapshot(fresh_counters);
  auto patient = std::make_shared<Patient>();
  patient->lvsd = co_await own_facts(read);
  patient->file = co_await loaded_config();
  patient->file_name = options_.config_file;
  // A reload may have come in between: all from here on is of one configuration.
  patient->config = pools_.shared_config();
  patient->ours = pools_.services();
  patient->ipvs_version = version_view(kernel_info_).ipvs_version;
  if (kernel_info_) patient->table_size = kernel_info_->connection_table_size;
  if (read) patient->table = *read;
  const auto look = [patient, where = ipvs_namespace_]() -> Result<std::vector<api::FindingView>> {
    if (const auto entered = enter_namespace(*where); !entered) return entered.error();
    return findings(std::move(*patient));
  };
  auto found = co_await walkers_.run(look);
  if (!found) co_return api::response(api::unavailable(text(found.error())));
  co_return filtered(api::Head{wall_clock(), generation_}, *std::move(found), call);
}

}  // namespace lvsd
