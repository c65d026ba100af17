// IPVS's timeouts as operators see and set them: Daemon's side of `lvsctl timeouts`. That the
// kernel keeps them is the control keeper's matter.

#include "plan/timeouts.h"

#include <fmt/format.h>

#include <boost/asio/use_awaitable.hpp>
#include <optional>
#include <utility>
#include <variant>

#include "api/control_views.h"
#include "base/parse_number.h"
#include "daemon/daemon.h"
#include "daemon/log.h"
#include "daemon/network_namespace.h"
#include "daemon/override_views.h"
#include "daemon/wall_clock.h"
#include "plan/tuning.h"

namespace lvsd {

namespace asio = boost::asio;

namespace {

// More does not fit a kernel of 1000 ticks a second (Timeouts).
constexpr std::uint32_t most_seconds = 2147483;

api::TimeoutView timeout_view(TimeoutKind kind, const Timeouts& actual,
                              const IpvsTimeouts& configured, const TimeoutOverrides& wishes) {
  api::TimeoutView view{.name = std::string(text(kind)),
                        .now = timeout(actual, kind),
                        .config = timeout(configured, kind)};
  if (const auto found = wishes.find(kind); found != wishes.end()) {
    const Author& by = found->second.by;
    view.set = found->second.value;
    view.user = by.user;
    view.uid = uid_of(by);
    view.reason = by.reason;
    view.since = api::Moment{by.since, wall_clock().offset};
  }
  const auto wanted = view.set ? view.set : view.config;
  view.agrees = !wanted || *wanted == view.now;
  if (!view.agrees)
    view.note = fmt::format("is {} s and should be {} s: changed by someone else, or not set yet",
                            view.now, *wanted);
  return view;
}

std::string seconds_text(std::uint32_t seconds) {
  return seconds == 0 ? "as it is" : fmt::format("{} s", seconds);
}

api::WishView change_view(TimeoutKind kind, std::uint32_t was, std::uint32_t is,
                          const IpvsTimeouts& configured) {
  const auto file = timeout(configured, kind);
  return {.service = {},
          .server = {},
          .before = seconds_text(was),
          .after = seconds_text(is),
          .text = fmt::format(
              "timeout {}: {} -> {}; {}", text(kind), seconds_text(was), seconds_text(is),
              file ? fmt::format("the file says {} s", *file) : "the file leaves it alone"),
          .undo = {}};
}

// The command that takes a change back; nothing where nothing changed.
std::optional<std::string> undo_of(TimeoutKind kind, const TimeoutOverrides& before, bool is_set) {
  if (const auto earlier = before.find(kind); earlier != before.end())
    return fmt::format("lvsctl timeouts set {} {}", text(kind), earlier->second.value);
  if (!is_set) return std::nullopt;
  return fmt::format("lvsctl timeouts unset {}", text(kind));
}

// What a request asks for; without a value, the file's again.
struct AskedTimeout {
  TimeoutKind kind = TimeoutKind::tcp;
  std::optional<std::uint32_t> value;
};

std::variant<AskedTimeout, api::Response> asked_timeout(const api::Call& call) {
  const std::string& word = call.path.at("timeout");
  const auto kind = parse_timeout_kind(word);
  if (!kind) return api::response(api::no_such_object(word, {"tcp", "tcpfin", "udp"}));
  const auto given = call.query.find("value");
  if (given == call.query.end()) return AskedTimeout{*kind, {}};
  const auto value = parse_number<std::uint32_t>(given->second);
  if (value && *value != 0 && *value <= most_seconds) return AskedTimeout{*kind, value};
  return api::response(
      api::bad_request(fmt::format("value: not a number of seconds from 1 to {}", most_seconds)));
}

}  // namespace

GlobalSettings Daemon::with_timeout_wishes(GlobalSettings settings) const {
  settings.timeouts = wanted_timeouts(settings.timeouts, timeout_wishes_);
  return settings;
}

// Nothing where it cannot be read.
asio::awaitable<std::optional<Keepalive>> Daemon::host_keepalive() {
  const auto look = [where = ipvs_namespace_]() -> Result<Keepalive> {
    if (const auto entered = enter_namespace(*where); !entered) return entered.error();
    return keepalive(SysctlTree());
  };
  const auto seen = co_await walkers_.run(look);
  if (!seen || seen->time_seconds == 0) co_return std::nullopt;
  co_return *seen;
}

// What is wrong with a TCP timeout on this host; nothing: it is fine, or cannot be said.
asio::awaitable<std::optional<std::string>> Daemon::zombie_note(std::uint32_t tcp_timeout) {
  const auto seen = co_await host_keepalive();
  if (!seen) co_return std::nullopt;
  co_return zombie_warning(seen->time_seconds, seen->interval_seconds, tcp_timeout);
}

asio::awaitable<api::Response> Daemon::answer_timeouts() {
  const auto actual = co_await kernel_.controls();
  if (!actual) co_return api::response(api::unavailable(text(actual.error())));
  const auto zombies = co_await zombie_note(actual->timeouts.tcp);
  const IpvsTimeouts& configured = pools_.config().global.timeouts;
  std::vector<api::TimeoutView> views;
  views.reserve(timeout_kinds.size());
  for (const TimeoutKind kind : timeout_kinds)
    views.push_back(timeout_view(kind, actual->timeouts, configured, timeout_wishes_));
  api::TimeoutView& tcp = views.front();
  if (zombies) tcp.note += (tcp.note.empty() ? "" : "; ") + *zombies;
  co_return api::response(api::Head{wall_clock(), generation_}, views);
}

asio::awaitable<api::Response> Daemon::answer_set_timeout(api::Call call) {
  const auto asked = asked_timeout(call);
  if (const auto* refusal = std::get_if<api::Response>(&asked)) co_return *refusal;
  const auto [kind, value] = std::get<AskedTimeout>(asked);
  const Author by = co_await author_of(call);
  const auto actual = co_await kernel_.controls();
  if (!actual) co_return api::response(api::unavailable(text(actual.error())));

  const IpvsTimeouts configured = pools_.config().global.timeouts;
  const std::uint32_t was = timeout(actual->timeouts, kind);
  const TimeoutOverrides before = timeout_wishes_;
  const std::uint32_t is = value ? *value : timeout_without(before, kind, configured);
  api::WishView view = change_view(kind, was, is, configured);
  if (api::is_on(call.query, "dry_run")) {
    Timeouts next{0, 0, 0};
    timeout(next, kind) = is;
    view.operations.emplace();
    if (is != 0 && is != was) view.operations->push_back(text(ControlOp(SetTimeouts{next})));
    co_return api::response(api::Head{wall_clock(), generation_}, view);
  }
  if (value)
    timeout_wishes_ = with_timeout(before, kind, *value, configured, actual->timeouts, by);
  else
    timeout_wishes_.erase(kind);
  view.undo = undo_of(kind, before, value.has_value());
  log(Level::notice,
      fmt::format("{} by {}: {}{}{}", api::path_of(call.action, call.path), by.user, view.text,
                  by.reason.empty() ? "" : ": ", by.reason),
      {.kind = EventKind::wish,
       .before = view.before,
       .after = view.after,
       .reason = by.reason,
       .uid = uid_of(by)});
  if (const auto trouble = co_await bring_timeouts_about(kind, is))
    view.text += ". Not in the kernel yet: " + *trouble;
  if (kind == TimeoutKind::tcp && is != 0)
    if (const auto zombies = co_await zombie_note(is)) view.text += ". " + *zombies;
  co_return api::response(api::Head{wall_clock(), generation_}, view);
}

// What nobody wants any more the keeper does not look after: it is put back here, once.
asio::awaitable<std::optional<std::string>> Daemon::bring_timeouts_about(TimeoutKind changed,
                                                                         std::uint32_t value) {
  const GlobalSettings wanted = with_timeout_wishes(pools_.config().global);
  reconciler_.want(wanted);
  co_await save_state();
  (void)co_await reconciler_.reconcile({});
  std::optional<std::string> trouble = reconciler_.controls().trouble();
  if (timeout(wanted.timeouts, changed) || value == 0) co_return trouble;
  Timeouts back{0, 0, 0};
  timeout(back, changed) = value;
  ControlPlan plan{SetTimeouts{back}};
  const auto failures = co_await kernel_.apply(std::move(plan));
  if (!failures.empty()) co_return text(failures.front().error);
  co_return trouble;
}

}  // namespace lvsd
