#include "daemon/mail_delivery.h"

#include <array>
#include <boost/asio/this_coro.hpp>
#include <string>
#include <utility>

#include "daemon/probe_socket.h"

namespace lvsd {

namespace asio = boost::asio;

namespace {

asio::awaitable<MailOutcome> spoken(ProbeSocket& socket, const MailOrder& order) {
  SmtpDelivery dialogue(order);
  std::array<char, 2048> room;
  for (;;) {
    const Step step = co_await socket.receive(room);
    if (!step.is_done()) co_return dialogue.cut_off(stop_of(step), step.error);
    auto outcome = dialogue.take({room.data(), step.bytes});
    const std::string words = dialogue.next_words();
    // A failure to send shows, with its cause, in what is received next.
    if (!words.empty()) co_await socket.send(words);
    if (outcome) co_return *std::move(outcome);
  }
}

}  // namespace

asio::awaitable<MailOutcome> delivered(Endpoint server, MailOrder order, Duration limit) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  ProbeSocket socket(executor, Transport::stream, CheckTarget{.endpoint = server},
                     std::chrono::steady_clock::now() + limit);
  const Step step = co_await socket.connect();
  if (!step.is_done())
    co_return MailOutcome{.is_final = false, .complaint = unconnected(step).text};
  co_return co_await spoken(socket, order);
}

}  // namespace lvsd
