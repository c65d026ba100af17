#include "test/kernel/udp_server.h"

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <stdexcept>
#include <utility>

#include "daemon/socket_address.h"

namespace lvsd::testing {

namespace {

UniqueFd udp_socket() {
  return UniqueFd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
}

bool is_readable_soon(const UniqueFd& socket) {
  pollfd waited{socket.get(), POLLIN, 0};
  return ::poll(&waited, 1, 1000) > 0;
}

}  // namespace

UdpServer::UdpServer(const Host& host, Answer answer, std::uint16_t port)
    : answer_(std::move(answer)) {
  const Inside inside(host.net);
  socket_ = udp_socket();
  SocketAddress own = socket_address({{}, port});
  if (::bind(socket_.get(), own.get(), own.size) != 0)
    throw std::runtime_error("no UDP port " + std::to_string(port));
  ::getsockname(socket_.get(), own.get(), &own.size);
  port_ = endpoint_of(own).port;
  thread_ = std::jthread([this](const std::stop_token& stop) { serve(stop); });
}

void UdpServer::serve(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    pollfd waited{socket_.get(), POLLIN, 0};
    if (::poll(&waited, 1, 20) <= 0) continue;
    std::string datagram(2048, '\0');
    SocketAddress from;
    const ssize_t got =
        ::recvfrom(socket_.get(), datagram.data(), datagram.size(), 0, from.get(), &from.size);
    if (got < 0) continue;
    datagram.resize(static_cast<std::size_t>(got));
    const std::string out = answer_(datagram, good_);
    if (!out.empty()) ::sendto(socket_.get(), out.data(), out.size(), 0, from.get(), from.size);
  }
}

UdpFlow::UdpFlow(const NetworkNamespace& from, const Endpoint& to) {
  const Inside inside(from);
  socket_ = udp_socket();
  const SocketAddress there = socket_address(to);
  if (::connect(socket_.get(), there.get(), there.size) != 0)
    throw std::runtime_error("no way to " + text(to));
}

std::string UdpFlow::ask() {
  if (::send(socket_.get(), "?", 1, 0) < 0) return "refused";
  if (!is_readable_soon(socket_)) return "timed out";
  std::string answer(2048, '\0');
  const ssize_t got = ::recv(socket_.get(), answer.data(), answer.size(), 0);
  if (got < 0) return "refused";
  answer.resize(static_cast<std::size_t>(got));
  return answer;
}

void UdpFlow::send() {
  if (::send(socket_.get(), "?", 1, 0) < 0) throw std::runtime_error("a datagram was refused");
}

std::string sender_of_answer(const NetworkNamespace& from, const Endpoint& to) {
  const Inside inside(from);
  const UniqueFd socket = udp_socket();
  const SocketAddress there = socket_address(to);
  ::sendto(socket.get(), "?", 1, 0, there.get(), there.size);
  if (!is_readable_soon(socket)) return "timed out";
  char answer = 0;
  SocketAddress sender;
  ::recvfrom(socket.get(), &answer, 1, 0, sender.get(), &sender.size);
  return text(endpoint_of(sender));
}

}  // namespace lvsd::testing
