#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "daemon/kernel_error.h"
#include "daemon/kernel_module.h"
#include "daemon/kernel_writer.h"
#include "daemon/module_loading_kernel.h"
#include "daemon/netlink_kernel.h"
#include "daemon/netlink_socket.h"
#include "test/kernel/network_namespace.h"
#include "test/kernel/process.h"

// The modules of IPVS coming, going and being missing. These tests turn the whole kernel over: they
// need a guest of their own, and do nothing on a kernel that others use (LVSD_LAB=native).

using namespace lvsd;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

const ServiceKey kWeb = *parse_service_key("tcp 10.0.0.1:80");

std::unique_ptr<NetlinkKernel> opened() {
  return NetlinkKernel::open(&NetlinkSocket::open).value();
}

void run(const testing::Command& command) {
  const testing::NetworkNamespace nowhere;
  testing::output_of(nowhere, command);
}

// What the kernel runs when it misses a module, for as long as this lives.
class Modprobe {
 public:
  explicit Modprobe(const std::string& script) {
    std::ifstream(kSetting) >> before_;
    std::ofstream("/tmp/modprobe") << "#!/bin/sh\n" << script << "\n";
    std::filesystem::permissions("/tmp/modprobe", std::filesystem::perms::all);
    std::ofstream(kSetting) << "/tmp/modprobe";
  }
  ~Modprobe() { std::ofstream(kSetting) << before_; }
  Modprobe(const Modprobe&) = delete;
  Modprobe& operator=(const Modprobe&) = delete;

 private:
  static constexpr const char* kSetting = "/proc/sys/kernel/modprobe";
  std::string before_;
};

bool is_our_own_kernel() {
  const char* const guest = std::getenv("LVSD_LAB_GUEST");
  if (guest != nullptr && std::string(guest) == "uml") return true;
  WARN("not on a kernel that others use");
  return false;
}

void unload_ipvs() {
  std::vector<std::string> dependent;
  for (const auto& entry : std::filesystem::directory_iterator("/sys/module"))
    if (entry.path().filename().string().starts_with("ip_vs_"))
      dependent.push_back(entry.path().filename());
  for (const std::string& module : dependent)
    run({"busybox", "rmmod", module});
  run({"busybox", "rmmod", "ip_vs"});
}

}  // namespace

TEST_CASE("a service gets its scheduler's module loaded before the kernel is asked") {
  if (!is_our_own_kernel()) return;
  if (is_module_loaded("ip_vs_nq")) run({"busybox", "rmmod", "ip_vs_nq"});
  REQUIRE_FALSE(is_module_loaded("ip_vs_nq"));
  ModuleLoadingKernel kernel(opened());
  CHECK(kernel.apply({AddService{kWeb, {.scheduler = "nq"}}}).empty());
  CHECK(is_module_loaded("ip_vs_nq"));
  CHECK(kernel.apply({RemoveService{kWeb}}).empty());
  CHECK(kernel.apply({AddService{kWeb, {.scheduler = "nosuch"}}}).at(0).error.code ==
        std::errc::no_such_file_or_directory);
}

TEST_CASE("a kernel that is stuck loading a module holds up neither the loop nor the next plan") {
  if (!is_our_own_kernel()) return;
  const Modprobe slow("sleep 3; exit 1");
  asio::io_context loop;
  KernelWriter writer(loop.get_executor(), [] { return NetlinkKernel::open(&NetlinkSocket::open); },
                      {.timeout = 800ms});
  asio::steady_timer tick(loop);
  Time last = Time::clock::now();
  Duration longest_pause{};
  std::function<void(boost::system::error_code)> ticked = [&](boost::system::error_code) {
    const Time now = Time::clock::now();
    longest_pause = std::max(longest_pause, std::chrono::duration_cast<Duration>(now - last));
    last = now;
    tick.expires_after(10ms);
    tick.async_wait(ticked);
  };
  ticked({});

  const Plan hangs{AddService{kWeb, {.scheduler = "nosuch"}}};
  std::vector<OpFailure> first;
  bool answered_while_stuck = false;
  bool was_stuck = false;
  bool recovered = false;
  const auto story = [&]() -> asio::awaitable<void> {
    REQUIRE((co_await writer.info()).has_value());
    first = co_await writer.apply(hangs);
    was_stuck = writer.stuck();
    answered_while_stuck = (co_await writer.dump()).has_value();
    while (!(co_await writer.info()).has_value()) {
    }
    recovered = !writer.stuck() && (co_await writer.dump()).has_value();
    tick.cancel();
    loop.stop();
  };
  asio::co_spawn(loop, story(), [](std::exception_ptr failure) {
    if (failure) std::rethrow_exception(failure);
  });
  loop.run_for(30s);

  REQUIRE(first.size() == 1);
  CHECK(first[0].error.code == kernel_errc::unknown_outcome);
  CHECK(was_stuck);
  CHECK_FALSE(answered_while_stuck);
  CHECK(recovered);
  CHECK(longest_pause < 250ms);
}

TEST_CASE("a module that was unloaded and loaded is found again") {
  if (!is_our_own_kernel()) return;
  const auto kernel = opened();
  REQUIRE(kernel->apply({AddService{kWeb, {.scheduler = "rr"}}}).empty());
  REQUIRE(kernel->apply({RemoveService{kWeb}}).empty());
  unload_ipvs();
  SECTION("by a question") {
    CHECK(kernel->dump()->empty());
  }
  SECTION("by a change that says so and the next one that is done") {
    const Plan plan{AddService{kWeb, {.scheduler = "rr"}}};
    CHECK(kernel->apply(plan).at(0).error.code == kernel_errc::module_reloaded);
    CHECK(kernel->apply(plan).empty());
    CHECK(kernel->apply({RemoveService{kWeb}}).empty());
  }
}

TEST_CASE("a kernel without ip_vs says so") {
  if (!is_our_own_kernel()) return;
  if (is_module_loaded("ip_vs")) unload_ipvs();
  const Modprobe none("exit 1");
  const auto kernel = NetlinkKernel::open(&NetlinkSocket::open);
  REQUIRE_FALSE(kernel.has_value());
  CHECK(kernel.error().code == kernel_errc::no_ipvs);
}
