#include "daemon/probe_http.h"

#include <array>
#include <cstring>
#include <utility>

#include "daemon/probe_stream.h"

namespace lvsd {

namespace asio = boost::asio;

namespace {

constexpr std::size_t room_size = 8 * 1024;
// What TLS may add to the body: the header, the handshake with its certificates, records, tickets.
constexpr std::size_t tls_allowance = 512 * 1024;

// Sends the request and judges what comes, over a socket or over TLS.
template <class Stream>
asio::awaitable<Judgement> judged(Stream& stream, Attempt& attempt, std::string request,
                                  const HttpExpectation& expectation) {
  HttpJudge judge(expectation);
  const Step sent = co_await stream.send(request);
  // A server may answer and close before it has read all: its answer counts.
  if (sent.end == Step::End::expired) co_return judge.judgement(Stop::expired, 0);

  std::array<char, room_size> room;
  for (;;) {
    const Step step = co_await stream.receive(room);
    if (!step.is_done()) co_return judge.judgement(stop_of(step), step.error);
    if (!judge.has_begun()) attempt.phases.first_byte = attempt.lap();
    if (!judge.take({room.data(), step.bytes})) co_return judge.judgement(Stop::closed, 0);
  }
}

Judgement failed_handshake(const Step& step, const std::string& reason) {
  if (step.end == Step::End::expired) return {CheckResult::l6_timeout, 0, "in the TLS handshake"};
  if (step.end == Step::End::ours) return {CheckResult::socket_error, step.error, reason};
  const int code = step.error == EPROTO ? 0 : step.error;
  return {CheckResult::l6_response, code, reason.empty() ? "closed in the TLS handshake" : reason};
}

}  // namespace

HttpProbe::HttpProbe(const HttpCheck& check, TlsContext tls) : check_(check), tls_(std::move(tls)) {
  for (const HttpUrl& url : check.urls)
    expectations_.emplace_back(check, url);
}

asio::awaitable<Judgement> HttpProbe::exchange_in_tls(ProbeSocket& socket, Attempt& attempt,
                                                      std::uint32_t url,
                                                      const Endpoint& server) const {
  const HttpExpectation& expectation = expectations_[url];
  TlsStream stream(socket, tls_, expectation.body_limit + tls_allowance);
  stream.expect(expectation.server_name, check_.verify, server.address);
  const Step step = co_await stream.handshake();
  attempt.certificate = stream.certificate_end();
  if (!step.is_done()) co_return failed_handshake(step, stream.reason());
  attempt.phases.tls = attempt.lap();
  std::string request = http_request(check_, check_.urls[url], server);
  Judgement judgement = co_await judged(stream, attempt, std::move(request), expectation);
  if (check_.urls[url].tls_compliant || check_.tls_compliant) stream.close();
  co_return judgement;
}

asio::awaitable<Judgement> HttpProbe::exchange(ProbeSocket& socket, Attempt& attempt,
                                               std::uint32_t url, const Endpoint& server) const {
  Judgement judgement;
  if (tls_) {
    judgement = co_await exchange_in_tls(socket, attempt, url, server);
  } else {
    std::string request = http_request(check_, check_.urls[url], server);
    judgement = co_await judged(socket, attempt, std::move(request), expectations_[url]);
  }
  const bool conditional = judgement.result == CheckResult::l7_conditional;
  if (check_.disable_on_404 && verdict(judgement.result) == Verdict::pass)
    attempt.admin = conditional ? AdminWish::drain : AdminWish::none;
  co_return judgement;
}

asio::awaitable<Observation> HttpProbe::run(std::uint32_t url, const CheckTarget& target,
                                            Duration timeout) const {
  const auto talk = [this, url, &target](ProbeSocket& socket, Attempt& attempt) {
    return exchange(socket, attempt, url, target.endpoint);
  };
  return probe_stream(target, timeout, talk);
}

}  // namespace lvsd
