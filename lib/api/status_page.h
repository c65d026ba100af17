#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/event_views.h"
#include "api/json.h"
#include "api/metrics.h"
#include "api/page_query.h"
#include "api/views.h"

// The status page: one HTML document of what the views say, in the words lvsctl uses. It is whole
// without JavaScript; the script that it carries asks for the same page again and puts what is new
// in the place of what was, so there is no second text of anything.

namespace lvsd::api {

struct StatusPage {
  Head head;
  PageQuery query;
  StatusView status;          // without its services; of what needs attention the worst
  std::size_t attention = 0;  // in all
  std::uint64_t up = 0;       // services of each state
  std::uint64_t degraded = 0;
  std::uint64_t down = 0;
  std::vector<ServiceSample> services;   // of this page
  std::size_t found = 0;                 // services that are meant by the query
  std::vector<CheckHistoryView> checks;  // of the server that is open
  std::vector<EventView> events;         // newest first
  std::uint64_t newest_event = 0;        // its number
  std::optional<std::string> problem;    // why not all is shown that was asked for
  bool may_write = false;                // this way in takes changes, with a token
};

// What the document carries with it, in its <style> and its <script>.
struct PageAssets {
  std::string_view style;
  std::string_view script;
};
const PageAssets& page_assets();

std::string html(const StatusPage& page);

// The last results that are shown of a check.
inline constexpr std::size_t results_shown = 20;
// Lines of what needs attention.
inline constexpr std::size_t attention_shown = 20;
inline constexpr std::size_t events_shown = 15;

}  // namespace lvsd::api
