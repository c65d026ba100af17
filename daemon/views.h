#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/json.h"
#include "api/views.h"
#include "daemon/check_book.h"
#include "daemon/kernel.h"
#include "daemon/pools.h"
#include "model/table.h"
#include "plan/drift.h"

namespace lvsd {

// Everything an answer of the API is made of, looked at at one moment.
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
  std::shared_ptr<const Snapshot> snapshot;  // null: the kernel could not be read
  std::optional<std::string> trouble;        // why not, or what is not as wanted
  const std::vector<Drift>& drift;           // of the last audit
  std::uint64_t repaired = 0;
  std::optional<Time> audited;
  std::vector<std::string> fights;  // entries that others change as soon as they are repaired
};

api::Head head(const Outlook& outlook);
api::StatusView status_view(const Outlook& outlook);
api::ServiceView service_view(const Outlook& outlook, std::size_t pool, bool with_servers);
std::vector<api::ServiceView> service_views(const Outlook& outlook);
std::vector<api::ServerView> server_views(const Outlook& outlook, std::size_t pool);
api::VersionView version_view(const std::optional<KernelInfo>& kernel);

// "1.2.1" of 0x010201.
std::string version_text(const KernelInfo& kernel);

// The wall clock now, in this machine's zone.
api::Moment wall_clock();

}  // namespace lvsd
