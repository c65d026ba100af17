#include "daemon/reconciler.h"

#include <linux/ip_vs.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <catch2/catch.hpp>
#include <cerrno>
#include <thread>

#include "daemon/kernel_error.h"
#include "plan/stages.h"
#include "test/daemon/log_lines.h"
#include "test/daemon/loop_until.h"
#include "test/fakes/fake_netlink.h"
#include "test/fakes/gate.h"
#include "test/text/random.h"
#include "test/text/table.h"

using namespace lvsd;
using namespace std::chrono_literals;
using lvsd::test::FakeNetlink;
using lvsd::test::FakeRequest;
using lvsd::test::Gate;
using lvsd::test::LogLines;
using lvsd::test::Random;
using lvsd::test::service_key;
using lvsd::test::table;
namespace asio = boost::asio;

namespace {

Services keys(const Table& table) {
  Services services;
  for (const auto& [key, service] : table)
    services.insert(key);
  return services;
}

// A reconciler over a fake kernel. `wanted` is all that is wanted; the audit comes when it is asked
// for.
struct Bench {
  explicit Bench(KernelWriterOptions options = {}, NetlinkOptions netlink = {})
      : writer(loop.get_executor(), fake.open(netlink), options),
        reconciler(loop.get_executor(), writer, [this](const Services& services) {
          on_wanted();
          Table some;
          for (const ServiceKey& key : services)
            if (wanted.contains(key)) some.emplace(key, wanted.at(key));
          return some;
        }) {}

  // Runs the reconciler, past the audit it begins with.
  void start() {
    asio::co_spawn(loop, reconciler.run(), asio::detached);
    reconciler.set_audit_interval(1h);
    REQUIRE(until([this] { return reconciler.audited() || reconciler.trouble(); }));
  }

  // Runs the loop until that holds; false if it does not within ten seconds.
  bool until(const std::function<bool()>& holds) { return lvsd::test::until(loop, holds); }

  std::vector<std::string> reconcile(const Services& services) {
    std::optional<std::vector<std::string>> failures;
    asio::co_spawn(loop, reconciler.reconcile(services),
                   [&failures](std::exception_ptr failure, std::vector<std::string> result) {
                     if (failure) std::rethrow_exception(failure);
                     failures = std::move(result);
                   });
    REQUIRE(until([&] { return failures.has_value(); }));
    return *failures;
  }

  // Wants and owns that, and has it brought about.
  std::vector<std::string> bring(const Table& table) {
    Services services = keys(wanted);
    wanted = table;
    reconciler.own(keys(wanted));
    services.merge(keys(wanted));
    return reconcile(services);
  }

  void audit() {
    const auto before = reconciler.audited();
    reconciler.set_audit_interval(0ms);
    reconciler.set_audit_interval(1h);
    REQUIRE(until([&] { return reconciler.audited() != before; }));
    // What the audit repairs is done when a request after it is.
    reconcile({});
  }

  LogLines log;
  FakeNetlink fake;
  asio::io_context loop;
  KernelWriter writer;
  Table wanted;
  std::function<void()> on_wanted = [] {};
  Reconciler reconciler;
};

const Table kWeb = table(
    "tcp 10.0.0.1:80 wlc\n"
    "  -> 10.0.0.2:80 NAT weight 1\n"
    "  -> 10.0.0.3:80 NAT weight 1\n");
const Table kMoved = table(
    "tcp 10.0.0.1:80 wlc\n"
    "  -> 10.0.0.3:80 NAT weight 5\n"
    "  -> 10.0.0.4:80 NAT weight 1\n");
const Table kDns = table("udp 10.0.0.1:53 rr\n  -> 10.0.0.2:53 NAT weight 1\n");
const ServiceKey kWebKey = service_key("tcp 10.0.0.1:80");

}  // namespace

// ---- bringing it about

TEST_CASE("the kernel is brought to what is wanted and from there to what is wanted next") {
  Bench bench;
  bench.start();
  CHECK(bench.bring(kWeb).empty());
  CHECK(text(bench.fake.table()) == text(kWeb));
  CHECK(bench.bring(kMoved).empty());
  CHECK(text(bench.fake.table()) == text(kMoved));
  CHECK(bench.bring({}).empty());
  CHECK(bench.fake.table().empty());
  CHECK(bench.reconciler.failing() == 0);
}

TEST_CASE("law: reconciling arrives at any table from any other and then writes nothing") {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    Random random(seed);
    CAPTURE(seed);
    Bench bench;
    bench.wanted = random_table(random);
    bench.fake.put(changed(bench.wanted, random));
    bench.reconciler.own(keys(bench.fake.table()));
    bench.reconciler.own(keys(bench.wanted));
    Services all = bench.reconciler.owned();
    bench.reconciler.request(all);
    bench.start();
    REQUIRE(bench.reconcile(all).empty());
    REQUIRE(text(bench.fake.table()) == text(bench.wanted));
    const auto writes = bench.fake.changes();
    REQUIRE(bench.reconcile(all).empty());
    bench.audit();
    REQUIRE(bench.fake.changes() == writes);
    REQUIRE(bench.reconciler.owned() == keys(bench.wanted));
  }
}

TEST_CASE("many requests of one turn are one reading") {
  Bench bench;
  bench.start();
  bench.bring(kWeb);
  const auto before = bench.fake.requests();
  bench.reconcile({kWebKey});
  const auto for_one = bench.fake.requests() - before;
  for (int i = 0; i < 100; ++i)
    bench.reconciler.request({kWebKey});
  bench.reconcile({});  // comes a turn later
  CHECK(bench.fake.requests() == before + 2 * for_one);
}

