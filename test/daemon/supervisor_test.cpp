#include "daemon/supervisor.h"

#include <stdlib.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <string>
#include <thread>

#include "test/daemon/site.h"
#include "test/fakes/gate.h"
#include "test/fakes/notify_listener.h"

using namespace lvsd;
using namespace std::chrono_literals;
using lvsd::test::FakeRequest;
using lvsd::test::Gate;
using lvsd::test::NotifyListener;
using lvsd::test::Site;
using lvsd::test::TempDir;
using lvsd::test::unchecked;
using lvsd::test::web;

namespace {

std::string between(ServicePhase told, ServicePhase is) {
  return message({told, "same"}, {is, "same"}, Time(1234567us));
}

// A daemon whose supervisor is a test.
struct Watched {
  explicit Watched(Duration watchdog = Duration::zero()) : site(web(unchecked(2) + unchecked(3))) {
    site.supervisor = {.socket = listener.name(), .watchdog = watchdog};
  }

  TempDir folder;
  NotifyListener listener{(folder / "notify").string()};
  Site site;
};

}  // namespace

TEST_CASE("a supervisor is told of a phase once and of a reload with its moment") {
  using enum ServicePhase;
  CHECK(between(starting, ready) == "READY=1\n");
  CHECK(between(ready, reloading) == "RELOADING=1\nMONOTONIC_USEC=1234567\n");
  CHECK(between(reloading, ready) == "READY=1\n");
  CHECK(between(ready, stopping) == "STOPPING=1\n");
  CHECK(between(starting, stopping) == "STOPPING=1\n");
  for (const ServicePhase phase : {starting, ready, reloading, stopping})
    CHECK(between(phase, phase).empty());
}

TEST_CASE("a supervisor's status is one line and told when it has changed") {
  const ServiceNote told{ServicePhase::ready, "OK"};
  CHECK(message(told, {ServicePhase::ready, "DOWN"}, {}) == "STATUS=DOWN\n");
  CHECK(message(told, {ServicePhase::ready, "a\nREADY=1"}, {}) == "STATUS=a READY=1\n");
  CHECK(message({}, {ServicePhase::ready, "OK"}, {}) == "READY=1\nSTATUS=OK\n");
}

