#include "daemon/readiness.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

using namespace lvsd;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) == 0);
    read.reset(ends[0]);
    write.reset(ends[1]);
  }
  void say() const { REQUIRE(::write(write.get(), "x", 1) == 1); }
  void hear() const {
    char heard = 0;
    REQUIRE(::read(read.get(), &heard, 1) == 1);
  }

  UniqueFd read;
  UniqueFd write;
};

Time soon(std::chrono::milliseconds time) {
  return std::chrono::steady_clock::now() + time;
}

// A wait of its own for a descriptor, and how it ended.
struct Wait {
  Wait(asio::io_context& loop, UniqueFd fd, Time deadline) {
    descriptor.emplace(loop.get_executor(), std::move(fd), deadline);
  }
  void begin(asio::io_context& loop) {
    asio::co_spawn(
        loop, [this]() -> asio::awaitable<void> { ready = co_await descriptor->readable(); },
        asio::detached);
  }

  std::optional<TimedDescriptor> descriptor;
  std::optional<bool> ready;
};

UniqueFd duplicate(const UniqueFd& fd) {
  return UniqueFd(::fcntl(fd.get(), F_DUPFD_CLOEXEC, 0));
}

}  // namespace

TEST_CASE("readiness ends a wait and the loop where nobody waits any more ends") {
  asio::io_context loop;
  const Pipe pipe;
  Wait wait(loop, duplicate(pipe.read), soon(60s));
  for (int round = 0; round < 3; ++round) {
    INFO(round);
    wait.ready.reset();
    wait.begin(loop);
    loop.poll();
    CHECK_FALSE(wait.ready);
    pipe.say();
    loop.run();
    CHECK(wait.ready == true);
    CHECK_FALSE(wait.descriptor->has_failed());
    pipe.hear();
    loop.restart();
  }
}

TEST_CASE("what is ready before it is waited for is ready") {
  asio::io_context loop;
  const Pipe pipe;
  pipe.say();
  Wait wait(loop, duplicate(pipe.read), soon(60s));
  // Nobody reads: it stays so.
  for (int round = 0; round < 3; ++round) {
    wait.ready.reset();
    wait.begin(loop);
    loop.run();
    CHECK(wait.ready == true);
    loop.restart();
  }
}

TEST_CASE("the deadline ends a wait and every wait after it") {
  asio::io_context loop;
  const Pipe pipe;
  Wait wait(loop, duplicate(pipe.read), soon(5ms));
  wait.begin(loop);
  loop.run();
  CHECK(wait.ready == false);
  loop.restart();
  pipe.say();
  wait.begin(loop);
  loop.run();
  CHECK(wait.ready == false);
}

TEST_CASE("a descriptor that fails is ready and says so") {
  asio::io_context loop;
  Pipe pipe;
  Wait wait(loop, duplicate(pipe.read), soon(60s));
  wait.begin(loop);
  pipe.write.reset();
  loop.run();
  CHECK(wait.ready == true);
  CHECK(wait.descriptor->has_failed());
}

// The kernel forgets a descriptor when the last duplicate of it is closed, not the one added.
TEST_CASE("a duplicate with the number of one that was waited for is told for itself") {
  asio::io_context loop;
  const Pipe pipe;
  pipe.say();
  std::optional<Wait> first(std::in_place, loop, duplicate(pipe.read), soon(60s));
  const int number = first->descriptor->fd();
  first->begin(loop);
  loop.run();
  CHECK(first->ready == true);
  first.reset();
  loop.restart();

  Wait second(loop, duplicate(pipe.read), soon(60s));
  REQUIRE(second.descriptor->fd() == number);
  second.begin(loop);
  loop.run();
  CHECK(second.ready == true);
}

TEST_CASE("who is gone is not told while others with a duplicate of his are") {
  const Pipe pipe;
  asio::io_context loop;
  Wait stays(loop, duplicate(pipe.read), soon(60s));
  {
    asio::io_context own;
    Wait gone(own, duplicate(pipe.read), soon(60s));
    gone.begin(own);
    own.poll();
  }
  Wait expires(loop, duplicate(pipe.read), soon(1ms));
  expires.begin(loop);
  stays.begin(loop);
  loop.run_one_for(10s);  // whatever comes first
  while (!expires.ready)
    REQUIRE(loop.run_one_for(10s) == 1);
  expires.descriptor.reset();
  pipe.say();
  loop.run();
  CHECK(stays.ready == true);
  CHECK(expires.ready == false);
}

TEST_CASE("four hundred descriptors that are ready at once are all told") {
  asio::io_context loop;
  std::vector<Pipe> pipes(200);
  std::vector<std::unique_ptr<Wait>> waits;
  for (int i = 0; i < 400; ++i) {
    waits.push_back(std::make_unique<Wait>(
        loop, duplicate(pipes[static_cast<std::size_t>(i / 2)].read), soon(60s)));
    waits.back()->begin(loop);
  }
  loop.poll();
  for (const Pipe& pipe : pipes)
    pipe.say();
  loop.run();
  for (const auto& wait : waits)
    CHECK(wait->ready == true);
}
