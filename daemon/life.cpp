#include "daemon/life.h"

#include <chrono>

namespace lvsd {

void Life::note(bool up, Time now) {
  if (up_ == up) return;
  if (up_) ++changes_;
  if (!up)
    down_since_ = now;
  else if (up_)
    down_ += std::chrono::duration_cast<Duration>(now - down_since_);
  up_ = up;
}

api::LifeSample Life::sample(Time now) const {
  Duration down = down_;
  if (up_ == false) down += std::chrono::duration_cast<Duration>(now - down_since_);
  return {.changes = changes_, .downtime_seconds = std::chrono::duration<double>(down).count()};
}

}  // namespace lvsd
