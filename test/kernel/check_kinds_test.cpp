#include <fmt/format.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <functional>

#include "test/fakes/scripted_server.h"
#include "test/kernel/daemon.h"
#include "test/kernel/eventually.h"
#include "test/kernel/ipvs_table.h"
#include "test/kernel/udp_server.h"
#include "test/kernel/web_client.h"

// Every kind of check on a real table: the server passes, fails, and comes back, and traffic
// through the VIP goes where the table says.

using namespace lvsd;
using namespace lvsd::testing;
using namespace std::chrono_literals;
using Client = ScriptedServer::Client;

namespace {

// Two servers, of which the first is checked by `check`.
std::string config_of(const std::string& check, const std::string& before = {}) {
  return before +
         "virtual_server 10.0.0.100 80 {\n  delay_loop 0.3\n  lb_algo rr\n  lb_kind NAT\n"
         "  protocol TCP\n  real_server 10.0.1.1 80 {\n    " +
         check + "\n  }\n  real_server 10.0.1.2 80 {\n  }\n}\n";
}

struct Site {
  Site() : net(2) { set_sysctl(net.director().net, "net.ipv4.ping_group_range", "0 2147483647"); }

  std::string table() const { return ipvs_table(net.director().net); }
  bool has(const std::string& server) const { return table().find(server) != std::string::npos; }
  Tally requests() { return get_many(6, net.client().net, {vip(Family::v4), 80}, 1s); }

  // The whole life of a check: in, out, in again, and what the log says of the failure.
  void passes_fails_recovers(const std::string& config, const std::function<void(bool)>& set_good,
                             std::string_view reason) {
    folder.write_config(config);
    set_good(true);
    testing::Daemon lvsd(net.director(), folder);
    lvsd.wait_ready();
    // It passes: it is looked at, and stays.
    CHECK(always(1500ms, [&] { return has("10.0.1.1:80"); }));
    CHECK(text(requests()) == "s1 3, s2 3");
    set_good(false);
    CHECK(eventually(8s, [&] { return !has("10.0.1.1:80"); }));
    CHECK(text(requests()) == "s2 6");
    INFO(lvsd.log());
    CHECK(lvsd.logged(reason));
    set_good(true);
    CHECK(eventually(8s, [&] { return has("10.0.1.1:80"); }));
    CHECK(text(requests()) == "s1 3, s2 3");
  }

  TestNet net;
  DaemonFolder folder;
};

// A stream server on the first real server that talks well or badly.
class Talker {
 public:
  Talker(const Site& site, std::function<void(Client&, bool good)> talk)
      : inside_(site.net.server(1).net),
        server_([this, talk](Client& c) { talk(c, good_); }, "10.0.1.1") {}
  std::string port() const { return std::to_string(server_.target().endpoint.port); }
  std::function<void(bool)> switch_() {
    return [this](bool good) { good_ = good; };
  }

 private:
  // Its socket is opened there. The test's own thread leaves it again with the object, and asks
  // only for things that say themselves where they are.
  Inside inside_;
  std::atomic<bool> good_ = true;
  ScriptedServer server_;
};

const std::string quick = "      connect_timeout 1\n      retry 0\n";

// A file that is gone with the object.
struct TestFile {
  explicit TestFile(const std::string& name)
      : path("/tmp/lvsd-" + name + "-" + std::to_string(::getpid())) {}
  ~TestFile() { std::filesystem::remove(path); }
  void write(const std::string& content) const {
    const std::string next = path + ".new";
    std::ofstream(next) << content << std::flush;
    std::filesystem::rename(next, path);
  }
  const std::string path;
};

}  // namespace

TEST_CASE("HTTP_GET on a real table") {
  Site site;
  site.passes_fails_recovers(
      config_of("HTTP_GET {\n      url {\n        path /\n        status_code 200\n      }\n" +
                quick + "    }"),
      [&](bool good) { site.net.web(1).set(good ? Mood::answers : Mood::unavailable); },
      "Layer7 wrong status, code: 503");
}

TEST_CASE("SSL_GET on a real table") {
  Site site;
  const TestCertificate certificate("10.0.1.1");
  Talker talker(site, [&](Client& client, bool good) {
    if (!good || !client.start_tls(certificate)) return;
    client.hear();
    client.say("HTTP/1.0 200 OK\r\n\r\nfine");
    client.close();
  });
  site.passes_fails_recovers(
      config_of("SSL_GET {\n      connect_port " + talker.port() +
                "\n      url {\n        path /\n        status_code 200\n      }\n" + quick +
                "    }"),
      talker.switch_(), "Layer6 invalid response");
}

TEST_CASE("TCP_CHECK with send and expect on a real table") {
  Site site;
  Talker talker(site, [](Client& client, bool good) {
    client.hear("\n");
    client.say(good ? "+PONG\r\n" : "-LOADING\r\n");
    client.close();
  });
  site.passes_fails_recovers(
      config_of("TCP_CHECK {\n      connect_port " + talker.port() +
                "\n      send \"PING\\n\"\n      expect \"^.PONG\"\n" + quick + "    }"),
      talker.switch_(), "Layer7 invalid response");
}

