#include <arpa/inet.h>
#include <sys/socket.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <functional>
#include <thread>

#include "base/unique_fd.h"
#include "daemon/probe_agent.h"
#include "daemon/probe_datagram.h"
#include "daemon/probe_smtp.h"
#include "health/dns_check.h"
#include "test/fakes/finished.h"
#include "test/fakes/scripted_server.h"

using namespace lvsd;
using namespace std::chrono_literals;
using Client = ScriptedServer::Client;

namespace {

std::string outcome(const Observation& seen) {
  return text(Judgement{seen.result, seen.code, seen.text});
}

// Answers datagrams of one client with what `answer` makes of them; nothing: silence.
class DatagramServer {
 public:
  using Answer = std::function<std::vector<std::string>(const std::string&)>;
  explicit DatagramServer(Answer answer)
      : socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in local{};
    local.sin_family = AF_INET;
    local.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof local;
    ::bind(socket_.get(), reinterpret_cast<sockaddr*>(&local), size);
    ::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&local), &size);
    target_.endpoint = {*parse_address("127.0.0.1"), ntohs(local.sin_port)};
    thread_ = std::thread([this, answer = std::move(answer)] { serve(answer); });
  }
  ~DatagramServer() {
    over_ = true;
    thread_.join();
  }
  CheckTarget target() const { return target_; }

 private:
  void serve(const Answer& answer) {
    const timeval pause{0, 10000};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &pause, sizeof pause);
    while (!over_) {
      char room[65536];
      sockaddr_in from{};
      socklen_t size = sizeof from;
      const ssize_t got = ::recvfrom(socket_.get(), room, sizeof room, 0,
                                     reinterpret_cast<sockaddr*>(&from), &size);
      if (got < 0) continue;
      for (const std::string& reply : answer(std::string(room, static_cast<std::size_t>(got))))
        ::sendto(socket_.get(), reply.data(), reply.size(), 0,
                 reinterpret_cast<const sockaddr*>(&from), size);
    }
  }

  UniqueFd socket_;
  CheckTarget target_;
  std::atomic<bool> over_ = false;
  std::thread thread_;
};

CheckTarget deaf_target() {
  CheckTarget target;
  {
    const DatagramServer server([](const std::string&) { return std::vector<std::string>{}; });
    target = server.target();
  }
  return target;
}

// The query with the flags of an answer, and records behind it.
std::string answer_to(std::string query, int rcode, int count = 0,
                      const std::string& records = "") {
  query[2] = static_cast<char>(0x81);
  query[3] = static_cast<char>(0x80 | rcode);
  query[7] = static_cast<char>(count);
  return query + records;
}

// A record of the name that was asked for.
std::string record(int type, const std::string& content) {
  return std::string("\xc0\x0c\x00", 3) + static_cast<char>(type) +
         std::string("\x00\x01\x00\x00\x00\x3c\x00", 7) + static_cast<char>(content.size()) +
         content;
}

std::string smtp_outcome(const ScriptedServer::Script& script, Duration timeout = 2s) {
  const ScriptedServer server(script);
  return outcome(finished(probe_smtp({.helo_name = "me.example"}, server.target(), timeout)));
}

// Of a server that resets a new connection, where the reset came before we had looked at it.
const std::string reset_at_once = "L4CON/104 Connection reset by peer";

}  // namespace

// ---- SMTP

TEST_CASE("an SMTP check greets as it should and takes its leave") {
  std::string heard;
  CHECK(smtp_outcome([&heard](Client& client) {
          client.say("220-mail.example\r\n220 ESMTP ready\r\n");
          heard += client.hear("\r\n");
          client.say("250 hello me.example\r\n");
          heard += client.hear("\r\n");
          client.say("221 bye\r\n");
        }) == "L7OK/221 bye");
  CHECK(heard == "HELO me.example\r\nQUIT\r\n");
}