// The marks from `first` on.
Table marked(std::uint32_t first, std::uint32_t count) {
  Table table;
  for (std::uint32_t mark = first; mark < first + count; ++mark)
    table[fwmark_service(mark, Family::v4)].destinations = kDns.begin()->second.destinations;
  return table;
}

TEST_CASE("a start brings the kernel there by the reading it is given and asks no more") {
  std::string order;  // a letter for each kind of change, when it begins
  std::size_t questions = 0;
  Bench bench;
  bench.fake.put(marked(1, 1200));
  bench.wanted = marked(601, 1200);
  bench.reconciler.own(keys(marked(1, 600)));
  bench.reconciler.own(keys(bench.wanted));
  const Table found = bench.fake.table();
  bench.fake.on_request = [&](FakeRequest& request) {
    const char kind = request.command == IPVS_CMD_DEL_SERVICE ? 'D' : 'N';
    if (!request.is_change)
      ++questions;
    else if (order.empty() || order.back() != kind)
      order += kind;
  };
  std::optional<std::vector<std::string>> failures;
  asio::co_spawn(bench.loop, bench.reconciler.take_over(found),
                 [&failures](std::exception_ptr, std::vector<std::string> result) {
                   failures = std::move(result);
                 });
  REQUIRE(bench.until([&] { return failures.has_value(); }));
  CHECK(failures->empty());
  CHECK(bench.fake.table() == bench.wanted);
  CHECK(bench.fake.changes() == 600 * 2 + 600);
  CHECK(questions <= 1);  // its name, when the socket is opened
  CHECK(order == "ND");   // what goes, goes when all that comes is there
  CHECK(bench.reconciler.owned() == keys(bench.wanted));
}

TEST_CASE("a thousand services are read in one dump of everything") {
  std::atomic<int> service_questions = 0;
  Bench bench;
  for (std::uint32_t mark = 1; mark <= 1000; ++mark)
    bench.wanted[fwmark_service(mark, Family::v4)].destinations = kDns.begin()->second.destinations;
  bench.reconciler.own(keys(bench.wanted));
  bench.reconciler.request(keys(bench.wanted));
  bench.start();
  REQUIRE(bench.reconcile(keys(bench.wanted)).empty());
  REQUIRE(bench.fake.table() == bench.wanted);

  bench.fake.on_request = [&](FakeRequest& request) {
    if (request.command == IPVS_CMD_GET_SERVICE) ++service_questions;
  };
  bench.wanted.begin()->second.settings.scheduler = "rr";
  const auto writes = bench.fake.changes();
  REQUIRE(bench.reconcile(keys(bench.wanted)).empty());
  CHECK(bench.fake.changes() == writes + 1);
  CHECK(service_questions == 1);
}

TEST_CASE("what was requested before the reconciler runs is done when it runs") {
  Bench bench;
  bench.wanted = kWeb;
  bench.reconciler.own(keys(kWeb));
  bool done = false;
  asio::co_spawn(bench.loop, bench.reconciler.reconcile(keys(kWeb)),
                 [&](std::exception_ptr, const auto&) { done = true; });
  CHECK(bench.loop.run_for(20ms) < 10);  // it waits, and does not spin
  bench.start();
  CHECK(bench.until([&] { return done; }));
  CHECK(bench.fake.table() == kWeb);
  CHECK(bench.reconciler.drift().empty());
  CHECK(bench.log.count("Drift") == 0);
}

// ---- what is not ours

TEST_CASE("services of others are neither changed nor removed and not called drift") {
  const Table others = table(
      "tcp 10.9.9.9:80 rr\n  -> 10.9.9.1:80 NAT weight 7\n"
      "fwmark 7 sh\n");
  Bench bench;
  bench.fake.put(others);
  bench.start();
  bench.bring(kWeb);
  bench.audit();
  bench.reconcile(keys(others));
  bench.bring({});
  CHECK(bench.fake.table() == others);
  CHECK(bench.log.count("Drift") == 0);
}

TEST_CASE("a service is ours until it is gone and then it is not") {
  std::atomic<bool> refuse = true;
  Bench bench;
  bench.start();
  bench.bring(kWeb);
  bench.fake.on_request = [&](FakeRequest& request) {
    if (refuse && request.command == IPVS_CMD_DEL_SERVICE) request.refuse_with = EBUSY;
  };
  CHECK(bench.bring({}).size() == 1);
  CHECK(bench.reconciler.owned().contains(kWebKey));
  refuse = false;
  CHECK(bench.until([&] { return bench.reconciler.owned().empty(); }));
  CHECK(bench.fake.table().empty());

  bench.fake.put(kWeb);  // by someone else
  bench.reconcile({kWebKey});
  bench.audit();
  CHECK(bench.fake.table() == kWeb);
}

TEST_CASE("a service that is wanted again while it is being removed is ours still") {
  Gate gate;
  std::atomic<bool> armed = true;
  Bench bench;
  bench.start();
  bench.bring(kWeb);
  bench.fake.on_request = [&](FakeRequest& request) {
    if (armed && request.command == IPVS_CMD_DEL_SERVICE) gate.hold();
  };
  bench.wanted.clear();
  bench.reconciler.request({kWebKey});
  REQUIRE(bench.until([&] { return gate.held == 1; }));
  bench.wanted = kWeb;
  bench.reconciler.own(keys(kWeb));
  bench.reconciler.request({kWebKey});
  armed = false;
  gate.open.release();
  CHECK(bench.reconcile({kWebKey}).empty());
  CHECK(bench.fake.table() == kWeb);
  CHECK(bench.bring({}).empty());
  CHECK(bench.fake.table().empty());
}

