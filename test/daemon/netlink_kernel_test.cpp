#include "daemon/netlink_kernel.h"

#include <catch2/catch.hpp>
#include <cerrno>

#include "daemon/kernel_error.h"
#include "daemon/stable_table.h"
#include "netlink/refusal.h"
#include "plan/apply.h"
#include "plan/diff.h"
#include "test/fakes/errno_golden.h"
#include "test/fakes/fake_netlink.h"
#include "test/text/random.h"
#include "test/text/table.h"

using namespace lvsd;
using namespace std::chrono_literals;
using lvsd::test::endpoint;
using lvsd::test::FakeAnswer;
using lvsd::test::FakeIpvs;
using lvsd::test::FakeNetlink;
using lvsd::test::FakeRequest;
using lvsd::test::Random;
using lvsd::test::service_key;
using lvsd::test::table;

namespace {

using Answers = std::deque<FakeAnswer>;

const ServiceKey kWeb = service_key("tcp 10.0.0.1:80");

const char* const kWebTable =
    "tcp 10.0.0.1:80 rr\n"
    "  -> 10.0.0.2:80 NAT weight 1\n"
    "  -> 10.0.0.3:80 NAT weight 2\n"
    "  -> 10.0.0.4:80 NAT weight 3\n"
    "udp 10.0.0.1:53 wlc\n"
    "  -> 10.0.0.2:53 DR weight 1\n";

std::unique_ptr<NetlinkKernel> opened(FakeNetlink& fake, const NetlinkOptions& options = {}) {
  return NetlinkKernel::open(fake.connect(), options).value();
}

// "0: unknown outcome", a line for each failure.
std::string codes(const std::vector<OpFailure>& failures) {
  std::string out;
  for (const OpFailure& failure : failures)
    out += std::to_string(failure.op) + ": " + failure.error.code.message() + "\n";
  return out;
}

std::string dumped(Kernel& kernel) {
  const auto snapshot = kernel.dump();
  return snapshot ? text(table_of(*snapshot)) : text(snapshot.error());
}

// Does something once, at the n-th time it is called.
auto at_call(int n, std::function<void()> act) {
  return [n, act = std::move(act), calls = 0]() mutable {
    if (++calls == n) act();
  };
}

}  // namespace

TEST_CASE("the time for an answer begins when it is first waited for") {
  Deadline deadline(1h);
  const Time before = Time::clock::now();
  const Time end = deadline.time();
  CHECK(end >= before + 1h);
  CHECK(deadline.time() == end);
}

TEST_CASE("the fake kernel answers every request of the golden file as the real one") {
  FakeNetlink fake;
  const auto transport = fake.connect()().value();
  const std::string golden = test::test_data("errno_golden.txt");
  CHECK(test::with_answers(golden, *transport).value() == golden);
}

TEST_CASE("law: what is applied is read back whatever the sizes of batches and datagrams") {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Random random(seed);
    CAPTURE(seed);
    FakeNetlink fake;
    fake.chunk_size = 700 + random.below(2000);
    const auto kernel = opened(fake, {.batch = 1 + random.below(6)});
    const Table before = test::random_table(random);
    const Table after = test::changed(before, random);
    REQUIRE(codes(kernel->apply(diff({}, before))).empty());
    REQUIRE(dumped(*kernel) == text(before));
    REQUIRE(codes(kernel->apply(diff(before, after))).empty());
    REQUIRE(table_of(kernel->dump().value()) == after);
    REQUIRE(fake.table() == after);
    for (const auto& [key, service] : after)
      REQUIRE(service_of(kernel->dump(key).value().value()) == service);
  }
}

TEST_CASE("a service that does not exist reads as nothing") {
  FakeNetlink fake;
  fake.put(table(kWebTable));
  const auto kernel = opened(fake);
  CHECK_FALSE(kernel->dump(service_key("tcp 10.0.0.1:81")).value());
}

TEST_CASE("law: an op that the kernel refuses is reported and the others are done") {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Random random(seed);
    const Plan plan = diff({}, test::random_table(random));
    for (std::size_t k = 0; k < plan.size(); ++k) {
      CAPTURE(seed, k);
      FakeNetlink fake;
      fake.on_request = [k](FakeRequest& request) {
        if (request.is_change && request.change == k) request.refuse_with = ENOMEM;
      };
      // The same by the book: what hangs on the refused one is refused as well.
      Table expected;
      std::string refused;
      for (std::size_t i = 0; i < plan.size(); ++i) {
        const auto error =
            i == k ? std::make_error_code(std::errc::not_enough_memory) : apply(expected, plan[i]);
        if (error)
          refused += std::to_string(i) + ": " +
                     std::error_code(error.value(), errno_category()).message() + "\n";
      }
      const auto kernel = opened(fake, {.batch = 4});
      REQUIRE(codes(kernel->apply(plan)) == refused);
      REQUIRE(fake.table() == expected);
    }
  }
}

