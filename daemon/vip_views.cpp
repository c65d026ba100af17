#include "daemon/vip_views.h"

#include <cstddef>

#include "daemon/local_addresses.h"

namespace lvsd {

namespace {

// As many are shown one by one; of more only those that are missing are.
constexpr std::size_t most_shown = 8;

}  // namespace

api::VipsView vips_view(const std::vector<Address>& vips) {
  const auto holders = interface_addresses();
  RouteQuestion route;
  api::VipsView view{.total = vips.size()};
  for (const Address& vip : vips) {
    const bool is_here = route.is_local(vip);
    if (!is_here) ++view.missing;
    const bool is_worth_showing = vips.size() <= most_shown || !is_here;
    if (!is_worth_showing || view.addresses.size() == most_shown) continue;
    const auto holder = holders.find(vip);
    view.addresses.push_back({.address = vip, .interface = {}, .local = is_here});
    if (holder != holders.end()) view.addresses.back().interface = holder->second;
  }
  return view;
}

}  // namespace lvsd
