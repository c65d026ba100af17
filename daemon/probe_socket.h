#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string_view>

#include "base/unique_fd.h"
#include "daemon/readiness.h"
#include "health/judgement.h"
#include "model/check.h"
#include "model/health.h"

namespace lvsd {

// How one step of a probe ended.
struct Step {
  enum class End : std::uint8_t {
    done,
    closed,   // the peer ended the stream
    expired,  // the deadline of the probe
    failed,   // `error` says how
    ours,     // it failed for reasons of this machine: no descriptor, no memory, no such source
  };
  End end = End::done;
  int error = 0;          // errno
  std::size_t bytes = 0;  // received

  bool is_done() const { return end == End::done; }
};

// Why no more bytes come, as judges take it. REQUIRES: the step is not done.
Stop stop_of(const Step& step);

// What an errno of a socket call says: about the server, or about this machine.
Step failed_step(int error);

enum class Transport : std::uint8_t { stream, datagram, echo };  // echo: ICMP without privileges

// Opens a socket, not connected, with the source that `target` asks for. Returns the descriptor, or
// the errno as a negative number.
int opened_socket(Transport transport, const CheckTarget& target);

// Where sockets come from that this process may not open itself (a mark, a port below 1024). Of the
// process, since its powers are; a checker sets it once, before the first probe.
using OpenSocket = std::function<int(Transport, const CheckTarget&)>;
void set_socket_lender(OpenSocket lender);

// A socket of a probe: one server, one deadline.
class ProbeSocket {
 public:
  ProbeSocket(boost::asio::any_io_executor executor, Transport transport, CheckTarget target,
              Time deadline);

  // Opens the socket with the source that the target asks for, and connects it.
  boost::asio::awaitable<Step> connect();

  // All of `bytes`. Never raises SIGPIPE.
  boost::asio::awaitable<Step> send(std::string_view bytes);
  // What there is, once there is something: at least one byte of a stream, one datagram.
  boost::asio::awaitable<Step> receive(std::span<char> room);

  boost::asio::awaitable<bool> readable() { return descriptor_->readable(); }
  boost::asio::awaitable<bool> writable() { return descriptor_->writable(); }

  // REQUIRES of all but connect(): it has been called and got as far as a socket.
  int fd() const { return descriptor_->fd(); }
  // Our address; nothing where there is none (yet, or any more).
  std::optional<Address> source() const;

 private:
  boost::asio::any_io_executor executor_;
  Transport transport_;
  CheckTarget target_;
  Time deadline_;
  std::optional<TimedDescriptor> descriptor_;
};

// Collects what an Observation says beside the judgement.
class Attempt {
 public:
  Attempt();

  Time begin() const { return begin_; }
  // The time since the last lap, or since the beginning.
  std::chrono::microseconds lap();
  Phases phases;
  std::optional<Address> source;
  std::optional<std::int64_t> certificate;
  std::optional<WeightWish> weight;
  std::optional<AdminWish> admin;

  Observation observation(Judgement judgement) const;

 private:
  Time begin_;
  Time mark_;
};

// The judgement of a connection that was not established.
Judgement unconnected(const Step& step);

}  // namespace lvsd
