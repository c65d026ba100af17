#include "lvsctl/stats_since.h"

#include <algorithm>
#include <utility>

#include "base/parse_number.h"

namespace lvsd::ctl {
namespace {

using api::CountersView;
using Number = std::optional<std::uint64_t>;
using Stats = std::vector<api::ServiceStatsView>;

constexpr std::string_view first_words = "lvsctl stats 1";
constexpr Number CountersView::*fields[] = {&CountersView::connections, &CountersView::in_packets,
                                            &CountersView::in_bytes, &CountersView::out_packets,
                                            &CountersView::out_bytes};

// Nothing that is kept has a line end or a tab in it: lvsd's names are printable.
std::string name_of(const api::ServiceStatsView& service) {
  return service.service;
}
std::string name_of(const api::ServiceStatsView& service, const api::ServerStatsView& server) {
  return service.service + " " + server.server + " " + server.role;
}

std::string_view next(std::string_view& text, char end) {
  const std::string_view word = text.substr(0, text.find(end));
  text.remove_prefix(std::min(word.size() + 1, text.size()));
  return word;
}

// "12 - 3": what is not known is "-".
std::string text_of(const CountersView& counters) {
  std::string out;
  for (const auto field : fields)
    out += (out.empty() ? "" : " ") +
           (counters.*field ? std::to_string(*(counters.*field)) : std::string("-"));
  return out;
}

std::optional<CountersView> parse_counters(std::string_view text) {
  CountersView counters;
  for (const auto field : fields) {
    const std::string_view word = next(text, ' ');
    if (word == "-") continue;
    counters.*field = parse_number<std::uint64_t>(word);
    if (!(counters.*field)) return std::nullopt;
  }
  return text.empty() ? std::optional(counters) : std::nullopt;
}

bool has_restarted(const CountersView& before, const CountersView& now) {
  for (const auto field : fields)
    if (before.*field && now.*field && *(now.*field) < *(before.*field)) return true;
  return false;
}

void subtract(const std::string& name, CountersView& now, const EarlierStats& earlier, Gaps& gaps) {
  const auto found = earlier.counters.find(name);
  if (found == earlier.counters.end()) {
    ++gaps.unknown;
    now = {};
  } else if (has_restarted(found->second, now)) {
    ++gaps.restarted;
  } else {
    for (const auto field : fields)
      if (const Number& before = found->second.*field; before && now.*field)
        *(now.*field) -= *before;
  }
}

}  // namespace

EarlierStats earlier_stats(const Stats& stats, std::string socket, const api::Moment& at) {
  EarlierStats out{std::move(socket), at, {}};
  for (const api::ServiceStatsView& service : stats) {
    out.counters.emplace(name_of(service), service.counters);
    for (const api::ServerStatsView& server : service.servers)
      out.counters.emplace(name_of(service, server), server.counters);
  }
  return out;
}

std::string kept_text(const EarlierStats& stats) {
  std::string out(first_words);
  out += "\t" + stats.socket + "\t" + api::text(stats.at) + "\n";
  for (const auto& [name, counters] : stats.counters)
    out += name + "\t" + text_of(counters) + "\n";
  return out;
}

std::optional<EarlierStats> parse_kept(std::string_view text) {
  std::string_view head = next(text, '\n');
  if (next(head, '\t') != first_words) return std::nullopt;
  EarlierStats out;
  out.socket = next(head, '\t');
  const auto at = api::parse_moment(head);
  if (!at) return std::nullopt;
  out.at = *at;
  while (!text.empty()) {
    std::string_view line = next(text, '\n');
    const std::string_view name = next(line, '\t');
    const auto counters = parse_counters(line);
    if (!counters) return std::nullopt;
    out.counters.emplace(name, *counters);
  }
  return out;
}

Gaps leave_difference(Stats& stats, const EarlierStats& earlier) {
  Gaps gaps;
  for (api::ServiceStatsView& service : stats) {
    subtract(name_of(service), service.counters, earlier, gaps);
    for (api::ServerStatsView& server : service.servers)
      subtract(name_of(service, server), server.counters, earlier, gaps);
  }
  return gaps;
}

}  // namespace lvsd::ctl
