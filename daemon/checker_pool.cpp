#include "daemon/checker_pool.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>
#include <utility>
#include <variant>

namespace lvsd {

namespace {

std::size_t count_of(const CheckerProcess& how) {
  return how.count != 0 ? how.count : std::max(1U, std::thread::hardware_concurrency());
}

bool is_local(const Probe& probe) {
  return std::holds_alternative<MiscCheck>(probe) || std::holds_alternative<FileCheck>(probe);
}

}  // namespace

CheckerPool::CheckerPool(boost::asio::any_io_executor executor, CheckerSeat::Calls calls)
    : executor_(std::move(executor)),
      calls_(std::move(calls)),
      local_(std::make_unique<CheckerSeat>(executor_, CheckerRole::local, "The local checker",
                                           calls_)) {
  resize(1);
}

CheckerPool::~CheckerPool() = default;

void CheckerPool::set(const ProbeSettings& settings) {
  settings_ = settings;
  local_->equip(settings_);
  for (const auto& seat : network_)
    seat->equip(settings_);
  if (count_of(settings_.checker) != network_.size()) resize(count_of(settings_.checker));
}

// Each check has its place by its id, which it keeps over reloads; who has to move goes on there.
void CheckerPool::resize(std::size_t count) {
  const auto before = std::exchange(network_, {});
  for (std::size_t i = 0; i < count; ++i) {
    network_.push_back(std::make_unique<CheckerSeat>(executor_, CheckerRole::network,
                                                     "Checker " + std::to_string(i + 1), calls_));
    network_.back()->equip(settings_);
  }
  const Time now = std::chrono::steady_clock::now();
  for (const auto& seat : before)
    for (const CheckId id : seat->checks())
      network_[id % count]->begin(id, resumed(calls_.known(id), now));
}

CheckerSeat& CheckerPool::seat_of(CheckId id, const Check& check) {
  if (is_local(check.settings->probe)) return *local_;
  return *network_[id % network_.size()];
}

void CheckerPool::start(CheckId id, const Check& check, const CheckHealth& health,
                        const Timing& timing) {
  seat_of(id, check).begin(id, {check, health, timing});
}

CheckerSeat* CheckerPool::seat_with(CheckId id) {
  if (local_->has(id)) return local_.get();
  CheckerSeat& seat = *network_[id % network_.size()];
  return seat.has(id) ? &seat : nullptr;
}

void CheckerPool::stop(CheckId id) {
  if (CheckerSeat* seat = seat_with(id)) seat->end(id);
}

void CheckerPool::hurry(CheckId id) {
  if (CheckerSeat* seat = seat_with(id)) seat->hurry(id);
}

void CheckerPool::run_program(const Script& script, Duration limit, Over over) {
  local_->run_program(script, limit, std::move(over));
}

void CheckerPool::post(const Endpoint& server, const MailOrder& order, Duration limit,
                       Posted over) {
  network_.front()->post(server, order, limit, std::move(over));
}

KeptProgram CheckerPool::keep_program(const Script& script, Over over) {
  return local_->keep_program(script, std::move(over));
}

std::optional<Time> CheckerPool::silent_since() const {
  std::optional<Time> first = local_->silent_since();
  for (const auto& seat : network_) {
    const auto since = seat->silent_since();
    if (since && (!first || *since < *first)) first = since;
  }
  return first;
}

}  // namespace lvsd
