#include "netlink/ipvs_codec.h"

#include <linux/ip_vs.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "netlink/control_codec.h"
#include "plan/diff.h"
#include "test/fakes/fake_ipvs.h"
#include "test/text/bytes.h"
#include "test/text/random.h"
#include "test/text/table.h"

using namespace lvsd;
using lvsd::test::bytes;
using lvsd::test::endpoint;
using lvsd::test::FakeIpvs;
using lvsd::test::Random;
using lvsd::test::service_key;

namespace {

const ServiceKey kWeb = service_key("tcp 10.0.0.1:80");

std::string hex_of(const Op& op) {
  Bytes out;
  append_request(out, {.family = 0x1c, .sequence = 7}, op);
  return test::hex(out);
}

std::string normal(std::string_view hex) {
  return test::hex(bytes(hex));
}

// What a message says, in words.
std::string spelled(const std::string& kind, const Message& message) {
  if (kind == "info") {
    const auto info = ipvs_info(message).value();
    return std::to_string(info.version >> 16) + "." + std::to_string(info.version >> 8 & 0xff) +
           "." + std::to_string(info.version & 0xff) + " " +
           std::to_string(info.connection_table_size);
  }
  if (kind == "service") {
    const auto entry = service_entry(message).value();
    return text(entry.key) + " " + text(entry.settings, entry.key.family);
  }
  if (kind == "timeouts") return text(timeouts_entry(message).value());
  if (kind == "sync") {
    const auto [role, daemon] = sync_entry(message).value();
    return std::string(text(role)) + " " + text(daemon);
  }
  const Family family = kind == "destination6" ? Family::v6 : Family::v4;
  const auto entry = destination_entry(message, family).value();
  return text(entry.key) + " " + text(entry.settings);
}

// The whole of an answer about a service, with what a test wants in it.
template <class Body>
Bytes service_answer(Body body) {
  Bytes out;
  append_message(
      out, {.type = 28, .command = IPVS_CMD_NEW_SERVICE, .version = 1},
      [&body](AttributeWriter& to) { to.nest(IPVS_CMD_ATTR_SERVICE, [&] { body(to); }); });
  return out;
}

Message message(const Bytes& datagram) {
  return MessageReader(datagram).next().value();
}

}  // namespace

TEST_CASE("answers of a real kernel are read as what they are") {
  std::ifstream file(LVSD_SOURCE_DIR "/test/data/ipvs_answers.txt");
  int answers = 0;
  for (std::string line, hex; std::getline(file, line);) {
    if (line.starts_with('#')) continue;
    REQUIRE(std::getline(file, hex));
    const Bytes datagram = bytes(hex);
    const auto end_of_kind = line.find(' ');
    const std::string kind = line.substr(0, end_of_kind);
    CHECK(spelled(kind, message(datagram)) == line.substr(end_of_kind + 1));
    ++answers;
  }
  CHECK(answers == 10);
}

TEST_CASE("a new service is sent whole") {
  CHECK(hex_of(AddService{kWeb, {.scheduler = "wlc"}}) ==
        normal(
            "68000000 1c00 0100 07000000 00000000"  // length, family, NLM_F_REQUEST, sequence, port
            " 01 01 0000"                           // NEW_SERVICE, version 1
            " 5400 0180"                            // SERVICE
            " 0600 0100 0200 0000"                  // AF_INET
            " 0600 0200 0600 0000"                  // TCP
            " 1400 0300 0a000001 000000000000000000000000"
            " 0600 0400 0050 0000"          // port 80
            " 0800 0600 776c6300"           // wlc
            " 0c00 0700 00000000 3d000000"  // no flags, of those that are ours
            " 0800 0800 00000000"           // not persistent
            " 0800 0900 ffffffff"));
}

