#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <cstdio>
#include <sstream>
#include <thread>

#include "daemon/kernel_error.h"
#include "daemon/netlink_kernel.h"
#include "daemon/netlink_socket.h"
#include "daemon/stable_table.h"
#include "plan/apply.h"
#include "plan/diff.h"
#include "test/kernel/ipvs_table.h"
#include "test/kernel/ipvsadm_rules.h"
#include "test/kernel/network_namespace.h"
#include "test/kernel/process.h"
#include "test/text/random.h"
#include "test/text/table.h"

// NetlinkKernel and the IPVS of a real kernel, with ipvsadm as the witness.

using namespace lvsd;
using testing::ipvs_rules;
using testing::ipvsadm_rules;
using testing::NetworkNamespace;

namespace {

// A namespace that has an address: without one, Linux takes every IPv4 destination for a broadcast
// address and refuses it (inet_addr_type has no table to look in).
class Net : public NetworkNamespace {
 public:
  Net() { testing::output_of(*this, {"ip", "link", "set", "lo", "up"}); }
};

std::unique_ptr<NetlinkKernel> opened(const NetworkNamespace& net) {
  const testing::Inside inside(net);
  return NetlinkKernel::open(&NetlinkSocket::open).value();
}

// What the model has and this kernel has not.
Table without_new_schedulers(Table table) {
  for (auto& [key, service] : table)
    if (service.settings.scheduler == "twos") service.settings.scheduler = "rr";
  return table;
}

// "10.0.0.2:80 100 75" of each destination.
std::string thresholds_of(const NetworkNamespace& net) {
  std::istringstream in(
      testing::output_of(net, {"ipvsadm", "--list", "--numeric", "--thresholds"}));
  std::string out;
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string arrow, address, upper, lower;
    if (words >> arrow >> address >> upper >> lower && arrow == "->" && address[0] != 'R')
      out += address + " " + upper + " " + lower + "\n";
  }
  return testing::sorted(out);
}

std::string spelled(const std::vector<OpFailure>& failures) {
  std::string out;
  for (const OpFailure& failure : failures)
    out += std::to_string(failure.op) + ": " + text(failure.error) + "\n";
  return out;
}

double milliseconds_since(Time start) {
  return std::chrono::duration<double, std::milli>(Time::clock::now() - start).count();
}

// `services` with ten destinations each.
Plan large_plan(std::uint32_t services) {
  Plan plan;
  const Address vip = *parse_address("10.1.0.0");
  const Address server = *parse_address("10.2.0.0");
  for (std::uint32_t s = 0; s < services; ++s) {
    const ServiceKey key = address_service(Protocol::tcp, {*advanced(vip, s), 80});
    plan.push_back(AddService{key, {.scheduler = "wlc"}});
    for (std::uint32_t d = 0; d < 10; ++d)
      plan.push_back(AddDestination{key, {*advanced(server, s % 100 * 10 + d), 80}, {.weight = d}});
  }
  return plan;
}

}  // namespace

TEST_CASE("law: what is applied is what ipvsadm shows and what is read back") {
  const Net net;
  const auto kernel = opened(net);
  Table before;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    CAPTURE(seed);
    test::Random random(seed);
    const Table wanted = without_new_schedulers(random.chance(50) ? test::random_table(random)
                                                                  : test::changed(before, random));
    REQUIRE(spelled(kernel->apply(diff(before, wanted))) == "");
    REQUIRE(text(table_of(kernel->dump().value())) == text(wanted));
    REQUIRE(table_of(kernel->dump().value()) == wanted);
    REQUIRE(testing::sorted(ipvs_rules(net)) == ipvsadm_rules(wanted));
    REQUIRE(thresholds_of(net) == testing::thresholds(wanted));
    before = wanted;
  }
  CHECK(before.size() > 0);
}

TEST_CASE("what ipvsadm programs is read as it was meant") {
  const Net net;
  testing::add_ipvs_rules(net,
                          "-A -t 10.0.0.1:80 -s mh -p 300 -M 255.255.255.0 -b mh-fallback\n"
                          "-a -t 10.0.0.1:80 -r 10.0.0.2:80 -i --tun-type gue --tun-port 5555 -w 3 "
                          "-x 100 -y 50\n"
                          "-A -f 7 -6 -s wrr\n"
                          "-a -f 7 -6 -r [2001:db8::2]:0 -g -w 2\n");
  CHECK(text(table_of(opened(net)->dump().value())) ==
        "tcp 10.0.0.1:80 mh flags mh-fallback persistent 300 netmask 255.255.255.0\n"
        "  -> 10.0.0.2:80 TUN gue port 5555 weight 3 upper 100 lower 50\n"
        "fwmark6 7 wrr\n"
        "  -> [2001:db8::2]:0 DR weight 2\n");
}