TEST_CASE("a mail server that fails at a step fails the check with the step") {
  // What the server says at each step; where it stops, it does what `then` says.
  const std::vector<std::string> words = {"220 ready\r\n", "250 hello\r\n"};
  const std::vector<std::string> steps = {"before its greeting", "after HELO", "after QUIT"};
  for (std::size_t step = 0; step < steps.size(); ++step) {
    const auto stopping = [&](const std::function<void(Client&)>& then) {
      return [&words, step, then](Client& client) {
        for (std::size_t i = 0; i < step; ++i) {
          client.say(words[i]);
          client.hear("\r\n");
        }
        then(client);
      };
    };
    INFO(steps[step]);
    CHECK(smtp_outcome(stopping([](Client& client) { client.hold(); }), 100ms) ==
          "L7TOUT no answer " + steps[step]);
    CHECK(smtp_outcome(stopping([](Client& client) { client.close(); })) ==
          "L7RSP closed " + steps[step]);
    const std::string reset = smtp_outcome(stopping([](Client& client) { client.reset(); }));
    CHECK((reset == "L7RSP/104 Connection reset by peer " + steps[step] ||
           (step == 0 && reset == reset_at_once)));
    CHECK(smtp_outcome(stopping([](Client& client) { client.say("hello\r\n"); })) ==
          "L7RSP the answer is not SMTP: hello");
    CHECK(smtp_outcome(stopping([](Client& client) { client.repeat("22222222222222222222"); })) ==
          "L7RSP a line of the answer is too long");
    CHECK(smtp_outcome(stopping([](Client& client) { client.repeat("220-more\r\n"); })) ==
          "L7RSP the answer is not SMTP: 220-more");
    CHECK(smtp_outcome(stopping([](Client& client) { client.drip("22222222222222", 30ms); }),
                       100ms) == "L7TOUT no answer " + steps[step]);
  }
  CHECK(smtp_outcome([](Client& client) { client.say("554 go away\r\n"); }) == "L7STS/554 go away");
}

// ---- UDP

TEST_CASE("a UDP check passes without an ICMP error and takes its time for that") {
  const DatagramServer silent([](const std::string&) { return std::vector<std::string>{}; });
  const Observation seen = finished(probe_udp({}, silent.target(), 60ms));
  CHECK(outcome(seen) == "L4OK");
  CHECK(seen.duration >= 60ms);
  CHECK(outcome(finished(probe_udp({}, deaf_target(), 2s))) == "L4UNR/111 Connection refused");
}

TEST_CASE("a UDP check that wants an answer judges its bytes") {
  std::string heard;
  const DatagramServer server([&heard](const std::string& datagram) {
    heard = datagram;
    return std::vector<std::string>{"\x01\x02\x03"};
  });
  const auto outcome_of = [&server](const UdpCheck& check) {
    return outcome(finished(probe_udp(check, server.target(), 2s)));
  };
  CHECK(outcome_of({.payload = {0xde, 0xad}, .require_reply = true}) == "L7OK");
  CHECK(heard == "\xde\xad");
  CHECK(outcome_of({.require_reply = true, .reply = {1, 0xff}, .reply_mask = {0xff, 0}}) == "L7OK");
  CHECK(outcome_of({.require_reply = true, .reply = {1, 3}, .reply_mask = {0xff, 0xff}}) ==
        "L7RSP not the expected answer: \\x01\\x02\\x03");
  CHECK(outcome_of({.require_reply = true, .reply = {1}, .reply_mask = {255}, .min_reply = 4}) ==
        "L7RSP the answer has 3 bytes");
  CHECK(outcome_of({.require_reply = true, .reply = {1}, .reply_mask = {255}, .max_reply = 2}) ==
        "L7RSP the answer has 3 bytes");
  const DatagramServer silent([](const std::string&) { return std::vector<std::string>{}; });
  CHECK(outcome(finished(probe_udp({.require_reply = true}, silent.target(), 50ms))) ==
        "L7TOUT no answer");
}

// ---- DNS

TEST_CASE("a DNS check passes on an answer to its query and fails on an error") {
  const auto outcome_of = [](const DatagramServer::Answer& answer, const DnsCheck& check = {},
                             Duration timeout = 2s) {
    const DatagramServer server(answer);
    return outcome(finished(probe_dns(check, server.target(), timeout)));
  };
  const auto saying = [](int rcode) {
    return [rcode](const std::string& query) {
      return std::vector<std::string>{answer_to(query, rcode)};
    };
  };
  CHECK(outcome_of(saying(0)) == "L7OK");
  CHECK(outcome_of(saying(2)) == "L7STS/2 SERVFAIL");
  CHECK(outcome_of(saying(3)) == "L7STS/3 NXDOMAIN");
  CHECK(outcome_of(saying(9)) == "L7STS/9 rcode 9");
  CHECK(outcome_of([](const std::string& query) {
          std::string forged = answer_to(query, 0);
          forged[0] = static_cast<char>(forged[0] ^ 1);
          return std::vector<std::string>{"", "x", query, forged, answer_to(query, 5)};
        }) == "L7STS/5 REFUSED");
  CHECK(outcome_of([](const std::string& query) { return std::vector<std::string>{query}; }, {},
                   60ms) == "L7TOUT no answer");
  CHECK(outcome(finished(probe_dns({}, deaf_target(), 2s))) == "L4UNR/111 Connection refused");
  CHECK(outcome_of(saying(0), {.name = std::string(300, 'x')}).starts_with("SOCKERR"));
}

