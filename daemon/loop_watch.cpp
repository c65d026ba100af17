#include "daemon/loop_watch.h"

#include <time.h>

#include <utility>

namespace lvsd {

namespace {

std::chrono::nanoseconds cpu_time_of_thread() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

double seconds(std::chrono::nanoseconds span) {
  return std::chrono::duration<double>(span).count();
}

}  // namespace

LoopWatch::LoopWatch() : begun_(Time::clock::now()), cpu_before_(cpu_time_of_thread()) {
  poll_watch = this;
}

LoopWatch::~LoopWatch() {
  poll_watch = nullptr;
}

void LoopWatch::begin_poll() {
  sample_.holds.add(seconds(Time::clock::now() - begun_));
  const auto cpu = cpu_time_of_thread();
  sample_.holds_cpu.add(seconds(cpu - std::exchange(cpu_before_, cpu)));
}

void LoopWatch::end_poll() {
  begun_ = Time::clock::now();
}

}  // namespace lvsd
