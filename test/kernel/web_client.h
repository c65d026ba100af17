#pragma once

#include <chrono>
#include <map>
#include <string>
#include <thread>

#include "base/unique_fd.h"
#include "model/address.h"
#include "test/kernel/network_namespace.h"

namespace lvsd::testing {

// What became of one HTTP request.
struct Answer {
  enum class Outcome { answered, refused, timed_out, reset, unreachable };

  Outcome outcome = Outcome::timed_out;
  int status = 0;    // when answered
  std::string body;  // when answered: a WebServer's name
  std::chrono::microseconds took{0};
};

// "s1", "503 from s1", "refused", "timed out", "reset", "unreachable".
std::string text(const Answer& answer);

// An HTTP connection that is kept open.
class Connection {
 public:
  // Never throws for what the network does: a connection that failed says so at each ask().
  Connection(const NetworkNamespace& from, const Endpoint& to,
             std::chrono::milliseconds limit = std::chrono::seconds(2));

  // Sends one request and waits for the answer. A connection that was refused, reset, closed or
  // timed out stays so.
  Answer ask(std::chrono::milliseconds limit = std::chrono::seconds(2));

  // It ends with a reset: IPVS remembers that for 10 s only, a connection that is closed for 120.
  void end_by_reset() const;

 private:
  using Deadline = std::chrono::steady_clock::time_point;

  Answer::Outcome connect(const NetworkNamespace& from, const Endpoint& to, Deadline deadline);
  Answer::Outcome receive(Answer& answer, Deadline deadline);

  UniqueFd socket_;
  Answer::Outcome state_;
};

// One request on a connection of its own.
Answer get(const NetworkNamespace& from, const Endpoint& to,
           std::chrono::milliseconds limit = std::chrono::seconds(2));

// How often each text(Answer) came.
using Tally = std::map<std::string, int>;

// That many requests one after the other, each on a connection of its own.
Tally get_many(int requests, const NetworkNamespace& from, const Endpoint& to,
               std::chrono::milliseconds limit = std::chrono::seconds(2));

// "s1 5, s2 5, timed out 1".
std::string text(const Tally& tally);

// Requests in the background, one every `interval`, until stopped.
class Traffic {
 public:
  Traffic(const NetworkNamespace& from, const Endpoint& to,
          std::chrono::milliseconds interval = std::chrono::milliseconds(10));
  ~Traffic();

  // Ends it and returns what it got. Once.
  Tally stop();

 private:
  std::jthread thread_;
  Tally tally_;
};

}  // namespace lvsd::testing
