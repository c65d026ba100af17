#include "daemon/probe_runner.h"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <catch2/catch.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <tuple>
#include <vector>

#include "health/observe.h"
#include "health/schedule.h"
#include "test/daemon/loop_until.h"

using namespace lvsd;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

Time now() {
  return Time::clock::now();
}

Time began(const Observation& seen) {
  return seen.at - seen.duration;
}

// A port of all loopback addresses that takes connections and ends them.
class Server {
 public:
  explicit Server(asio::io_context& loop) : acceptor_(loop, tcp::endpoint(tcp::v4(), 0)) {
    accept();
  }
  CheckTarget target(const std::string& address = "127.0.0.1") const {
    return {.endpoint = {*parse_address(address), acceptor_.local_endpoint().port()},
            .bind_address = {}};
  }
  void close() { acceptor_.close(); }

 private:
  void accept() {
    acceptor_.async_accept([this](const boost::system::error_code& failure, const tcp::socket&) {
      if (!failure) accept();
    });
  }
  tcp::acceptor acceptor_;
};

// A port that leaves every new connection without an answer.
class Silence {
 public:
  explicit Silence(asio::io_context& loop) : acceptor_(loop) {
    acceptor_.open(tcp::v4());
    acceptor_.bind({asio::ip::address_v4::loopback(), 0});
    acceptor_.listen(0);
    for (int i = 0; i < 4; ++i) {  // fills the queue, so that loopback drops what comes next
      queued_.emplace_back(loop, tcp::v4());
      queued_.back().native_non_blocking(true);
      const auto to = acceptor_.local_endpoint();  // Asio's own connect waits all the same
      std::ignore =
          ::connect(queued_.back().native_handle(), to.data(), static_cast<socklen_t>(to.size()));
    }
  }
  CheckTarget target() const {
    return {.endpoint = {*parse_address("127.0.0.1"), acceptor_.local_endpoint().port()},
            .bind_address = {}};
  }

 private:
  tcp::acceptor acceptor_;
  std::vector<tcp::socket> queued_;
};

Check check(const CheckTarget& target, const CheckPolicy& policy) {
  return {std::make_shared<const CheckSettings>(CheckSettings{TcpCheck{}, policy}), target};
}

struct Bench {
  asio::io_context loop;
  std::map<CheckId, std::vector<Observation>> reports;
  std::function<void(CheckId)> on_report;
  std::unique_ptr<ProbeRunner> runner = std::make_unique<ProbeRunner>(
      loop.get_executor(), [this](CheckId id, const Observation& seen, bool) {
        reports[id].push_back(seen);
        if (on_report) on_report(id);
      });

  void start(CheckId id, const Check& what, Start how = Start::adopted_up) {
    runner->start(id, what, initial(how, what.settings->policy, now()),
                  first_timing(what, how, now()));
  }
  bool until(const std::function<bool()>& holds) { return lvsd::test::until(loop, holds); }
};

}  // namespace

TEST_CASE("a check runs once an interval and never before its time") {
  Bench bench;
  const Server server(bench.loop);
  const CheckPolicy policy{.delay_loop = 40ms, .warmup = 0ms};
  const Time begin = now();
  bench.start(7, check(server.target(), policy));
  CHECK(bench.runner->running() == 1);
  REQUIRE(bench.until([&] { return bench.reports[7].size() == 5; }));
  for (std::size_t i = 0; i < 5; ++i) {
    CHECK(text(bench.reports[7][i].result) == "L4OK");
    CHECK(began(bench.reports[7][i]) >= begin + static_cast<int>(i) * policy.delay_loop);
  }
}

TEST_CASE("neither a late turn nor a slow report moves the place of a check in its interval") {
  Bench bench;
  const Server server(bench.loop);
  const CheckPolicy policy{.delay_loop = 40ms, .warmup = 0ms};
  bench.on_report = [](CheckId) {
    for (const Time end = now() + 25ms; now() < end;) {
    }
  };
  bench.start(7, check(server.target(), policy));
  // Counted from the end of a report no two runs would be closer than 65 ms, on any machine.
  const std::vector<Observation>& seen = bench.reports[7];
  const auto is_closer = [](const Observation& earlier, const Observation& later) {
    return began(later) - began(earlier) < 60ms;
  };
  CHECK(bench.until(
      [&] { return std::adjacent_find(seen.begin(), seen.end(), is_closer) != seen.end(); }));
}

TEST_CASE("a check that fails is tried again at the pace of retries") {
  Bench bench;
  Server server(bench.loop);
  const CheckTarget target = server.target();
  server.close();
  const CheckPolicy policy{.delay_loop = 1h, .delay_before_retry = 20ms, .warmup = 0ms, .retry = 2};
  bench.start(7, check(target, policy));
  REQUIRE(bench.until([&] { return bench.reports[7].size() == 3; }));
  CHECK(text(bench.reports[7][0].result) == "L4CON");
  for (std::size_t i = 1; i < 3; ++i)
    CHECK(began(bench.reports[7][i]) >= bench.reports[7][i - 1].at + 20ms);
  // It is down now, and the next run is an hour away.
  bench.loop.restart();
  bench.loop.run_for(100ms);
  CHECK(bench.reports[7].size() == 3);
}

TEST_CASE("a server that is missed in the kernel is checked at once") {
  Bench bench;
  const Server server(bench.loop);
  bench.start(7, check(server.target(), {.delay_loop = 1h}), Start::adopted_down);
  CHECK(bench.until([&] { return bench.reports[7].size() == 1; }));
}

