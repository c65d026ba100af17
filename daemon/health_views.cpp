#include "daemon/health_views.h"

#include "daemon/check_views.h"
#include "health/observe.h"
#include "health/schedule.h"
#include "model/probe_text.h"

namespace lvsd {

namespace {

std::optional<double> optional_seconds(const std::optional<Duration>& span) {
  return span ? std::optional(seconds(*span)) : std::nullopt;
}

api::HealthView health_view(const Outlook& outlook, const Check& check, const CheckHealth& health) {
  const CheckPolicy& policy = check.settings->policy;
  const Standing is = standing(health, policy);
  api::HealthView view{.state = std::string(text(is.state)),
                       .streak = is.count,
                       .rise = policy.rise,
                       .fall = fall(policy),
                       .since = moment(outlook, health.since)};
  const CheckBook::Entry* entry = outlook.checks.find(check);
  if (entry == nullptr) return view;
  if (entry->pause != 0) view.state = "paused";
  if (health.last && entry->history.size() != 0)
    view.last = result_view(entry->history.newest(), {outlook.now, outlook.wall});
  return view;
}

}  // namespace

api::HealthView health_view(const Outlook& outlook, const std::vector<Check>& checks,
                            const ServerState& state) {
  if (checks.empty()) return {.state = std::string(text(HealthState::no_check))};
  std::size_t speaker = 0;
  for (std::size_t i = state.checks.size(); i-- > 0;)
    if (standing(state.checks[i], checks[i].settings->policy) == state.standing) speaker = i;
  return health_view(outlook, checks[speaker], state.checks[speaker]);
}

std::vector<api::CheckView> check_views(const Outlook& outlook, const std::vector<Check>& checks,
                                        const ServerState& state) {
  std::vector<api::CheckView> views;
  for (std::size_t i = 0; i < checks.size(); ++i) {
    const Check& check = checks[i];
    const CheckPolicy& policy = check.settings->policy;
    views.push_back({.kind = std::string(keyword(check.settings->probe)),
                     .target = text(check.target.endpoint),
                     .requests = requests(check.settings->probe),
                     .interval_seconds = seconds(policy.delay_loop),
                     .fast_interval_seconds = optional_seconds(policy.fast_interval),
                     .down_interval_seconds = optional_seconds(policy.down_interval),
                     .retry_seconds = seconds(policy.delay_before_retry),
                     .timeout_seconds = seconds(longest_run(*check.settings)),
                     .health = health_view(outlook, check, state.checks[i])});
  }
  return views;
}

}  // namespace lvsd
