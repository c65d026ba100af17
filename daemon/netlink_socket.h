#pragma once

#include <array>
#include <cstddef>
#include <memory>

#include "daemon/netlink_transport.h"

struct nl_sock;

namespace lvsd {

// A generic netlink socket in the network namespace of the thread that opens it. libnl opens it and
// resolves the family; the bytes pass beside libnl, since its error codes merge what we must tell
// apart (no service and no destination are one to it) and it waits without deadlines.
class NetlinkSocket final : public NetlinkTransport {
 public:
  static Result<std::unique_ptr<NetlinkTransport>> open();
  // The kernel doubles the bytes it is asked for, and has a least.
  static Result<std::unique_ptr<NetlinkTransport>> open_with_room(int receive_buffer);

  Result<std::uint16_t> resolve_ipvs() override;
  Result<void> send(BytesView datagram) override;
  Result<Datagram> receive(Deadline& deadline) override;

 private:
  struct Free {
    void operator()(nl_sock* socket) const;
  };
  using Socket = std::unique_ptr<nl_sock, Free>;

  explicit NetlinkSocket(Socket socket);

  // Takes what the socket holds, up to kBatch datagrams in one system call. False: nothing there.
  Result<bool> refill();

  // A dump comes as at least two datagrams, the entries and the end: reading both at once halves
  // the system calls of a dump of many services.
  static constexpr std::size_t kBatch = 4;
  // The kernel writes dumps in datagrams of at most 32 KiB, and acknowledgements are small.
  static constexpr std::size_t kDatagramSize = std::size_t{64} * 1024;

  Socket socket_;
  int fd_;
  std::unique_ptr<std::byte[]> buffer_;  // most of it is never touched
  std::array<Datagram, kBatch> received_{};
  std::size_t next_ = 0;   // of received_
  std::size_t count_ = 0;  // in received_
};

}  // namespace lvsd
