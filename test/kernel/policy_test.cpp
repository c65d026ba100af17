#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <csignal>
#include <iostream>
#include <list>
#include <optional>
#include <thread>

#include "test/kernel/eventually.h"
#include "test/kernel/policy_site.h"

// Backup, drain, limits and slow start, with the traffic they are about.

using namespace lvsd;
using namespace lvsd::testing;
using namespace std::chrono_literals;

namespace {

// A download that goes on although its client closed its half at once: for the kernel it is an
// inactive connection.
class Download {
 public:
  static constexpr int chunks = 40;
  static constexpr std::size_t chunk = 1000;

  Download(const NetworkNamespace& server, const NetworkNamespace& client, std::uint16_t port) {
    {
      const Inside there(server);
      listener_ = UniqueFd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
      const sockaddr_in any = address(INADDR_ANY, port);
      if (::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&any), sizeof any) != 0 ||
          ::listen(listener_.get(), 5) != 0)
        throw std::runtime_error("no listener for the download");
    }
    sender_ = std::jthread([this](std::stop_token stop) { serve(stop); });
    {
      const Inside there(client);
      client_ = UniqueFd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
      const sockaddr_in to = address(0x0a000064, 80);  // 10.0.0.100
      const timeval limit{5, 0};
      ::setsockopt(client_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
      if (::connect(client_.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
        throw std::runtime_error("the download cannot connect");
    }
    if (::send(client_.get(), "get", 3, MSG_NOSIGNAL) != 3)
      throw std::runtime_error("the download cannot ask");
    ::shutdown(client_.get(), SHUT_WR);
    receiver_ = std::jthread([this] { receive(); });
  }
  ~Download() {
    ::shutdown(listener_.get(), SHUT_RDWR);
    ::shutdown(client_.get(), SHUT_RDWR);
  }

  std::size_t received() const { return received_; }
  bool over() const { return over_; }

 private:
  static sockaddr_in address(std::uint32_t ip, std::uint16_t port) {
    sockaddr_in out{};
    out.sin_family = AF_INET;
    out.sin_port = htons(port);
    out.sin_addr.s_addr = htonl(ip);
    return out;
  }
  // The first to send something is the download; checks connect, too, and say nothing.
  void serve(const std::stop_token& stop) {
    for (;;) {
      const UniqueFd peer(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!peer || stop.stop_requested()) return;
      char word[3];
      const timeval limit{1, 0};
      ::setsockopt(peer.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
      if (::recv(peer.get(), word, sizeof word, MSG_WAITALL) != 3) continue;
      const std::string data(chunk, 'x');
      for (int i = 0; i < chunks && !stop.stop_requested(); ++i) {
        if (::send(peer.get(), data.data(), data.size(), MSG_NOSIGNAL) < 0) return;
        std::this_thread::sleep_for(150ms);
      }
      return;
    }
  }
  void receive() {
    std::array<char, 4096> buffer{};
    for (;;) {
      const ssize_t got = ::recv(client_.get(), buffer.data(), buffer.size(), 0);
      if (got <= 0) break;
      received_ += static_cast<std::size_t>(got);
    }
    over_ = true;
  }

  UniqueFd listener_;
  UniqueFd client_;
  std::atomic<std::size_t> received_ = 0;
  std::atomic<bool> over_ = false;
  std::jthread sender_;
  std::jthread receiver_;
};

}  // namespace

TEST_CASE("a master that is killed gives way to its backup and takes over again with preempt") {
  Site site(pair_config("weight 3"));
  REQUIRE(site.becomes({3}));
  site.net.web(1).set(Mood::stopped);
  CHECK(site.becomes({-1, 3}));
  CHECK(site.who_answers() == "s2");
  CHECK(site.lvsd->logged("Running on backup."));
  CHECK(
      site.lvsd->logged("Backup server tcp:10.0.0.100:80/10.0.1.2:80 (10.0.1.2:80) enters for "
                        "tcp:10.0.0.100:80/10.0.1.1:80: its master does not serve."));
  CHECK(site.state("10.0.1.2:80") == "ACTIVE");

  Connection on_backup = site.connect();
  REQUIRE(text(on_backup.ask()) == "s2");
  site.restart();
  CHECK(site.stays({-1, 3}, 1s));
  CHECK(text(on_backup.ask()) == "s2");
  site.net.web(1).set(Mood::answers);
  CHECK(site.becomes({3}));
  CHECK(site.who_answers() == "s1");
  CHECK(text(on_backup.ask()) == "reset");  // on_return cut
  CHECK(site.state("10.0.1.2:80") == "STANDBY");
}

TEST_CASE("without preempt the backup goes on until an operator says so and over a restart") {
  Site site(pair_config("preempt no"));
  REQUIRE(site.becomes({1}));
  site.net.web(1).set(Mood::stopped);
  CHECK(site.becomes({-1, 1}));
  site.net.web(1).set(Mood::answers);
  CHECK(eventually(5s, [&] { return site.state("10.0.1.1:80") == "STANDBY"; }));
  CHECK(site.stays({-1, 1}, 1s));

  site.kill();
  site.start();
  CHECK(eventually(5s, [&] { return site.state("10.0.1.1:80") == "STANDBY"; }));
  CHECK(site.stays({-1, 1}, 1s));

  CHECK(site.post("failback").status == 200);
  CHECK(site.becomes({1}));
}

TEST_CASE("a preempt_delay goes on through a restart and the backup serves all of that time") {
  constexpr auto delay = 8s;
  Site site(pair_config("preempt_delay 8"));
  REQUIRE(site.becomes({1}));
  site.net.web(1).set(Mood::stopped);
  REQUIRE(site.becomes({-1, 1}));
  Traffic traffic(site.net.client().net, {vip(Family::v4), 80}, 20ms);
  site.net.web(1).set(Mood::answers);
  REQUIRE(eventually(5s, [&] { return site.state("10.0.1.1:80") == "STANDBY"; }));
  const auto back = std::chrono::steady_clock::now();
  CHECK(site.stays({-1, 1}, 3s));
  site.restart();
  CHECK(eventually(3s, [&] { return site.state("10.0.1.1:80") == "STANDBY"; }));
  CHECK(site.becomes({1}, 12s));
  const auto took = std::chrono::steady_clock::now() - back;
  // With the time that was left: neither at once, nor all of it anew.
  CHECK(took >= delay - 1s);
  CHECK(took < delay + 2500ms);
  CHECK(site.who_answers() == "s1");
  const Tally tally = traffic.stop();
  INFO(text(tally));
  CHECK(tally.contains("s2"));
  CHECK_FALSE(tally.contains("refused"));
  CHECK_FALSE(tally.contains("timed out"));
}

TEST_CASE("with on_return drain the connections of the backup live on when its master is back") {
  Site site(pair_config("on_return drain"));
  site.net.web(1).set(Mood::stopped);
  REQUIRE(site.becomes({-1, 1}));
  std::optional<Connection> on_backup = site.connect();
  REQUIRE(text(on_backup->ask()) == "s2");
  site.net.web(1).set(Mood::answers);
  CHECK(site.becomes({1, 0}));
  CHECK(text(on_backup->ask()) == "s2");
  CHECK(site.stays({1, 0}, 1s));
  site.restart();
  CHECK(site.stays({1, 0}, 2s));
  CHECK(text(on_backup->ask()) == "s2");
  on_backup.reset();
  CHECK(site.becomes({1}, 15s));
}

TEST_CASE("a drained server keeps a connection until its end and then leaves") {
  Site site(service_config({}));
  REQUIRE(site.becomes({1, 1}));
  std::optional<Connection> kept = site.connect();
  if (text(kept->ask()) != "s1") kept = site.connect();
  REQUIRE(text(kept->ask()) == "s1");

  const Reply drained = site.post("drain?reason=kernel+patch");
  CHECK(drained.status == 200);
  CHECK(drained.body.find("lvsctl undrain tcp:10.0.0.100:80/10.0.1.1:80") != std::string::npos);
  CHECK(site.becomes({0, 1}));
  CHECK(site.state("10.0.1.1:80") == "DRAINING");
  CHECK(text(get_many(4, site.net.client().net, {vip(Family::v4), 80}, 1s)) == "s2 4");

  site.kill();  // the drain goes on in the next daemon
  site.start();
  CHECK(site.stays({0, 1}, 2s));
  CHECK(site.state("10.0.1.1:80") == "DRAINING");
  CHECK(text(kept->ask()) == "s1");

  kept.reset();
  CHECK(site.becomes({-1, 1}, 15s));
  CHECK(site.state("10.0.1.1:80") == "DRAINED");
  CHECK(site.lvsd->logged("(10.0.1.1:80) is DRAINED (root: kernel patch)."));
  CHECK(site.post("undrain").status == 200);
  CHECK(site.becomes({1, 1}));
}

TEST_CASE("a drain keeps a download to its last byte though the client closed its half") {
  Site site(
      "virtual_server 10.0.0.100 80 {\n  delay_loop 0.3\n  lb_algo rr\n  lb_kind NAT\n"
      "  protocol TCP\n"
      "  real_server 10.0.1.1 8080 {\n    weight 5\n  }\n"
      "  real_server 10.0.1.2 80 {\n    weight 0\n  }\n}\n");
  const Download download(site.net.server(1).net, site.net.client().net, 8080);
  REQUIRE(eventually(3s, [&] { return download.received() > 2 * Download::chunk; }));
  CHECK(site.post("drain?force=1", "10.0.1.1:8080").status == 200);
  REQUIRE_FALSE(download.over());
  site.restart();
  CHECK(eventually(20s, [&] { return download.over(); }));
  CHECK(download.received() == Download::chunk * Download::chunks);
  CHECK(eventually(15s, [&] { return site.state("10.0.1.1:8080") == "DRAINED"; }));
}

TEST_CASE("the limit of a drain ends what is left") {
  Site site(service_config({}));
  std::optional<Connection> kept = site.connect();
  if (text(kept->ask()) != "s1") kept = site.connect();
  REQUIRE(text(kept->ask()) == "s1");
  CHECK(site.post("drain?limit_seconds=1").status == 200);
  CHECK(site.becomes({-1, 1}));
  CHECK(text(kept->ask()) == "reset");
}

TEST_CASE("a backup that serves is drained and disabled by its own name") {
  Site site(pair_config("weight 3"));
  const std::string backup = "10.0.1.2:80";
  REQUIRE(site.becomes({3}));
  site.net.web(1).set(Mood::refuses);
  REQUIRE(site.becomes({-1, 3}));
  std::optional<Connection> kept = site.connect();
  REQUIRE(text(kept->ask()) == "s2");
  CHECK(site.post("drain", backup).status == 409);  // nobody else is there
  CHECK(site.post("drain?force=1", backup).status == 200);
  CHECK(site.becomes({-1, 0}));
  CHECK(site.state(backup) == "DRAINING");
  CHECK(text(kept->ask()) == "s2");
  CHECK(site.who_answers() == "refused");

  site.restart();
  CHECK(site.stays({-1, 0}, 1s));
  CHECK(text(kept->ask()) == "s2");
  site.net.web(1).set(Mood::answers);
  CHECK(site.becomes({3, 0}));
  CHECK(text(kept->ask()) == "s2");
  kept.reset();
  CHECK(site.becomes({3}, 15s));
  CHECK(site.state(backup) == "DRAINED");

  CHECK(site.post("disable", backup).status == 200);
  site.net.web(1).set(Mood::refuses);
  CHECK(site.becomes({}));
  CHECK(site.post("enable", backup).status == 200);
  CHECK(site.becomes({-1, 3}));
  const Reply refused = site.post("weight?value=5", backup);
  CHECK(refused.status == 409);
  CHECK(refused.body.find("has the weight of its master: name that one") != std::string::npos);
}

TEST_CASE("a disabled server leaves at once and the last one only by force") {
  Site site(service_config({}));
  CHECK(site.post("disable").status == 200);
  CHECK(site.becomes({-1, 1}));
  CHECK(site.state("10.0.1.1:80") == "DISABLED");
  CHECK(site.post("disable", "10.0.1.2:80").status == 409);
  CHECK(site.stays({-1, 1}, 500ms));
  site.kill();
  site.start();
  CHECK(site.stays({-1, 1}, 1s));
  CHECK(site.post("enable").status == 200);
  CHECK(site.becomes({1, 1}));
}

TEST_CASE("clients that come one by one fill the master and then go to its backup") {
  Site site(pair_config("max_connections 5"));
  REQUIRE(site.becomes({1}));
  // Ten clients a second that stay.
  std::list<Connection> clients;
  Tally tally;
  for (int i = 0; i < 15; ++i) {
    clients.push_back(site.connect());
    ++tally[text(clients.back().ask())];
    std::this_thread::sleep_for(100ms);
  }
  INFO(text(tally));
  std::cout << "max_connections 5: ten clients a second met " << text(tally) << '\n';
  CHECK(tally["s1"] == 5);
  // Within the load_interval in which the master filled up the kernel refuses; never more.
  CHECK(tally["refused"] <= 7);
  CHECK(tally["s1"] + tally["s2"] + tally["refused"] == 15);
  CHECK(tally["s2"] >= 3);
  CHECK(site.becomes({1, 1}));
  CHECK(site.state("10.0.1.1:80") == "FULL");

  site.kill();  // nothing moves
  site.start();
  CHECK(site.stays({1, 1}, 1s));
  CHECK(eventually(3s, [&] { return site.state("10.0.1.1:80") == "FULL"; }));
  for (Connection& client : clients)
    CHECK(text(client.ask()) != "timed out");
}

TEST_CASE("with backup_at the backup comes before the master is full and nobody is refused") {
  Site site(pair_config("max_connections 20\n    backup_at 50"));
  REQUIRE(site.becomes({1}));
  std::list<Connection> clients;
  Tally tally;
  for (int i = 0; i < 25; ++i) {
    clients.push_back(site.connect());
    ++tally[text(clients.back().ask())];
    std::this_thread::sleep_for(100ms);
  }
  INFO(text(tally));
  CHECK(tally["refused"] == 0);
  CHECK(tally["s2"] >= 3);
  site.restart();  // nothing moves
  CHECK(site.stays({1, 1}, 1s));
  for (Connection& client : clients)
    CHECK(text(client.ask()).starts_with("s"));
}

TEST_CASE("a server that is back starts slowly and goes on so after a restart") {
  Site site(service_config({.more_server = "weight 100\n    slow_start 20"}));
  REQUIRE(site.becomes({100, 100}));
  site.net.web(1).set(Mood::stopped);
  REQUIRE(site.becomes({-1, 100}));
  site.net.web(1).set(Mood::answers);
  REQUIRE(site.becomes({10, 100}));
  const auto weight = [&] {
    const std::string table = ipvs_table(site.net.director().net);
    const std::size_t at = table.find("10.0.1.1:80 NAT weight ");
    return at == table.npos ? -1 : std::stoi(table.substr(at + 23));
  };
  // By the second, in equal steps of 4 or 5, and never back.
  std::vector<int> curve = {10};
  const auto reaches = [&](int goal) {
    return eventually(30s, [&] {
      const int now = weight();
      if (now != curve.back()) curve.push_back(now);
      return now >= goal;
    });
  };
  CHECK(reaches(25));
  site.kill();
  const std::size_t before = curve.size();
  site.start();
  CHECK(reaches(100));
  for (std::size_t i = 1; i < curve.size(); ++i) {
    INFO("step " << i << " of " << curve.size() << ", restart at " << before);
    CHECK(curve[i] > curve[i - 1]);
    // A pass that is late may take two steps in one; those of the restart came together.
    if (i != before) CHECK(curve[i] - curve[i - 1] <= 10);
  }
  CHECK(curve.size() >= 12);
}

TEST_CASE("a server deleted from the file drains first with graceful_removal") {
  Site site(service_config({.more = "graceful_removal"}));
  REQUIRE(site.becomes({1, 1}));
  std::optional<Connection> kept = site.connect();
  if (text(kept->ask()) != "s2") kept = site.connect();
  REQUIRE(text(kept->ask()) == "s2");
  site.lvsd->reload(service_config({.servers = 1, .more = "graceful_removal"}));
  CHECK(site.becomes({1, 0}));
  CHECK(text(kept->ask()) == "s2");
  const auto leaves = [&site] {
    const Reply servers = ask(site.folder.socket(), "GET /api/v1/servers");
    return servers.body.find("\"state\":\"REMOVING\"") != std::string::npos;
  };
  CHECK(leaves());
  site.restart();
  CHECK(leaves());
  CHECK(site.stays({1, 0}, 1s));
  CHECK(text(kept->ask()) == "s2");
  kept.reset();
  CHECK(site.becomes({1}, 15s));
  CHECK_FALSE(leaves());
}

TEST_CASE("a server deleted with graceful_shutdown has after a restart the time it had left") {
  const std::string graceful = "graceful_shutdown\n    drain_timeout 8";
  Site site(service_config({.more_server = graceful}));
  REQUIRE(site.becomes({1, 1}));
  std::optional<Connection> kept = site.connect();
  if (text(kept->ask()) != "s2") kept = site.connect();
  REQUIRE(text(kept->ask()) == "s2");
  site.lvsd->reload(service_config({.servers = 1, .more_server = graceful}));
  CHECK(site.becomes({1, 0}));
  site.restart();
  CHECK(site.stays({1, 0}, 1s));
  CHECK(text(kept->ask()) == "s2");
  CHECK(site.becomes({1}, 15s));
  CHECK(text(kept->ask()) == "reset");
}
