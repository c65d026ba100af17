#include "api/event_ring.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "base/parse_number.h"
#include "model/event.h"

namespace lvsd::api {

namespace {

constexpr std::array<std::string_view, 6> severities = {"debug",   "info",  "notice",
                                                        "warning", "error", "critical"};

std::size_t rank(std::string_view severity) {
  return static_cast<std::size_t>(std::find(severities.begin(), severities.end(), severity) -
                                  severities.begin());
}

bool is_kind(std::string_view word) {
  const auto kinds = event_kinds();
  return std::any_of(kinds.begin(), kinds.end(),
                     [word](EventKind kind) { return text(kind) == word; });
}

// A number of the query, or false if the word is none.
bool take_number(const Words& words, std::string_view name, std::optional<std::uint64_t>& number) {
  const std::string text = word(words, name);
  if (text.empty()) return true;
  number = parse_number<std::uint64_t>(text);
  return number.has_value();
}

}  // namespace

bool is_at_least(std::string_view severity, std::string_view least) {
  return rank(severity) >= rank(least);
}

bool matches(const EventFilter& filter, const EventView& event) {
  if (!filter.services.empty() &&
      (!event.service || std::find(filter.services.begin(), filter.services.end(),
                                   *event.service) == filter.services.end()))
    return false;
  if (!filter.server.empty() && event.server != filter.server) return false;
  if (!filter.event.empty() && event.event != filter.event) return false;
  if (!filter.severity.empty() && !is_at_least(event.severity, filter.severity)) return false;
  if (filter.since && event.time.at < filter.since->at) return false;
  return !filter.terms || filter.terms->holds(fields_of(event));
}

std::variant<EventQuery, ProblemView> event_query(const Words& words) {
  EventQuery query;
  if (!take_number(words, "after", query.after)) return bad_request("after: not a whole number");
  if (!take_number(words, "limit", query.limit)) return bad_request("limit: not a whole number");
  if (const auto since = word(words, "since"); !since.empty()) {
    query.filter.since = parse_moment(since);
    if (!query.filter.since) return bad_request("since: not a time as RFC 3339 has it");
  }
  if (auto service = word(words, "service"); !service.empty())
    query.filter.services.push_back(std::move(service));
  query.filter.server = word(words, "server");
  query.filter.event = word(words, "event");
  if (!query.filter.event.empty() && !is_kind(query.filter.event))
    return bad_request("event: there are no events of '" + query.filter.event + "'");
  query.filter.severity = word(words, "severity");
  if (!query.filter.severity.empty() && rank(query.filter.severity) == severities.size())
    return bad_request("severity: debug, info, notice, warning, error or critical");
  if (const auto text = word(words, "filter"); !text.empty()) {
    auto terms = filter_of<EventView>(text);
    if (!terms) return bad_request("filter: " + terms.error());
    query.filter.terms = *std::move(terms);
  }
  return query;
}

void EventRing::append(EventView event) {
  event.sequence = next_++;
  events_.push_back(std::move(event));
  if (events_.size() > capacity_) events_.pop_front();
}

EventRing::Beginning EventRing::beginning(const EventQuery& query) const {
  if (query.after) return {.after = *query.after == 0 ? oldest() - 1 : *query.after};
  if (!query.limit) return {.after = oldest() - 1};
  return {.after = newest(), .sought = *query.limit};
}

bool EventRing::seek(Beginning& beginning, const EventFilter& filter, std::uint64_t most) const {
  auto& [after, sought] = beginning;
  for (; sought != 0 && most != 0 && after >= oldest(); --after, --most)
    if (matches(filter, events_[static_cast<std::size_t>(after - oldest())])) --sought;
  if (after < oldest()) sought = 0;
  return sought == 0;
}

const EventView* EventRing::next(std::uint64_t& after, const EventFilter& filter,
                                 std::uint64_t last) const {
  for (after = std::max(after, oldest() - 1); after < std::min(last, newest());) {
    const EventView& event = events_[static_cast<std::size_t>(++after - oldest())];
    if (matches(filter, event)) return &event;
  }
  return nullptr;
}

std::optional<EventView> EventRing::gap(std::uint64_t& after, const Moment& now) const {
  if (after + 1 >= oldest() && after <= newest()) return std::nullopt;
  EventView view{.sequence = oldest() - 1, .time = now, .severity = "warning", .event = "gap"};
  view.text = "What followed event " + std::to_string(after) +
              " is not known any more: lvsd was started again, or too much happened";
  after = view.sequence;
  return view;
}

}  // namespace lvsd::api
