#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "api/event_views.h"
#include "api/filter.h"
#include "api/request.h"
#include "api/routes.h"

// The last events there were, by number, and which of them somebody asks for. The daemon adds; its
// answers read.

namespace lvsd::api {

// Whether `severity` is `least` or worse; words that are none are worse than nothing.
bool is_at_least(std::string_view severity, std::string_view least);

// What is empty asks for all.
struct EventFilter {
  std::vector<std::string> services;  // any of these names
  std::string server;
  std::string event;
  std::string severity;  // this or worse
  std::optional<Moment> since;
  std::optional<Filter> terms{};  // and these of its fields
};
bool matches(const EventFilter& filter, const EventView& event);

struct EventQuery {
  EventFilter filter;
  std::optional<std::uint64_t> after;  // the number of the last one that is known
  std::optional<std::uint64_t> limit;  // with `after` the first ones, else the last
};
// ?after= ?since= ?limit= ?service= ?server= ?event= ?severity= ?filter=, or what is
// wrong with them.
std::variant<EventQuery, ProblemView> event_query(const Words& words);

class EventRing {
 public:
  // `first`: the number of the first event.
  EventRing(std::size_t capacity, std::uint64_t first) : capacity_(capacity), next_(first) {}

  // Gives it its number; the oldest one makes room. O(1).
  void append(EventView event);

  // The number of the newest one; of one before the first where there is none.
  std::uint64_t newest() const { return next_ - 1; }

  // Where a reading begins, once it is found: for the last ones of a limit they are looked for from
  // the newest one on.
  struct Beginning {
    std::uint64_t after = 0;
    std::uint64_t sought = 0;  // so many events before it
  };
  Beginning beginning(const EventQuery& query) const;
  // Looks at `most` events at most; whether it is found.
  bool seek(Beginning& beginning, const EventFilter& filter, std::uint64_t most) const;

  // The first event after `after` that matches, `last` being the last that is looked at; null: none
  // does. Moves `after` to it, or to the last.
  const EventView* next(std::uint64_t& after, const EventFilter& filter,
                        std::uint64_t last = std::numeric_limits<std::uint64_t>::max()) const;

  // Who has `after` and asks for what follows has lost events, or holds a number that is not ours:
  // an event that says so, and `after` moved to where what is kept begins. Nothing: all is there.
  std::optional<EventView> gap(std::uint64_t& after, const Moment& now) const;

 private:
  std::uint64_t oldest() const { return next_ - events_.size(); }

  std::size_t capacity_;
  std::uint64_t next_;
  std::deque<EventView> events_;
};

}  // namespace lvsd::api
