#include "health/weight.h"

#include <algorithm>

namespace lvsd {

namespace {

std::int64_t contribution(std::int64_t configured, const WeightWish& wish) {
  switch (wish.kind) {
    case WeightWish::Kind::none:
      return 0;
    case WeightWish::Kind::set:
      return wish.value - configured;
    case WeightWish::Kind::add:
      return wish.value;
    case WeightWish::Kind::percent:
      // Upwards: a server that asks for some load gets some.
      return (configured * wish.value + 99) / 100 - configured;
  }
  return 0;
}

}  // namespace

std::uint32_t effective_weight(std::uint32_t configured, std::span<const WeightWish> wishes) {
  std::int64_t sum = configured;
  for (const WeightWish& wish : wishes)
    sum += contribution(configured, wish);
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(sum, 0, most_weight));
}

AdminWish effective_wish(std::span<const AdminWish> wishes) {
  AdminWish out = AdminWish::none;
  for (const AdminWish wish : wishes)
    out = std::max(out, wish);
  return out;
}

}  // namespace lvsd
