#include <array>

#include "config/keyword_rows.h"

// `global_defs`: what those who watch lvsd are told. All of it is ours.

namespace lvsd {

namespace {

using namespace rows;

constexpr Blocks global = Block::global_defs;

// A switch of `metrics`.
template <bool MetricsSettings::*member>
constexpr Keyword metrics_switch(std::string_view name, std::string_view fallback,
                                 std::string_view help) {
  return {.name = name,
          .blocks = Block::metrics,
          .arguments = {boolean()},
          .fallback = fallback,
          .help = help,
          .ours = true,
          .apply = [](Compiler& c,
                      const Arguments& a) { c.config().global.metrics.*member = a.flag(0, true); },
          .show =
              [](const Subject& s) {
                return std::optional(spelled(s.config->global.metrics.*member));
              }};
}

constexpr auto table = std::to_array<Keyword>({
    {.name = "metrics",
     .blocks = global,
     .help = "what /metrics has where a request does not say what it wants",
     .opens = Opens::block,
     .block = Block::metrics,
     .ours = true},
    metrics_switch<&MetricsSettings::per_server>("per_server", "yes",
                                                 "series of single servers, and of their checks"),
    metrics_switch<&MetricsSettings::per_check>("per_check", "yes", "series of single checks"),
    metrics_switch<&MetricsSettings::rates>("rates", "no",
                                            "what the kernel estimates of each service per second"),
    metrics_switch<&MetricsSettings::node_ipvs_compat>(
        "node_ipvs_compat", "no",
        "node_ipvs_*, as node_exporter has them, for dashboards made for it"),
});

}  // namespace

std::span<const Keyword> watching_rows() {
  return table;
}

}  // namespace lvsd