TEST_CASE("SMTP_CHECK on a real table") {
  Site site;
  Talker talker(site, [](Client& client, bool good) {
    client.say(good ? "220 mail\r\n" : "554 no\r\n");
    if (!good) return;
    client.hear("\r\n");
    client.say("250 hello\r\n");
    client.hear("\r\n");
    client.say("221 bye\r\n");
  });
  site.passes_fails_recovers(
      config_of("SMTP_CHECK {\n      connect_port " + talker.port() + "\n" + quick + "    }"),
      talker.switch_(), "code: 554");
}

TEST_CASE("DNS_CHECK on a real table") {
  Site site;
  UdpServer server(site.net.server(1), [](const std::string& query, bool good) {
    std::string answer = query;
    if (answer.size() < 4) return std::string();
    answer[2] = static_cast<char>(0x84);
    answer[3] = good ? '\0' : '\2';  // SERVFAIL
    return answer;
  });
  site.passes_fails_recovers(
      config_of("DNS_CHECK {\n      connect_port " + std::to_string(server.port()) +
                "\n      type SOA\n      name example.com\n" + quick + "    }"),
      [&](bool good) { server.set_good(good); }, "Layer7 wrong status, code: 2");
}

TEST_CASE("UDP_CHECK on a real table") {
  Site site;
  UdpServer server(site.net.server(1),
                   [](const std::string&, bool good) { return good ? "pong" : ""; });
  site.passes_fails_recovers(
      config_of("UDP_CHECK {\n      connect_port " + std::to_string(server.port()) +
                "\n      require_reply\n" + quick + "    }"),
      [&](bool good) { server.set_good(good); }, "is DOWN, reason: Layer");
}

TEST_CASE("PING_CHECK on a real table") {
  Site site;
  site.passes_fails_recovers(
      config_of("PING_CHECK {\n" + quick + "    }"),
      [&](bool good) { good ? site.net.plug(1) : site.net.unplug(1); }, "Layer3 timeout");
}

TEST_CASE("MISC_CHECK on a real table") {
  Site site;
  const TestFile sign("sign");
  site.passes_fails_recovers(
      config_of("MISC_CHECK {\n      misc_path \"/bin/sh -c 'test -e " + sign.path +
                "'\"\n      misc_timeout 5\n    }"),
      [&](bool good) {
        good ? sign.write("") : static_cast<void>(std::filesystem::remove(sign.path));
      },
      "External check error, code: 1");
}

TEST_CASE("the weight that a program gives its server is in the table") {
  Site site;
  const TestFile code("code");
  code.write("12\n");
  site.folder.write_config(config_of("MISC_CHECK {\n      misc_path \"/bin/sh -c 'exit $(cat " +
                                     code.path +
                                     ")'\"\n      misc_timeout 5\n      misc_dynamic\n    }"));
  testing::Daemon lvsd(site.net.director(), site.folder);
  lvsd.wait_ready();
  const auto weighs = [&](const std::string& weight) {
    return eventually(8s, [&] { return site.has("-> 10.0.1.1:80 NAT weight " + weight + "\n"); });
  };
  INFO(lvsd.log());
  CHECK(weighs("10"));
  code.write("255\n");
  CHECK(weighs("253"));
  code.write("2\n");
  CHECK(weighs("0"));
  CHECK(text(site.requests()) == "s2 6");
  code.write("0\n");  // it passes and has no wish
  CHECK(weighs("1"));
}

TEST_CASE("FILE_CHECK on a real table") {
  Site site;
  const TestFile load("load");
  site.passes_fails_recovers(
      config_of("FILE_CHECK {\n      track_file load\n      weight 0\n    }",
                "track_file load {\n  file " + load.path + "\n}\n"),
      [&](bool good) { load.write(good ? "0\n" : "1\n"); }, "External check error");
}

TEST_CASE("AGENT_CHECK on a real table") {
  Site site;
  Talker talker(site, [](Client& client, bool good) {
    client.say(good ? "up\n" : "down # maintenance at noon\n");
    client.close();
  });
  site.passes_fails_recovers(
      config_of("AGENT_CHECK {\n      connect_port " + talker.port() + "\n" + quick + "    }"),
      talker.switch_(), "maintenance at noon");
}

TEST_CASE("several checks of one server must all pass on a real table") {
  Site site;
  const TestFile sign("both");
  sign.write("0\n");
  site.passes_fails_recovers(
      config_of("TCP_CHECK {\n" + quick +
                    "    }\n    FILE_CHECK {\n      track_file both\n      weight 0\n    }",
                "track_file both {\n  file " + sign.path + "\n}\n"),
      [&](bool good) { sign.write(good ? "0\n" : "1\n"); }, "External check error");
}