TEST_CASE("a DNS check over TCP reads an answer that comes in pieces") {
  const auto outcome_of = [](const ScriptedServer::Script& script, Duration timeout = 2s) {
    const ScriptedServer server(script);
    return outcome(finished(probe_dns({.tcp = true}, server.target(), timeout)));
  };
  const auto query = [](Client& client) {
    const std::string heard = client.hear(std::string("\x00\x06\x00\x01", 4));
    return heard.substr(2);
  };
  CHECK(outcome_of([&query](Client& client) {
          const std::string answer = answer_to(query(client), 0);
          client.drip(std::string{0, static_cast<char>(answer.size())} + answer, 2ms);
          client.hold();
        }) == "L7OK");
  CHECK(outcome_of([&query](Client& client) { query(client); }) ==
        "L7RSP closed before the answer");
  CHECK(outcome_of([&query](Client& client) {
          query(client);
          client.reset();
        }) == "L7RSP/104 Connection reset by peer");
  CHECK(outcome_of([&query](Client& client) {
          query(client);
          client.say(
              std::string("\x00\x03"
                          "abc",
                          5));
        }) == "L7RSP not an answer to the query");
  CHECK(outcome_of([](Client& client) { client.hold(); }, 60ms) == "L7TOUT no answer");
  // It says that the longest message comes, which then does not, or is not one.
  const std::string longest("\xff\xff", 2);
  CHECK(outcome_of([&](Client& client) {
          client.say(longest + "abc");
          client.finish();
          client.hold();
        }) == "L7RSP closed before the answer");
  CHECK(outcome_of(
            [&](Client& client) {
              client.say(longest);
              client.drip(std::string(100, 'x'), 20ms);
            },
            100ms) == "L7TOUT no answer");
  CHECK(outcome_of([](Client& client) { client.repeat("\xff\xff\xff\xff"); }) ==
        "L7RSP not an answer to the query");
  CHECK(outcome_of([](Client& client) {
          client.say(std::string(2, '\0'));
          client.hold();
        }) == "L7RSP not an answer to the query");
}

TEST_CASE("datagrams that are no answer do not keep a DNS check from its end") {
  std::atomic<bool> is_over = false;
  // Answers its first datagram for as long as the test goes.
  const DatagramServer server([&is_over](const std::string& query) {
    return is_over ? std::vector<std::string>{} : std::vector<std::string>(2000, query);
  });
  const auto begin = std::chrono::steady_clock::now();
  const Observation seen = finished(probe_dns({}, server.target(), 20ms));
  is_over = true;
  CHECK(outcome(seen) == "L7TOUT no answer");
  CHECK(std::chrono::steady_clock::now() - begin < 2s);
}

