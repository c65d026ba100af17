#include "lvsctl/ipvsadm_text.h"

#include <catch2/catch.hpp>

using namespace lvsd;
using namespace lvsd::ctl;

// What real tables look like is compared with ipvsadm on a real kernel; here are the numbers that
// take years of traffic.

namespace {

api::KernelTableView counted(std::uint64_t number) {
  api::KernelServiceView service;
  service.key = *parse_service_key("tcp:10.0.0.1:80");
  service.counters.connections = number;
  return {.version = "1.2.1", .table_size = 4096, .services = {service}};
}

// The first number of the only service.
std::string number(std::uint64_t count, bool exact = false) {
  const std::string text = ipvsadm_table(counted(count), IpvsadmLayout::stats, exact);
  const std::string line = text.substr(text.find("TCP "));
  return line.substr(33, line.size() - 33 - 4 * 9 - 1);
}

std::string order(const std::vector<std::string>& addresses) {
  api::KernelTableView table;
  for (const std::string& address : addresses)
    table.services.emplace_back().key = *parse_service_key("tcp:" + address + ":80");
  const std::string rules = ipvsadm_rules(table);
  std::string out;
  for (std::size_t at = 0; (at = rules.find("-t ", at)) != rules.npos; ++at)
    out += rules.substr(at + 3, rules.find(" -s", at) - at - 3) + " ";
  return out;
}

}  // namespace

TEST_CASE("ipvsadm shortens numbers from a hundred million on") {
  CHECK(number(0) == "        0");
  CHECK(number(99'999'999) == " 99999999");
  CHECK(number(100'000'000) == "  100000K");
  CHECK(number(999'999'999) == "  999999K");
  CHECK(number(1'000'000'000) == "    1000M");
  CHECK(number(99'999'999'999) == "   99999M");
  CHECK(number(100'000'000'000) == "     100G");
  CHECK(number(99'999'999'999'999) == "   99999G");
  CHECK(number(100'000'000'000'000) == "     100T");
  CHECK(number(18'446'744'073'709'551'615U) == "18446744T");
  CHECK(number(7, true) == "        7");
  CHECK(number(100'000'000'000'000, true) == " 100000000000000");
}

TEST_CASE("ipvsadm's order is that of the signed difference of addresses") {
  CHECK(order({"10.0.0.2", "10.0.0.1"}) == "10.0.0.1:80 10.0.0.2:80 ");
  CHECK(order({"10.0.0.1", "203.0.113.1"}) == "203.0.113.1:80 10.0.0.1:80 ");
  CHECK(order({"10.0.0.1", "203.0.113.1", "192.168.0.1"}) ==
        "192.168.0.1:80 203.0.113.1:80 10.0.0.1:80 ");
  CHECK(order({"[2001:db8::1]", "10.0.0.1"}) == "10.0.0.1:80 [2001:db8::1]:80 ");
}
