#include "model/connection_counts.h"

#include <catch2/catch.hpp>

using namespace lvsd;

namespace {

Connection connection(const char* client, const char* server, const char* state) {
  return {.protocol = "tcp",
          .client = *parse_endpoint(client),
          .service = *parse_endpoint("10.0.0.1:80"),
          .server = *parse_endpoint(server),
          .state = state};
}

ConnectionCounts counts(std::string_view by, std::size_t most = 100) {
  ConnectionCounts out(*parse_connection_parts(by), most);
  out.add(connection("192.0.2.1:1000", "10.0.0.2:80", "ESTABLISHED"));
  out.add(connection("192.0.2.1:1001", "10.0.0.2:80", "FIN_WAIT"));
  out.add(connection("192.0.2.1:1002", "10.0.0.3:80", "FIN_WAIT"));
  out.add(connection("[2001:db8::1]:7", "10.0.0.3:80", "FIN_WAIT"));
  out.add(connection("192.0.2.9:0", "10.0.0.3:80", "NONE"));  // a template
  return out;
}

// "3 192.0.2.1;1 2001:db8::1;"
std::string text(const std::vector<ConnectionCounts::Count>& counts) {
  std::string out;
  for (const auto& [parts, count] : counts) {
    out += std::to_string(count);
    for (const std::string& part : parts)
      out += " " + part;
    out += ";";
  }
  return out;
}

}  // namespace

TEST_CASE("connections are counted by any of their parts and the greatest come first") {
  CHECK(text(counts("client").greatest(10)) == "3 192.0.2.1;1 2001:db8::1;");
  CHECK(text(counts("state").greatest(10)) == "3 FIN_WAIT;1 ESTABLISHED;");
  CHECK(text(counts("state,server").greatest(10)) ==
        "2 FIN_WAIT 10.0.0.3:80;1 ESTABLISHED 10.0.0.2:80;1 FIN_WAIT 10.0.0.2:80;");
  CHECK(text(counts("service,protocol").greatest(10)) == "4 10.0.0.1:80 tcp;");
  CHECK(text(counts("client").greatest(1)) == "3 192.0.2.1;");
  CHECK(text(counts("client").greatest(0)).empty());
}

TEST_CASE("more different ones than there is room for are counted together") {
  CHECK(text(counts("server,state", 1).greatest(10)) == "1 10.0.0.2:80 ESTABLISHED;3;");
}

TEST_CASE("what connections cannot be counted by is refused") {
  for (const char* word : {"", "weather", "state,", "state,state", "state,,client", "State"})
    CHECK_FALSE(parse_connection_parts(word).has_value());
  CHECK(parse_connection_parts("client,protocol,server,service,state")->size() == 5);
}
