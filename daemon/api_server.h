#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>

#include "api/access.h"
#include "api/request.h"
#include "api/routes.h"
#include "api/web_rules.h"
#include "base/result.h"
#include "daemon/api_socket.h"
#include "model/address.h"

// The doors of the daemon: HTTP/1.1 over a Unix socket or TCP, in the daemon's one loop. They know
// bytes, bounds and who is calling; what is answered is decided by the ApiAnswer they are given.

namespace lvsd {

// Answers one call. Runs on the loop, so it must not block; it may wait (a reload does). What it
// throws ends the connection with a 500, nothing else.
using ApiAnswer = std::function<boost::asio::awaitable<api::Response>(api::Call)>;

// One line for the log: who asked for a change and what came of it, an accept that failed, an
// exception of an answer.
using ApiReport = std::function<void(std::string_view)>;

struct ApiLimits {
  std::size_t connections = 256;  // at once; the next is told 503 and closed
  std::size_t reserved = 8;       // further ones, for those who may write
  std::size_t body = std::size_t{1} << 20;
  std::size_t writer_body = std::size_t{64} << 20;  // of those who may write: whole configurations
  std::size_t header = std::size_t{16} << 10;
  std::chrono::milliseconds idle{10000};        // for a whole request to arrive
  std::chrono::milliseconds write{5000};        // without a byte of an answer being taken
  std::chrono::milliseconds accept_pause{100};  // after accept() failed for want of descriptors
};

class ApiServer {
 public:
  // Binds and listens; nothing is answered before start(). Errors are those of ListeningSocket.
  static Result<ApiServer> open(boost::asio::io_context& loop, const ApiSocket& socket,
                                const api::Writers& writers, ApiAnswer answer, ApiReport report,
                                const ApiLimits& limits = {});
  // The same over TCP, with room of its own; `rules` say who is let in. Errors are those of
  // listening_tcp_socket().
  static Result<ApiServer> open(boost::asio::io_context& loop, const Endpoint& endpoint,
                                api::WebRules rules, ApiAnswer answer, ApiReport report,
                                const ApiLimits& limits = {});
  ApiServer(ApiServer&&) noexcept;
  ApiServer& operator=(ApiServer&&) = delete;
  ~ApiServer();  // stop() without grace

  void start();

  // From the next request on, of those who are connected as well. REQUIRES: it is open over TCP.
  void set_rules(api::WebRules rules);

  // No new connections or requests; removes the socket file; calls under way are answered, and
  // every connection is closed after `grace` at the latest. Returns at once.
  void stop(std::chrono::milliseconds grace);

  // Returns when the last connection is gone. REQUIRES: stop() was called.
  boost::asio::awaitable<void> closed();

  std::size_t connections() const;

 private:
  struct State;  // shared with the connections' coroutines
  explicit ApiServer(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace lvsd
