#include "config/config_size.h"

#include <catch2/catch.hpp>
#include <string>

#include "test/text/config.h"

using namespace lvsd;

namespace {

constexpr const char* kTwoServices = R"(# real_server 10.9.9.9 80 {
virtual_server 10.0.0.1 80 {
  real_server 10.0.0.2 80 {
    weight 2
    TCP_CHECK { connect_timeout 1 }
  }
	real_server 10.0.0.3 80 { }
}
virtual_server 10.0.0.4 80 {
  sorry_server 10.0.0.5 80
  real_server 10.0.0.6 80 {
  }
}
)";

}  // namespace

TEST_CASE("a text tells how many servers its configuration is going to have") {
  const ConfigSize expected = expected_size(kTwoServices);
  CHECK(expected.virtual_servers == 2);
  CHECK(expected.real_servers == 3);
  CHECK(expected_size("").memory() == 0);
  CHECK(expected_size("{{{").memory() == 0);
}

TEST_CASE("what a text tells of its size is what its configuration has") {
  const Config read = test::config(kTwoServices);
  CHECK(size_of(read) == expected_size(kTwoServices));
  std::size_t taken = read.virtual_servers.capacity() * sizeof(VirtualServer);
  for (const VirtualServer& server : read.virtual_servers)
    taken += server.real_servers.capacity() * sizeof(RealServer);
  CHECK(size_of(read).memory() >= taken);
  CHECK(size_of(read).memory() < taken + 200 * read.virtual_servers.size());
}
