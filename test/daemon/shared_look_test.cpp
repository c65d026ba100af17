#include "daemon/shared_look.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <catch2/catch.hpp>

using namespace lvsd;
namespace asio = boost::asio;

namespace {

// Somebody who looks as long as the gate is shut, and those who want to know.
struct Scene {
  asio::awaitable<void> look_once() {
    ++looks;
    co_await gate.async_wait(asio::as_tuple(asio::use_awaitable));
  }
  asio::awaitable<void> ask_once() {
    co_await look.seen();
    ++answered;
  }
  void ask() {
    loop.restart();  // it ran out of work
    asio::co_spawn(loop, ask_once(), asio::detached);
  }

  asio::io_context loop{1};
  asio::steady_timer gate{loop, Time::max()};
  int looks = 0;
  int answered = 0;
  SharedLook look{loop.get_executor(), [this] { return look_once(); }};
};

}  // namespace

TEST_CASE("those who ask while a look is under way share it") {
  Scene scene;
  scene.ask();
  scene.ask();
  scene.loop.poll();
  CHECK(scene.looks == 1);
  CHECK(scene.answered == 0);
  scene.gate.cancel();
  scene.loop.poll();
  CHECK(scene.answered == 2);
}

TEST_CASE("nobody waits for a look that does not come back, and no other one is begun") {
  Scene scene;
  scene.ask();
  while (scene.answered == 0)
    scene.loop.run_one();
  scene.ask();
  while (scene.answered == 1)
    scene.loop.run_one();
  CHECK(scene.looks == 1);
}

TEST_CASE("a look that was slow is good for a while, unless it is forgotten") {
  Scene scene;
  scene.ask();
  while (scene.answered == 0)  // for as long as anybody has patience
    scene.loop.run_one();
  scene.gate.cancel();
  scene.loop.poll();
  scene.ask();
  scene.loop.poll();
  CHECK(scene.looks == 1);
  CHECK(scene.answered == 2);
  scene.look.forget();
  scene.ask();
  scene.loop.poll();
  CHECK(scene.looks == 2);
}

TEST_CASE("what is forgotten while it is looked at is looked at again") {
  Scene scene;
  scene.ask();
  scene.loop.poll();
  scene.look.forget();
  scene.gate.cancel();
  scene.loop.poll();
  scene.ask();
  scene.loop.poll();
  CHECK(scene.looks == 2);
}
