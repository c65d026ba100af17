#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <catch2/catch.hpp>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "daemon/kernel_error.h"
#include "daemon/kernel_module.h"
#include "daemon/kernel_writer.h"
#include "daemon/module_loading_kernel.h"
#include "daemon/netlink_kernel.h"
#include "daemon/netlink_socket.h"
#include "test/kernel/daemon.h"
#include "test/kernel/eventually.h"
#include "test/kernel/ipvs_table.h"
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

testing::Host lone_host() {
  testing::Host host{"director", {}};
  host.output_of({"ip", "link", "set", "lo", "up"});
  return host;
}

std::string one_service(const std::string& scheduler, int port = 80) {
  const std::string number = std::to_string(port);
  return "virtual_server 10.0.0.1 " + number + " {\n  protocol TCP\n  lvs_method DR\n  lvs_sched " +
         scheduler + "\n  real_server 10.0.0.2 " + number + " {\n    weight 1\n  }\n}\n";
}

// A service that ends lets go of its scheduler a moment later: the kernel says EAGAIN until then.
void unload(const std::string& module) {
  const auto is_gone = [&module] {
    if (!is_module_loaded(module)) return true;
    try {
      run({"busybox", "rmmod", module});
    } catch (const std::runtime_error&) {
      return false;
    }
    return !is_module_loaded(module);
  };
  REQUIRE(testing::eventually(10s, is_gone));
}

// lvsd as the unit runs it: an ordinary user with CAP_NET_ADMIN.
testing::Command unprivileged(const testing::DaemonFolder& folder) {
  for (const auto& path : {folder.config().parent_path(), folder.state()})
    std::filesystem::permissions(path, std::filesystem::perms::all);
  testing::Command command{"setpriv",
                           "--reuid=65534",
                           "--regid=65534",
                           "--clear-groups",
                           "--inh-caps=-all,+net_admin",
                           "--ambient-caps=+net_admin",
                           "--bounding-set=-all,+net_admin"};
  for (const std::string& word : testing::lvsd_command(folder))
    command.push_back(word);
  return command;
}

// Network namespaces that come and go all the time, each with a table of its own.
class Churn {
 public:
  Churn()
      : thread_([this] {
          while (!enough_) {
            const testing::NetworkNamespace net;
            const testing::Inside inside(net);
            std::ifstream("/proc/thread-self/net/ip_vs").get();
          }
        }) {}
  ~Churn() {
    enough_ = true;
    thread_.join();
  }

 private:
  std::atomic<bool> enough_ = false;
  std::thread thread_;
};

void unload_ipvs() {
  std::vector<std::string> dependent;
  for (const auto& entry : std::filesystem::directory_iterator("/sys/module"))
    if (entry.path().filename().string().starts_with("ip_vs_"))
      dependent.push_back(entry.path().filename());
  for (const std::string& module : dependent)
    unload(module);
  unload("ip_vs");
}

}  // namespace

TEST_CASE("a service gets its scheduler's module loaded before the kernel is asked") {
  if (!is_our_own_kernel()) return;
  unload("ip_vs_nq");
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

TEST_CASE("lvsd ends within five seconds of SIGTERM while the kernel loads a module for ever") {
  if (!is_our_own_kernel()) return;
  unload("ip_vs_nq");
  const Modprobe endless("sleep 60; exit 1");
  const testing::Host host = lone_host();
  testing::DaemonFolder folder;
  folder.write_config(one_service("nq"));
  testing::Process lvsd(host.net, unprivileged(folder));
  // It is in the kernel by the time its socket is there; the loop answers all the same.
  REQUIRE(testing::eventually(
      8s, [&] { return testing::ask(folder.socket(), "GET /readyz").status == 503; }));
  CHECK(testing::always(
      1s, [&] { return testing::ask(folder.socket(), "GET /readyz", 500ms).status == 503; }));
  lvsd.send(SIGTERM);
  INFO(lvsd.output());
  CHECK(lvsd.exit_code(5s) == 0);
}

TEST_CASE("namespaces that go away while a service needs lblcr freeze nobody") {
  if (!is_our_own_kernel()) return;
  unload("ip_vs_lblcr");
  const testing::Host host = lone_host();
  testing::DaemonFolder folder;
  folder.write_config(one_service("lblcr") + one_service("rr", 81));
  SECTION("root has the module loaded before the kernel wants it") {
    const Churn churn;
    testing::Daemon lvsd(host, folder);
    lvsd.wait_ready(30s);
    CHECK(testing::ipvs_table(host.net) ==
          "tcp 10.0.0.1:80 lblcr\n  -> 10.0.0.2:80 DR weight 1\n"
          "tcp 10.0.0.1:81 rr\n  -> 10.0.0.2:81 DR weight 1\n");
  }
  SECTION("another user leaves the service out and says what to load") {
    const std::string without = "tcp 10.0.0.1:81 rr\n  -> 10.0.0.2:81 DR weight 1\n";
    testing::Process lvsd(host.net, unprivileged(folder));
    {
      const Churn churn;
      CHECK(testing::eventually(20s, [&] { return testing::ipvs_table(host.net) == without; }));
    }
    CHECK(testing::eventually(5s, [&] {
      return lvsd.output().find(
                 "could deadlock loading ip_vs_lblcr by itself, load it first "
                 "(modprobe ip_vs_lblcr)") != std::string::npos;
    }));
    CHECK(testing::ipvs_table(host.net) == without);
    run({"modprobe", "ip_vs_lblcr"});
    CHECK(testing::eventually(15s, [&] {
      return testing::ipvs_table(host.net) ==
             "tcp 10.0.0.1:80 lblcr\n  -> 10.0.0.2:80 DR weight 1\n" + without;
    }));
  }
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
