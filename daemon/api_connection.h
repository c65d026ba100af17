#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <optional>
#include <variant>

#include "api/web_rules.h"
#include "daemon/api_server.h"
#include "daemon/refusal_log.h"

namespace lvsd {

// What every connection of a server is served by.
struct ApiService {
  api::Writers writers;
  ApiAnswer answer;
  ApiReport report;
  ApiLimits limits;
  std::optional<api::WebRules> web;  // over TCP; absent: a Unix socket
  RefusalLog refusals;
};

// One client: requests in, answers out, one after the other in the order they came, until it
// leaves, breaks the protocol, is too slow, or is told to go.
class ApiConnection {
 public:
  using Protocol = boost::asio::generic::stream_protocol;
  using Socket = Protocol::socket;

  // REQUIRES: `service` outlives the connection.
  ApiConnection(Socket socket, api::Peer peer, ApiService& service);

  boost::asio::awaitable<void> run();

  // Answers the call under way, if there is one, and then ends.
  void finish();
  // Ends now.
  void abort();

 private:
  struct Incoming {
    api::Request request;
    bool keep_alive = false;
  };
  struct Gone {};  // the client left, or was too slow
  using Received = std::variant<Incoming, api::Response, Gone>;

  std::size_t body_limit() const;
  boost::asio::awaitable<Received> receive();
  template <class Header>
  std::optional<api::Response> refused_by_header(const Header& header);
  boost::asio::awaitable<void> take_leave();
  boost::asio::awaitable<api::Response> answered(api::Request request);
  boost::asio::awaitable<api::Response> answered(api::Call call);
  boost::asio::awaitable<void> send(api::Response response, bool with_body);
  boost::asio::awaitable<void> send_pieces(api::Response response, bool with_body);
  boost::asio::awaitable<bool> send_chunk(std::string piece);

  boost::beast::basic_stream<Protocol> stream_;
  boost::beast::flat_buffer buffer_;  // keeps what a pipelining client sent ahead
  api::Peer peer_;
  ApiService& service_;
  bool receiving_ = false;
  bool last_ = false;  // after the answer under way, close
};

}  // namespace lvsd
