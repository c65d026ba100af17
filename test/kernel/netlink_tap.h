#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "base/unique_fd.h"
#include "test/kernel/network_namespace.h"

namespace lvsd::testing {

// What is said to IPVS in a network namespace from the tap's making on, whoever says it: the
// kernel's own copy of every netlink message (an nlmon device). Needs no word of the program that
// is watched, so it tells what was sent and not what a log says was sent.
//
//     NetlinkTap tap(net.director().net);
//     …
//     CHECK(text(tap.changes()) == "SET_DEST 1");
class NetlinkTap {
 public:
  explicit NetlinkTap(const NetworkNamespace& where);

  using Counts = std::map<std::string, std::size_t>;  // by command: "NEW_DEST"

  // The messages that change something, and all messages, since the last call of either.
  Counts changes();
  Counts all();

 private:
  void take(const std::byte* datagram, std::size_t size, Counts& counts) const;

  std::uint16_t family_ = 0;  // IPVS's number
  UniqueFd socket_;
};

// "NEW_DEST 10, NEW_SERVICE 1"; "none".
std::string text(const NetlinkTap::Counts& counts);

}  // namespace lvsd::testing
