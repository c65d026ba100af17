#include "netlink/refusal.h"

#include <catch2/catch.hpp>
#include <cerrno>

#include "test/text/table.h"

using namespace lvsd;
using lvsd::test::endpoint;
using lvsd::test::service_key;

namespace {

const ServiceKey kWeb = service_key("tcp 10.0.0.1:80");
const DestinationKey kServer = endpoint("10.0.0.2:80");

std::string spelled(const Op& op, int value) {
  return text(refusal(op, value));
}
std::string spelled(const ControlOp& op, int value) {
  return text(refusal(op, value));
}

}  // namespace

TEST_CASE("a refusal says what was attempted and why and names the errno") {
  CHECK(spelled(SetService{kWeb, {.scheduler = "xyz"}}, ENOENT) ==
        "set tcp 10.0.0.1:80 xyz: the scheduler module ip_vs_xyz is not available: ENOENT");
  CHECK(spelled(AddService{kWeb, {.scheduler = "rr", .persistence_engine = "sip"}}, ENOENT) ==
        "add tcp 10.0.0.1:80 rr pe sip: the scheduler module ip_vs_rr or the persistence engine "
        "ip_vs_pe_sip is not available: ENOENT");
  CHECK(spelled(RemoveDestination{kWeb, kServer}, EPERM) ==
        "remove tcp 10.0.0.1:80 -> 10.0.0.2:80: CAP_NET_ADMIN in the initial user namespace is "
        "needed: EPERM");
  CHECK(spelled(RemoveService{kWeb}, ENOMEM) == "remove tcp 10.0.0.1:80: ENOMEM");
}

TEST_CASE("one errno means different things to different changes") {
  const AddDestination add{kWeb, kServer, {}};
  const SetDestination set{kWeb, kServer, {}};
  const RemoveDestination remove{kWeb, kServer};
  CHECK(reason(add, ESRCH) == "the service does not exist");
  CHECK(reason(set, ESRCH) == "the service does not exist");
  CHECK(reason(remove, ESRCH) == "the service does not exist");
  CHECK(reason(RemoveService{kWeb}, ESRCH) == "the service does not exist");
  CHECK(reason(SetService{kWeb, {}}, ESRCH) == "the service does not exist");
  CHECK(reason(set, ENOENT) == "the destination does not exist");
  CHECK(reason(remove, ENOENT) == "the destination does not exist");
  CHECK(reason(add, EEXIST) == "the destination exists already");
  CHECK(reason(AddService{kWeb, {}}, EEXIST) == "the service exists already");
  CHECK(reason(set, ERANGE) == "the weight or the thresholds are out of range");
  CHECK(reason(add, EINVAL) == "the kernel does not take this address or these settings");
}

TEST_CASE("mixed families are named as the reason where they may be it") {
  const auto server6 = endpoint("[2001:db8::2]:80");
  CHECK(reason(AddDestination{kWeb, server6, {}}, EINVAL) ==
        "IPv4 and IPv6 can be mixed with tunnel forwarding only");
  CHECK(reason(AddDestination{kWeb, server6, {.forwarding = Forwarding::tunnel}}, EINVAL) ==
        "IPv4 and IPv6 cannot be mixed while a sync daemon runs");
}

TEST_CASE("what is beside the table has its own reasons") {
  CHECK(spelled(StartSync{SyncRole::master, {.interface = "eth9", .id = 1}}, ENODEV) ==
        "start sync master on eth9 id 1: there is no interface eth9: ENODEV");
  CHECK(spelled(StopSync{SyncRole::backup}, ESRCH) ==
        "stop sync backup: no sync daemon of this role runs: ESRCH");
  CHECK(spelled(SetTimeouts{{.tcp = 4000000}}, EINVAL) ==
        "set timeouts tcp 4000000 tcpfin 120 udp 300: a timeout is longer than this kernel takes "
        "(2147483 s where it counts 1000 ticks a second): "
        "EINVAL");
  CHECK(spelled(ZeroCounters{kWeb}, ESRCH) ==
        "zero tcp 10.0.0.1:80: the service does not exist: ESRCH");
}

TEST_CASE("an errno of the kernel compares equal to the standard's name for it") {
  CHECK(refusal("reading", ESRCH).code == std::errc::no_such_process);
  CHECK(refusal("reading", ESRCH).code.value() == ESRCH);
  CHECK(text(refusal("reading", 4095)) == "reading: errno 4095");
}
