#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <map>
#include <memory>

#include "daemon/check_runner.h"
#include "daemon/ready_probe.h"

namespace lvsd {

// Probes in this process, on its loop.
class ProbeRunner : public CheckRunner {
 public:
  // As Report; `repeats`: nothing follows from it (lib/health, is_repetition).
  using Tell = std::function<void(CheckId, const Observation&, bool repeats)>;

  // REQUIRES: everything is called on `strand`, where `tell` is called as well.
  ProbeRunner(boost::asio::any_io_executor strand, Tell tell);
  ~ProbeRunner() override;
  ProbeRunner(const ProbeRunner&) = delete;
  ProbeRunner& operator=(const ProbeRunner&) = delete;

  void set(const ProbeSettings& settings) override { kit_->set(settings); }
  void start(CheckId id, const Check& check, const CheckHealth& health,
             const Timing& timing) override;
  void stop(CheckId id) override;
  void hurry(CheckId id) override;

  std::size_t running() const { return runs_.size(); }

 private:
  struct Run;

  boost::asio::awaitable<void> run(std::shared_ptr<Run> run);

  boost::asio::any_io_executor strand_;
  Tell tell_;
  std::shared_ptr<ProbeKit> kit_;
  std::map<CheckId, std::shared_ptr<Run>> runs_;
};

}  // namespace lvsd
