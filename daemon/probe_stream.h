#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/this_coro.hpp>
#include <utility>

#include "daemon/probe_socket.h"
#include "model/check.h"
#include "model/health.h"

namespace lvsd {

// One run of a probe over a stream, which all kinds of it begin and end alike: the connection, and
// what is reported when it does not come about; then `talk`, with the server that answered.
// Everything together ends after `timeout` at the latest.
// Talk: boost::asio::awaitable<Judgement>(ProbeSocket&, Attempt&)
template <class Talk>
boost::asio::awaitable<Observation> probe_stream(CheckTarget target, Duration timeout, Talk talk) {
  Attempt attempt;
  ProbeSocket socket(co_await boost::asio::this_coro::executor, Transport::stream,
                     std::move(target), attempt.begin() + timeout);
  Judgement judgement;
  const Step step = co_await socket.connect();
  if (step.is_done()) {
    attempt.phases.connect = attempt.lap();
    judgement = co_await talk(socket, attempt);
  } else {
    judgement = unconnected(step);
  }
  if (verdict(judgement.result) != Verdict::pass) attempt.source = socket.source();
  co_return attempt.observation(std::move(judgement));
}

}  // namespace lvsd
