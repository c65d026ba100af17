#include "daemon/reconciler.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <utility>

#include "daemon/backoff.h"
#include "daemon/log.h"
#include "plan/reading.h"
#include "plan/stages.h"

namespace lvsd {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

// Of one kind, at a time; what is more is counted.
constexpr std::size_t most_lines = 20;
constexpr std::size_t most_drift_lines = 1000;
// So many services are compared and sent at a time: what that takes does not grow with the table.
constexpr std::size_t slice_size = 500;

Time now() {
  return std::chrono::steady_clock::now();
}

EventSubject subject_of(const Drift& drift) {
  return {.kind = EventKind::drift,
          .service = id(drift.service),
          .server = drift.destination ? text(*drift.destination) : std::string(),
          .before = drift.wanted,
          .after = drift.found,
          .reason = std::string(text(drift.kind))};
}

// The ops that are not held back. `places`: where they stand in `plan`; `held`: where the others
// do.
Plan without_held(const Plan& plan, const std::function<bool(const Op&)>& is_held,
                  std::vector<std::size_t>& places, std::vector<std::size_t>& held) {
  Plan kept;
  for (std::size_t i = 0; i < plan.size(); ++i) {
    if (is_held(plan[i])) {
      held.push_back(i);
      continue;
    }
    places.push_back(i);
    kept.push_back(plan[i]);
  }
  return kept;
}

Services services_of(const Plan& plan) {
  Services services;
  for (const Op& op : plan)
    services.insert(service_of(op));
  return services;
}

// The next services from `at` on, which moves past them.
Services slice(Services::const_iterator& at, const Services& services) {
  Services some;
  for (; at != services.end() && some.size() < slice_size; ++at)
    some.insert(some.end(), *at);
  return some;
}

Table part_of(const Snapshot& found, const Services& services) {
  return table_of(found, services);
}
Table part_of(Table& found, const Services& services) {
  return taken_from(found, services);
}

}  // namespace

Reconciler::Reconciler(asio::any_io_executor strand, KernelWriter& kernel, Wanted wanted)
    : strand_(strand),
      kernel_(kernel),
      wanted_(std::move(wanted)),
      controls_(kernel),
      next_audit_(now()),
      wake_(strand),
      pass_over_(strand, Time::max()),
      renewal_over_(strand, Time::max()) {}

void Reconciler::set_audit_interval(Duration interval) {
  audit_interval_ = interval;
  next_audit_ = std::min(next_audit_, now() + interval);
  wake_.cancel();
}

void Reconciler::own(Services services) {
  owned_.merge(services);
}

void Reconciler::want(const GlobalSettings& settings) {
  controls_.want(settings);
  wake_.cancel();
}

void Reconciler::request(const Services& services) {
  ++requests_;
  requested_.insert(services.begin(), services.end());
  wake_.cancel();
}

asio::awaitable<std::vector<std::string>> Reconciler::reconcile(Services services) {
  request(services);
  const std::uint64_t ticket = requests_;
  while (finished_ < ticket)
    co_await pass_over_.async_wait(asio::as_tuple(asio::use_awaitable));

  co_return troubles(services);
}

asio::awaitable<std::vector<std::string>> Reconciler::take_over(Table found) {
  next_audit_ = now() + audit_interval_;
  const Services services = owned_;
  co_await bring_about_from(found, services);
  co_return troubles(services);
}

// What still keeps any of them from being as wanted.
std::vector<std::string> Reconciler::troubles(const Services& services) const {
  std::vector<std::string> sentences;
  for (const ServiceKey& key : services)
    if (const auto found = retries_.find(key); found != retries_.end())
      sentences.push_back(found->second.error);
  return sentences;
}

Time Reconciler::next_event() const {
  Time next = std::min(next_audit_, controls_.due());
  for (const auto& [key, retry] : retries_)
    next = std::min(next, retry.due);
  return next;
}