TEST_CASE("a persistent IPv6 service is sent with its flags and prefix length and engine") {
  ServiceSettings settings{.scheduler = "mh",
                           .flags = {.one_packet = true, .flag_1 = true, .flag_2 = true},
                           .persistence_timeout = 300,
                           .persistence_netmask = 64,
                           .persistence_engine = "sip"};
  CHECK(hex_of(SetService{service_key("fwmark6 7"), settings}) ==
        normal("54000000 1c00 0100 07000000 00000000 02 01 0000 4000 0180"
               " 0600 0100 0a00 0000"          // AF_INET6
               " 0800 0500 07000000"           // mark 7
               " 0700 0600 6d680000"           // mh
               " 0c00 0700 1d000000 3d000000"  // persistent, one packet, both scheduler flags
               " 0800 0800 2c010000"           // 300 s
               " 0800 0900 40000000"           // 64, not a mask
               " 0800 0b00 73697000"));        // the engine
}

TEST_CASE("a tunnelled destination is sent whole") {
  const DestinationSettings settings{.forwarding = Forwarding::tunnel,
                                     .tunnel = {TunnelType::gue, 5555, TunnelChecksum::full},
                                     .weight = 3,
                                     .upper_threshold = 100,
                                     .lower_threshold = 75};
  CHECK(hex_of(AddDestination{kWeb, endpoint("[2001:db8::2]:80"), settings}) ==
        normal("a4000000 1c00 0100 07000000 00000000 05 01 0000"
               " 3000 0180 0600 0100 0200 0000 0600 0200 0600 0000"
               " 1400 0300 0a000001 000000000000000000000000 0600 0400 0050 0000"
               " 6000 0280"
               " 1400 0100 20010db8 00000000 00000000 00000002"
               " 0600 0200 0050 0000"
               " 0600 0b00 0a00 0000"  // AF_INET6, in a service of AF_INET
               " 0800 0300 02000000 0800 0400 03000000 0800 0500 64000000 0800 0600 4b000000"
               " 0500 0d00 01000000 0600 0e00 15b3 0000 0600 0f00 0100 0000"));
}

TEST_CASE("the removal of a destination names its family") {
  CHECK(hex_of(RemoveDestination{kWeb, endpoint("10.0.0.2:80")}) ==
        normal("6c000000 1c00 0100 07000000 00000000 07 01 0000"
               " 3000 0180 0600 0100 0200 0000 0600 0200 0600 0000"
               " 1400 0300 0a000001 000000000000000000000000 0600 0400 0050 0000"
               " 2800 0280"
               " 1400 0100 0a000002 000000000000000000000000"
               " 0600 0200 0050 0000"
               " 0600 0b00 0200 0000"));
}

TEST_CASE("law: the kernel has what was sent") {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    Random random(seed);
    CAPTURE(seed);
    const Table wanted = test::random_table(random);
    FakeIpvs kernel;
    for (const Op& op : diff({}, wanted)) {
      Bytes request;
      append_request(request, {}, op);
      const auto payload = generic_payload(message(request)).value();
      REQUIRE(kernel.change(payload.command, payload.attributes) == 0);
    }
    REQUIRE(text(kernel.table()) == text(wanted));
    REQUIRE(kernel.table() == wanted);
  }
}

TEST_CASE(
    "the kernel's own flag and the netmask of a service that is not persistent are left out") {
  FakeIpvs kernel;
  test::FakeService service;
  service.family = 2;
  service.protocol = 6;
  service.scheduler = "rr";
  service.flags = IP_VS_SVC_F_HASHED;
  service.timeout = 300;  // without the persistent flag it means nothing
  service.netmask = 0;
  const Bytes answer = service_answer([&](AttributeWriter& to) { kernel.fill(to, service); });
  CHECK(service_entry(message(answer))->settings == ServiceSettings{.scheduler = "rr"});
}

