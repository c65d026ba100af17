#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>

#include "daemon/check_runner.h"
#include "daemon/ready_probe.h"

namespace lvsd {

// Probes in this process, on its loop.
class ProbeRunner : public CheckRunner {
 public:
  static constexpr std::uint32_t most_programs = 32;

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
  // At most `most_programs` at once; those of checks are counted apart.
  void run_program(const Script& script, Duration limit, Over over) override;
  // Who asks is on the same loop.
  std::optional<Time> silent_since() const override { return std::nullopt; }

  std::size_t running() const { return runs_.size(); }

 private:
  struct Run;

  boost::asio::awaitable<void> run(std::shared_ptr<Run> run);

  boost::asio::any_io_executor strand_;
  Tell tell_;
  std::shared_ptr<ProbeKit> kit_;
  std::shared_ptr<ScriptSlots> slots_;  // of programs that are no checks
  std::map<CheckId, std::shared_ptr<Run>> runs_;
  // Gone with this; what goes on without it holds it weakly.
  std::shared_ptr<ProbeRunner*> self_ = std::make_shared<ProbeRunner*>(this);
};

}  // namespace lvsd
