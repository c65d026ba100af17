#include "daemon/api_server.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>

#include "daemon/api_connection.h"
#include "daemon/api_peer.h"
#include "daemon/tcp_socket.h"

namespace lvsd {

namespace asio = boost::asio;
using SocketProtocol = ApiConnection::Protocol;
using Acceptor = asio::basic_socket_acceptor<SocketProtocol>;
using boost::system::error_code;

namespace {

constexpr auto awaiting = asio::as_tuple(asio::use_awaitable);

// Tells a client that it is one too many, without waiting for its request or for it to read.
void turn_away(int descriptor) {
  static const std::string answer = [] {
    const std::string body = api::body(api::unavailable("too many connections"));
    return "HTTP/1.1 503 Service Unavailable\r\n"
           "Content-Type: application/problem+json\r\n"
           "Connection: close\r\n"
           "Retry-After: 1\r\n"
           "Content-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + body;
  }();
  // Into the empty buffer of a new socket it goes at once or not at all.
  std::ignore = ::send(descriptor, answer.data(), answer.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
}

UniqueFd spare_descriptor() {
  return UniqueFd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
}

bool out_of_descriptors(error_code error) {
  return error == asio::error::no_descriptors ||
         error == boost::system::errc::too_many_files_open_in_system;
}

}  // namespace

struct ApiServer::State : std::enable_shared_from_this<State> {
  State(asio::io_context& io, int family, UniqueFd listening, ApiService answers)
      : loop(io),
        service(std::move(answers)),
        acceptor(io),
        pause(io),
        grace(io),
        spare(spare_descriptor()) {
    acceptor.assign(SocketProtocol(family, 0), listening.release());
  }

  asio::awaitable<void> accept_all();
  void admit(ApiConnection::Socket socket);
  void drop_one();
  void serve(const std::shared_ptr<ApiConnection>& connection);
  void ended(ApiConnection& connection, std::exception_ptr failure);
  void report_failure(std::exception_ptr failure);

