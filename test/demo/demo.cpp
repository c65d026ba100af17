// ./dev demo: the main job on a real kernel, told as it happens. Ends with 0 only if all of it did.

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>

#include "test/kernel/daemon.h"
#include "test/kernel/eventually.h"
#include "test/kernel/ipvs_table.h"
#include "test/kernel/test_net.h"
#include "test/kernel/web_client.h"

using namespace lvsd;
using namespace lvsd::testing;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view config = R"(virtual_server 10.0.0.100 80 {
    delay_loop 1
    lvs_sched rr
    lvs_method NAT
    protocol TCP

    real_server 10.0.1.1 80 {
        TCP_CHECK {
            connect_timeout 1
            retry 0
        }
    }
    real_server 10.0.1.2 80 {
        TCP_CHECK {
            connect_timeout 1
            retry 0
        }
    }
    real_server 10.0.1.3 80 {
        TCP_CHECK {
            connect_timeout 1
            retry 0
        }
    }
}
)";

constexpr std::string_view topology = R"(
    client 10.0.0.1                real servers, a web server on each
        │                       ┌── s1 10.0.1.1:80
        │      director         │
        └──── 10.0.0.100:80 ────┼── s2 10.0.1.2:80
              lvsd + IPVS, NAT  │
                                └── s3 10.0.1.3:80
)";

const Endpoint service{vip(Family::v4), 80};

void title(std::string_view words) {
  fmt::print("\n\033[1m── {}\033[0m\n", words);
}

// A step of the story. What does not happen ends it.
void expect(bool happened, const std::string& what, const Daemon& lvsd) {
  fmt::print("   {} {}\n", happened ? "✔" : "✖", what);
  if (!happened) throw std::runtime_error(what + "\n\nlvsd's log:\n" + lvsd.log());
}

void show_table(const TestNet& net) {
  fmt::print("$ ipvsadm -Ln\n{}", net.director().output_of({"ipvsadm", "-Ln"}));
}

bool listed(const TestNet& net, std::string_view server) {
  return ipvs_table(net.director().net).find(server) != std::string::npos;
}

int count(const Tally& tally, const std::string& outcome) {
  const auto found = tally.find(outcome);
  return found == tally.end() ? 0 : found->second;
}

int answered(const Tally& tally) {
  return count(tally, "s1") + count(tally, "s2") + count(tally, "s3");
}

void spread_over_three(const TestNet& net, const Daemon& lvsd) {
  const Tally tally = get_many(300, net.client().net, service);
  fmt::print("   300 requests: {}\n", text(tally));
  expect(text(tally) == "s1 100, s2 100, s3 100", "spread evenly over three servers", lvsd);
}

// Kills s2 under traffic and tells what that cost.
void kill_one(TestNet& net, const Daemon& lvsd) {
  Traffic traffic(net.client().net, service, 5ms);
  if (!eventually(5s, [&] { return net.web(2).requests() > 120; }))
    throw std::runtime_error("there is no traffic");
  const auto begin = std::chrono::steady_clock::now();
  net.web(2).set(Mood::stopped);
  const bool left = eventually(5s, [&] { return !listed(net, "10.0.1.2:80"); });
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - begin);
  const int after = net.web(1).requests();
  const bool goes_on = eventually(5s, [&] { return net.web(1).requests() > after + 20; });
  const Tally tally = traffic.stop();

  expect(left,
         fmt::format("s2 left the table {} ms after it was killed (checked every second)",
                     took.count()),
         lvsd);
  int lost = 0;
  for (const auto& [outcome, times] : tally)
    lost += times;
  lost -= answered(tally);
  fmt::print("   {} requests were answered, {} were lost before the check saw it: {}\n",
             answered(tally), lost, text(tally));
  expect(goes_on, "traffic went on over the others", lvsd);
}

void tell(const std::filesystem::path& lvsctl) {
  title("The machines: network namespaces on a real kernel");
  fmt::print("{}", topology);
  TestNet net(3);
  DaemonFolder folder;
  folder.write_config(config);

  title("lvsd starts with this file");
  fmt::print("{}\n", config);
  Daemon lvsd(net.director(), folder);
  lvsd.wait_ready();
  show_table(net);
  title("Requests go through the virtual IP 10.0.0.100");
  spread_over_three(net, lvsd);

  title("s2 is killed while a client sends 200 requests a second");
  kill_one(net, lvsd);
  show_table(net);
  const Tally without = get_many(300, net.client().net, service);
  fmt::print("   300 requests: {}\n", text(without));
  expect(text(without) == "s1 150, s3 150", "all answered by the two that are left", lvsd);

  title("s2 comes back");
  const auto begin = std::chrono::steady_clock::now();
  net.web(2).set(Mood::answers);
  const bool back = eventually(5s, [&] { return listed(net, "10.0.1.2:80"); });
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - begin);
  expect(back, fmt::format("s2 is in the table again after {} ms", took.count()), lvsd);
  spread_over_three(net, lvsd);

  title("What the operator sees");
  for (const Command& words : {Command{"status"}, Command{"servers"}}) {
    Command command{lvsctl, "--socket", folder.socket()};
    command.insert(command.end(), words.begin(), words.end());
    fmt::print("$ lvsctl {}\n{}\n", words.front(), net.director().output_of(command));
  }
  title("What stands in the log");
  fmt::print("{}", lvsd.log());
}

}  // namespace

int main() try {
  const auto here = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  tell(here.parent_path().parent_path() / "lvsctl" / "lvsctl");
  title("All of it happened");
  return EXIT_SUCCESS;
} catch (const std::exception& failure) {
  fmt::print("\nThe demo stops here: {}\n", failure.what());
  return EXIT_FAILURE;
}
