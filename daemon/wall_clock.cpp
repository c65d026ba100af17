#include "daemon/wall_clock.h"

#include <chrono>
#include <ctime>

namespace lvsd {

api::Moment wall_clock() {
  const auto now = std::chrono::system_clock::now();
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  std::tm local{};
  ::localtime_r(&seconds, &local);
  return {std::chrono::time_point_cast<std::chrono::milliseconds>(now),
          std::chrono::minutes(local.tm_gmtoff / 60)};
}

}  // namespace lvsd
