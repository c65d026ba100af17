#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/json.h"
#include "daemon/check_book.h"
#include "daemon/kernel.h"
#include "daemon/measured.h"
#include "daemon/pools.h"
#include "model/override.h"
#include "model/table.h"
#include "plan/drift.h"

namespace lvsd {

// Everything an answer of the API is made of, looked at at one moment. The views are made of it:
// status_view.h, service_views.h, server_views.h.
struct Outlook {
  // The same moment on two clocks: what happened is known on the monotonic one, shown on the other.
  Time now;
  api::Moment wall;

  const Pools& pools;
  const CheckBook& checks;
  std::uint64_t generation = 0;
  std::string config_file;
  Time started;
  api::Moment loaded;

  std::optional<KernelInfo> kernel;
  Measured measured;                    // without a table: the kernel could not be read
  std::optional<std::string> trouble;   // why not, or what is not as wanted
  std::optional<Controls> controls{};   // as last seen
  std::optional<api::VipsView> vips{};  // likewise
  const std::vector<Drift>& drift;      // of the last audit
  std::uint64_t repaired = 0;
  std::optional<Time> audited;
  const std::vector<std::string>&
      untuned;                         // what of the kernel is not as the configuration needs it
  std::vector<std::string> fights;     // entries that others change as soon as they are repaired
  std::vector<std::string> listeners;  // why the API is not open over TCP as the file asks for
  std::optional<bool> file_changed{};  // since it was loaded; absent: not looked
  std::optional<api::RollbackView> rollback{};         // in the place of the file
  std::vector<api::AttentionView> config_attention{};  // what is to be said of it
};

api::Head head(const Outlook& outlook);

// When something happened, as people see it.
api::Moment moment(const Outlook& outlook, Time at);
api::Moment moment(const Outlook& outlook, WallTime at);

double seconds(std::chrono::nanoseconds span);

// What the kernel has of a service; null: nothing, or nothing is known.
const ServiceSnapshot* find_service(const Outlook& outlook, const ServiceKey& key);

// What the kernel has of a server, in each service of its virtual server that it is in.
std::vector<const DestinationSnapshot*> destinations(const Outlook& outlook,
                                                     const VirtualServer& service,
                                                     const Endpoint& endpoint,
                                                     Forwarding forwarding);

// "web.conf:12", where something is configured.
std::string origin_text(const Config& config, const Origin& origin);

}  // namespace lvsd
