#include "daemon/checker_link.h"

#include <sys/socket.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <chrono>
#include <memory>
#include <string>

using namespace lvsd;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

// A link and the other end of its pipe.
struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) == 0);
    other = UniqueFd(ends[1]);
    link = std::make_shared<CheckerLink>(loop.get_executor(), UniqueFd(ends[0]), 100);
  }
  std::string arrived() {
    std::array<char, 100> room;
    const ssize_t got = ::recv(other.get(), room.data(), room.size(), 0);
    return got > 0 ? std::string(room.data(), static_cast<std::size_t>(got)) : "";
  }

  asio::io_context loop;
  UniqueFd other;
  std::shared_ptr<CheckerLink> link;
};

}  // namespace

TEST_CASE("what nobody waits for goes to the other end with what somebody waits for") {
  Pipe pipe;
  pipe.link->send_soon("one ");
  pipe.link->send_soon("two ");
  pipe.loop.poll();
  CHECK(pipe.arrived().empty());
  pipe.link->send("three");
  pipe.loop.poll();
  CHECK(pipe.arrived() == "one two three");
}

TEST_CASE("what nobody waits for goes to the other end by itself before long") {
  Pipe pipe;
  for (const char* said : {"once", "again"}) {
    pipe.link->send_soon(said);
    pipe.loop.restart();
    pipe.loop.run_for(5s);  // ends when nothing is left to do
    CHECK(pipe.arrived() == said);
  }
}

TEST_CASE("a link that is closed sends nothing that was to go out soon") {
  Pipe pipe;
  pipe.link->send_soon("late");
  pipe.link->close();
  pipe.link->send_soon("later");
  CHECK(pipe.loop.run_for(5s) <= 1);
  CHECK(pipe.arrived().empty());
}
