#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

#include "model/time.h"

namespace lvsd {

// Tells of requests that were refused, without letting whoever sends them fill the log: one at a
// time, then how many there were in the ten seconds that follow.
class RefusalLog {
 public:
  using Report = std::function<void(std::string_view)>;
  explicit RefusalLog(Report report) : report_(std::move(report)) {}

  void note(std::string_view line, Time now);

 private:
  Report report_;
  Time quiet_until_ = Time::min();
  std::size_t unsaid_ = 0;
};

}  // namespace lvsd
