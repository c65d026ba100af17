#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>

#include "base/unique_fd.h"
#include "test/kernel/test_net.h"

namespace lvsd::testing {

// A UDP server on one host, on all of its IPv4 addresses, until the object goes.
class UdpServer {
 public:
  // What comes back for a datagram; empty: nothing. Called by the server's own thread.
  using Answer = std::function<std::string(const std::string& datagram, bool good)>;

  // Port 0: one that is free.
  UdpServer(const Host& host, Answer answer, std::uint16_t port = 0);

  std::uint16_t port() const { return port_; }
  void set_good(bool good) { good_ = good; }

 private:
  void serve(const std::stop_token& stop);

  Answer answer_;
  UniqueFd socket_;
  std::uint16_t port_ = 0;
  std::atomic<bool> good_ = true;
  std::jthread thread_;
};

// A client's end of one flow: a socket that keeps its port.
class UdpFlow {
 public:
  UdpFlow(const NetworkNamespace& from, const Endpoint& to);  // IPv4

  // Sends one datagram and returns what comes back; "timed out", "refused" where nothing does.
  std::string ask();
  // Sends one, and waits for nothing.
  void send();

 private:
  UniqueFd socket_;
};

// Who answers a datagram, whether it was asked or not: "10.0.1.1:53", or "timed out".
std::string sender_of_answer(const NetworkNamespace& from, const Endpoint& to);  // IPv4

}  // namespace lvsd::testing
