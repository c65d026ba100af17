#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>

#include "daemon/ready_probe.h"
#include "model/check.h"
#include "model/health.h"

namespace lvsd {

using CheckId = std::uint32_t;

// Runs checks at their times and reports how each ended. Knows nothing of servers: who uses a
// check, and what its results mean for them, is decided by whoever receives the report.
class ProbeRunner {
 public:
  using Report = std::function<void(CheckId, const Observation&)>;

  // REQUIRES: everything is called on `strand`, where `report` is called as well.
  ProbeRunner(boost::asio::any_io_executor strand, Report report);
  ~ProbeRunner();
  ProbeRunner(const ProbeRunner&) = delete;
  ProbeRunner& operator=(const ProbeRunner&) = delete;

  // Runs `check` at its times (lib/health, schedule) from now on. They depend on its health, which
  // begins at `health` and is followed here as well: a check of a server that is up and fails runs
  // at another pace.
  // REQUIRES: `id` is not running.
  void start(CheckId id, const Check& check, const CheckHealth& health);

  // Takes effect for every run from now on.
  void set(ProbeSettings settings) { kit_->set(std::move(settings)); }

  // No report of `id` comes after this.
  void stop(CheckId id);

  std::size_t running() const { return runs_.size(); }

 private:
  struct Run;

  boost::asio::awaitable<void> run(std::shared_ptr<Run> run);

  boost::asio::any_io_executor strand_;
  Report report_;
  std::shared_ptr<ProbeKit> kit_;
  std::map<CheckId, std::shared_ptr<Run>> runs_;
};

}  // namespace lvsd
