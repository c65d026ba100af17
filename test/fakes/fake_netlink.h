#pragma once

// A kernel of our own behind the transport seam: generic netlink sockets that answer byte for byte
// as Linux does, over the IPVS table of FakeIpvs, with faults on demand. Tests of NetlinkKernel, of
// the writer and of the daemon use it; there is no other fake of the kernel.

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>

#include "daemon/kernel_writer.h"
#include "daemon/netlink_kernel.h"
#include "daemon/netlink_transport.h"
#include "test/fakes/fake_ipvs.h"

namespace lvsd::test {

// One request on its way to the kernel; a test's hook may change its fate.
struct FakeRequest {
  std::size_t number = 0;  // counted from 0 over all sockets, questions included
  std::size_t change = 0;  // the same over changes only (NEW, SET, DEL); meaningless for questions
  std::uint8_t command = 0;  // IPVS_CMD_*
  bool is_change = false;

  int refuse_with = 0;       // errno instead of the execution
  int answer_with = 0;       // executed, but this errno comes back
  bool lose_answer = false;  // executed, but nothing is ever heard of it
  bool overflow = false;     // executed, the answer thrown away, and ENOBUFS tells so
  bool kill_socket = false;  // the datagram is refused: ENOTCONN
};

// One datagram on its way back.
struct FakeAnswer {
  Bytes bytes;
  std::uint32_t sender = 0;
  bool truncated = false;
};

class FakeNetlink {
 public:
  FakeNetlink() = default;
  FakeNetlink(const FakeNetlink&) = delete;
  FakeNetlink& operator=(const FakeNetlink&) = delete;

  // For NetlinkKernel::open, and for KernelWriter.
  NetlinkSession::Connect connect();
  KernelWriter::Open open(NetlinkOptions options = {});

  // The table, and a change of it behind the daemon's back. From any thread.
  Table table();
  void put(const Table& table);  // what is not there yet
  int change(const Op& op);      // 0, or the errno
  void edit(const std::function<void(FakeIpvs&)>& edit);
  std::size_t requests();  // so far
  std::size_t changes();   // so far, those that were refused included

  // rmmod and modprobe: another family number, an empty table.
  void reload_module();

  // Faults. Set before use, or inside a hook; hooks run on the caller's thread, without any lock,
  // and may block.
  std::function<void(FakeRequest&)> on_request;
  std::function<void(std::deque<FakeAnswer>&)> on_answers;  // what one datagram's requests gave
  std::function<void()> before_chunk;                       // of a dump, but the first
  bool present = true;                                      // IPVS in this kernel
  bool capable = true;                                      // CAP_NET_ADMIN
  std::size_t room = 2000;                                  // answers a socket holds
  std::size_t chunk_size = 32768;                           // bytes of a dump's datagram

 private:
  friend class FakeSocket;

  std::recursive_mutex lock_;  // of all below
  FakeIpvs ipvs_;
  std::uint16_t family_ = 28;
  std::size_t requests_ = 0;
  std::size_t changes_ = 0;
};

}  // namespace lvsd::test