// ---- what fails

TEST_CASE("an op that the kernel refuses is logged once and tried again until it works") {
  std::atomic<int> refusals = 0;
  std::atomic<bool> refuse = true;
  Bench bench;
  bench.start();
  bench.fake.on_request = [&](FakeRequest& request) {
    if (!refuse || request.command != IPVS_CMD_NEW_SERVICE) return;
    request.refuse_with = ENOMEM;
    ++refusals;
  };
  bench.wanted = kDns;
  bench.reconciler.own(keys(kDns));
  const auto failures = bench.reconcile(keys(kDns));
  REQUIRE(failures.size() == 1);
  CHECK(failures[0] == "add udp 10.0.0.1:53 rr: ENOMEM");
  CHECK(bench.reconciler.failing() == 1);
  Table both = kWeb;
  both.merge(Table(kDns));
  CHECK(bench.bring(both).size() == 2);
  CHECK(bench.log.count("ERROR The kernel refused: add udp 10.0.0.1:53 rr: ENOMEM. "
                        "Trying again") == 1);

  REQUIRE(bench.until([&] { return refusals >= 8; }));
  CHECK(bench.log.count("The kernel refused") == 2);
  refuse = false;
  CHECK(bench.until([&] { return bench.reconciler.failing() == 0; }));
  CHECK(bench.fake.table() == both);
  CHECK(bench.log.count("NOTICE Service udp 10.0.0.1:53 is in the kernel as wanted again") == 1);
}

TEST_CASE("the pauses between attempts grow") {
  std::atomic<int> refusals = 0;
  Bench bench;
  bench.start();
  bench.fake.on_request = [&](FakeRequest& request) {
    if (!request.is_change) return;
    request.refuse_with = ENOMEM;
    ++refusals;
  };
  bench.wanted = {{fwmark_service(1, Family::v4), {}}};
  bench.reconciler.own(keys(bench.wanted));
  std::vector<Time> at;
  bench.reconciler.request(keys(bench.wanted));
  for (int n = 1; n <= 4; ++n) {
    REQUIRE(bench.until([&] { return refusals >= n; }));
    at.push_back(Time::clock::now());
  }
  CHECK(refusals == 4);
  CHECK(at[3] - at[0] >= 50ms + 100ms + 200ms - 10ms);  // it is seen a moment after it happens
}

TEST_CASE("one service that fails does not hold up the others") {
  Bench bench;
  bench.start();
  bench.fake.on_request = [&](FakeRequest& request) {
    if (request.command == IPVS_CMD_NEW_SERVICE && request.change == 0) request.refuse_with = EBUSY;
  };
  Table both = kWeb;
  both.merge(Table(kDns));
  const auto failures = bench.bring(both);
  CHECK(failures.size() == 1);
  CHECK(bench.fake.table().size() == 1);
  CHECK(bench.until([&] { return bench.reconciler.failing() == 0; }));
  CHECK(bench.fake.table() == both);
}

TEST_CASE("whichever op fails a service that has servers before and after has one all the time") {
  const Table elsewhere = table("tcp 10.0.0.1:80 wlc\n  -> 10.0.0.9:80 NAT weight 1\n");
  std::vector<std::pair<Table, Table>> moves = {{kWeb, kMoved}, {kMoved, kWeb}, {kWeb, elsewhere}};
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    Random random(seed);
    const Table before = random_table(random);
    moves.emplace_back(before, changed(before, random));
  }
  for (const auto& [before, after] : moves) {
    CAPTURE(text(before), text(after));
    Services served;
    for (const auto& [key, service] : before)
      if (is_usable(service) && after.contains(key) && is_usable(after.at(key))) served.insert(key);

    // Until a run comes to its end without the op that is to fail.
    bool is_over = false;
    for (std::size_t k = 0; !is_over; ++k) {
      CAPTURE(k);
      std::atomic<int> without_servers = 0;
      std::atomic<bool> failed = false;
      Bench bench;
      bench.fake.put(before);
      bench.reconciler.own(keys(before));
      bench.reconciler.own(keys(after));
      bench.wanted = after;
      const Services all = bench.reconciler.owned();
      bench.reconciler.request(all);
      const std::size_t first = bench.fake.changes();
      bench.fake.on_request = [&](FakeRequest& request) {
        const Table now = bench.fake.table();
        for (const ServiceKey& key : served)
          if (!now.contains(key) || !is_usable(now.at(key))) ++without_servers;
        if (!request.is_change || request.change != first + k) return;
        request.refuse_with = ENOMEM;
        failed = true;
      };
      bench.start();
      REQUIRE(bench.until([&] {
        bench.reconcile(all);
        return bench.reconciler.failing() == 0;
      }));
      REQUIRE(without_servers == 0);
      REQUIRE(text(bench.fake.table()) == text(after));
      is_over = !failed;
    }
  }
}

TEST_CASE("a kernel that refuses everything fills no log") {
  std::atomic<bool> refuse = true;
  Bench bench;
  bench.start();
  bench.fake.on_request = [&](FakeRequest& request) {
    if (refuse && request.is_change) request.refuse_with = ENOSPC;
  };
  Table many;
  for (std::uint32_t mark = 1; mark <= 500; ++mark)
    many[fwmark_service(mark, Family::v4)] = kDns.begin()->second;
  CHECK(bench.bring(many).size() == 500);
  CHECK(bench.log.count("The kernel refused") == 21);
  CHECK(bench.log.count("ERROR The kernel refused 480 more services. Trying again") == 1);
  refuse = false;
  CHECK(bench.until([&] { return bench.reconciler.failing() == 0; }));
  CHECK(bench.fake.table() == many);
}

