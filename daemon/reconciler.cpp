#include "daemon/reconciler.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <utility>

#include "daemon/log.h"
#include "plan/reading.h"
#include "plan/stages.h"

namespace lvsd {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr Duration first_pause = 50ms;
constexpr Duration longest_pause = 5s;
// From this many services on, reading everything costs less than reading them one by one.
constexpr std::size_t worth_a_full_dump = 64;
// So many services are compared and sent at a time: what that takes does not grow with the table.
constexpr std::size_t slice_size = 500;

Time now() {
  return std::chrono::steady_clock::now();
}

// The next services from `at` on, which moves past them.
Services slice(Services::const_iterator& at, const Services& services) {
  Services some;
  for (; at != services.end() && some.size() < slice_size; ++at)
    some.insert(some.end(), *at);
  return some;
}

}  // namespace

Reconciler::Reconciler(asio::any_io_executor strand, KernelWriter& kernel, Wanted wanted)
    : strand_(strand),
      kernel_(kernel),
      wanted_(std::move(wanted)),
      next_audit_(now()),
      wake_(strand),
      pass_over_(strand, Time::max()) {}

void Reconciler::set_audit_interval(Duration interval) {
  audit_interval_ = interval;
  next_audit_ = std::min(next_audit_, now() + interval);
  wake_.cancel();
}

void Reconciler::own(const Services& services) {
  owned_.insert(services.begin(), services.end());
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

asio::awaitable<std::vector<std::string>> Reconciler::take_over(Snapshot found) {
  next_audit_ = now() + audit_interval_;
  const Services services = owned_;
  co_await bring_about(services, found);
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
  Time next = next_audit_;
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
      co_await audit();
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
  co_await bring_about(services, *actual);
}

asio::awaitable<void> Reconciler::bring_about(const Services& services, const Snapshot& found) {
  Services leaving;
  for (auto at = services.begin(); at != services.end();) {
    Services some = slice(at, services);
    const Table wanted = wanted_(some);
    for (const ServiceKey& key : some)
      if (!wanted.contains(key)) leaving.insert(key);
    std::erase_if(some, [&leaving](const ServiceKey& key) { return leaving.contains(key); });
    co_await bring_about(some, wanted, found);
  }
  // What goes, goes when all that comes is there.
  const Table nothing;
  for (auto at = leaving.begin(); at != leaving.end();) {
    const Services some = slice(at, leaving);
    co_await bring_about(some, nothing, found);
  }
}

asio::awaitable<void> Reconciler::bring_about(const Services& services, const Table& wanted,
                                              const Snapshot& found) {
  const Table actual = table_of(found, services);
  const Failures failures = co_await apply(actual, diff(actual, wanted, owned_));
  note_outcome(services, wanted, failures);
}

asio::awaitable<Result<Snapshot>> Reconciler::read(const Services& services) {
  if (services.size() >= worth_a_full_dump) co_return co_await kernel_.dump();
  Snapshot snapshot;
  for (const ServiceKey& key : services) {
    auto service = co_await kernel_.dump(key);
    if (!service) co_return service.error();
    if (*service) snapshot.emplace(key, std::move(**service));
  }
  co_return snapshot;
}

// Those that the kernel does not have as wanted.
Services Reconciler::unlike(const Services& services, const Snapshot& found) const {
  Services differing;
  for (auto at = services.begin(); at != services.end();) {
    const Services some = slice(at, services);
    differing.merge(lvsd::unlike(found, wanted_(some), some));
  }
  return differing;
}

asio::awaitable<void> Reconciler::audit() {
  snapshot_.reset();  // old by now, and as large as the table
  const auto everything = co_await kernel_.dump();
  // Counted from the end: a kernel that answers late leaves time for what was requested.
  next_audit_ = now() + audit_interval_;
  note_reading(everything ? std::nullopt : std::optional(everything.error()));
  if (!everything) co_return;

  // What was requested meanwhile, or failed before, differs for a reason of our own.
  Services settled = owned_;
  for (const ServiceKey& key : requested_)
    settled.erase(key);
  for (const auto& [key, retry] : retries_)
    settled.erase(key);

  settled = unlike(settled, *everything);
  const Table actual = table_of(*everything, settled);
  const Table wanted = wanted_(settled);
  const Plan plan = diff(actual, wanted, settled);
  note_drift(lvsd::drift(plan, actual));
  if (plan.empty()) co_return;
  const Failures failures = co_await apply(actual, plan);
  note_outcome(settled, wanted, failures);
  repaired_ +=
      std::erase_if(drift_, [&](const Drift& entry) { return !failures.contains(entry.service); });
}

asio::awaitable<Reconciler::Failures> Reconciler::apply(const Table& actual, Plan plan) {
  Failures failures;
  Stages stages = lvsd::stages(std::move(plan), actual);
  const auto failed = co_await send(stages.give, failures);
  co_await send(harmless(std::move(stages.take), actual, stages.give, failed), failures);
  co_return failures;
}

asio::awaitable<std::vector<std::size_t>> Reconciler::send(const Plan& plan, Failures& failures) {
  std::vector<std::size_t> failed;
  if (plan.empty()) co_return failed;
  if (is_logged(Level::debug))
    for (const Op& op : plan)
      log(Level::debug, fmt::format("Kernel: {}", text(op)));
  for (const OpFailure& failure : co_await kernel_.apply(plan)) {
    failed.push_back(failure.op);
    failures.try_emplace(service_of(plan[failure.op]), text(failure.error));
  }
  co_return failed;
}

void Reconciler::note_outcome(const Services& services, const Table& wanted,
                              const Failures& failures) {
  for (const ServiceKey& key : services) {
    if (const auto failure = failures.find(key); failure != failures.end()) {
      Retry& retry = retry_later(key, failure->second);
      if (std::exchange(retry.logged, failure->second) != failure->second)
        log(Level::error, fmt::format("The kernel refused: {}. Trying again", failure->second));
      continue;
    }
    if (const auto retry = retries_.extract(key); retry && !retry.mapped().logged.empty())
      log(Level::notice, fmt::format("Service {} is in the kernel as wanted again", text(key)));
    // What was asked for again meanwhile may be wanted by now.
    if (!wanted.contains(key) && !requested_.contains(key)) owned_.erase(key);
  }
}

Reconciler::Retry& Reconciler::retry_later(const ServiceKey& service, const std::string& error) {
  const auto [entry, is_new] = retries_.try_emplace(service, Retry{.pause = first_pause});
  Retry& retry = entry->second;
  if (!is_new) retry.pause = std::min(retry.pause * 2, longest_pause);
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
        fmt::format("The kernel's table cannot be read: {}. It stays as it is", after));
  else
    log(Level::notice, "The kernel's table can be read again");
}

void Reconciler::note_drift(std::vector<Drift> drift) {
  drift_ = std::move(drift);
  audited_ = now();
  for (const Drift& entry : drift_)
    log(Level::warning, fmt::format("Drift: {}; changed by someone else, repairing", text(entry)));
}

asio::awaitable<Result<std::shared_ptr<const Snapshot>>> Reconciler::snapshot(Duration age) {
  if (snapshot_ && now() - snapshot_at_ <= age) co_return snapshot_;
  auto everything = co_await kernel_.dump();
  if (!everything) co_return everything.error();
  snapshot_ = std::make_shared<const Snapshot>(std::move(*everything));
  snapshot_at_ = now();
  co_return snapshot_;
}

}  // namespace lvsd