TEST_CASE("a refusal names the op and its meaning") {
  FakeNetlink fake;
  const auto kernel = opened(fake);
  const auto failures = kernel->apply({AddService{kWeb, {.scheduler = "nosuch"}}});
  REQUIRE(failures.size() == 1);
  CHECK(text(failures[0].error) ==
        "add tcp 10.0.0.1:80 nosuch: the scheduler module ip_vs_nosuch is not available: ENOENT");
  CHECK(failures[0].error.code == std::errc::no_such_file_or_directory);
}

// Failures 1 to 3: no IPVS, no capability.

TEST_CASE("a kernel without IPVS is told from one that does not let us") {
  FakeNetlink fake;
  fake.present = false;
  const auto absent = NetlinkKernel::open(fake.connect());
  CHECK(absent.error().code == kernel_errc::no_ipvs);
  CHECK(text(absent.error()) ==
        "asking for the IPVS version: asking the kernel for IPVS: the kernel has no IPVS (is the "
        "ip_vs module installed?)");

  fake.present = true;
  fake.capable = false;
  const auto forbidden = NetlinkKernel::open(fake.connect());
  CHECK(forbidden.error().code == std::errc::operation_not_permitted);
  CHECK(text(forbidden.error()) ==
        "asking for the IPVS version: CAP_NET_ADMIN in the initial user namespace is needed: "
        "EPERM");
}

TEST_CASE("a capability that is lost shows in every answer and comes back") {
  FakeNetlink fake;
  const auto kernel = opened(fake);
  fake.capable = false;
  CHECK(kernel->dump().error().code == std::errc::operation_not_permitted);
  CHECK(codes(kernel->apply({RemoveService{kWeb}, RemoveService{kWeb}})) == "0: EPERM\n1: EPERM\n");
  fake.capable = true;
  CHECK(kernel->dump().has_value());
}

// Failure 6: answers thrown away.

TEST_CASE("answers that were thrown away make the outcome unknown and never a second attempt") {
  const Table wanted = table(kWebTable);
  const Plan plan = diff({}, wanted);
  REQUIRE(plan.size() == 6);
  for (std::size_t k = 0; k < plan.size(); ++k) {
    CAPTURE(k);
    FakeNetlink fake;
    fake.on_request = [k](FakeRequest& request) {
      request.overflow = request.is_change && request.change == k;
    };
    const auto kernel = opened(fake);
    const auto failures = kernel->apply(plan);
    REQUIRE(failures.size() == plan.size());
    for (const OpFailure& failure : failures)
      CHECK(failure.error.code == kernel_errc::unknown_outcome);
    CHECK(fake.changes() == plan.size());
    CHECK(dumped(*kernel) == text(wanted));  // all of it was done; a new socket tells
  }
}

TEST_CASE("a refusal that got through is known although others were thrown away") {
  FakeNetlink fake;
  fake.on_request = [](FakeRequest& request) {
    if (request.is_change && request.change == 1) request.refuse_with = ENOMEM;
    request.overflow = request.is_change && request.change == 4;
  };
  const auto kernel = opened(fake);
  const auto failures = kernel->apply(diff({}, table(kWebTable)));
  CHECK(codes(failures).starts_with("0: outcome unknown\n1: ENOMEM\n2: outcome unknown\n"));
}

TEST_CASE("a receive buffer that is too small for the refusals loses no op silently") {
  FakeNetlink fake;
  fake.room = 3;
  const auto kernel = opened(fake);
  Plan plan;
  for (std::uint16_t port = 1; port <= 10; ++port)
    plan.push_back(RemoveService{address_service(Protocol::tcp, {kWeb.address, port})});
  const auto failures = kernel->apply(plan);
  REQUIRE(failures.size() == 10);
  CHECK(failures[2].error.code == std::errc::no_such_process);
  CHECK(failures[3].error.code == kernel_errc::unknown_outcome);
}

// Failures 7 and 17: no answer at all, and what it does to the rest of a plan.