  asio::io_context& loop;
  std::optional<ListeningSocket> file;  // of a Unix socket
  ApiService service;
  Acceptor acceptor;
  asio::steady_timer pause;
  asio::steady_timer grace;
  UniqueFd spare;  // given up to accept and close a client when there are no descriptors left
  std::unordered_set<ApiConnection*> connections;
};

asio::awaitable<void> ApiServer::State::accept_all() {
  bool failing = false;
  while (acceptor.is_open()) {
    ApiConnection::Socket socket(loop);
    const auto [error] = co_await acceptor.async_accept(socket, awaiting);
    if (!error) {
      failing = false;
      try {
        admit(std::move(socket));
      } catch (const std::exception&) {
        report_failure(std::current_exception());
      }
      continue;
    }
    if (!acceptor.is_open()) co_return;
    if (!std::exchange(failing, true))
      service.report("the API cannot accept connections: " + error.message());
    if (out_of_descriptors(error)) drop_one();
    pause.expires_after(service.limits.accept_pause);
    std::ignore = co_await pause.async_wait(awaiting);
  }
}

void ApiServer::State::drop_one() {
  spare.reset();
  {
    const UniqueFd client(::accept4(acceptor.native_handle(), nullptr, nullptr, SOCK_CLOEXEC));
    if (client) turn_away(client.get());
  }
  spare = spare_descriptor();
}

void ApiServer::State::admit(ApiConnection::Socket socket) {
  const int descriptor = socket.native_handle();
  const int on = 1;
  // An answer in pieces does not wait for what came before it to be acknowledged.
  if (service.web) ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  api::Peer peer = service.web ? tcp_peer_of(descriptor) : peer_of(descriptor);
  const bool may_write = api::may(peer, api::Access::write, service.writers);
  const std::size_t room = service.limits.connections + (may_write ? service.limits.reserved : 0);
  if (connections.size() >= room) return turn_away(descriptor);
  serve(std::make_shared<ApiConnection>(std::move(socket), std::move(peer), service));
}

void ApiServer::State::serve(const std::shared_ptr<ApiConnection>& connection) {
  connections.insert(connection.get());
  // The handler keeps both alive for as long as the coroutine runs.
  auto on_end = [self = shared_from_this(), connection](std::exception_ptr failure) {
    self->ended(*connection, failure);
  };
  asio::co_spawn(loop, connection->run(), std::move(on_end));
}

void ApiServer::State::ended(ApiConnection& connection, std::exception_ptr failure) {
  connections.erase(&connection);
  if (connections.empty() && !acceptor.is_open()) grace.cancel();
  if (failure) report_failure(failure);
}

// One connection's bad luck (no memory, say) is not the server's.
void ApiServer::State::report_failure(std::exception_ptr failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& exception) {
    service.report(std::string("a connection of the API failed: ") + exception.what());
  }
}

ApiServer::ApiServer(std::shared_ptr<State> state) : state_(std::move(state)) {}
ApiServer::ApiServer(ApiServer&&) noexcept = default;

ApiServer::~ApiServer() {
  if (state_) stop(std::chrono::milliseconds{0});
}

Result<ApiServer> ApiServer::open(asio::io_context& loop, const ApiSocket& socket,
                                  const api::Writers& writers, ApiAnswer answer, ApiReport report,
                                  const ApiLimits& limits) {
  auto listening = ListeningSocket::open(socket);
  if (!listening) return within("opening the API", listening.error());
  RefusalLog refusals(report);
  ApiService service{writers, std::move(answer), std::move(report),
                     limits,  std::nullopt,      std::move(refusals)};
  auto state =
      std::make_shared<State>(loop, AF_UNIX, listening->take_descriptor(), std::move(service));
  state->file.emplace(std::move(*listening));
  return ApiServer(std::move(state));
}

Result<ApiServer> ApiServer::open(asio::io_context& loop, const Endpoint& endpoint,
                                  api::WebRules rules, ApiAnswer answer, ApiReport report,
                                  const ApiLimits& limits) {
  auto listening = listening_tcp_socket(endpoint);
  if (!listening) return listening.error();
  RefusalLog refusals(report);
  // Nobody is known by a user here, so none of them may write.
  ApiService service{api::Writers{}, std::move(answer), std::move(report),
                     limits,         std::move(rules),  std::move(refusals)};
  const int family = endpoint.address.family == Family::v4 ? AF_INET : AF_INET6;
  return ApiServer(
      std::make_shared<State>(loop, family, std::move(*listening), std::move(service)));
}

void ApiServer::set_rules(api::WebRules rules) {
  state_->service.web = std::move(rules);
}

void ApiServer::start() {
  auto on_end = [state = state_](std::exception_ptr failure) {
    if (failure) std::rethrow_exception(failure);
  };
  asio::co_spawn(state_->loop, state_->accept_all(), std::move(on_end));
}

void ApiServer::stop(std::chrono::milliseconds grace) {
  error_code ignored;
  state_->acceptor.close(ignored);
  state_->pause.cancel();
  state_->file.reset();
  state_->grace.cancel();
  if (grace == grace.zero()) {
    for (ApiConnection* connection : state_->connections)
      connection->abort();
    return;
  }
  for (ApiConnection* connection : state_->connections)
    connection->finish();
  if (state_->connections.empty()) return;
  state_->grace.expires_after(grace);
  state_->grace.async_wait([state = state_](error_code cancelled) {
    if (cancelled) return;
    for (ApiConnection* connection : state->connections)
      connection->abort();
  });
}

asio::awaitable<void> ApiServer::closed() {
  const auto state = state_;
  if (!state->connections.empty()) std::ignore = co_await state->grace.async_wait(awaiting);
}

std::size_t ApiServer::connections() const {
  return state_->connections.size();
}

}  // namespace lvsd