TEST_CASE("whatever the kernel answers to any op the table arrives when it relents") {
  const Table after = [] {
    Table both = kMoved;
    both.merge(Table(kDns));
    return both;
  }();
  for (const int error :
       {EPERM, ENOENT, EEXIST, ESRCH, ENOSPC, ENOBUFS, ENODEV, ENOMEM, EBUSY, EINVAL, ENOPROTOOPT})
    for (std::size_t k = 0; k < 8; ++k) {
      CAPTURE(error, k);
      Bench bench;
      bench.start();
      REQUIRE(bench.bring(kWeb).empty());
      const std::size_t first = bench.fake.changes();
      bench.fake.on_request = [&](FakeRequest& request) {
        if (request.is_change && request.change == first + k) request.refuse_with = error;
      };
      bench.bring(after);
      REQUIRE(bench.until([&] { return bench.reconciler.failing() == 0; }));
      REQUIRE(text(bench.fake.table()) == text(after));
    }
}

// ---- what others changed

TEST_CASE("what others change behind our back is reported and repaired") {
  Bench bench;
  bench.start();
  bench.bring(kWeb);
  REQUIRE(bench.fake.change(RemoveDestination{kWebKey, test::endpoint("10.0.0.2:80")}) == 0);
  REQUIRE(bench.fake.change(
              SetDestination{kWebKey, test::endpoint("10.0.0.3:80"), {.weight = 9}}) == 0);
  REQUIRE(bench.fake.change(
              AddDestination{kWebKey, test::endpoint("10.0.0.4:80"), {.weight = 3}}) == 0);
  bench.audit();
  CHECK(bench.fake.table() == kWeb);
  CHECK(bench.reconciler.repaired() == 3);
  CHECK(bench.reconciler.drift().empty());
  CHECK(bench.log.count("WARNING Drift: tcp 10.0.0.1:80 -> 10.0.0.2:80 is missing; changed by "
                        "someone else, repairing") == 1);
  CHECK(bench.log.count("Drift: tcp 10.0.0.1:80 -> 10.0.0.3:80 is NAT weight 9, wanted NAT weight "
                        "1; ") == 1);
  CHECK(bench.log.count("Drift: tcp 10.0.0.1:80 -> 10.0.0.4:80 is extra, NAT weight 3; ") == 1);
  bench.audit();
  CHECK(bench.log.count("Drift") == 3);
}

TEST_CASE("drift that cannot be repaired stays reported and is not counted as repaired") {
  std::atomic<bool> refuse = true;
  Bench bench;
  bench.start();
  bench.bring(kWeb);
  REQUIRE(bench.fake.change(RemoveService{kWebKey}) == 0);
  bench.fake.on_request = [&](FakeRequest& request) {
    if (refuse && request.is_change) request.refuse_with = ENOMEM;
  };
  bench.audit();
  CHECK(bench.reconciler.repaired() == 0);
  CHECK(bench.reconciler.drift().size() == 3);
  CHECK(bench.reconciler.failing() == 1);
  refuse = false;
  CHECK(bench.until([&] { return bench.reconciler.failing() == 0; }));
  CHECK(bench.fake.table() == kWeb);
}

TEST_CASE("a change of our own that comes during an audit is not drift") {
  Gate gate;
  std::atomic<bool> armed = true;
  Bench bench;
  bench.start();
  bench.bring(kWeb);
  bench.fake.on_request = [&](FakeRequest& request) {
    if (!request.is_change && armed.exchange(false)) gate.hold();
  };
  bench.reconciler.set_audit_interval(0ms);
  bench.reconciler.set_audit_interval(1h);
  REQUIRE(bench.until([&] { return gate.held == 1; }));
  bench.wanted = kMoved;
  bench.reconciler.request({kWebKey});
  gate.open.release();
  CHECK(bench.reconcile({kWebKey}).empty());
  CHECK(bench.fake.table() == kMoved);
  CHECK(bench.log.count("Drift") == 0);
  CHECK(bench.reconciler.repaired() == 0);
}

TEST_CASE("a service that the kernel refuses is not called drift by the audits meanwhile") {
  Bench bench;
  bench.start();
  bench.fake.on_request = [](FakeRequest& request) {
    if (request.is_change) request.refuse_with = ENOMEM;
  };
  CHECK(bench.bring(kWeb).size() == 1);
  bench.audit();
  CHECK(bench.log.count("Drift") == 0);
  CHECK(bench.reconciler.drift().empty());
  CHECK(bench.reconciler.failing() == 1);
}