TEST_CASE("a service that is not persistent is sent with the mask of a single client") {
  for (const char* key : {"tcp 10.0.0.1:80", "tcp [2001:db8::1]:80", "fwmark6 7"}) {
    FakeIpvs kernel;
    Bytes request;
    append_request(request, {}, AddService{service_key(key), {.persistence_netmask = 24}});
    const auto payload = generic_payload(message(request)).value();
    CHECK(kernel.change(payload.command, payload.attributes) == 0);
    const bool is_v6 = service_key(key).family == Family::v6;
    CHECK(kernel.services.front().netmask == (is_v6 ? 128 : 0xffffffff));
  }
}

TEST_CASE("a service without scheduler is read as one with an empty name and sent as none") {
  FakeIpvs kernel;
  Bytes request;
  append_request(request, {}, AddService{kWeb, {.scheduler = ""}});
  const auto payload = generic_payload(message(request)).value();
  REQUIRE(kernel.change(payload.command, payload.attributes) == 0);
  CHECK(kernel.services.front().scheduler == "none");
  const Bytes answer =
      service_answer([&](AttributeWriter& to) { kernel.fill(to, kernel.services.front()); });
  CHECK(service_entry(message(answer))->settings.scheduler.empty());
}

TEST_CASE("the tunnel of a destination that is not tunnelled is left out") {
  FakeIpvs kernel;
  test::FakeDestination destination;
  destination.family = 2;
  destination.forwarding = 3;
  destination.tunnel_type = 2;
  destination.tunnel_port = 99;
  Bytes answer;
  append_message(answer, {.type = 28, .command = IPVS_CMD_NEW_DEST}, [&](AttributeWriter& to) {
    to.nest(IPVS_CMD_ATTR_DEST, [&] { kernel.fill(to, destination); });
  });
  CHECK(destination_entry(message(answer), Family::v4)->settings.tunnel == Tunnel{});
}

TEST_CASE("counters are read in full from 64 bits and as far as they go from 32 bits") {
  FakeIpvs kernel;
  test::FakeService service;
  service.family = 2;
  service.protocol = 6;
  service.scheduler = "rr";
  service.traffic.counters = {.connections = 0x1'0000'0002, .in_bytes = 0x5'0000'0000};
  service.traffic.rates = {.connections = 3, .out_bytes = 0x1'0000'0004};
  const auto read = [&] {
    const Bytes answer = service_answer([&](AttributeWriter& to) { kernel.fill(to, service); });
    return service_entry(message(answer)).value().traffic;
  };
  CHECK(read() == service.traffic);
  kernel.has_stats64 = false;
  const Traffic narrow = read();
  CHECK(narrow.counters.connections == 2);
  CHECK(narrow.counters.in_bytes == 0x5'0000'0000);
  CHECK(narrow.rates.connections == 3);
  CHECK(narrow.rates.out_bytes == 4);
}

TEST_CASE("a service of a protocol without name is told from a malformed one") {
  FakeIpvs kernel;
  test::FakeService service;
  service.family = 2;
  service.protocol = 47;
  service.scheduler = "rr";
  const Bytes answer = service_answer([&](AttributeWriter& to) { kernel.fill(to, service); });
  CHECK(service_entry(message(answer)).error().code == codec_errc::unnameable);
}

TEST_CASE("law: an answer that lacks its end is malformed and never read as something else") {
  std::ifstream file(LVSD_SOURCE_DIR "/test/data/ipvs_answers.txt");
  for (std::string line, hex; std::getline(file, line);) {
    if (line.starts_with('#')) continue;
    REQUIRE(std::getline(file, hex));
    const std::string kind = line.substr(0, line.find(' '));
    Bytes datagram = bytes(hex);
    const Message whole = message(datagram);
    // Optional parts stand at the end of timeouts and sync daemons only.
    if (kind == "timeouts" || kind == "sync") continue;
    for (std::size_t size = 0; size < whole.payload.size(); ++size) {
      Message cut = whole;
      cut.payload = whole.payload.first(size);
      CHECK_THROWS_AS(spelled(kind, cut), BadResult);
    }
  }
}
