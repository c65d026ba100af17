#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/event_views.h"
#include "api/kernel_views.h"
#include "api/stats_views.h"
#include "api/views.h"
#include "base/result.h"

// The JSON of the API: one description of each view's fields (all_fields.h) from which come the
// writer and the reader. Fields are snake_case and only ever added; readers ignore what they do not
// know. Text that is not UTF-8 is written with U+FFFD in place of the bad bytes.

namespace lvsd::api {

// Stands at the top of every body but a problem:
// {"api":"lvs/v1","kind":…,"time":…,"generation":…,"counted":…}.
struct Head {
  Moment time;
  std::uint64_t generation = 0;  // of the configuration that is in force
  // When the kernel was read from which counters, rates and connections come; absent where there
  // are none.
  std::optional<Moment> counted = {};

  bool operator==(const Head&) const = default;
};

template <class View>
struct Document {
  Head head;
  View view;
};

// View is one of StatusView, ServiceView, ServerView, std::vector of the latter two or of
// ConnectionView, ConnectionCountView, ServiceStatsView, CpuStatsView, KeywordView, OverrideView,
// TimeoutView, SysctlView, PastConfigView or CheckHistoryView (a list, under "items"), ReloadView,
// ReadinessView, VersionView, DigestView, ConfigCheckView, ConfigView, ConfigDiffView, WishView,
// LogLevelView, KernelTableView, KernelControlsView; of EventView, DriftEntryView and FindingView
// only a list. One line, no blanks.
template <class View>
std::string body(const Head& head, const View& view);
std::string body(const ProblemView& problem);

// A list that is written while it is made: `opening`, the items with commas between them,
// `closing`.
struct ListFrame {
  std::string opening;
  std::string closing;
};
template <class View>  // ConnectionView, EventView, ServerView, ServiceStatsView, ServiceView
ListFrame list_frame(const Head& head);
// The same of a status, whose services are made one by one as well: those of `status` are left out.
ListFrame status_frame(const Head& head, StatusView status);
template <class View>  // those of list_frame() and ServiceSummary
void append_item(std::string& out, const View& view);

// What a body may cost its reader; more is an error.
struct JsonLimits {
  std::size_t depth = 32;
  std::size_t bytes = std::size_t{256} << 20;
};

// Missing and null are the same and leave a field at its default; a field of the wrong type,
// another `kind` or another major version of the API is an error, which says where: "items[3].port:
// not a whole number".
template <class View>
Result<Document<View>> document(std::string_view body, const JsonLimits& limits = {});
Result<ProblemView> problem(std::string_view body, const JsonLimits& limits = {});
// One that stands by itself, without an envelope.
template <class View>  // EventView
Result<View> item(std::string_view text, const JsonLimits& limits = {});

// The same JSON over several lines, unknown fields and their order kept, and no byte in it that a
// terminal would obey. json_indent.h does it while the body comes.
Result<std::string> indented(std::string_view body, const JsonLimits& limits = {});

}  // namespace lvsd::api