TEST_CASE("no report comes after a check is stopped") {
  Bench bench;
  const Server server(bench.loop);
  const CheckPolicy policy{.delay_loop = 5ms, .warmup = 0ms};

  SECTION("before it has begun") {
    bench.start(7, check(server.target(), policy));
    bench.runner->stop(7);
  }
  SECTION("between two runs") {
    bench.start(7, check(server.target(), policy));
    REQUIRE(bench.until([&] { return bench.reports[7].size() == 2; }));
    bench.runner->stop(7);
  }
  SECTION("by the report itself") {
    bench.on_report = [&](CheckId id) { bench.runner->stop(id); };
    bench.start(7, check(server.target(), policy));
    REQUIRE(bench.until([&] { return bench.reports[7].size() == 1; }));
  }
  SECTION("at any of its steps") {
    for (int steps = 0; steps < 12; ++steps) {
      bench.start(7, check(server.target(), policy));
      for (int i = 0; i < steps; ++i)
        bench.loop.run_one_for(5ms);
      bench.runner->stop(7);
    }
  }
  const auto before = bench.reports[7].size();
  CHECK(bench.runner->running() == 0);
  bench.loop.restart();
  bench.loop.run_for(50ms);
  CHECK(bench.reports[7].size() == before);
}

TEST_CASE("a check that waits for its server is stopped at once") {
  Bench bench;
  const Silence silence(bench.loop);
  bench.start(7, check(silence.target(), {.connect_timeout = 1h, .warmup = 0ms}));
  for (int i = 0; i < 20; ++i)
    bench.loop.run_one_for(5ms);
  bench.runner->stop(7);
  const Time begin = now();
  bench.loop.restart();
  bench.loop.run();  // nothing of it is left
  CHECK(now() - begin < 5s);
  CHECK(bench.reports.empty());
}

TEST_CASE("a report may stop and begin checks - its own id among them") {
  Bench bench;
  const Server server(bench.loop);
  const Check often = check(server.target(), {.delay_loop = 5ms, .warmup = 0ms});
  bench.on_report = [&](CheckId id) {
    if (bench.reports[id].size() > 3) return;
    bench.runner->stop(id);
    bench.start(id, often);
    if (id == 1) bench.runner->stop(2);
  };
  bench.start(1, often);
  bench.start(2, check(server.target(), {.delay_loop = 1h, .warmup = 1h}));
  CHECK(bench.until([&] { return bench.reports[1].size() >= 6; }));
  CHECK(bench.runner->running() == 1);
}

TEST_CASE("a thousand checks all run and all stop") {
  Bench bench;
  const Server server(bench.loop);
  const CheckPolicy policy{.delay_loop = 1h, .connect_timeout = 10s, .warmup = 300ms};
  for (CheckId id = 0; id < 1000; ++id) {
    const auto address =
        "127.0." + std::to_string(1 + id / 250) + "." + std::to_string(1 + id % 250);
    bench.start(id, check(server.target(address), policy));
  }
  CHECK(bench.until([&] { return bench.reports.size() == 1000; }));
  std::map<std::string_view, int> results;
  for (const auto& [id, seen] : bench.reports)
    ++results[text(seen.at(0).result)];
  CHECK(results == std::map<std::string_view, int>{{"L4OK", 1000}});
  CHECK(bench.runner->running() == 1000);
  bench.runner.reset();
}

TEST_CASE("a runner may end while checks have not begun or wait or are under way") {
  Bench bench;
  const Server server(bench.loop);
  const Silence silence(bench.loop);
  bench.start(1, check(silence.target(), {.connect_timeout = 1h, .warmup = 0ms}));
  bench.start(2, check(server.target(), {.delay_loop = 1h, .warmup = 1h}));
  bench.start(3, check(server.target(), {.delay_loop = 5ms, .warmup = 0ms}));
  REQUIRE(bench.until([&] { return bench.reports[3].size() == 2; }));
  bench.start(4, check(server.target(), {.delay_loop = 5ms, .warmup = 0ms}));
  const auto before = bench.reports;
  bench.runner.reset();
  bench.loop.restart();
  bench.loop.run_for(50ms);
  CHECK(bench.reports[3].size() == before.at(3).size());
  CHECK_FALSE(bench.reports.contains(4));
}

TEST_CASE("a loop may end before the runner with checks under way") {
  std::unique_ptr<ProbeRunner> runner;
  const auto unheard = [](CheckId, const Observation&, bool) {};
  {
    asio::io_context loop;
    const Silence silence(loop);
    runner = std::make_unique<ProbeRunner>(loop.get_executor(), unheard);
    const Check hanging = check(silence.target(), {.connect_timeout = 1h, .warmup = 0ms});
    runner->start(1, hanging, initial(Start::adopted_up, hanging.settings->policy, now()),
                  first_timing(hanging, Start::adopted_up, now()));
    for (int i = 0; i < 10; ++i)
      loop.run_one_for(5ms);
    runner.reset();
  }
  SUCCEED("the sanitizers have nothing to say");
}

TEST_CASE("an exception of whoever gets the reports ends the loop and not silently the check") {
  Bench bench;
  const Server server(bench.loop);
  bench.on_report = [](CheckId) { throw std::runtime_error("a bug of ours"); };
  bench.start(7, check(server.target(), {.delay_loop = 5ms, .warmup = 0ms}));
  CHECK_THROWS_WITH(bench.until([] { return false; }), "a bug of ours");
}
