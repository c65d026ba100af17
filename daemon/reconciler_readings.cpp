// The part of Reconciler that reads the kernel's table, for itself and for who wants to show it.

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <map>
#include <utility>

#include "daemon/die_of.h"
#include "daemon/reconciler.h"

namespace lvsd {

namespace asio = boost::asio;

namespace {

// From this many services on, reading everything costs less than reading them one by one.
constexpr std::size_t worth_a_full_dump = 64;

// Of many services a reading that takes longer is not waited for.
constexpr Duration quick = std::chrono::milliseconds(20);
// Readings for those who look take at most this part of the time.
constexpr int most_of_the_time = 10;
// What nobody is shown.
constexpr Duration too_old = std::chrono::seconds(15);
// How long a reading is kept for those who look, after the last of them. That of 50,000 servers has
// 8 MiB, and during the next one there are two.
constexpr Duration kept = std::chrono::minutes(5);

// How long others wait for a renewal whose end nobody tells them of.
constexpr Duration longest_renewal = std::chrono::seconds(10);

}  // namespace

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

// When a reading has to have begun that is at most `age` old and knows what we wrote.
Time Reconciler::oldest_of(Duration age) const {
  return std::max(std::chrono::steady_clock::now() - age, written_at_);
}

asio::awaitable<Result<std::shared_ptr<const Snapshot>>> Reconciler::snapshot(Duration age) {
  const Time oldest = oldest_of(age);
  if (snapshot_ && snapshot_at_ >= oldest) co_return snapshot_;
  for (;;) {
    if (!reading_) begin_reading();
    const auto joined = reading_;
    while (!joined->outcome)
      co_await joined->over.async_wait(asio::as_tuple(asio::use_awaitable));
    if (joined->begun >= oldest) co_return *joined->outcome;
  }
}

asio::awaitable<Result<std::shared_ptr<const Snapshot>>> Reconciler::snapshot(Services services,
                                                                              Duration age) {
  const bool is_fresh = snapshot_ && snapshot_at_ >= oldest_of(age);
  if (is_fresh || services.size() >= worth_a_full_dump) co_return co_await snapshot(age);
  auto found = co_await read(services);
  if (!found) co_return found.error();
  co_return std::make_shared<const Snapshot>(std::move(*found));
}

void Reconciler::begin_reading() {
  reading_ = std::make_shared<Reading>(strand_, std::chrono::steady_clock::now());
  // Many wait for it, so it must not end without their knowing.
  asio::co_spawn(strand_, read_everything(reading_), die_of);
}

asio::awaitable<void> Reconciler::read_everything(std::shared_ptr<Reading> reading) {
  auto everything = co_await kernel_.dump();
  if (everything) {
    take(std::move(*everything), reading->begun);
    reading->outcome = snapshot_;
  } else {
    reading->outcome = everything.error();
  }
  reading_.reset();
  reading->over.cancel();
}

void Reconciler::take(Snapshot table, Time begun) {
  snapshot_ = std::make_shared<const Snapshot>(std::move(table));
  snapshot_at_ = begun;
  reading_took_ = std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - begun);
  std::erase_if(changed_, [begun](const auto& change) { return change.second < begun; });
  if (!renewed_) return;
  auto still = *renewed_;
  std::erase_if(still, [this](const auto& entry) { return !changed_.contains(entry.first); });
  renewed_ = std::make_shared<const std::map<ServiceKey, Renewed>>(std::move(still));
}

// Where nobody looks.
void Reconciler::let_go_of_reading() {
  const bool has_looked = looked_at_ != Time{};  // the clock may have begun just now
  if (reading_ || (has_looked && std::chrono::steady_clock::now() - looked_at_ < kept)) return;
  snapshot_.reset();
  renewed_.reset();
  changed_.clear();
}

// ---- for those who look

void Reconciler::note_change(const Services& services) {
  written_at_ = std::chrono::steady_clock::now();
  if (!snapshot_ && !reading_) return;  // the first reading will begin after it
  for (const ServiceKey& key : services)
    changed_[key] = written_at_;
}

bool Reconciler::is_shown_as_it_is(Time now) const {
  return snapshot_ && snapshot_->size() >= worth_a_full_dump && reading_took_ > quick &&
         now - snapshot_at_ <= too_old && changed_.size() < worth_a_full_dump;
}

// Not where an audit is about to make one.
bool Reconciler::is_worth_a_reading(Time now, Duration age) const {
  const Duration pause = reading_took_ * most_of_the_time;
  return now - snapshot_at_ > std::max(age, pause) && next_audit_ - now > pause / 2;
}

asio::awaitable<Result<Measured>> Reconciler::measured(Duration age) {
  const Time now = std::chrono::steady_clock::now();
  looked_at_ = now;
  if (!is_shown_as_it_is(now)) {
    const auto read = co_await snapshot(age);
    if (!read) co_return read.error();
    co_return Measured{.table = *read, .at = snapshot_at_};
  }
  if (!reading_ && is_worth_a_reading(now, age)) begin_reading();
  if (const auto failure = co_await renew()) co_return *failure;
  co_return Measured{.table = snapshot_, .renewed = renewed_, .at = snapshot_at_};
}

// Those that we changed after they were read.
Services Reconciler::changed_since_read() const {
  Services services;
  const auto is_read = [this](const ServiceKey& key, Time changed) {
    if (!renewed_) return false;
    const auto renewed = renewed_->find(key);
    return renewed != renewed_->end() && renewed->second.at > changed;
  };
  for (const auto& [key, changed] : changed_)
    if (!is_read(key, changed)) services.insert(key);
  return services;
}

// Reads them by themselves; all who look at the moment wait for the same reading.
asio::awaitable<std::optional<Error>> Reconciler::renew() {
  while (!renewing_.expired())
    co_await renewal_over_.async_wait(asio::as_tuple(asio::use_awaitable));
  const Services services = changed_since_read();
  if (services.empty()) co_return std::nullopt;
  auto turn = std::make_shared<const Services>(services);
  renewing_ = turn;
  renewal_over_.expires_after(longest_renewal);
  const Time begun = std::chrono::steady_clock::now();
  auto found = co_await read(services);
  turn.reset();
  renewal_over_.cancel();
  if (!found) co_return found.error();
  auto renewed = renewed_ ? *renewed_ : std::map<ServiceKey, Renewed>();
  for (const ServiceKey& key : services) {
    if (!changed_.contains(key)) continue;  // a whole reading has come meanwhile
    Renewed& now = renewed[key];
    const auto entry = found->find(key);
    now.at = begun;
    now.service.reset();
    if (entry != found->end()) now.service = std::move(entry->second);
  }
  renewed_ = std::make_shared<const std::map<ServiceKey, Renewed>>(std::move(renewed));
  co_return std::nullopt;
}

}  // namespace lvsd