TEST_CASE("after a batch without answer the rest of the plan is not attempted") {
  FakeNetlink fake;
  int fences = 0;
  fake.on_answers = [&fences](Answers& answers) {
    if (!answers.empty() && ++fences == 3) answers.clear();  // 1: the version, 2: the first batch
  };
  const auto kernel = opened(fake, {.batch = 2});
  CHECK(codes(kernel->apply(diff({}, table(kWebTable)))) ==
        "2: outcome unknown\n3: outcome unknown\n4: not attempted\n5: not attempted\n");
  CHECK(fake.changes() == 4);
  CHECK(text(fake.table()).find("udp") == std::string::npos);
}

TEST_CASE("an op whose answer the kernel swallows does not hold up the batch") {
  FakeNetlink fake;
  fake.on_request = [](FakeRequest& request) { request.lose_answer = request.is_change; };
  const auto kernel = opened(fake);
  CHECK(kernel->apply(diff({}, table(kWebTable))).empty());
  CHECK(text(fake.table()) == kWebTable);
}

TEST_CASE("after a batch that took longer than the timeout the rest is not attempted") {
  FakeNetlink fake;
  const auto kernel = opened(fake, {.timeout = 0us, .batch = 2});
  CHECK(codes(kernel->apply(diff({}, table(kWebTable)))) ==
        "2: not attempted\n3: not attempted\n4: not attempted\n5: not attempted\n");
}

TEST_CASE("a question without answer is an error and the next one gets its own answer") {
  FakeNetlink fake;
  fake.put(table(kWebTable));
  const auto kernel = opened(fake);
  fake.on_answers = [](Answers& answers) { answers.clear(); };
  CHECK(kernel->dump().error().code == kernel_errc::no_answer);
  CHECK(kernel->dump(kWeb).error().code == kernel_errc::no_answer);
  fake.on_answers = nullptr;
  CHECK(dumped(*kernel) == kWebTable);
}

TEST_CASE("a socket that dies is replaced and what was under way is unknown") {
  FakeNetlink fake;
  const auto kernel = opened(fake);
  fake.on_request = [](FakeRequest& request) {
    request.kill_socket = request.is_change && request.change == 3;
  };
  CHECK(codes(kernel->apply(diff({}, table(kWebTable)))) ==
        "0: outcome unknown\n1: outcome unknown\n2: outcome unknown\n3: outcome unknown\n"
        "4: outcome unknown\n5: outcome unknown\n");
  CHECK(kernel->dump()->size() == 1);
}

// Failures 8 and 14: others who edit while we read.

TEST_CASE("a dump taken while others remove entries may lack some and a stable one does not") {
  FakeNetlink fake;
  fake.chunk_size = 500;  // one entry a datagram, so six waits for the next one in a dump
  fake.put(table(kWebTable));
  const auto kernel = opened(fake);
  const auto remove_one = [&fake] {
    fake.change(RemoveDestination{kWeb, endpoint("10.0.0.4:80")});
  };
  const std::string remaining =
      "tcp 10.0.0.1:80 rr\n  -> 10.0.0.2:80 NAT weight 1\n  -> 10.0.0.3:80 NAT weight 2\n"
      "udp 10.0.0.1:53 wlc\n  -> 10.0.0.2:53 DR weight 1\n";

  SECTION("one reading") {
    fake.before_chunk = at_call(4, remove_one);  // in the list of the first service
    CHECK(dumped(*kernel) != remaining);
    CHECK(text(fake.table()) == remaining);
  }
  SECTION("until two agree") {
    fake.before_chunk = at_call(GENERATE(range(1, 7)), remove_one);
    CHECK(text(stable_table(*kernel).value()) == remaining);
  }
}

TEST_CASE("a service removed or added while services are listed is told from one that stays") {
  FakeNetlink fake;
  fake.chunk_size = 500;  // one entry a datagram
  fake.put(table(kWebTable));
  const auto kernel = opened(fake);
  fake.before_chunk = at_call(GENERATE(range(1, 7)), [&fake] {
    fake.change(RemoveService{kWeb});
    fake.change(AddService{service_key("tcp 10.0.0.9:80"), {}});
  });
  const auto found = stable_table(*kernel);
  REQUIRE(found.has_value());
  CHECK(text(*found) == text(fake.table()));
}

TEST_CASE("a table at rest is read once and its services' names a second time") {
  FakeNetlink fake;
  fake.put(table(kWebTable));
  const auto kernel = opened(fake);
  std::string asked;
  fake.on_request = [&asked](FakeRequest& request) {
    asked += request.command == IPVS_CMD_GET_SERVICE ? "services " : "destinations ";
  };
  REQUIRE(stable_table(*kernel).has_value());
  CHECK(asked == "services destinations destinations services ");
}

