#include "daemon/probe_tcp.h"

#include <sys/socket.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <utility>

namespace lvsd {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

asio::ip::address asio_address(const Address& address) {
  if (address.family == Family::v6) return asio::ip::address_v6(address.bytes);
  return asio::ip::address_v4(
      {address.bytes[0], address.bytes[1], address.bytes[2], address.bytes[3]});
}

error_code set_option(tcp::socket& socket, int name, const void* value, socklen_t size) {
  if (::setsockopt(socket.native_handle(), SOL_SOCKET, name, value, size) == 0) return {};
  return error_code(errno, boost::system::system_category());
}

// Opens the socket and gives it the source the target asks for.
error_code prepare(tcp::socket& socket, const CheckTarget& target) {
  const bool v6 = target.endpoint.address.family == Family::v6;
  error_code failure;
  socket.open(v6 ? tcp::v6() : tcp::v4(), failure);
  if (!failure && target.fwmark != 0)
    failure = set_option(socket, SO_MARK, &target.fwmark, sizeof target.fwmark);
  if (!failure && !target.bind_interface.empty())
    failure = set_option(socket, SO_BINDTODEVICE, target.bind_interface.data(),
                         static_cast<socklen_t>(target.bind_interface.size()));
  if (!failure && (target.bind_address || target.bind_port != 0)) {
    const auto any =
        v6 ? asio::ip::address(asio::ip::address_v6::any()) : asio::ip::address_v4::any();
    socket.bind({target.bind_address ? asio_address(*target.bind_address) : any, target.bind_port},
                failure);
  }
  return failure;
}

// Errors of connect(2) that tell of this machine and not of the server.
bool is_ours(const error_code& failure) {
  switch (failure.value()) {
    case EADDRNOTAVAIL:
    case EADDRINUSE:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case ENOBUFS:
    case EAGAIN:
    case EPERM:
    case EACCES:
      return true;
    default:
      return false;
  }
}

struct Ending {
  CheckResult result = CheckResult::l4_ok;
  error_code failure;  // of the socket call that ended it
};

asio::awaitable<Ending> connected(const CheckTarget& target, Duration timeout) {
  using namespace asio::experimental::awaitable_operators;
  constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

  const auto executor = co_await asio::this_coro::executor;
  tcp::socket socket(executor);
  if (const auto failure = prepare(socket, target))
    co_return Ending{CheckResult::socket_error, failure};

  asio::steady_timer deadline(executor, timeout);
  const tcp::endpoint server(asio_address(target.endpoint.address), target.endpoint.port);
  const auto first =
      co_await (socket.async_connect(server, as_result) || deadline.async_wait(as_result));
  if (first.index() == 1) co_return Ending{CheckResult::l4_timeout, {}};

  const error_code failure = std::get<0>(std::get<0>(first));
  if (!failure) co_return Ending{};
  // The kernel's own timeout can be the shorter one (tcp_syn_retries).
  if (failure == asio::error::timed_out) co_return Ending{CheckResult::l4_timeout, failure};
  co_return Ending{is_ours(failure) ? CheckResult::socket_error : CheckResult::l4_refused, failure};
}

}  // namespace

asio::awaitable<Observation> probe_tcp(CheckTarget target, Duration timeout) {
  const Time begin = std::chrono::steady_clock::now();
  const Ending ending = co_await connected(target, timeout);
  const Time end = std::chrono::steady_clock::now();
  co_return Observation{
      .result = ending.result,
      .code = ending.failure.value(),
      .text = ending.failure ? ending.failure.message() : std::string(),
      .duration = std::chrono::duration_cast<std::chrono::microseconds>(end - begin),
      .at = end};
}

}  // namespace lvsd