TEST_CASE("an entry that someone changes again and again is a fight that is told once") {
  Bench bench;
  bench.start();
  bench.bring(kWeb);
  const auto meddle = [&] {
    REQUIRE(bench.fake.change(
                SetDestination{kWebKey, test::endpoint("10.0.0.3:80"), {.weight = 9}}) == 0);
  };
  for (int i = 0; i < 5; ++i) {
    CHECK(bench.reconciler.fights().empty());
    meddle();
    bench.audit();
    CHECK(bench.fake.table() == kWeb);
  }
  const std::string entry = "tcp 10.0.0.1:80 -> 10.0.0.3:80";
  CHECK(bench.reconciler.fights() == std::vector{entry});
  CHECK(bench.log.count("ERROR Fight: " + entry + " was repaired several times") == 1);

  // It is left for now, and shown; what else differs is repaired.
  meddle();
  REQUIRE(bench.fake.change(RemoveDestination{kWebKey, test::endpoint("10.0.0.2:80")}) == 0);
  const Table left = table(
      "tcp 10.0.0.1:80 wlc\n"
      "  -> 10.0.0.2:80 NAT weight 1\n"
      "  -> 10.0.0.3:80 NAT weight 9\n");
  bench.audit();
  bench.audit();
  CHECK(text(bench.fake.table()) == text(left));
  CHECK(bench.reconciler.repaired() == 6);
  REQUIRE(bench.reconciler.drift().size() == 1);
  CHECK(bench.log.count("Drift: " + entry) == 5);
  // What is asked for by a reload or by health is done.
  CHECK(bench.reconcile({kWebKey}).empty());
  CHECK(bench.fake.table() == kWeb);
}

TEST_CASE("a fight over the server that serves never leaves its service without one") {
  Bench bench;
  bench.start();
  const Table one = table("tcp 10.0.0.1:80 wlc\n  -> 10.0.0.2:80 NAT weight 1\n");
  bench.bring(one);
  for (int i = 0; i < 9; ++i) {
    // They replace our server by theirs.
    (void)bench.fake.change(AddDestination{kWebKey, test::endpoint("10.0.0.9:80"), {.weight = 1}});
    (void)bench.fake.change(RemoveDestination{kWebKey, test::endpoint("10.0.0.2:80")});
    bench.audit();
    REQUIRE(is_usable(bench.fake.table().at(kWebKey)));
  }
  CHECK(bench.reconciler.fights().size() == 2);
}

TEST_CASE("audits come by themselves at their interval") {
  Bench bench;
  bench.start();
  bench.bring(kWeb);
  bench.reconciler.set_audit_interval(20ms);
  REQUIRE(bench.fake.change(RemoveService{kWebKey}) == 0);
  CHECK(bench.until([&] { return bench.fake.table() == kWeb; }));
  REQUIRE(bench.fake.change(RemoveService{kWebKey}) == 0);
  CHECK(bench.until([&] { return bench.fake.table() == kWeb; }));
}

// ---- what IPVS has beside its table

namespace {

Controls controls_of(FakeNetlink& fake) {
  Controls controls;
  fake.edit([&controls](test::FakeIpvs& ipvs) { controls = ipvs.controls; });
  return controls;
}

GlobalSettings with_timeouts_and_sync() {
  GlobalSettings settings;
  settings.timeouts.tcp = 1000;
  settings.sync_daemon = SyncDaemon{.interface = "eth0", .id = 7};
  return settings;
}

}  // namespace

TEST_CASE("timeouts and sync daemon are set and changed and what is not named is left alone") {
  Bench bench;
  bench.fake.edit([](test::FakeIpvs& ipvs) { ipvs.controls.timeouts.udp = 77; });
  bench.start();
  bench.reconcile({});
  CHECK(bench.fake.changes() == 0);
  CHECK(controls_of(bench.fake).timeouts == Timeouts{900, 120, 77});

  bench.reconciler.want(with_timeouts_and_sync());
  bench.reconcile({});
  CHECK(controls_of(bench.fake).timeouts == Timeouts{1000, 120, 77});
  CHECK(controls_of(bench.fake).sync.size() == 2);
  CHECK(controls_of(bench.fake).sync.at(SyncRole::backup).id == 7);
  CHECK(bench.reconciler.controls().owned().size() == 2);
  CHECK(bench.log.count("Drift") == 0);

  bench.reconciler.want({});
  bench.reconcile({});
  CHECK(controls_of(bench.fake).timeouts == Timeouts{1000, 120, 77});
  CHECK(controls_of(bench.fake).sync.empty());
  CHECK(bench.reconciler.controls().owned().empty());
}

TEST_CASE("a sync daemon of an earlier life that is wanted no more is stopped and no other one") {
  Bench bench;
  bench.fake.edit([](test::FakeIpvs& ipvs) {
    ipvs.controls.sync = {{SyncRole::master, {.interface = "eth0"}},
                          {SyncRole::backup, {.interface = "eth0"}}};
  });
  bench.reconciler.own(std::set{SyncRole::backup});
  bench.reconciler.want({});
  bench.start();
  bench.reconcile({});
  CHECK(controls_of(bench.fake).sync.size() == 1);
  CHECK(controls_of(bench.fake).sync.contains(SyncRole::master));
}

TEST_CASE("timeouts and sync daemons that others change are reported and put back") {
  Bench bench;
  bench.reconciler.want(with_timeouts_and_sync());
  bench.start();
  bench.reconcile({});
  const Controls wanted = controls_of(bench.fake);
  bench.fake.edit([](test::FakeIpvs& ipvs) {
    ipvs.controls.timeouts.tcp = 60;
    ipvs.controls.sync.erase(SyncRole::master);
  });
  bench.audit();
  CHECK(controls_of(bench.fake) == wanted);
  CHECK(bench.reconciler.controls().repaired() == 2);
  CHECK(bench.log.count("WARNING Drift: timeouts are tcp 60 tcpfin 120 udp 300, wanted tcp 1000; "
                        "changed by someone else, repairing") == 1);
  CHECK(bench.log.count("Drift: sync master is missing; ") == 1);
}

