#include "daemon/side_thread.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <semaphore>
#include <thread>
#include <vector>

using namespace lvsd;
using namespace std::chrono_literals;
namespace asio = boost::asio;

TEST_CASE("work is done on the side thread in its order and its results come to the strand") {
  asio::io_context loop;
  SideThread side(loop.get_executor(), "test");
  std::vector<int> results;
  std::vector<std::thread::id> threads;
  const auto story = [&](int number) -> asio::awaitable<void> {
    const auto work = [number] { return std::pair(number, std::this_thread::get_id()); };
    const auto [result, thread] = co_await side.run(work);
    results.push_back(result);
    threads.push_back(thread);
    CHECK(thread != std::this_thread::get_id());
  };
  for (int i = 0; i < 100; ++i)
    asio::co_spawn(loop, story(i), asio::detached);
  loop.run_for(10s);
  REQUIRE(results.size() == 100);
  CHECK(std::is_sorted(results.begin(), results.end()));
  CHECK(std::count(threads.begin(), threads.end(), threads.front()) == 100);
}

TEST_CASE("a side thread whose work does not end is left behind and harms nobody") {
  auto held = std::make_shared<std::binary_semaphore>(0);
  auto begun = std::make_shared<std::binary_semaphore>(0);
  auto ended = std::make_shared<std::binary_semaphore>(0);
  bool answered = false;
  {
    asio::io_context loop;
    SideThread side(loop.get_executor(), "test", 20ms);
    const auto story = [&]() -> asio::awaitable<void> {
      const auto work = [held, begun, ended] {
        begun->release();
        held->acquire();
        ended->release();
        return 1;
      };
      co_await side.run(work);
      answered = true;
    };
    asio::co_spawn(loop, story(), asio::detached);
    loop.poll();
    begun->acquire();
  }
  held->release();
  CHECK(ended->try_acquire_for(10s));
  CHECK_FALSE(answered);
}
