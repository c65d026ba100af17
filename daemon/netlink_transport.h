#pragma once

// The seam between what is said to the kernel and the socket it is said through: whole datagrams of
// netlink messages, out and in. Real: NetlinkSocket. Tests put a kernel of their own behind it.

#include <cstdint>
#include <optional>

#include "base/result.h"
#include "model/time.h"
#include "netlink/message.h"

namespace lvsd {

struct Datagram {
  BytesView bytes;           // valid until the next receive
  std::uint32_t sender = 0;  // netlink port; 0 is the kernel, all else is somebody else
  bool truncated = false;
};

// Until when an answer is waited for. The time begins when it is first asked for: who finds what it
// wants is there never asks the clock, which in user-mode-linux is a call of the kernel like any
// other, and a table is read by 5,000 of them.
class Deadline {
 public:
  explicit Deadline(Duration patience) : patience_(patience) {}

  Time time() {
    if (!time_) time_ = Time::clock::now() + patience_;
    return *time_;
  }

 private:
  Duration patience_;
  std::optional<Time> time_;
};

class NetlinkTransport {
 public:
  virtual ~NetlinkTransport() = default;

  // The number of the generic netlink family "IPVS"; asking loads the ip_vs module where it can.
  // kernel_errc::no_ipvs where there is none.
  virtual Result<std::uint16_t> resolve_ipvs() = 0;

  // One datagram. The kernel does what it asks before this returns, however long it takes.
  virtual Result<void> send(BytesView datagram) = 0;

  // The next datagram; kernel_errc::no_answer at the deadline. ENOBUFS says that the kernel threw
  // answers away; what it did not throw away can still be received.
  virtual Result<Datagram> receive(Deadline& deadline) = 0;
};

}  // namespace lvsd