TEST_CASE("a sync daemon that the kernel refuses is told once and tried again until it runs") {
  std::atomic<int> attempts = 0;
  Bench bench;
  bench.fake.edit([](test::FakeIpvs& ipvs) { ipvs.interfaces = {"lo"}; });
  bench.fake.on_request = [&](FakeRequest& request) {
    if (request.command == IPVS_CMD_NEW_DAEMON) ++attempts;
  };
  bench.reconciler.want(with_timeouts_and_sync());
  bench.start();
  REQUIRE(bench.until([&] { return attempts >= 6; }));
  REQUIRE(bench.reconciler.controls().trouble());
  CHECK(bench.log.count("ERROR IPVS is not set up as the file says: start sync master on eth0 id "
                        "7: there is no interface eth0: ENODEV") == 1);
  CHECK(bench.bring(kWeb).empty());  // the table does not wait for it
  bench.fake.edit([](test::FakeIpvs& ipvs) { ipvs.interfaces.insert("eth0"); });
  CHECK(bench.until([&] { return !bench.reconciler.controls().trouble(); }));
  CHECK(controls_of(bench.fake).sync.size() == 2);
  CHECK(bench.log.count("Drift") == 0);
}

// ---- a kernel in trouble

TEST_CASE("a kernel that refuses to be read is trouble that is told once and passes") {
  std::atomic<bool> refuse = true;
  Bench bench;
  bench.start();
  bench.bring(kWeb);
  bench.fake.on_request = [&](FakeRequest& request) {
    if (refuse) request.refuse_with = EPERM;
  };
  bench.wanted = kMoved;
  const auto failures = bench.reconcile({kWebKey});
  REQUIRE(failures.size() == 1);
  CHECK(failures[0].find("EPERM") != std::string::npos);
  REQUIRE(bench.reconciler.trouble());
  CHECK(bench.reconciler.trouble()->code == std::errc::operation_not_permitted);
  bench.reconcile({});  // reads nothing, so knows nothing new
  CHECK(bench.reconciler.trouble());
  bench.reconcile({kWebKey});
  CHECK(bench.log.count("ERROR The kernel's table cannot be read") == 1);

  refuse = false;
  CHECK(bench.until([&] { return bench.reconciler.failing() == 0; }));
  CHECK_FALSE(bench.reconciler.trouble());
  CHECK(bench.fake.table() == kMoved);
  CHECK(bench.log.count("NOTICE The kernel's table can be read again") == 1);
  CHECK(bench.log.count("as wanted again") == 0);  // that it was not is told by the trouble
}

TEST_CASE("a kernel that does not answer is trouble and the loop lives on") {
  std::atomic<bool> lose = true;
  Bench bench({}, {.timeout = 20ms});
  bench.start();
  bench.fake.on_request = [&](FakeRequest& request) { request.lose_answer = lose; };
  CHECK(bench.bring(kWeb).size() == 1);
  CHECK(bench.reconciler.trouble());
  lose = false;
  CHECK(bench.until([&] { return bench.reconciler.failing() == 0; }));
  CHECK_FALSE(bench.reconciler.trouble());
  CHECK(bench.fake.table() == kWeb);
}

TEST_CASE("an answer that is lost after the change is done is found out by reading again") {
  std::atomic<bool> lose = true;
  Bench bench({}, {.timeout = 20ms});
  bench.start();
  bench.fake.on_request = [&](FakeRequest& request) {
    if (request.is_change) request.lose_answer = lose.exchange(false);
  };
  bench.bring(kWeb);
  CHECK(bench.until([&] { return bench.reconciler.failing() == 0; }));
  CHECK(bench.fake.table() == kWeb);
  CHECK(bench.log.count("as wanted again") <= 1);
}

TEST_CASE("a writer that is stuck in the kernel holds up nobody who waits for a reconcile") {
  Gate gate;
  std::atomic<bool> armed = true;
  Bench bench({.timeout = 30ms, .farewell = 10s});
  bench.start();
  bench.fake.on_request = [&](FakeRequest&) {
    if (armed.exchange(false)) gate.hold();
  };
  CHECK(bench.bring(kWeb).size() == 1);
  CHECK(bench.until([&] { return bench.writer.stuck(); }));
  CHECK(bench.reconciler.trouble());
  // Audits that are always late do not starve what is requested.
  bench.reconciler.set_audit_interval(1ms);
  bench.loop.restart();
  bench.loop.run_for(50ms);
  CHECK(bench.reconcile({kWebKey}).size() == 1);
  gate.open.release();
  CHECK(bench.until([&] { return bench.reconciler.failing() == 0; }));
  CHECK(bench.fake.table() == kWeb);
  CHECK(bench.until([&] { return !bench.reconciler.trouble(); }));
}

TEST_CASE("a reconciler that ends in the middle of its work touches nothing afterwards") {
  auto bench = std::make_unique<Bench>();
  bench->start();
  bench->wanted = kWeb;
  bench->reconciler.own(keys(kWeb));
  asio::co_spawn(bench->loop, bench->reconciler.reconcile(keys(kWeb)), asio::detached);
  for (int i = 0; i < 3; ++i)
    bench->loop.poll_one();
  bench.reset();
  SUCCEED("the sanitizers have nothing to say");
}

// ---- looking at it

TEST_CASE("many who look at once share one reading of the kernel") {
  Bench bench;
  bench.start();
  bench.bring(kWeb);
  const auto before = bench.fake.requests();
  std::vector<std::shared_ptr<const Snapshot>> seen;
  const auto look = [&](std::exception_ptr, auto result) { seen.push_back(result.value()); };
  asio::co_spawn(bench.loop, bench.reconciler.snapshot(0ms), look);
  REQUIRE(bench.until([&] { return seen.size() == 1; }));
  const auto for_one = bench.fake.requests() - before;
  for (int i = 0; i < 50; ++i)
    asio::co_spawn(bench.loop, bench.reconciler.snapshot(1ms), look);
  REQUIRE(bench.until([&] { return seen.size() == 51; }));
  CHECK(bench.fake.requests() - before <= 3 * for_one);
  CHECK(seen.back()->size() == 1);
}

