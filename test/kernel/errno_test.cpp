#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "daemon/netlink_kernel.h"
#include "daemon/netlink_socket.h"
#include "test/fakes/errno_golden.h"
#include "test/kernel/network_namespace.h"

// What Linux answers, which the fake kernel of the unit tests answers as well.

using namespace lvsd;

namespace {

// The calling thread has no capability in effect as long as this lives.
class Powerless {
 public:
  Powerless() {
    header_.version = _LINUX_CAPABILITY_VERSION_3;
    REQUIRE(syscall(SYS_capget, &header_, &before_) == 0);
    __user_cap_data_struct without[2] = {before_[0], before_[1]};
    without[0].effective = without[1].effective = 0;
    REQUIRE(syscall(SYS_capset, &header_, &without) == 0);
  }
  ~Powerless() { syscall(SYS_capset, &header_, &before_); }
  Powerless(const Powerless&) = delete;
  Powerless& operator=(const Powerless&) = delete;

 private:
  __user_cap_header_struct header_{};
  __user_cap_data_struct before_[2]{};
};

}  // namespace

TEST_CASE("the kernel answers every request as the golden file says") {
  const testing::NetworkNamespace net;
  const testing::Inside inside(net);
  REQUIRE(std::system("ip link set lo up") == 0);
  const auto socket = NetlinkSocket::open().value();
  const std::string golden = test::test_data("errno_golden.txt");
  CHECK(test::with_answers(golden, *socket).value() == golden);
}

TEST_CASE("without CAP_NET_ADMIN the kernel cannot be opened and one that was is of no use") {
  const auto kernel = NetlinkKernel::open(&NetlinkSocket::open).value();
  {
    const Powerless powerless;
    const auto refused = NetlinkKernel::open(&NetlinkSocket::open);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == std::errc::operation_not_permitted);
    CHECK(kernel->dump().error().code == std::errc::operation_not_permitted);
    const auto failures = kernel->apply({AddService{fwmark_service(7, Family::v4), {}}});
    REQUIRE(failures.size() == 1);
    CHECK(failures[0].error.code == std::errc::operation_not_permitted);
  }
  CHECK(kernel->dump().has_value());
}