void Reconciler::take_due_retries() {
  for (const auto& [key, retry] : retries_)
    if (retry.due <= now()) requested_.insert(key);
}

asio::awaitable<void> Reconciler::run() {
  for (;;) {
    take_due_retries();
    if (next_audit_ <= now()) {
      auditing_ = true;
      co_await audit();
      let_go_of_reading();
      co_await controls_.bring_about();
      auditing_ = false;
      ++audits_;
      pass_over_.cancel();
    } else if (controls_.due() <= now()) {
      co_await controls_.bring_about();
    } else if (finished_ != requests_ || !requested_.empty()) {
      co_await pass();
    } else {
      wake_.expires_at(next_event());
      co_await wake_.async_wait(asio::as_tuple(asio::use_awaitable));
    }
  }
}

asio::awaitable<void> Reconciler::pass() {
  const std::uint64_t taken = requests_;
  const Services services = std::exchange(requested_, {});
  if (!services.empty()) co_await bring_about(services);
  finished_ = taken;
  pass_over_.cancel();
}

asio::awaitable<void> Reconciler::bring_about(const Services& services) {
  const auto actual = co_await read(services);
  note_reading(actual ? std::nullopt : std::optional(actual.error()));
  if (!actual) {
    for (const ServiceKey& key : services)
      retry_later(key, text(actual.error()));
    co_return;
  }
  co_await bring_about_from(*actual, services);
}

template <class Found>
asio::awaitable<void> Reconciler::bring_about_from(Found& found, const Services& services) {
  Services leaving;
  for (auto at = services.begin(); at != services.end();) {
    Services some = slice(at, services);
    const Table wanted = wanted_(some);
    for (const ServiceKey& key : some)
      if (!wanted.contains(key)) leaving.insert(key);
    std::erase_if(some, [&leaving](const ServiceKey& key) { return leaving.contains(key); });
    co_await bring_about_slice(some, wanted, part_of(found, some));
  }
  // What goes, goes when all that comes is there.
  const Table nothing;
  for (auto at = leaving.begin(); at != leaving.end();) {
    const Services some = slice(at, leaving);
    co_await bring_about_slice(some, nothing, part_of(found, some));
  }
}

asio::awaitable<void> Reconciler::bring_about_slice(const Services& services, const Table& wanted,
                                                    const Table& actual) {
  const Failures failures = co_await apply(actual, diff(actual, wanted, owned_), {});
  note_outcome(services, wanted, failures);
}

// Those that the kernel does not have as wanted, a slice a turn of the loop. What is asked for or
// done meanwhile differs for a reason of our own.
asio::awaitable<Services> Reconciler::unlike(Services services,
                                             std::shared_ptr<const Snapshot> found) {
  const Time begun = now();
  Services differing;
  for (auto at = services.cbegin(); at != services.cend();) {
    const Services some = slice(at, services);
    differing.merge(lvsd::unlike(*found, wanted_(some), some));
    co_await asio::post(strand_, asio::use_awaitable);
  }
  const Services still = settled();
  std::erase_if(differing, [&](const ServiceKey& key) {
    const auto changed = changed_.find(key);
    return !still.contains(key) || (changed != changed_.end() && changed->second >= begun);
  });
  co_return differing;
}

asio::awaitable<void> Reconciler::audit() {
  const auto everything = co_await snapshot(Duration::zero());
  // Counted from the end: a kernel that answers late leaves time for what was requested.
  next_audit_ = now() + audit_interval_;
  for (const std::string& entry : fights_.ended(now()))
    log(Level::notice, fmt::format("Fight: {} is left alone by others again", entry),
        {.kind = EventKind::drift, .before = "FIGHT"});
  note_reading(everything ? std::nullopt : std::optional(everything.error()));
  if (!everything) co_return;

  Services ours = settled();
  const Services differing = co_await unlike(std::move(ours), *everything);
  const Table actual = table_of(**everything, differing);
  const Table wanted = wanted_(differing);
  const Plan plan = diff(actual, wanted, differing);
  const IsHeld is_held = held_in(plan);
  note_drift(plan, actual, is_held);
  if (plan.empty()) co_return;
  const Failures failures = co_await apply(actual, plan, is_held);
  note_outcome(differing, wanted, failures);
  note_repairs(plan, is_held, failures);
}