TEST_CASE("who asks for a reading after a change does not get one that began before it") {
  Gate gate;
  std::atomic<bool> armed = true;
  Bench bench;
  bench.start();
  bench.fake.on_request = [&](FakeRequest&) {
    if (armed.exchange(false)) gate.hold();
  };
  std::optional<std::size_t> early;
  std::optional<std::size_t> late;
  const auto sized = [](std::optional<std::size_t>& out) {
    return [&out](std::exception_ptr, auto result) { out = result.value()->size(); };
  };
  asio::co_spawn(bench.loop, bench.reconciler.snapshot(0ms), sized(early));
  REQUIRE(bench.until([&] { return gate.held == 1; }));
  asio::co_spawn(bench.loop, bench.reconciler.snapshot(0ms), sized(late));
  bench.loop.restart();
  bench.loop.poll();
  bench.fake.put(kWeb);
  gate.open.release();
  REQUIRE(bench.until([&] { return early && late; }));
  CHECK(*late == 1);
}

TEST_CASE("a snapshot is read again when it is older than asked for") {
  Bench bench;
  bench.start();
  bench.bring(kWeb);
  const auto snapshot = [&](Duration age) {
    std::optional<Result<std::shared_ptr<const Snapshot>>> out;
    asio::co_spawn(bench.loop, bench.reconciler.snapshot(age),
                   [&out](std::exception_ptr, auto result) { out = std::move(result); });
    REQUIRE(bench.until([&] { return out.has_value(); }));
    return out->value();
  };
  const auto fresh = snapshot(0ms);
  CHECK(fresh->size() == 1);
  CHECK(snapshot(1h) == fresh);
  bench.fake.put(table("udp 10.0.0.9:53 rr\n"));  // by someone else
  CHECK(snapshot(1h) == fresh);
  CHECK(snapshot(0ms)->size() == 2);
}

TEST_CASE("a snapshot from before a change of ours is not young enough for anyone") {
  Bench bench;
  bench.start();
  bench.bring(kWeb);
  const auto services = [&](auto... which) {
    std::optional<std::size_t> out;
    asio::co_spawn(bench.loop, bench.reconciler.snapshot(which..., 1h),
                   [&out](std::exception_ptr, auto result) { out = result.value()->size(); });
    REQUIRE(bench.until([&] { return out.has_value(); }));
    return *out;
  };
  CHECK(services() == 1);
  bench.bring({});
  CHECK(services(Services{kWeb.begin()->first}) == 0);
  CHECK(services() == 0);
}

TEST_CASE(
    "who looks at one service reads the kernel of that one alone unless all was read lately") {
  Bench bench;
  bench.start();
  const ServiceKey one = kWeb.begin()->first;
  const auto of_one = [&](Duration age) {
    std::optional<Result<std::shared_ptr<const Snapshot>>> out;
    asio::co_spawn(bench.loop, bench.reconciler.snapshot(Services{one}, age),
                   [&out](std::exception_ptr, auto result) { out = std::move(result); });
    REQUIRE(bench.until([&] { return out.has_value(); }));
    return out->value();
  };
  CHECK(of_one(0ms)->empty());
  Table many = kWeb;
  for (int i = 2; i < 100; ++i)
    many.merge(table("tcp 10.1.0." + std::to_string(i) + ":80 rr\n"));
  bench.bring(many);
  const auto before = bench.fake.requests();
  const auto read = of_one(0ms);
  CHECK(bench.fake.requests() - before == 2);  // the service, and its destinations
  CHECK(read->size() == 1);
  CHECK(table_of(*read) == kWeb);

  std::shared_ptr<const Snapshot> all;
  asio::co_spawn(bench.loop, bench.reconciler.snapshot(0ms),
                 [&all](std::exception_ptr, auto result) { all = result.value(); });
  REQUIRE(bench.until([&] { return all != nullptr; }));
  CHECK(of_one(1h) == all);
}

TEST_CASE("an audit of many services leaves others their turn between them") {
  Bench bench;
  bench.start();
  Table many;
  for (int i = 0; i < 2000; ++i)
    many.merge(
        table("tcp 10.1." + std::to_string(i / 250) + "." + std::to_string(i % 250) + ":80 rr\n"));
  bench.bring(many);
  std::size_t turns = 0;
  bool is_over = false;
  std::function<void()> turn = [&] {
    ++turns;
    if (!is_over) asio::post(bench.loop, turn);
  };
  std::set<std::size_t> at;  // that something was looked at
  std::size_t looks = 0;
  bench.on_wanted = [&] {
    at.insert(turns);
    ++looks;
  };
  asio::post(bench.loop, turn);
  bench.audit();
  is_over = true;
  CHECK(looks >= 4);
  CHECK(at.size() >= looks - 1);  // the plan is made in the turn of the last look
}

// ---- lists of a table that takes long to read

namespace {

// Every question takes its time, so a reading takes longer than a list waits for.
struct SlowBench : Bench {
  SlowBench() {
    fake.on_request = [this](FakeRequest& request) {
      if (!request.is_change) std::this_thread::sleep_for(pause.load());
      if (armed) gate.hold();
    };
    start();
  }

