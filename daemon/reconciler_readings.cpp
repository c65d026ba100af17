// The part of Reconciler that reads the kernel's table, for itself and for who wants to show it.

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <utility>

#include "daemon/die_of.h"
#include "daemon/reconciler.h"

namespace lvsd {

namespace asio = boost::asio;

namespace {

// From this many services on, reading everything costs less than reading them one by one.
constexpr std::size_t worth_a_full_dump = 64;

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
    if (!reading_) {
      reading_ = std::make_shared<Reading>(strand_, std::chrono::steady_clock::now());
      // Many wait for it, so it must not end without their knowing.
      asio::co_spawn(strand_, read_everything(reading_), die_of);
    }
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

asio::awaitable<void> Reconciler::read_everything(std::shared_ptr<Reading> reading) {
  auto everything = co_await kernel_.dump();
  if (everything) {
    snapshot_ = std::make_shared<const Snapshot>(std::move(*everything));
    snapshot_at_ = reading->begun;
    reading->outcome = snapshot_;
  } else {
    reading->outcome = everything.error();
  }
  reading_.reset();
  reading->over.cancel();
}

}  // namespace lvsd
