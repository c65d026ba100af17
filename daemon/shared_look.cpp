#include "daemon/shared_look.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <utility>

#include "daemon/die_of.h"

namespace lvsd {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr Duration patience = 50ms;
constexpr Time::duration longest_good = 15s;

}  // namespace

SharedLook::SharedLook(asio::any_io_executor executor, Look look)
    : executor_(executor), look_(std::move(look)), back_(executor) {}

void SharedLook::begin() {
  const Time now = std::chrono::steady_clock::now();
  if (is_looking_ || now < good_until_) return;
  is_looking_ = true;
  back_.expires_at(now + patience);
  asio::co_spawn(executor_, look_now(), die_of);
}

asio::awaitable<void> SharedLook::seen() {
  begin();
  if (is_looking_) co_await back_.async_wait(asio::as_tuple(asio::use_awaitable));
}

void SharedLook::forget() {
  ++forgotten_;
  good_until_ = Time::min();
}

asio::awaitable<void> SharedLook::look_now() {
  const Time begun = std::chrono::steady_clock::now();
  const std::uint32_t forgotten = forgotten_;
  co_await look_();
  const Time now = std::chrono::steady_clock::now();
  if (forgotten == forgotten_) good_until_ = now + std::min(100 * (now - begun), longest_good);
  is_looking_ = false;
  back_.cancel();
}

}  // namespace lvsd
