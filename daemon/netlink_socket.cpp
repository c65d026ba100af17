#include "daemon/netlink_socket.h"

#include <linux/ip_vs.h>
#include <netlink/errno.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <cerrno>

#include "daemon/kernel_error.h"

namespace lvsd {

namespace {

// Room for the answers of a batch in which every op fails: an error takes under 1 KiB of it.
constexpr int kReceiveBuffer = 1024 * 1024;
// A datagram must fit whole; libnl leaves 32 KiB.
constexpr int kSendBuffer = 256 * 1024;

// libnl waits for the answer of a family request without a deadline of its own.
constexpr timeval kResolveTimeout{.tv_sec = 5, .tv_usec = 0};

Error last_failure(std::string_view attempt) {
  return system_failure(errno, attempt);
}

template <class T>
bool set_option(int fd, int level, int option, const T& value) {
  return setsockopt(fd, level, option, &value, sizeof value) == 0;
}

void set_buffer(int fd, int forced_option, int option, int size) {
  if (!set_option(fd, SOL_SOCKET, forced_option, size)) set_option(fd, SOL_SOCKET, option, size);
}

// None of these is needed: without them buffers overflow earlier and error messages are longer.
void tune(int fd, int receive_buffer) {
  set_buffer(fd, SO_RCVBUFFORCE, SO_RCVBUF, receive_buffer);
  set_buffer(fd, SO_SNDBUFFORCE, SO_SNDBUF, kSendBuffer);
  set_option(fd, SOL_NETLINK, NETLINK_CAP_ACK, 1);
  set_option(fd, SOL_NETLINK, NETLINK_EXT_ACK, 1);
  set_option(fd, SOL_SOCKET, SO_RCVTIMEO, kResolveTimeout);
}

int milliseconds_until(Time deadline) {
  using std::chrono::milliseconds;
  const auto left = std::chrono::ceil<milliseconds>(deadline - Time::clock::now());
  return static_cast<int>(std::clamp<milliseconds::rep>(left.count(), 0, 3'600'000));
}

}  // namespace

void NetlinkSocket::Free::operator()(nl_sock* socket) const {
  nl_socket_free(socket);
}

Result<std::unique_ptr<NetlinkTransport>> NetlinkSocket::open() {
  return open_with_room(kReceiveBuffer);
}

Result<std::unique_ptr<NetlinkTransport>> NetlinkSocket::open_with_room(int receive_buffer) {
  Socket socket(nl_socket_alloc());
  if (!socket) return system_failure(ENOMEM, "opening a netlink socket");
  if (const int failure = genl_connect(socket.get()); failure < 0) {
    return system_failure(errno, std::string("opening a netlink socket: ") + nl_geterror(failure));
  }
  tune(nl_socket_get_fd(socket.get()), receive_buffer);
  return std::unique_ptr<NetlinkTransport>(new NetlinkSocket(std::move(socket)));
}

NetlinkSocket::NetlinkSocket(Socket socket)
    : socket_(std::move(socket)),
      fd_(nl_socket_get_fd(socket_.get())),
      buffer_(std::make_unique_for_overwrite<std::byte[]>(kBatch * kDatagramSize)) {}

Result<std::uint16_t> NetlinkSocket::resolve_ipvs() {
  const int number = genl_ctrl_resolve(socket_.get(), IPVS_GENL_NAME);
  if (number >= 0) return static_cast<std::uint16_t>(number);
  const std::string attempt = "asking the kernel for IPVS";
  if (number == -NLE_OBJ_NOTFOUND) return Error{kernel_errc::no_ipvs, attempt};
  return Error{kernel_errc::no_answer, attempt + ": " + nl_geterror(number)};
}

Result<void> NetlinkSocket::send(BytesView datagram) {
  sockaddr_nl kernel{};
  kernel.nl_family = AF_NETLINK;
  for (;;) {
    const ssize_t sent = ::sendto(fd_, datagram.data(), datagram.size(), 0,
                                  reinterpret_cast<const sockaddr*>(&kernel), sizeof kernel);
    if (sent >= 0) return {};
    if (errno != EINTR) return last_failure("sending to the kernel");
  }
}

Result<Datagram> NetlinkSocket::receive(Deadline& deadline) {
  while (next_ == count_) {
    const auto refilled = refill();
    if (!refilled) return refilled.error();
    if (*refilled) break;

    pollfd waiting{.fd = fd_, .events = POLLIN, .revents = 0};
    const int ready = ::poll(&waiting, 1, milliseconds_until(deadline.time()));
    if (ready == 0) return Error{kernel_errc::no_answer, "waiting for the kernel"};
    if (ready < 0 && errno != EINTR) return last_failure("waiting for the kernel");
  }
  return received_[next_++];
}

Result<bool> NetlinkSocket::refill() {
  std::array<mmsghdr, kBatch> headers{};
  std::array<iovec, kBatch> places{};
  std::array<sockaddr_nl, kBatch> senders{};
  for (std::size_t i = 0; i < kBatch; ++i) {
    places[i] = {.iov_base = buffer_.get() + i * kDatagramSize, .iov_len = kDatagramSize};
    headers[i].msg_hdr.msg_name = &senders[i];
    headers[i].msg_hdr.msg_namelen = sizeof senders[i];
    headers[i].msg_hdr.msg_iov = &places[i];
    headers[i].msg_hdr.msg_iovlen = 1;
  }
  next_ = count_ = 0;
  const int count = ::recvmmsg(fd_, headers.data(), kBatch, MSG_DONTWAIT, nullptr);
  if (count < 0) {
    if (errno == EAGAIN || errno == EINTR) return false;
    return last_failure("receiving from the kernel");
  }
  for (; count_ < static_cast<std::size_t>(count); ++count_) {
    const mmsghdr& header = headers[count_];
    received_[count_] = {.bytes = BytesView(buffer_.get() + count_ * kDatagramSize, header.msg_len),
                         .sender = senders[count_].nl_pid,
                         .truncated = (header.msg_hdr.msg_flags & MSG_TRUNC) != 0};
  }
  return true;
}

}  // namespace lvsd