// Without what was requested or failed before: that differs for a reason of our own.
Services Reconciler::settled() const {
  Services settled = owned_;
  for (const ServiceKey& key : requested_)
    settled.erase(key);
  for (const auto& [key, retry] : retries_)
    settled.erase(key);
  return settled;
}

asio::awaitable<Result<std::vector<Drift>>> Reconciler::look() {
  const auto everything = co_await snapshot(Duration::zero());
  if (!everything) co_return everything.error();
  Services ours = settled();
  const Services differing = co_await unlike(std::move(ours), *everything);
  const Table actual = table_of(**everything, differing);
  co_return lvsd::drift(diff(actual, wanted_(differing), differing), actual);
}

// One that runs may have read before what the caller knows of: the one after it counts as well.
asio::awaitable<void> Reconciler::audit_now() {
  const std::uint64_t wanted = audits_ + (auditing_ ? 2 : 1);
  while (audits_ < wanted) {
    next_audit_ = now();
    wake_.cancel();
    co_await pass_over_.async_wait(asio::as_tuple(asio::use_awaitable));
  }
}

// `is_held` may be empty: nothing is.
asio::awaitable<Reconciler::Failures> Reconciler::apply(const Table& actual, Plan plan,
                                                        IsHeld is_held) {
  Failures failures;
  const Services written = services_of(plan);
  Stages stages = lvsd::stages(std::move(plan), actual);
  const auto give = std::make_shared<const Plan>(std::move(stages.give));
  const auto failed = co_await send(give, is_held, failures);
  Plan take = harmless(std::move(stages.take), actual, *give, failed);
  co_await send(std::make_shared<const Plan>(std::move(take)), is_held, failures);
  if (!written.empty()) note_change(written);
  co_return failures;
}

// Returns the ops that were not done, those that were held back included.
asio::awaitable<std::vector<std::size_t>> Reconciler::send(std::shared_ptr<const Plan> plan,
                                                           const IsHeld& is_held,
                                                           Failures& failures) {
  std::vector<std::size_t> not_done;
  std::vector<std::size_t> places;  // in `plan`, of the ops that are sent; none: they are all
  auto sent = plan;
  if (is_held) sent = std::make_shared<const Plan>(without_held(*plan, is_held, places, not_done));
  if (sent->empty()) co_return not_done;
  if (is_logged(Level::debug))
    for (const Op& op : *sent)
      log(Level::debug, fmt::format("Kernel: {}", text(op)));
  for (const OpFailure& failure : co_await kernel_.apply(sent)) {
    const std::size_t op = places.empty() ? failure.op : places[failure.op];
    not_done.push_back(op);
    failures.try_emplace(service_of((*plan)[op]), text(failure.error));
  }
  co_return not_done;
}

void Reconciler::note_outcome(const Services& services, const Table& wanted,
                              const Failures& failures) {
  note_refusals(failures);
  std::size_t released = 0;
  for (const ServiceKey& key : services) {
    if (failures.contains(key)) continue;
    if (const auto retry = retries_.extract(key); retry && !retry.mapped().logged.empty())
      log(Level::notice, fmt::format("Service {} is in the kernel as wanted again", text(key)),
          {.kind = EventKind::kernel, .service = id(key)});
    // What was asked for again meanwhile may be wanted by now.
    if (!wanted.contains(key) && !requested_.contains(key)) released += owned_.erase(key);
  }
  if (released != 0) released_();
}

