#include "daemon/probe_datagram.h"

#include <array>
#include <boost/asio/this_coro.hpp>
#include <cerrno>
#include <cstring>
#include <random>
#include <string>
#include <utility>

#include "daemon/probe_stream.h"
#include "health/dns_check.h"
#include "health/echo.h"
#include "health/udp_check.h"

namespace lvsd {

namespace asio = boost::asio;

namespace {

std::uint64_t random_number() {
  thread_local std::mt19937_64 generator{std::random_device{}()};
  return generator();
}

// An error that an ICMP message brought, or ours.
Judgement unreachable(const Step& step, CheckResult result) {
  if (step.end == Step::End::ours)
    return {CheckResult::socket_error, step.error, std::strerror(step.error)};
  return {result, step.error, std::strerror(step.error)};
}

// Connects and sends one datagram. Nothing: done.
asio::awaitable<std::optional<Judgement>> unsent(ProbeSocket& socket, std::string_view datagram,
                                                 CheckResult failed) {
  const Step connected = co_await socket.connect();
  if (!connected.is_done()) co_return unreachable(connected, failed);
  const Step sent = co_await socket.send(datagram);
  if (!sent.is_done()) co_return unreachable(sent, failed);
  co_return std::nullopt;
}

asio::awaitable<Judgement> udp_judgement(ProbeSocket& socket, const UdpCheck& check) {
  if (auto failure = co_await unsent(socket, udp_payload(check), CheckResult::l4_unreachable))
    co_return *std::move(failure);
  std::array<char, 65536> room;
  const Step step = co_await socket.receive(room);
  if (step.is_done()) co_return judged_reply(check, {room.data(), step.bytes});
  if (step.end == Step::End::expired) co_return judged_silence(check);
  co_return unreachable(step, CheckResult::l4_unreachable);
}

asio::awaitable<Judgement> echo_judgement(ProbeSocket& socket, Family family) {
  const std::uint64_t cookie = random_number();
  const std::string request = echo_request(family, cookie);
  if (auto failure = co_await unsent(socket, request, CheckResult::l3_unreachable))
    co_return *std::move(failure);
  std::array<char, 2048> room;
  for (;;) {
    const Step step = co_await socket.receive(room);
    if (step.end == Step::End::expired) co_return Judgement{CheckResult::l3_timeout, 0, {}};
    if (!step.is_done()) co_return unreachable(step, CheckResult::l3_unreachable);
    if (is_echo_reply(family, cookie, {room.data(), step.bytes}))
      co_return Judgement{CheckResult::l3_ok, 0, {}};
  }
}

Judgement not_a_name(const DnsCheck& check) {
  return {CheckResult::socket_error, 0, "'" + check.name + "' cannot be asked for"};
}

asio::awaitable<Judgement> dns_judgement_by_udp(ProbeSocket& socket, const DnsCheck& check) {
  const auto id = static_cast<std::uint16_t>(random_number());
  const std::string query = dns_query(check, id);
  if (query.empty()) co_return not_a_name(check);
  if (auto failure = co_await unsent(socket, query, CheckResult::l4_unreachable))
    co_return *std::move(failure);
  std::array<char, 4096> room;
  for (;;) {
    const Step step = co_await socket.receive(room);
    if (step.end == Step::End::expired)
      co_return Judgement{CheckResult::l7_timeout, 0, "no answer"};
    if (!step.is_done()) co_return unreachable(step, CheckResult::l4_unreachable);
    if (auto judgement = judged_dns_answer(check, id, {room.data(), step.bytes}))
      co_return *std::move(judgement);
  }
}

// With the length in front (RFC 1035 4.2.2).
asio::awaitable<Judgement> dns_judgement_by_tcp(ProbeSocket& socket, const DnsCheck& check) {
  const auto id = static_cast<std::uint16_t>(random_number());
  const std::string query = dns_query(check, id);
  if (query.empty()) co_return not_a_name(check);
  const std::string length{static_cast<char>(query.size() >> 8), static_cast<char>(query.size())};
  co_await socket.send(length + query);

  std::string answer;
  std::array<char, 4096> room;
  for (;;) {
    const Step step = co_await socket.receive(room);
    if (step.end == Step::End::expired)
      co_return Judgement{CheckResult::l7_timeout, 0, "no answer"};
    if (step.end == Step::End::closed)
      co_return Judgement{CheckResult::l7_response, 0, "closed before the answer"};
    if (!step.is_done())
      co_return Judgement{CheckResult::l7_response, step.error, std::strerror(step.error)};
    answer.append(room.data(), step.bytes);
    if (answer.size() < 2) continue;
    const auto byte = [&answer](std::size_t i) { return static_cast<unsigned char>(answer[i]); };
    const std::size_t size = std::size_t{byte(0)} << 8 | byte(1);
    if (answer.size() < 2 + size) continue;
    auto judgement = judged_dns_answer(check, id, std::string_view(answer).substr(2, size));
    if (judgement) co_return *std::move(judgement);
    co_return Judgement{CheckResult::l7_response, 0, "not an answer to the query"};
  }
}

}  // namespace

asio::awaitable<Observation> probe_udp(UdpCheck check, CheckTarget target, Duration timeout) {
  Attempt attempt;
  ProbeSocket socket(co_await asio::this_coro::executor, Transport::datagram, std::move(target),
                     attempt.begin() + timeout);
  co_return attempt.observation(co_await udp_judgement(socket, check));
}

asio::awaitable<Observation> probe_dns(DnsCheck check, CheckTarget target, Duration timeout) {
  if (check.tcp) {
    const auto talk = [&](ProbeSocket& socket, Attempt&) {
      return dns_judgement_by_tcp(socket, check);
    };
    co_return co_await probe_stream(std::move(target), timeout, talk);
  }
  Attempt attempt;
  ProbeSocket socket(co_await asio::this_coro::executor, Transport::datagram, std::move(target),
                     attempt.begin() + timeout);
  co_return attempt.observation(co_await dns_judgement_by_udp(socket, check));
}

asio::awaitable<Observation> probe_ping(CheckTarget target, Duration timeout) {
  Attempt attempt;
  const Family family = target.endpoint.address.family;
  ProbeSocket socket(co_await asio::this_coro::executor, Transport::echo, std::move(target),
                     attempt.begin() + timeout);
  Judgement judgement = co_await echo_judgement(socket, family);
  if (judgement.result == CheckResult::socket_error && judgement.code == EACCES)
    judgement.text += " (net.ipv4.ping_group_range does not have our group)";
  co_return attempt.observation(judgement);
}

}  // namespace lvsd