TEST_CASE("a batch of a thousand ops is attributed op by op when some fail in its middle") {
  const Net net;
  const auto kernel = opened(net);
  Plan plan = large_plan(100);
  REQUIRE(plan.size() == 1100);
  const auto web = std::get<AddService>(plan[0]).service;
  plan[300] = plan[0];                                                  // EEXIST
  plan[499] = RemoveDestination{web, test::endpoint("10.9.9.9:1")};     // ENOENT
  plan[500] = RemoveService{*parse_service_key("tcp 10.9.9.9:1")};      // ESRCH
  plan[1099] = SetDestination{web, *parse_endpoint("10.9.9.9:1"), {}};  // ENOENT, the last
  // The same by the book.
  Table expected;
  std::string refused;
  for (std::size_t i = 0; i < plan.size(); ++i)
    if (const auto error = lvsd::apply(expected, plan[i]))
      refused += std::to_string(i) + " " + std::to_string(error.value()) + "\n";
  std::string found;
  for (const OpFailure& failure : kernel->apply(plan))
    found += std::to_string(failure.op) + " " + std::to_string(failure.error.code.value()) + "\n";
  CHECK(found == refused);
  CHECK(table_of(kernel->dump().value()) == expected);
}

TEST_CASE("a receive buffer too small for the answers loses no op silently") {
  const Net net;
  const testing::Inside inside(net);
  const auto kernel =
      NetlinkKernel::open([] { return NetlinkSocket::open_with_room(2048); }).value();
  Plan plan = large_plan(20);
  for (std::uint16_t port = 1; port <= 100; ++port)
    plan.push_back(RemoveService{address_service(Protocol::udp, {{}, port})});
  const auto failures = kernel->apply(plan);
  CHECK(failures.size() == plan.size());  // unknown, but for the refusals that got through
  CHECK(std::ranges::count_if(failures, [](const OpFailure& failure) {
          return failure.error.code == kernel_errc::unknown_outcome;
        }) >= 220);
  const auto now = kernel->dump();
  REQUIRE(now.has_value());
  CHECK(now->size() == 20);  // all was done, and a fresh dump tells
}

TEST_CASE("a stable dump misses nothing that was there all the time while others edit") {
  const Net net;
  const auto kernel = opened(net);
  const Plan plan = large_plan(300);
  REQUIRE(kernel->apply(plan).empty());
  const Table lasting = table_of(kernel->dump().value());

  std::atomic<bool> enough = false;
  std::thread others([&] {
    const auto theirs = opened(net);
    for (std::uint16_t i = 0; !enough; ++i) {
      const ServiceKey key = address_service(
          Protocol::udp, {*parse_address("10.9.0.1"), static_cast<std::uint16_t>(i % 50 + 1)});
      (void)theirs->apply({AddService{key, {}}});
      (void)theirs->apply({RemoveService{key}});
    }
  });
  for (int i = 0; i < 10; ++i) {
    const auto reading = stable_table(*kernel);
    REQUIRE(reading.has_value());
    Table found = *reading;
    std::erase_if(found, [](const auto& entry) { return entry.first.protocol == Protocol::udp; });
    CHECK(found == lasting);
  }
  enough = true;
  others.join();
}

TEST_CASE("timeouts and sync daemons are what ipvsadm shows") {
  const Net net;
  const auto kernel = opened(net);
  const SyncSettings master{.interface = "lo", .id = 7, .max_length = 1400, .ttl = 2};
  CHECK(spelled(kernel->apply({SetTimeouts{{1000, 0, 200}}, StartSync{SyncRole::master, master}}))
            .empty());
  const auto controls = kernel->controls().value();
  CHECK(controls.timeouts == Timeouts{1000, 120, 200});
  CHECK(controls.sync == std::map<SyncRole, SyncSettings>{{SyncRole::master, master}});
  CHECK(testing::output_of(net, {"ipvsadm", "--list", "--timeout"}) ==
        "Timeout (tcp tcpfin udp): 1000 120 200\n");
  CHECK(testing::output_of(net, {"ipvsadm", "--list", "--daemon"})
            .starts_with("master sync daemon (mcast=lo, syncid=7, maxlen=1400"));

  // Without a moment to run, so that the kernel has nothing good to say of its end.
  const auto at_once = kernel->apply({StopSync{SyncRole::master},
                                      StartSync{SyncRole::backup, {.interface = "lo", .id = 1}},
                                      StopSync{SyncRole::backup}});
  CHECK(spelled(at_once).empty());
  CHECK(kernel->controls()->sync.empty());
}

TEST_CASE("figures: 5000 services of 10 destinations") {
  const Net net;
  const auto kernel = opened(net);
  const Plan plan = large_plan(5000);
  Time start = Time::clock::now();
  REQUIRE(kernel->apply(plan).empty());
  std::printf("apply %zu ops: %.1f ms\n", plan.size(), milliseconds_since(start));
  for (int i = 0; i < 3; ++i) {
    start = Time::clock::now();
    const auto snapshot = kernel->dump();
    std::printf("dump: %.1f ms\n", milliseconds_since(start));
    REQUIRE(snapshot->size() == 5000);
  }
  const ServiceKey web = std::get<AddService>(plan[0]).service;
  start = Time::clock::now();
  constexpr int kTimes = 1000;
  for (int i = 0; i < kTimes; ++i)
    REQUIRE(kernel->dump(web).has_value());
  std::printf("dump of one service: %.3f ms\n", milliseconds_since(start) / kTimes);
  start = Time::clock::now();
  for (int i = 0; i < kTimes; ++i)
    REQUIRE(kernel->apply({SetService{web, {.scheduler = "wlc"}}}).empty());
  std::printf("one change: %.3f ms\n", milliseconds_since(start) / kTimes);
}