TEST_CASE("a table that never comes to rest is read a limited number of times") {
  FakeNetlink fake;
  fake.put(table(kWebTable));
  const auto kernel = opened(fake);
  std::uint16_t port = 1000;
  const auto another = [&port] { return address_service(Protocol::tcp, {kWeb.address, ++port}); };
  std::size_t lists = 0;
  fake.on_request = [&](FakeRequest& request) {  // a new service before every list of them
    if (request.command == IPVS_CMD_GET_DEST) return;
    ++lists;
    fake.change(AddService{another(), {}});
  };
  const auto found = stable_table(*kernel, 3);
  REQUIRE(found.has_value());
  Table lasting = *found;
  std::erase_if(lasting, [](const auto& entry) { return entry.first.port > 1000; });
  CHECK(text(lasting) == kWebTable);
  CHECK(found->size() >= 2 + 3);
  CHECK(lists < 30);
}

TEST_CASE("a service that goes while its destinations are listed is not in the dump") {
  FakeNetlink fake;
  fake.put(table(kWebTable));
  const auto kernel = opened(fake);
  fake.on_request = [&fake](FakeRequest& request) {
    if (request.command == IPVS_CMD_GET_DEST) fake.change(RemoveService{kWeb});
  };
  CHECK(dumped(*kernel) == "udp 10.0.0.1:53 wlc\n  -> 10.0.0.2:53 DR weight 1\n");

  fake.on_request = nullptr;
  fake.put(table(kWebTable));
  fake.on_request = [&fake](FakeRequest& request) {
    if (request.command == IPVS_CMD_GET_DEST) fake.change(RemoveService{kWeb});
  };
  CHECK_FALSE(kernel->dump(kWeb).value());
}

TEST_CASE("a service that our model has no name for is left out and its neighbours are not") {
  FakeNetlink fake;
  fake.put(table(kWebTable));
  fake.edit([](FakeIpvs& ipvs) {
    ipvs.services.push_front(ipvs.services.front());
    ipvs.services.front().protocol = 47;
  });
  const auto kernel = opened(fake);
  CHECK(dumped(*kernel) == kWebTable);
}

// Failures 9 to 11: answers that are not to be trusted.

TEST_CASE("a dump that comes truncated or interrupted is read again") {
  FakeNetlink fake;
  fake.put(table(kWebTable));
  const auto kernel = opened(fake);
  const auto spoil = GENERATE(
      as<std::function<void(FakeAnswer&)>>(), [](FakeAnswer& answer) { answer.truncated = true; },
      [](FakeAnswer& answer) { answer.bytes[6] |= static_cast<std::byte>(NLM_F_DUMP_INTR); },
      [](FakeAnswer& answer) { answer.bytes.resize(21); });
  int times = 1;
  fake.on_answers = [&](Answers& answers) {
    if (!answers.empty() && times-- > 0) spoil(answers.front());
  };
  CHECK(dumped(*kernel) == kWebTable);

  times = 100;
  CHECK(kernel->dump().error().code == kernel_errc::bad_answer);
  times = 0;
  CHECK(dumped(*kernel) == kWebTable);
}

TEST_CASE("a dump that meets another one on its socket is read again") {
  FakeNetlink fake;
  fake.put(table(kWebTable));
  const auto kernel = opened(fake);
  int times = 2;
  fake.on_request = [&times](FakeRequest& request) {
    if (request.command == IPVS_CMD_GET_DEST && times-- > 0) request.refuse_with = EBUSY;
  };
  CHECK(dumped(*kernel) == kWebTable);
}

TEST_CASE("messages of others than the kernel are dropped and counted") {
  FakeNetlink fake;
  fake.put(table(kWebTable));
  const auto kernel = opened(fake);
  fake.on_answers = [](Answers& answers) {
    // An end of the list that somebody else says, with the right number.
    if (answers.empty()) return;
    FakeAnswer forged = answers.front();
    forged.bytes.resize(16);
    forged.bytes[0] = std::byte{16};
    forged.bytes[4] = std::byte{NLMSG_DONE};
    forged.bytes[5] = std::byte{0};
    forged.sender = 4711;
    answers.push_front(std::move(forged));
  };
  CHECK(dumped(*kernel) == kWebTable);
  CHECK(kernel->dropped().foreign_sender > 0);
  CHECK(kernel->dropped().unexpected_sequence == 0);
}