  Measured measured(Duration age = fresh_counters) {
    std::optional<Result<Measured>> out;
    asio::co_spawn(loop, reconciler.measured(age),
                   [&out](std::exception_ptr, auto result) { out = std::move(result); });
    REQUIRE(until([&] { return out.has_value(); }));
    return out->value();
  }

  void read_slowly() {
    measured();  // who looks has the next readings kept
    pause = 500us;
    audit();
    pause = 0us;
  }

  std::atomic<std::chrono::microseconds> pause{0us};
  std::atomic<bool> armed = false;
  Gate gate;
};

const Table kMany = [] {
  Table many = kWeb;
  for (int i = 2; i < 100; ++i)
    many.merge(table("tcp 10.1.0." + std::to_string(i) + ":80 rr\n"));
  return many;
}();

}  // namespace

TEST_CASE("lists of a table that takes long to read show the last reading and ask nothing") {
  SlowBench bench;
  bench.bring(kMany);
  bench.read_slowly();
  const auto first = bench.measured();
  CHECK(table_of(*first.table) == kMany);
  const auto before = bench.fake.requests();
  for (int i = 0; i < 100; ++i)
    CHECK(bench.measured().table == first.table);
  CHECK(bench.fake.requests() == before);
}

TEST_CASE("a list whose counters have grown old has them read again and does not wait for that") {
  SlowBench bench;
  bench.bring(kMany);
  bench.read_slowly();
  const auto first = bench.measured();
  const auto before = bench.fake.requests();
  bench.armed = true;
  REQUIRE(bench.until([&] {
    CHECK(bench.measured().table == first.table);
    return bench.gate.held == 1;
  }));
  CHECK(bench.measured().table == first.table);
  CHECK(bench.fake.requests() == before + 1);
  bench.armed = false;
  bench.gate.open.release();
  REQUIRE(bench.until([&] { return bench.measured().table != first.table; }));
  CHECK(bench.measured().at > first.at);
}

TEST_CASE("who is content with older counters has nothing read") {
  SlowBench bench;
  bench.reconciler.set_audit_interval(1h);
  bench.bring(kMany);
  const Time begun = Time::clock::now();
  bench.read_slowly();
  const auto first = bench.measured(15s);
  const Time now = Time::clock::now();
  const Time old = now + std::max<Time::duration>(1s, 10 * (now - begun));
  const auto before = bench.fake.requests();
  const auto is_old = [&] {
    CHECK(bench.measured(15s).table == first.table);
    return Time::clock::now() > old;
  };
  REQUIRE(lvsd::test::until(bench.loop, is_old, 60s));
  CHECK(bench.fake.requests() == before);
  bench.measured();
  CHECK(bench.until([&] { return bench.fake.requests() != before; }));
}

TEST_CASE("of what we changed a list shows what the kernel has now and reads nothing else") {
  SlowBench bench;
  bench.bring(kMany);
  bench.read_slowly();
  const auto first = bench.measured();
  Table changed = kMany;
  changed[kWebKey] = kMoved.at(kWebKey);
  bench.bring(changed);
  const auto before = bench.fake.requests();
  for (int i = 0; i < 20; ++i) {
    const auto now = bench.measured();
    CHECK(now.table == first.table);
    REQUIRE(find_service(now, kWebKey) != nullptr);
    CHECK(service_of(*find_service(now, kWebKey)) == kMoved.at(kWebKey));
  }
  CHECK(bench.fake.requests() - before == 2);  // the service, and its destinations

  changed.erase(kWebKey);
  bench.bring(changed);
  CHECK(find_service(bench.measured(), kWebKey) == nullptr);
  CHECK(find_service(first, kWebKey) != nullptr);

  bench.read_slowly();
  const auto last = bench.measured();
  CHECK(table_of(*last.table) == changed);
  CHECK(last.renewed->empty());
}

TEST_CASE("after a change of ours to many services a list waits for a reading of all") {
  SlowBench bench;
  bench.bring(kMany);
  bench.read_slowly();
  Table changed;
  for (const auto& [key, service] : kMany)
    changed.emplace(key, Service{service.settings, kWeb.at(kWebKey).destinations});
  bench.bring(changed);
  CHECK(table_of(*bench.measured().table) == changed);
}

TEST_CASE("what an audit reads is kept where somebody looks and else it is not") {
  SlowBench bench;
  bench.bring(kMany);
  const auto is_kept = [&] {
    bench.audit();
    const auto before = bench.fake.requests();
    bool is_there = false;
    asio::co_spawn(bench.loop, bench.reconciler.snapshot(1h),
                   [&](std::exception_ptr, auto) { is_there = true; });
    REQUIRE(bench.until([&] { return is_there; }));
    return bench.fake.requests() == before;
  };
  CHECK_FALSE(is_kept());
  bench.measured();
  CHECK(is_kept());
}

TEST_CASE("a list of a table that is read at once is of now") {
  Bench bench;
  bench.start();
  bench.bring(kWeb);
  std::optional<Measured> seen;
  const auto look = [&] {
    seen.reset();
    asio::co_spawn(bench.loop, bench.reconciler.measured(),
                   [&](std::exception_ptr, auto result) { seen = result.value(); });
    REQUIRE(bench.until([&] { return seen.has_value(); }));
  };
  look();
  const auto first = seen->table;
  bench.fake.put(kDns);  // by someone else
  const auto limit = std::chrono::steady_clock::now() + 5s;
  while (seen->table == first && std::chrono::steady_clock::now() < limit)
    look();
  CHECK(seen->table->size() == 2);
  CHECK(std::chrono::steady_clock::now() - seen->at < 500ms);
}
