#include "health/rotation.h"

namespace lvsd {

bool is_partial(const Rotation& rotation, std::uint32_t urls) {
  return rotation.awaited || rotation.next + 1 < urls;
}

Rotation rotated(Rotation rotation, std::uint32_t urls, const CheckHealth& before,
                 const CheckHealth& after) {
  switch (verdict(after.last->result)) {
    case Verdict::unknown:
      return rotation;
    case Verdict::pass:
      if (rotation.awaited) return {};
      return {(rotation.next + 1) % urls, false};
    case Verdict::fail:
      break;
  }
  const bool decided = before.up || !before.has_run;
  if (decided && !after.up) rotation.awaited = true;
  return rotation;
}

bool hurries(const CheckHealth& after) {
  return after.last && after.last->partial && verdict(after.last->result) == Verdict::pass &&
         (!after.up || !after.has_run);
}

}  // namespace lvsd