TEST_CASE("the supervisor's address is taken out of the environment") {
  ::setenv("NOTIFY_SOCKET", "/run/systemd/notify", 1);
  ::setenv("WATCHDOG_USEC", "30000000", 1);
  const std::string us = std::to_string(::getpid());
  SECTION("of this process") {
    ::setenv("WATCHDOG_PID", us.c_str(), 1);
    CHECK(take_supervisor_address() == SupervisorAddress{"/run/systemd/notify", 30s});
  }
  SECTION("of whoever is asked") {
    CHECK(take_supervisor_address() == SupervisorAddress{"/run/systemd/notify", 30s});
  }
  SECTION("with a watchdog that watches another process") {
    const char* const another = GENERATE("1", "12x");
    ::setenv("WATCHDOG_PID", another, 1);
    CHECK(take_supervisor_address() == SupervisorAddress{"/run/systemd/notify", 0s});
  }
  SECTION("with a watchdog that is no time") {
    const char* const none = GENERATE("", "0", "-5", "30s");
    ::setenv("WATCHDOG_USEC", none, 1);
    CHECK(take_supervisor_address() == SupervisorAddress{"/run/systemd/notify", 0s});
  }
  for (const char* const name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"})
    CHECK(::getenv(name) == nullptr);
  CHECK(take_supervisor_address() == SupervisorAddress{});
}

TEST_CASE("a supervisor is reached by a path and by an abstract name") {
  const TempDir folder;
  const bool is_path = GENERATE(true, false);
  const std::string name =
      is_path ? (folder / "notify").string() : "@lvsd-test-notify-" + std::to_string(::getpid());
  NotifyListener listener(name);
  auto supervisor = Supervisor::open({.socket = name});
  REQUIRE(supervisor.has_value());
  supervisor->note({ServicePhase::ready, "OK"}, {});
  CHECK(listener.next() == "READY=1\nSTATUS=OK\n");
  supervisor->note({ServicePhase::ready, "OK"}, {});
  supervisor->feed_watchdog();
  CHECK(listener.next() == "WATCHDOG=1\n");
}

TEST_CASE("a name that is no socket's is said") {
  CHECK_FALSE(Supervisor::open({.socket = "notify"}).has_value());
  CHECK_FALSE(Supervisor::open({.socket = "@"}).has_value());
  CHECK_FALSE(Supervisor::open({.socket = "/" + std::string(200, 'x')}).has_value());
  CHECK(Supervisor::open({}).has_value());
}

TEST_CASE("a supervisor whose queue is full is told as soon as there is room") {
  const TempDir folder;
  NotifyListener listener((folder / "notify").string());
  auto supervisor = Supervisor::open({.socket = listener.name()}).value();
  for (int i = 0; i < 100'000; ++i)
    supervisor.feed_watchdog();
  supervisor.note({ServicePhase::ready, "OK"}, {});  // there is no room for it
  while (listener.next(0ms) == "WATCHDOG=1\n") {
  }
  supervisor.note({ServicePhase::ready, "OK"}, {});
  CHECK(listener.next() == "READY=1\nSTATUS=OK\n");
}

TEST_CASE("a daemon is ready when the table is as wanted and not before") {
  Watched watched;
  Site& site = watched.site;
  Gate gate;
  std::atomic<bool> armed = true;
  site.fake.on_request = [&](FakeRequest& asked) {
    if (asked.is_change && armed.exchange(false)) gate.hold();
  };
  site.start();
  REQUIRE(lvsd::test::eventually([&] { return gate.held == 1; }));
  CHECK_FALSE(watched.listener.next(50ms));
  gate.open.release();
  CHECK(watched.listener.next() ==
        "READY=1\nSTATUS=OK: 1 of 1 services up, 2 of 2 servers up, generation 1\n");
  CHECK(site.fake.table().begin()->second.destinations.size() == 2);
  CHECK(site.stop() == exit_done);
  CHECK(watched.listener.next() == "STOPPING=1\nSTATUS=Stopping\n");
}

TEST_CASE("a daemon is not ready while the kernel refuses a service and says so") {
  Watched watched;
  std::atomic<bool> refuse = true;
  watched.site.fake.on_request = [&](FakeRequest& asked) {
    if (refuse && asked.is_change) asked.refuse_with = ENOMEM;
  };
  watched.site.start();
  const auto first = watched.listener.next();
  REQUIRE(first);
  CHECK(first->find("READY=1") == first->npos);
  CHECK(first->find("; 1 services are not in the kernel as wanted\n") != first->npos);
  refuse = false;
  CHECK(watched.listener.next_with("READY=1"));
  CHECK(watched.site.stop() == exit_done);
}

TEST_CASE("a daemon that does not start tells its supervisor why") {
  Watched watched;
  watched.site.write("virtual_server 10.0.0.1 80 {\n  weigth 3\n}\n");
  watched.site.start();
  CHECK(watched.site.joined() == exit_refused);
  const auto last = watched.listener.next();
  REQUIRE(last);
  CHECK(last->find("STATUS=the configuration ") == 0);
  CHECK(last->find(" is not valid, not starting\n") != last->npos);
}

TEST_CASE("a reload is told from its begin to its end whether it is applied or refused") {
  Watched watched;
  Site& site = watched.site;
  site.up();
  REQUIRE(watched.listener.next_with("READY=1"));
  const bool is_good = GENERATE(true, false);
  site.write(is_good ? web(unchecked(2)) : "virtual_server {\n");
  CHECK(site.reload().status == (is_good ? 200 : 422));
  const auto begin = watched.listener.next();
  REQUIRE(begin);
  CHECK(begin->find("RELOADING=1\nMONOTONIC_USEC=") == 0);
  CHECK(begin->find("\nSTATUS=Reloading ") != begin->npos);
  CHECK(watched.listener.next() ==
        (is_good ? "READY=1\nSTATUS=OK: 1 of 1 services up, 1 of 1 servers up, generation 2\n"
                 : "READY=1\nSTATUS=OK: 1 of 1 services up, 2 of 2 servers up, generation 1\n"));
}

TEST_CASE("the watchdog is fed while the kernel answers and not while it hangs") {
  Watched watched(300ms);
  Site& site = watched.site;
  Gate gate;
  std::atomic<bool> armed = false;
  site.fake.on_request = [&](FakeRequest&) {
    if (armed.exchange(false)) gate.hold();
  };
  site.up();
  for (int i = 0; i < 3; ++i)
    REQUIRE(watched.listener.next_with("WATCHDOG=1"));
  armed = true;
  std::thread asking([&] { site.ask("POST", "/api/v1/services/tcp:10.0.0.1:80/zero"); });
  REQUIRE(lvsd::test::eventually([&] { return gate.held == 1; }));
  // What was on its way when the kernel began to hang may still come, and what its patience allows.
  const auto is_starved = [&] { return !watched.listener.next_with("WATCHDOG=1", 400ms); };
  CHECK(lvsd::test::eventually(is_starved));
  gate.open.release();
  asking.join();
  CHECK(watched.listener.next_with("WATCHDOG=1"));
  CHECK(site.stop() == exit_done);
}
