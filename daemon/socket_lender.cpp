#include "daemon/socket_lender.h"

#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "health/wire.h"

namespace lvsd {

namespace asio = boost::asio;

template <>
inline constexpr Transport wire::last_of<Transport> = Transport::echo;
template <>
inline constexpr Family wire::last_of<Family> = Family::v6;

namespace {

struct Request {
  std::uint32_t number = 0;
  Transport transport = Transport::stream;
  CheckTarget target;
};

// With the socket beside it, where there is one.
struct Answer {
  std::uint32_t number = 0;
  std::int32_t error = 0;
};

constexpr std::size_t most_request = 512;
constexpr timeval patience{.tv_sec = 0, .tv_usec = 500'000};

// A message with room for one descriptor.
struct Envelope {
  explicit Envelope(std::span<char> bytes) : part{bytes.data(), bytes.size()} {
    message.msg_iov = &part;
    message.msg_iovlen = 1;
  }
  void make_room() {
    message.msg_control = control.data();
    message.msg_controllen = control.size();
  }
  void put(int fd) {
    make_room();
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof fd);
    std::memcpy(CMSG_DATA(header), &fd, sizeof fd);
  }
  UniqueFd take() {
    const cmsghdr* header = CMSG_FIRSTHDR(&message);
    if (header == nullptr || header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
      return UniqueFd();
    int fd = -1;
    std::memcpy(&fd, CMSG_DATA(header), sizeof fd);
    return UniqueFd(fd);
  }

  iovec part;
  msghdr message{};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
};

}  // namespace

bool needs_lending(const CheckTarget& target) {
  return target.fwmark != 0 || (target.bind_port != 0 && target.bind_port < 1024);
}

// ---- the daemon's end

struct SocketLender::State : std::enable_shared_from_this<State> {
  State(const asio::any_io_executor& executor, UniqueFd fd, MayHave its_may_have)
      : pipe(executor, fd.get()), may_have(std::move(its_may_have)) {
    static_cast<void>(fd.release());
  }

  void listen() {
    pipe.async_wait(asio::posix::stream_descriptor::wait_read,
                    [self = shared_from_this()](const auto& failure) {
                      if (!failure && self->pipe.is_open() && self->answer()) self->listen();
                    });
  }

  // False: nobody asks any more, or asks what no checker of ours does.
  bool answer() {
    std::array<char, most_request> room;
    const ssize_t got = ::recv(pipe.native_handle(), room.data(), room.size(), MSG_DONTWAIT);
    if (got < 0) return errno == EAGAIN || errno == EINTR;
    const auto request = wire::value_of<Request>({room.data(), static_cast<std::size_t>(got)});
    if (got == 0 || !request || !may_have(request->target)) return false;

    const int opened = opened_socket(request->transport, request->target);
    const UniqueFd socket(opened < 0 ? -1 : opened);
    std::string bytes = wire::bytes_of(Answer{request->number, opened < 0 ? -opened : 0});
    Envelope envelope(bytes);
    if (socket) envelope.put(socket.get());
    // One that does not fetch its answers does without.
    return ::sendmsg(pipe.native_handle(), &envelope.message, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0 ||
           errno == EAGAIN;
  }

  asio::posix::stream_descriptor pipe;
  MayHave may_have;
};

SocketLender::SocketLender(const asio::any_io_executor& executor, UniqueFd fd, MayHave may_have)
    : state_(std::make_shared<State>(executor, std::move(fd), std::move(may_have))) {
  state_->listen();
}

SocketLender::~SocketLender() {
  boost::system::error_code ignored;
  state_->pipe.close(ignored);
  state_->may_have = nullptr;
}

// ---- the checker's end

namespace {

class Borrower {
 public:
  explicit Borrower(UniqueFd fd) : fd_(std::move(fd)) {
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  }

  int socket(Transport transport, const CheckTarget& target) {
    const std::string request = wire::bytes_of(Request{++number_, transport, target});
    if (::send(fd_.get(), request.data(), request.size(), MSG_NOSIGNAL) < 0) return -errno;
    for (;;) {
      std::array<char, sizeof(Answer)> room;
      Envelope envelope(room);
      envelope.make_room();
      const ssize_t got = ::recvmsg(fd_.get(), &envelope.message, MSG_CMSG_CLOEXEC);
      if (got <= 0) return got == 0 ? -EPIPE : -errno;
      UniqueFd socket = envelope.take();
      const auto answer = wire::value_of<Answer>({room.data(), static_cast<std::size_t>(got)});
      // One that was waited for too long comes later, and is not for this request.
      if (!answer || answer->number != number_) continue;
      return socket ? socket.release() : -answer->error;
    }
  }

 private:
  UniqueFd fd_;
  std::uint32_t number_ = 0;
};

}  // namespace

OpenSocket borrowed_sockets(UniqueFd fd) {
  const auto borrower = std::make_shared<Borrower>(std::move(fd));
  return [borrower](Transport transport, const CheckTarget& target) {
    return borrower->socket(transport, target);
  };
}

}  // namespace lvsd
