#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/intrusive/set.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>

#include "daemon/check_runner.h"
#include "daemon/ready_probe.h"

namespace lvsd {

// Probes in this process, on its loop. A check that waits for its time is an entry in one list of
// times, with one timer for all of them; only one that runs has a coroutine.
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

  std::size_t running() const { return tasks_.size(); }

 private:
  struct Run;
  // A check that has been started. There may be ten thousand.
  struct Task : boost::intrusive::set_base_hook<boost::intrusive::optimize_size<true>> {
    CheckId id = 0;
    Check check;
    CheckHealth health;
    Time phase;
    Time due;
    std::shared_ptr<ReadyProbe> probe;
    Run* run = nullptr;  // null: it waits
  };
  struct IsEarlier {
    bool operator()(const Task& a, const Task& b) const { return a.due < b.due; }
  };
  using Tasks = std::map<CheckId, Task>;

  void wait(Task& task, Time due);
  void wait_no_more(Task& task);
  void wait_for_first();
  void begin_due();
  void begin(Task& task);
  void take(Task& task, const Observation& seen);

  boost::asio::any_io_executor strand_;
  Tell tell_;
  std::shared_ptr<ProbeKit> kit_;
  std::shared_ptr<ScriptSlots> slots_;  // of programs that are no checks
  Tasks tasks_;
  boost::intrusive::multiset<Task, boost::intrusive::compare<IsEarlier>> due_;  // that wait
  boost::asio::steady_timer timer_;
  Time waited_for_ = Time::max();  // when that ends; max: it does not run
  // Gone with this; what goes on without it holds it weakly.
  std::shared_ptr<ProbeRunner*> self_ = std::make_shared<ProbeRunner*>(this);
};

// A MakeCheckRunner for tests: what checks read is then read with the daemon's powers.
std::unique_ptr<CheckRunner> probing_here(boost::asio::any_io_executor executor,
                                          CheckRunner::Report report);

}  // namespace lvsd