TEST_CASE("answers to questions of the past are dropped and counted") {
  FakeNetlink fake;
  fake.put(table(kWebTable));
  const auto kernel = opened(fake);
  fake.on_answers = [](Answers& answers) {
    if (answers.empty()) return;
    FakeAnswer late = answers.front();
    late.bytes[8] ^= std::byte{0x80};  // of its sequence number
    answers.push_front(std::move(late));
  };
  CHECK(dumped(*kernel) == kWebTable);
  CHECK(kernel->dropped().unexpected_sequence > 0);
  CHECK(kernel->dropped().foreign_sender == 0);
}

TEST_CASE("a malformed entry makes the dump an error and not a shorter one") {
  FakeNetlink fake;
  fake.put(table(kWebTable));
  const auto kernel = opened(fake);
  bool spoil = true;
  fake.on_answers = [&spoil](Answers& answers) {
    if (spoil && !answers.empty() && answers.front().bytes.size() > 30)
      answers.front().bytes[24] = std::byte{5};  // the length of the first attribute inside
  };
  CHECK(kernel->dump().error().code == codec_errc::malformed);
  CHECK(kernel->dump(kWeb).error().code == codec_errc::malformed);
  spoil = false;
  CHECK(dumped(*kernel) == kWebTable);
}

TEST_CASE("an error at the end of a list is the answer to it") {
  FakeNetlink fake;
  fake.put(table(kWebTable));
  const auto kernel = opened(fake);
  fake.on_answers = [](Answers& answers) {
    for (FakeAnswer& answer : answers) {
      if (answer.bytes[4] != std::byte{NLMSG_DONE}) continue;
      const std::int32_t error = -EMSGSIZE;
      std::memcpy(answer.bytes.data() + 16, &error, sizeof error);
    }
  };
  CHECK(text(kernel->dump().error()) == "listing the services: EMSGSIZE");
}

// Failures 15 and 16: entries that go between our reading and our change.

TEST_CASE("a destination that was removed behind our back refuses to be set") {
  FakeNetlink fake;
  fake.put(table(kWebTable));
  const auto kernel = opened(fake);
  fake.on_request = [&fake](FakeRequest& request) {
    if (request.command == IPVS_CMD_SET_DEST)
      fake.change(RemoveDestination{kWeb, endpoint("10.0.0.2:80")});
  };
  const auto failures =
      kernel->apply({SetDestination{kWeb, endpoint("10.0.0.2:80"), {.weight = 0}}});
  CHECK(codes(failures) == "0: ENOENT\n");
}

TEST_CASE("a service that vanishes in the middle of a plan refuses the rest of its ops only") {
  FakeNetlink fake;
  const auto kernel = opened(fake);
  fake.on_request = [&fake](FakeRequest& request) {
    if (request.is_change && request.change == 2) fake.change(RemoveService{kWeb});
  };
  const Table wanted = table(kWebTable);
  CHECK(codes(kernel->apply(diff({}, wanted))) == "2: ESRCH\n3: ESRCH\n");
  CHECK(text(fake.table()) == "udp 10.0.0.1:53 wlc\n  -> 10.0.0.2:53 DR weight 1\n");
  fake.on_request = nullptr;
  CHECK(kernel->apply(diff(fake.table(), wanted)).empty());
  CHECK(fake.table() == wanted);
}

// Failure 18: the module goes and comes.

TEST_CASE("a reloaded module is found again by questions and named by changes") {
  FakeNetlink fake;
  fake.put(table(kWebTable));
  const auto kernel = opened(fake);
  fake.reload_module();
  SECTION("questions") {
    CHECK(dumped(*kernel).empty());
    fake.reload_module();
    CHECK_FALSE(kernel->dump(kWeb).value());
  }
  SECTION("changes") {
    const Plan plan = diff({}, table(kWebTable));
    const auto failures = kernel->apply(plan);
    REQUIRE(failures.size() == plan.size());
    for (const OpFailure& failure : failures)
      CHECK(failure.error.code == kernel_errc::module_reloaded);
    CHECK(kernel->apply(plan).empty());
    CHECK(text(fake.table()) == kWebTable);
  }
}

TEST_CASE("a module that is gone for good is said to be missing") {
  FakeNetlink fake;
  const auto kernel = opened(fake);
  fake.present = false;
  CHECK(kernel->dump().error().code == kernel_errc::no_ipvs);
  CHECK(kernel->apply({RemoveService{kWeb}}).at(0).error.code == kernel_errc::no_ipvs);
}

