#include "health/checker_messages.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <string>
#include <variant>

#include "health/observe.h"
#include "test/text/random.h"

using namespace lvsd;
using namespace std::chrono_literals;
using lvsd::test::Random;

namespace {

const Time now = Time(100h);

// What a frame holds, once its size is checked and taken off.
std::string body(const std::string& frame, std::size_t most) {
  FrameReader reader(most);
  reader.add(frame);
  const auto bytes = reader.next();
  REQUIRE(bytes);
  return std::string(*bytes);
}

template <class T>
T arrived(const T& message) {
  const auto back = to_checker(body(frame(ToChecker(message)), most_to_checker));
  REQUIRE(back);
  return std::get<T>(*back);
}

std::optional<Observation> arrived(const Observation& seen) {
  const auto back = from_checker(body(frame(FromChecker(Seen{7, seen})), most_from_checker), now);
  if (!back) return std::nullopt;
  CHECK(std::get<Seen>(*back).id == 7);
  return std::get<Seen>(*back).observation;
}

Observation full_observation() {
  return {.result = CheckResult::l7_status,
          .code = 503,
          .text = "Service Unavailable",
          .duration = 12345us,
          .at = now - 1s,
          .phases = {.resolve = 1us, .connect = 2us, .tls = 3us, .first_byte = 4us},
          .source = parse_address("2001:db8::7"),
          .certificate = 1800000000,
          .weight = WeightWish{WeightWish::Kind::percent, -25},
          .admin = AdminWish::drain,
          .output = "WARNING - load 7",
          .partial = true};
}

// One of each kind, with a value of its own in fields that are easy to forget.
std::vector<Probe> probes() {
  HttpCheck http{.tls = true, .virtualhost = "www", .version = HttpVersion::v1_1};
  http.tls_minimum = TlsVersion::v1_3;
  http.cert_expiry_warning = 36h;
  http.urls.push_back({.path = "/a",
                       .statuses = {{200, 204}, {301, 301}},
                       .body = {.pattern = "ok", .absent = true, .from = 3, .to = 9},
                       .headers = {"A: b", "C: d"},
                       .content = std::string("\0\n\xff", 3)});
  http.urls.push_back({.path = "/b", .credentials = "user:password"});
  return {TcpCheck{"PING\r\n", "^PONG"},
          http,
          SmtpCheck{"mail.example.com"},
          DnsCheck{DnsType::dnskey, "example.com", true, "x"},
          UdpCheck{{1, 2, 255}, true, {4}, {15}, 1, 2},
          PingCheck{},
          MiscCheck{Script{{"/bin/true", "a b"}, "nobody", "nogroup"}, 7s, true},
          FileCheck{"f", "/run/f", -3, true},
          BfdCheck{"b"},
          AgentCheck{"hello\n"}};
}

}  // namespace

TEST_CASE("settings of every kind of check arrive as they were sent") {
  for (const Probe& probe : probes()) {
    INFO(keyword(probe));
    CheckSettings settings{probe, {.delay_loop = 1234567us, .warmup = 5s, .retry = 9}};
    const auto back = unpacked(packed(settings));
    REQUIRE(back);
    CHECK(*back == settings);
  }
}

TEST_CASE("an order to begin arrives with its target and health and times") {
  Begin sent{.id = 4000000000,
             .settings = "settings",
             .target = {.endpoint = *parse_endpoint("[2001:db8::1]:443"),
                        .bind_address = parse_address("192.0.2.1"),
                        .bind_port = 99,
                        .bind_interface = "eth0",
                        .fwmark = 7},
             .health = initial(Start::adopted_idle, {}, now),
             .timing = {now - 5s, now + 1ns}};
  sent.health.streak = 3;
  sent.health.last = last_result(full_observation());
  const Begin back = arrived(sent);
  CHECK(back.id == sent.id);
  CHECK(back.settings == sent.settings);
  CHECK(back.target == sent.target);
  CHECK(back.timing == sent.timing);
  CHECK(back.health.start == Start::adopted_idle);
  CHECK(back.health.streak == 3);
  CHECK((back.health.last == sent.health.last));
}

TEST_CASE("what probes take from the configuration arrives whole") {
  ProbeSettings sent;
  sent.tls = TlsMaterial{.password = "p", .key = {.name = "k", .content = "-----BEGIN"}};
  sent.scripts = {.user = "u", .security = true, .umask = 022};
  sent.max_scripts = 3;
  sent.checker.cpus = {1, 3};
  CHECK(arrived(Equip{sent}).settings == sent);
}

TEST_CASE("an observation arrives with all that it says") {
  const Observation sent = full_observation();
  const auto back = arrived(sent);
  REQUIRE(back);
  CHECK(back->result == sent.result);
  CHECK(back->code == 503);
  CHECK(back->text == sent.text);
  CHECK(back->duration == sent.duration);
  CHECK(back->at == sent.at);
  CHECK(back->phases == sent.phases);
  CHECK(back->source == sent.source);
  CHECK(back->certificate == sent.certificate);
  CHECK(back->weight == sent.weight);
  CHECK(back->admin == sent.admin);
  CHECK(back->output == sent.output);
  CHECK(back->partial);
}

