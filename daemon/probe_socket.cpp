#include "daemon/probe_socket.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cassert>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include "daemon/socket_address.h"

namespace lvsd {

namespace asio = boost::asio;

namespace {

// Errors of socket calls that tell of this machine and not of the server.
bool is_ours(int error) {
  switch (error) {
    case EADDRNOTAVAIL:
    case EADDRINUSE:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case ENOBUFS:
    case EAGAIN:
    case EPERM:
    case EACCES:
    case EAFNOSUPPORT:
    case EPROTONOSUPPORT:
    case ENODEV:
      return true;
    default:
      return false;
  }
}

}  // namespace

Stop stop_of(const Step& step) {
  switch (step.end) {
    case Step::End::closed:
      return Stop::closed;
    case Step::End::expired:
      return Stop::expired;
    case Step::End::done:
    case Step::End::failed:
    case Step::End::ours:
      break;
  }
  return Stop::failed;
}

Step failed_step(int error) {
  // The kernel's own timeout can be the shorter one (tcp_syn_retries).
  if (error == ETIMEDOUT) return {Step::End::expired, error};
  return {is_ours(error) ? Step::End::ours : Step::End::failed, error};
}

// ---- ProbeSocket

namespace {

int new_socket(Transport transport, Family family) {
  const bool v6 = family == Family::v6;
  const int type = transport == Transport::stream ? SOCK_STREAM : SOCK_DGRAM;
  int protocol = 0;
  if (transport == Transport::echo) protocol = v6 ? int{IPPROTO_ICMPV6} : int{IPPROTO_ICMP};
  return ::socket(v6 ? AF_INET6 : AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
}

// Whether the source of `target` was set; else errno says why not.
bool takes_source(int fd, const CheckTarget& target) {
  const auto set = [fd](int name, const void* value, std::size_t size) {
    return ::setsockopt(fd, SOL_SOCKET, name, value, static_cast<socklen_t>(size)) == 0;
  };
  if (target.fwmark != 0 && !set(SO_MARK, &target.fwmark, sizeof target.fwmark)) return false;
  if (!target.bind_interface.empty() &&
      !set(SO_BINDTODEVICE, target.bind_interface.data(), target.bind_interface.size()))
    return false;
  if (!target.bind_address && target.bind_port == 0) return true;
  const Address any{.family = target.endpoint.address.family};
  const auto from = socket_address({target.bind_address.value_or(any), target.bind_port});
  return ::bind(fd, from.get(), from.size) == 0;
}

OpenSocket& lender() {
  static OpenSocket instance;
  return instance;
}

}  // namespace

int opened_socket(Transport transport, const CheckTarget& target) {
  UniqueFd fd(new_socket(transport, target.endpoint.address.family));
  if (!fd || !takes_source(fd.get(), target)) return -errno;
  return fd.release();
}

void set_socket_lender(OpenSocket its_lender) {
  lender() = std::move(its_lender);
}

ProbeSocket::ProbeSocket(asio::any_io_executor executor, Transport transport, CheckTarget target,
                         Time deadline)
    : executor_(std::move(executor)),
      transport_(transport),
      target_(std::move(target)),
      deadline_(deadline) {}

asio::awaitable<Step> ProbeSocket::connect() {
  int fd = opened_socket(transport_, target_);
  if ((fd == -EPERM || fd == -EACCES) && lender()) fd = lender()(transport_, target_);
  if (fd < 0) co_return Step{Step::End::ours, -fd};
  descriptor_.emplace(executor_, UniqueFd(fd), deadline_);

  const auto server = socket_address(target_.endpoint);
  if (::connect(descriptor_->fd(), server.get(), server.size) == 0) co_return Step{};
  // Our own routes know no way there: nothing has been sent that a server could have answered.
  if (errno == ENETUNREACH || errno == ENETDOWN) co_return Step{Step::End::ours, errno};
  if (errno != EINPROGRESS) co_return failed_step(errno);
  if (!co_await descriptor_->writable()) co_return Step{Step::End::expired};
  if (!descriptor_->has_failed()) co_return Step{};

  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(descriptor_->fd(), SOL_SOCKET, SO_ERROR, &error, &size);
  co_return error == 0 ? Step{} : failed_step(error);
}

asio::awaitable<Step> ProbeSocket::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(descriptor_->fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
      continue;
    }
    if (errno == EINTR) continue;
    if (errno != EAGAIN) co_return failed_step(errno);
    if (!co_await descriptor_->writable()) co_return Step{Step::End::expired};
  }
  co_return Step{};
}

asio::awaitable<Step> ProbeSocket::receive(std::span<char> room) {
  for (;;) {
    // An answer is never there already, so waiting comes first.
    if (!co_await descriptor_->readable()) co_return Step{Step::End::expired};
    const ssize_t got = ::recv(descriptor_->fd(), room.data(), room.size(), 0);
    if (got > 0 || (got == 0 && transport_ != Transport::stream))
      co_return Step{.bytes = static_cast<std::size_t>(got)};
    if (got == 0) co_return Step{Step::End::closed};
    if (errno != EAGAIN && errno != EINTR) co_return failed_step(errno);
  }
}

std::optional<Address> ProbeSocket::source() const {
  if (!descriptor_) return std::nullopt;
  SocketAddress from;
  if (::getsockname(descriptor_->fd(), from.get(), &from.size) != 0) return std::nullopt;
  const Address out = endpoint_of(from).address;
  if (is_unspecified(out)) return std::nullopt;
  return out;
}

// ---- Attempt

Attempt::Attempt() : begin_(std::chrono::steady_clock::now()), mark_(begin_) {}

std::chrono::microseconds Attempt::lap() {
  const Time now = std::chrono::steady_clock::now();
  return std::chrono::duration_cast<std::chrono::microseconds>(now - std::exchange(mark_, now));
}

Observation Attempt::observation(Judgement judgement) const {
  const Time end = std::chrono::steady_clock::now();
  return {.result = judgement.result,
          .code = judgement.code,
          .text = std::move(judgement.text),
          .duration = std::chrono::duration_cast<std::chrono::microseconds>(end - begin_),
          .at = end,
          .phases = phases,
          .source = source,
          .certificate = certificate,
          .weight = weight,
          .admin = admin};
}

Judgement unconnected(const Step& step) {
  const std::string why = step.error == 0 ? std::string() : std::strerror(step.error);
  switch (step.end) {
    case Step::End::expired:
      return {CheckResult::l4_timeout, step.error, why};
    case Step::End::ours:
      return {CheckResult::socket_error, step.error, why};
    case Step::End::failed:
      // An ICMP error of a router's, too: it fails the server, as in keepalived.
      return {CheckResult::l4_refused, step.error, why};
    case Step::End::done:
    case Step::End::closed:
      break;
  }
  assert(false);
  return {};
}

}  // namespace lvsd
