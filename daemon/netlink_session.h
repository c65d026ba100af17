#pragma once

// One exchange after the other with the kernel's IPVS: sequence numbers, the window of answers that
// belong to a request, deadlines, strangers' messages, and a socket that is thrown away as soon as
// what it would deliver next is in doubt. NetlinkKernel asks.

#include <cstdint>
#include <functional>
#include <memory>

#include "daemon/netlink_transport.h"
#include "model/time.h"

namespace lvsd {

class NetlinkSession {
 public:
  using Connect = std::function<Result<std::unique_ptr<NetlinkTransport>>()>;

  // What was dropped because it was not an answer of the kernel to us.
  struct Dropped {
    std::uint64_t foreign_sender = 0;
    std::uint64_t unexpected_sequence = 0;
  };

  NetlinkSession(Connect connect, Duration timeout);

  // The family's number; opens a socket first where there is none.
  Result<std::uint16_t> family();

  // `count` sequence numbers in a row, for one exchange; returns the first.
  std::uint32_t sequences(std::uint32_t count);

  // Sends `requests`, which carry the `count` numbers from `first`, and passes every answer to
  // `take` until it returns true: that was the last. An error means that answers are missing; the
  // socket is gone then.
  Result<void> exchange(BytesView requests, std::uint32_t first, std::uint32_t count,
                        const std::function<bool(const Message&)>& take);

  // Whether IPVS has another number by now (the module was unloaded and loaded). The next exchange
  // uses the new one.
  bool family_changed();

  // The next exchange opens a new socket.
  void disconnect() { transport_.reset(); }

  // Received so far: entries of one datagram were listed at one moment.
  std::uint64_t datagrams() const { return datagrams_; }

  Duration timeout() const { return timeout_; }
  const Dropped& dropped() const { return dropped_; }

 private:
  Result<bool> take_datagram(const Datagram& datagram, std::uint32_t first, std::uint32_t count,
                             const std::function<bool(const Message&)>& take);
  Result<void> receive_all(Duration patience, std::uint32_t first, std::uint32_t count,
                           const std::function<bool(const Message&)>& take);

  Connect connect_;
  Duration timeout_;
  std::unique_ptr<NetlinkTransport> transport_;  // null: to be opened
  std::uint16_t family_ = 0;
  std::uint32_t next_sequence_ = 1;
  std::uint64_t datagrams_ = 0;
  Dropped dropped_;
};

}  // namespace lvsd
