#pragma once

#include <chrono>

#include "api/metrics.h"
#include "base/poll_watch.h"
#include "model/time.h"

namespace lvsd {

// How long the loop of this thread works between two looks at what has come: for so long nothing
// else has its turn. What takes longer than its CPU time had to wait for the machine, or for a call
// that blocks.
class LoopWatch final : public PollWatch {
 public:
  // From now on. REQUIRES: made and ended on the loop's thread, which has no other.
  LoopWatch();
  ~LoopWatch() override;
  LoopWatch(const LoopWatch&) = delete;
  LoopWatch& operator=(const LoopWatch&) = delete;

  const api::LoopSample& sample() const { return sample_; }

 private:
  void begin_poll() override;
  void end_poll() override;

  Time begun_;
  std::chrono::nanoseconds cpu_before_;  // of the thread at the last begin_poll
  api::LoopSample sample_;
};

}  // namespace lvsd
