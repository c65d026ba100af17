#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "daemon/netlink_kernel.h"
#include "test/bench/activity.h"
#include "test/bench/contender.h"
#include "test/bench/layout.h"
#include "test/kernel/network_namespace.h"
#include "test/kernel/process.h"

namespace lvsd::bench {

// A network namespace that only has its loopback.
class Place {
 public:
  Place();

  const testing::NetworkNamespace& net() const { return net_; }
  // Entries of the IPVS table, services and destinations.
  std::size_t entries() const;
  // What the kernel has of this service now, if anything.
  std::optional<ServiceSnapshot> find(const ServiceKey& service);

 private:
  testing::NetworkNamespace net_;
  std::unique_ptr<NetlinkKernel> kernel_;
};

// When the first of the virtual servers was seen in the kernel, and the last with all it has.
struct Appearance {
  Clock::time_point first;
  Clock::time_point last;

  double milliseconds() const { return Milliseconds(last - first).count(); }
};
// Waits for that. `process` writes them, in the order of the layout.
Appearance appearance(Place& place, const Layout& layout, const testing::Process& process);

// One program in a namespace of its own, and what can be measured of it there.
class Subject {
 public:
  Subject(Program program, const Binaries& binaries);
  ~Subject();

  struct ColdStart {
    double complete_ms = 0;  // exec to the last entry in the kernel
    double writing_ms = 0;   // first entry in the kernel to the last
    double cpu_ms = 0;       // until it rests; 0 where it checks servers, and never does
  };
  ColdStart cold_start(const Layout& layout);

  // Writes the file and tells the program to read it. `cpu_ms` is until it rests; so is
  // `elapsed_ms` without `visible`, else until that is true of the kernel.
  using Condition = std::function<bool()>;
  Burst reload(const Layout& layout, const Condition& visible = {});

  // Kills it, so that its table stays, and starts it again. Until it rests.
  Burst restart();

  // What lvsd does by itself with this audit interval: its second audit.
  Burst audit(const Layout& layout, std::chrono::milliseconds interval);

  std::uint64_t memory_kib() const { return peak_memory(process_->pid()); }
  Activity activity() const { return bench::activity(process_->pid()); }
  Place& place() { return place_; }
  void rest();

 private:
  void start();
  void kill();

  Program program_;
  Binaries binaries_;
  Place place_;
  Folder folder_;
  std::optional<testing::Process> process_;
  std::chrono::milliseconds pace_{3};
};

}  // namespace lvsd::bench