// A kernel in trouble refuses every service there is: the first lines tell of them all.
void Reconciler::note_refusals(const Failures& failures) {
  std::size_t fresh = 0;
  for (const auto& [key, error] : failures) {
    Retry& retry = retry_later(key, error);
    if (std::exchange(retry.logged, error) == error) continue;
    if (++fresh <= most_lines)
      log(Level::error, fmt::format("The kernel refused: {}. Trying again", error),
          {.kind = EventKind::kernel, .service = id(key), .reason = error});
  }
  if (fresh > most_lines)
    log(Level::error,
        fmt::format("The kernel refused {} more services. Trying again", fresh - most_lines),
        {.kind = EventKind::kernel});
}

Reconciler::Retry& Reconciler::retry_later(const ServiceKey& service, const std::string& error) {
  Retry& retry = retries_[service];
  retry.pause = longer(retry.pause);
  retry.due = now() + retry.pause;
  retry.error = error;
  return retry;
}

void Reconciler::note_reading(const std::optional<Error>& failure) {
  const std::string before = trouble_ ? text(*trouble_) : std::string();
  const std::string after = failure ? text(*failure) : std::string();
  trouble_ = failure;
  if (before == after) return;
  if (failure)
    log(Level::error,
        fmt::format("The kernel's table cannot be read: {}. It stays as it is", after),
        {.kind = EventKind::kernel, .reason = after});
  else
    log(Level::notice, "The kernel's table can be read again", {.kind = EventKind::kernel});
}

// What of the plan is in a fight and has been repaired too recently. Where a service is left out,
// so are its destinations.
Reconciler::IsHeld Reconciler::held_in(const Plan& plan) const {
  std::set<std::string> entries;
  Services missing;
  for (const Op& op : plan) {
    if (!fights_.holds(entry_text(op), now())) continue;
    entries.insert(entry_text(op));
    if (const auto* add = std::get_if<AddService>(&op)) missing.insert(add->service);
  }
  if (entries.empty()) return {};
  return [entries = std::move(entries), missing = std::move(missing)](const Op& op) {
    return missing.contains(service_of(op)) || entries.contains(entry_text(op));
  };
}

void Reconciler::note_drift(const Plan& plan, const Table& actual, const IsHeld& is_held) {
  drift_ = lvsd::drift(plan, actual);
  audited_ = snapshot_at_;
  std::size_t repairs = 0;
  for (std::size_t i = 0; i < plan.size(); ++i) {
    if (is_held && is_held(plan[i])) continue;
    if (++repairs <= most_drift_lines)
      log(Level::warning,
          fmt::format("Drift: {}; changed by someone else, repairing", text(drift_[i])),
          subject_of(drift_[i]));
  }
  if (repairs > most_drift_lines)
    log(Level::warning,
        fmt::format("Drift: {} more entries were changed by someone else, "
                    "repairing",
                    repairs - most_drift_lines),
        {.kind = EventKind::drift});
}

void Reconciler::note_repairs(const Plan& plan, const IsHeld& is_held, const Failures& failures) {
  const auto is_repaired = [&](const Op& op) {
    return !failures.contains(service_of(op)) && !(is_held && is_held(op));
  };
  std::vector<Drift> left;
  for (std::size_t i = 0; i < plan.size(); ++i) {
    if (!is_repaired(plan[i])) {
      left.push_back(std::move(drift_[i]));
      continue;
    }
    ++repaired_;
    if (fights_.note_repair(entry_text(plan[i]), now()))
      log(Level::error,
          fmt::format("Fight: {} was repaired several times within a minute and is "
                      "changed each time: {}. Is another program managing it? "
                      "Repairing goes on, with pauses",
                      entry_text(plan[i]), text(drift_[i])),
          {.kind = EventKind::drift, .service = id(service_of(plan[i])), .after = "FIGHT"});
  }
  drift_ = std::move(left);
}

std::vector<std::string> Reconciler::fights() const {
  return fights_.going_on();
}

}  // namespace lvsd
