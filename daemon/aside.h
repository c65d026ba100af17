#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <optional>
#include <type_traits>

#include "daemon/daemon.h"

namespace lvsd {

// Work that takes long or may hang, on the thread beside the loop; what it throws comes back.
// REQUIRES: what it looks at does not change meanwhile.
template <class Work>
boost::asio::awaitable<std::invoke_result_t<Work>> Daemon::aside(Work work) {
  using Value = std::invoke_result_t<Work>;
  // Asio wants what a coroutine returns to be default constructible.
  const auto run = [&work]() -> boost::asio::awaitable<std::optional<Value>> { co_return work(); };
  co_return *co_await boost::asio::co_spawn(files_, run, boost::asio::use_awaitable);
}

}  // namespace lvsd
