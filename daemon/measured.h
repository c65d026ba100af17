#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>

#include "model/service.h"
#include "model/table.h"
#include "model/time.h"

namespace lvsd {

// Counters are as fresh as the kernel's own estimator makes worth while, and many readers share one
// reading of the table: a younger one is as good as a new one.
inline constexpr Duration fresh_counters = std::chrono::seconds(1);

// What the kernel had of a service when it was read by itself; nothing: it had none.
struct Renewed {
  std::optional<ServiceSnapshot> service;
  Time at{};  // when that reading began
};

// The kernel's content as it is shown: a reading of everything, and in its place, where we changed
// a service since, what was read of that one. All who look share it, and nothing in it changes.
struct Measured {
  std::shared_ptr<const Snapshot> table;  // null: none
  std::shared_ptr<const std::map<ServiceKey, Renewed>> renewed = nullptr;
  Time at{};  // when the reading of everything began
};

// Null: the kernel has no such service, or nothing is known.
const ServiceSnapshot* find_service(const Measured& measured, const ServiceKey& key);

}  // namespace lvsd