TEST_CASE("a DNS check finds the record that it expects") {
  const DnsCheck wants{.type = DnsType::a, .name = "www.example", .answer = "192.0.2.1"};
  const std::string query = dns_query(wants, 7);
  REQUIRE(!query.empty());
  const auto judged = [&](int count, const std::string& records, DnsCheck check) {
    const auto found = judged_dns_answer(check, 7, answer_to(query, 0, count, records));
    return found ? text(*found) : std::string("none");
  };
  const std::string right = record(1, "\xc0" + std::string("\x00\x02\x01", 3));
  const std::string wrong = record(1, "\xc0" + std::string("\x00\x02\x02", 3));
  CHECK(judged(1, right, wants) == "L7OK 192.0.2.1");
  CHECK(judged(2, wrong + right, wants) == "L7OK 192.0.2.1");
  CHECK(judged(1, wrong, wants) == "L7RSP not the expected answer: 192.0.2.2");
  CHECK(judged(0, "", wants) == "L7RSP there is no such record");
  CHECK(judged(2, right.substr(0, right.size() - 2), wants) == "L7RSP the answer is malformed");
  DnsCheck other = wants;
  other.type = DnsType::mx;
  other.answer = "Mail.Example.";
  CHECK(judged(1,
               record(15, std::string("\x00\x0a\x04", 3) +
                              "mail\x07"
                              "example" +
                              '\0'),
               other) == "L7OK Mail.Example.");
  other.type = DnsType::txt;
  other.answer = "hello world";
  CHECK(judged(1, record(16, "\x06hello \x05world"), other) == "L7OK hello world");
  other.type = DnsType::cname;
  other.answer = "www.example";  // a name that points back into the message
  CHECK(judged(1, record(5, "\xc0\x0c"), other) == "L7OK www.example");
}

// ---- ping

TEST_CASE("a ping check is answered by loopback or says that the system forbids it") {
  for (const char* address : {"127.0.0.1", "::1"}) {
    const CheckTarget target{.endpoint = {*parse_address(address), 0}};
    const Observation seen = finished(probe_ping(target, 2s));
    INFO(outcome(seen));
    if (seen.result == CheckResult::socket_error) {
      CHECK(seen.code == EACCES);
      CHECK(seen.text.find("ping_group_range") != std::string::npos);
    } else {
      CHECK(outcome(seen) == "L3OK");
    }
  }
}

// ---- agent

TEST_CASE("an agent steers weight and state and result of its server") {
  const auto seen_by = [](const ScriptedServer::Script& script, const AgentCheck& check = {},
                          Duration timeout = 2s) {
    const ScriptedServer server(script);
    return finished(probe_agent(check, server.target(), timeout));
  };
  const auto saying = [](const std::string& words) {
    return [words](Client& client) { client.say(words); };
  };
  CHECK(outcome(seen_by(saying("up\n"))) == "L7OK up");
  const Observation half = seen_by(saying("ready up 50%\r\n"));
  CHECK(half.weight == WeightWish{WeightWish::Kind::percent, 50});
  CHECK(half.admin == AdminWish::none);
  CHECK(seen_by(saying("drain")).admin == AdminWish::drain);
  CHECK(seen_by(saying("maint\n")).admin == AdminWish::maintenance);
  CHECK(!seen_by(saying("up\n")).admin);
  CHECK(!seen_by(saying("up\n")).weight);
  CHECK(outcome(seen_by(saying("down # disk full\n"))) == "L7STS down # disk full");
  CHECK(outcome(seen_by(saying("fail\n"))) == "L7STS fail");
  CHECK(outcome(seen_by(saying("sideways\n"))) == "L7RSP the agent says sideways");
  CHECK(outcome(seen_by(saying("-5%\n"))) == "L7RSP the agent says -5%");
  CHECK(outcome(seen_by(saying("\n"))) == "L7RSP the agent says nothing");
  CHECK(outcome(seen_by(saying(""))) == "L7RSP the agent says nothing");
  CHECK(outcome(seen_by([](Client& client) { client.hold(); }, {}, 60ms)) == "L7TOUT no answer");
  const std::string at_once = outcome(seen_by([](Client& client) { client.reset(); }));
  CHECK((at_once.starts_with("L7RSP") || at_once == reset_at_once));
  const std::string in_a_word = outcome(seen_by([](Client& client) {
    client.say("up");
    client.reset();
  }));
  CHECK((in_a_word == "L7RSP/104 Connection reset by peer" || in_a_word == reset_at_once));
  CHECK(outcome(seen_by([](Client& client) { client.drip(std::string(100, 'u'), 20ms); }, {},
                        100ms)) == "L7TOUT no answer");
  CHECK(outcome(seen_by(saying(std::string("up\0\n", 4)))) == "L7RSP the agent says up\\x00");
  CHECK(outcome(seen_by([](Client& client) { client.repeat("uuuuuuuuuuuuuuuuuuu"); })) ==
        "L7RSP the agent's line is too long");
  CHECK(outcome(seen_by(
            [](Client& client) {
              if (client.hear("status\n") == "status\n") client.say("up\n");
            },
            {.send = "status\n"})) == "L7OK up");
}
