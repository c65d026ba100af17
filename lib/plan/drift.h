#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/op.h"
#include "model/table.h"

// Where the kernel's table is not what it should be, in words. The audit asks: a line and an event
// for each entry. The plan that mends it is the list of what is wrong.

namespace lvsd {

enum class DriftKind : std::uint8_t { missing, extra, changed };
std::string_view text(DriftKind kind);  // "missing", "extra", "changed"

struct Drift {
  DriftKind kind = DriftKind::changed;
  ServiceKey service;
  std::optional<DestinationKey> destination;  // none: the service itself
  std::string found;                          // settings in the kernel; empty: missing
  std::string wanted;                         // settings wanted; empty: extra

  bool operator==(const Drift&) const = default;
};

// "tcp 10.0.0.1:80 -> 10.0.0.2:80 is NAT weight 5, wanted NAT weight 20",
// "tcp 10.0.0.1:80 is missing", "tcp 10.0.0.1:80 -> 10.0.0.9:80 is extra, NAT weight 1".
std::string text(const Drift& drift);

// The entry of the table that is meant: "tcp 10.0.0.1:80 -> 10.0.0.2:80", "tcp 10.0.0.1:80".
std::string entry_text(const Drift& drift);
std::string entry_text(const Op& op);

// An entry for each op of the plan, in its order.
// REQUIRES: `plan` is diff(actual, …).
std::vector<Drift> drift(const Plan& plan, const Table& actual);

}  // namespace lvsd
