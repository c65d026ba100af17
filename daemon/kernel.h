#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include "base/result.h"
#include "model/controls.h"
#include "model/op.h"
#include "model/table.h"

namespace lvsd {

struct OpFailure {
  std::size_t op = 0;  // index into the plan
  Error error;         // code: the kernel's errno; context: the op in words
};

struct KernelInfo {
  std::uint32_t version = 0;                // 0x010201 is 1.2.1
  std::uint32_t connection_table_size = 0;  // buckets
};

// The settings of everything, without what is measured.
struct TableReading {
  Table table;
  std::vector<ServiceKey> in_pieces;  // whose destinations did not come at once, as in a Snapshot
};

// The IPVS table of one network namespace. Decisions are data (Plan), so two verbs do; both block
// and are called on the kernel writer's thread only.
class Kernel {
 public:
  virtual ~Kernel() = default;

  virtual Result<KernelInfo> info() = 0;

  // Everything, ours or not. Not atomic in the kernel: entries that others add or remove meanwhile
  // may be missing.
  virtual Result<Snapshot> dump() = 0;

  // The same, where only settings are wanted: a third of the memory.
  virtual Result<TableReading> read_table() = 0;

  // The names of all services. Much cheaper than a dump, and no more atomic.
  virtual Result<std::set<ServiceKey>> services() = 0;

  // One service; nothing when it does not exist.
  virtual Result<std::optional<ServiceSnapshot>> dump(const ServiceKey& service) = 0;

  // Applies every op in order; one that fails does not stop the rest. Returns the failures in the
  // plan's order, empty when all was done. Ops whose outcome is not known (no answer, a dead
  // socket) are among them.
  virtual std::vector<OpFailure> apply(const Plan& plan) = 0;

  // What is set beside the table, and changes to it; otherwise as above.
  virtual Result<Controls> controls() = 0;
  virtual std::vector<OpFailure> apply(const ControlPlan& plan) = 0;
};

}  // namespace lvsd