TEST_CASE("the time that a checker says is held against ours") {
  Observation sent = full_observation();
  sent.at = Time::max();
  sent.duration = -5us;
  sent.phases.tls = std::chrono::microseconds::max();
  const auto back = arrived(sent);
  REQUIRE(back);
  CHECK(back->at == now);
  CHECK(back->duration == 0us);
  CHECK(back->phases.tls <= 24h);
  sent.at = Time::min();
  CHECK(arrived(sent)->at == now - 1min);
}

TEST_CASE("what could harm a log or a sum is not taken from a checker") {
  for (const char* text : {"new\nline", "\x1b[31m", "caf\xc3\xa9", "\x7f"}) {
    Observation sent = full_observation();
    sent.text = text;
    CHECK(!arrived(sent));
    sent.text = "fine";
    sent.output = text;
    CHECK(!arrived(sent));
  }
  Observation sent = full_observation();
  sent.text = std::string(5000, 'a');
  CHECK(!arrived(sent));
  sent.text = "fine";
  sent.weight = WeightWish{WeightWish::Kind::percent, INT64_MAX};
  CHECK(!arrived(sent));
}

TEST_CASE("what a checker says is taken whatever it quotes") {
  const auto arrived = [](const std::string& words) {
    Observation seen{.result = CheckResult::process_error, .text = words, .at = Time{}};
    seen.output = words;
    const std::string bytes = frame(FromChecker(Seen{1, sayable(seen)}));
    const auto message = from_checker(std::string_view(bytes).substr(4), Time{});
    REQUIRE(message.has_value());
    return std::get<Seen>(*message).observation;
  };
  CHECK(arrived("/bin/tést: a\\b\n").text == "/bin/t\\xc3\\xa9st: a\\\\b\\n");
  CHECK(arrived("plain: a\\b").text == "plain: a\\b");  // and is not escaped twice
  const Observation much = arrived(std::string(100000, 'x'));
  CHECK(much.text.size() == 4096);
  CHECK(much.output.size() == 16384);
  CHECK(much.text.ends_with("x..."));
}

TEST_CASE("a number that names no result is not taken") {
  const std::string good = body(frame(FromChecker(Seen{7, full_observation()})), most_from_checker);
  const std::size_t result = 1 + sizeof(CheckId);  // after the kind of message and the id
  for (int value = 0; value < 256; ++value) {
    std::string bytes = good;
    bytes[result] = static_cast<char>(value);
    CHECK(from_checker(bytes, now).has_value() ==
          (value <= static_cast<int>(CheckResult::process_timeout)));
  }
}

TEST_CASE("a message with a byte less or more is none") {
  const std::string good = body(frame(FromChecker(Seen{7, full_observation()})), most_from_checker);
  for (std::size_t size = 0; size < good.size(); ++size)
    CHECK(!from_checker(good.substr(0, size), now));
  CHECK(!from_checker(good + '\0', now));
}

TEST_CASE("law: whatever bytes come is a message or none") {
  const std::uint64_t seed = 20261120;
  INFO("seed " << seed);
  Random random(seed);
  const std::string good = body(frame(FromChecker(Seen{7, full_observation()})), most_from_checker);
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes = good;
    for (int k = 0; k < 1 + i % 4; ++k)
      bytes[random.below(static_cast<std::uint32_t>(bytes.size()))] =
          static_cast<char>(random.below(256));
    const auto message = from_checker(bytes, now);
    if (!message || !std::holds_alternative<Seen>(*message)) continue;
    const Observation& seen = std::get<Seen>(*message).observation;
    CHECK(text(seen.result) != "");
    CHECK(seen.at <= now);
    CHECK(seen.text.size() <= 4096);
  }
}

TEST_CASE("frames are found however the stream is cut") {
  const std::string stream = frame(FromChecker(Hello{})) + frame(FromChecker(Alive{3})) +
                             frame(FromChecker(Seen{7, full_observation()}));
  for (std::size_t piece = 1; piece <= stream.size(); ++piece) {
    FrameReader reader(most_from_checker);
    std::string kinds;
    for (std::size_t at = 0; at < stream.size(); at += piece) {
      reader.add(std::string_view(stream).substr(at, piece));
      while (const auto bytes = reader.next()) {
        const auto message = from_checker(*bytes, now);
        REQUIRE(message);
        kinds += std::to_string(message->index());
      }
    }
    INFO("pieces of " << piece);
    CHECK(kinds == "021");
  }
}

TEST_CASE("a frame that is longer than the limit ends the stream before it is there") {
  FrameReader reader(100);
  reader.add(std::string("\x65\0\0\0", 4));
  CHECK(!reader.next());
  CHECK(reader.is_broken());
  reader.add(std::string(200, 'x'));
  CHECK(!reader.next());
}
