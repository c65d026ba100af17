#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/moment.h"
#include "api/stats_views.h"

// `stats --since last`: what was counted at an earlier call, as it is kept between the two, and
// what came since. Pure.

namespace lvsd::ctl {

struct EarlierStats {
  std::string socket;  // of the lvsd that said so
  api::Moment at;
  std::map<std::string, api::CountersView, std::less<>> counters;  // by what they are of
};

EarlierStats earlier_stats(const std::vector<api::ServiceStatsView>& stats, std::string socket,
                           const api::Moment& at);

// A line each; nothing for what is no such text.
std::string kept_text(const EarlierStats& stats);
std::optional<EarlierStats> parse_kept(std::string_view text);

// Of how many services and servers it is not all that came.
struct Gaps {
  std::size_t restarted = 0;  // were set to 0 meanwhile: they have what came after that
  std::size_t unknown = 0;    // were not there: they have nothing
};
// Leaves of the counters what came since.
Gaps leave_difference(std::vector<api::ServiceStatsView>& stats, const EarlierStats& earlier);

}  // namespace lvsd::ctl