TEST_CASE("a scheduler that is missing does not look like a reloaded module") {
  FakeNetlink fake;
  const auto kernel = opened(fake);
  const auto failures = kernel->apply(
      {AddService{kWeb, {.scheduler = "nosuch"}}, AddService{service_key("tcp 10.0.0.1:81"), {}}});
  CHECK(codes(failures) == "0: ENOENT\n");
  CHECK(fake.table().size() == 1);
}

// Failure 29.

TEST_CASE("a kernel without 64-bit counters is read all the same") {
  FakeNetlink fake;
  fake.put(table(kWebTable));
  fake.edit([](FakeIpvs& ipvs) {
    ipvs.has_stats64 = false;
    ipvs.services.front().traffic.counters.connections = 7;
    ipvs.services.front().destinations.front().counters.traffic.counters.in_bytes = 0x2'0000'0000;
  });
  const auto kernel = opened(fake);
  const auto web = kernel->dump(kWeb).value().value();
  CHECK(web.traffic.counters.connections == 7);
  CHECK(web.destinations.at(endpoint("10.0.0.4:80")).counters.traffic.counters.in_bytes ==
        0x2'0000'0000);
}

TEST_CASE("counters of a dump are those of the kernel") {
  FakeNetlink fake;
  fake.put(table(kWebTable));
  fake.edit([](FakeIpvs& ipvs) {
    ipvs.services.front().destinations.back().counters = {
        .active_connections = 1, .inactive_connections = 2, .persistent_connections = 3};
  });
  const auto kernel = opened(fake);
  const auto snapshot = kernel->dump().value();
  const DestinationCounters counters =
      snapshot.at(kWeb).destinations.at(endpoint("10.0.0.2:80")).counters;
  CHECK(counters == DestinationCounters{1, 2, 3, {}});
}

// What is beside the table.

TEST_CASE("timeouts and sync daemons are set and read back") {
  FakeNetlink fake;
  const auto kernel = opened(fake);
  const SyncSettings master{.interface = "eth0", .id = 7, .max_length = 1400};
  const SyncSettings backup{.interface = "eth0",
                            .max_length = 1200,
                            .group = *parse_address("ff05::51"),
                            .port = 8849,
                            .ttl = 3};
  CHECK(kernel
            ->apply({SetTimeouts{{1000, 0, 200}}, StartSync{SyncRole::master, master},
                     StartSync{SyncRole::backup, backup}})
            .empty());
  const auto controls = kernel->controls().value();
  CHECK(controls.timeouts == Timeouts{1000, 120, 200});
  CHECK(controls.sync ==
        std::map<SyncRole, SyncSettings>{{SyncRole::master, master}, {SyncRole::backup, backup}});
  CHECK(kernel->apply({StopSync{SyncRole::master}}).empty());
  CHECK(kernel->controls()->sync.size() == 1);
  CHECK(text(kernel->apply({StopSync{SyncRole::master}}).at(0).error) ==
        "stop sync master: no sync daemon of this role runs: ESRCH");
}

TEST_CASE("counters are zeroed for one service") {
  FakeNetlink fake;
  fake.put(table(kWebTable));
  fake.edit([](FakeIpvs& ipvs) {
    for (auto& service : ipvs.services)
      service.traffic.counters.connections = 9;
  });
  const auto kernel = opened(fake);
  CHECK(kernel->apply({ZeroCounters{kWeb}}).empty());
  const auto snapshot = kernel->dump().value();
  CHECK(snapshot.at(kWeb).traffic.counters.connections == 0);
  CHECK(snapshot.at(service_key("udp 10.0.0.1:53")).traffic.counters.connections == 9);
}

TEST_CASE("a sync daemon that ended in spite of the kernel's answer has ended") {
  FakeNetlink fake;
  const auto kernel = opened(fake);
  REQUIRE(kernel->apply({StartSync{SyncRole::master, {.interface = "eth0"}}}).empty());
  const bool ended = GENERATE(true, false);
  fake.on_request = [ended](FakeRequest& request) {
    if (request.command == IPVS_CMD_DEL_DAEMON)
      (ended ? request.answer_with : request.refuse_with) = EAGAIN;
  };
  CHECK(codes(kernel->apply({StopSync{SyncRole::master}})) == (ended ? "" : "0: EAGAIN\n"));
}
