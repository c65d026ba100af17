#include "lvsctl/address_names.h"

#include <catch2/catch.hpp>
#include <chrono>

using namespace lvsd;
using namespace lvsd::ctl;

namespace {

Address address(const char* text) {
  return *parse_address(text);
}

Table table_of(const std::string& text) {
  return {{{"WHAT"}}, {{{text}}}};
}

std::string named(const std::string& text) {
  Table table = table_of(text);
  put_names(table, {{address("10.0.0.13"), "web03"}, {address("2001:db8::25"), "mail\x1b[2J"}});
  return table.rows[0][0].text;
}

}  // namespace

TEST_CASE("an address in a cell gives way to its name wherever it stands") {
  CHECK(named("10.0.0.13") == "web03");
  CHECK(named("10.0.0.13:80") == "web03:80");
  CHECK(named("tcp 10.0.0.13:80") == "tcp web03:80");
  CHECK(named("10.0.0.13 10.0.0.14 10.0.0.13:8080") == "web03 10.0.0.14 web03:8080");
  CHECK(named("[2001:db8::25]:25").find("mail") == 0);
  CHECK(named("[2001:db8::25]:25").find('\x1b') == std::string::npos);
  CHECK(named("[2001:db8::25]:25").ends_with(":25"));
  // What only looks like one is a name already.
  CHECK(named("tcp:10.0.0.13:80/web") == "tcp:10.0.0.13:80/web");
  CHECK(named("") == "");
  CHECK(named(" 3 ") == " 3 ");
}

TEST_CASE("the addresses of a table are those of its cells") {
  CHECK(addresses_in(table_of("tcp 10.0.0.13:80 [::1]:25 nothing 3")) ==
        std::set<Address>{address("10.0.0.13"), address("::1")});
  CHECK(addresses_in(Table{}).empty());
}

TEST_CASE("names are found for addresses of this machine and none for others") {
  CHECK(names_of({}, std::chrono::seconds(5)).empty());
  // Of the documentation's network: nobody has names for these; whoever is asked and says nothing
  // is not waited for.
  const auto begin = std::chrono::steady_clock::now();
  const AddressNames names =
      names_of({address("127.0.0.1"), address("192.0.2.7")}, std::chrono::milliseconds(1000));
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(5));
  CHECK(!names.contains(address("192.0.2.7")));
  CHECK(names.contains(address("127.0.0.1")));
}
