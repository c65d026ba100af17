#include "daemon/netlink_kernel.h"

#include <catch2/catch.hpp>

#include "daemon/kernel_error.h"
#include "test/fakes/fake_netlink.h"

using namespace lvsd;
using lvsd::test::FakeNetlink;

namespace {

const ServiceKey kWeb = *parse_service_key("tcp 10.0.0.1:80");
const DestinationKey kServer = *parse_endpoint("10.0.0.2:80");

Plan web_plan() {
  return {AddService{kWeb, {.scheduler = "rr"}}, AddDestination{kWeb, kServer, {.weight = 3}}};
}

}  // namespace

TEST_CASE("what is applied is in the kernel and is read back") {
  FakeNetlink fake;
  auto kernel = NetlinkKernel::open(fake.connect()).value();
  CHECK(kernel->apply(web_plan()).empty());
  CHECK(text(fake.table()) == "tcp 10.0.0.1:80 rr\n  -> 10.0.0.2:80 NAT weight 3\n");
  CHECK(table_of(kernel->dump().value()) == fake.table());
  const auto web = kernel->dump(kWeb).value();
  REQUIRE(web);
  CHECK(service_of(*web) == fake.table()[kWeb]);
  CHECK_FALSE(kernel->dump(*parse_service_key("tcp 10.0.0.9:80")).value());
}
