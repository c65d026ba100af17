#include "daemon/api_connection.h"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <exception>
#include <memory>
#include <string>
#include <tuple>
#include <utility>

namespace lvsd {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;
using Parser = http::request_parser<http::string_body>;

constexpr auto awaiting = asio::as_tuple(asio::use_awaitable);

// Room for a chunk's header and what a pipelining client sends ahead.
constexpr std::size_t read_ahead = 65536;

std::optional<api::Method> method_of(http::verb verb) {
  switch (verb) {
    case http::verb::get:
      return api::Method::get;
    case http::verb::head:
      return api::Method::head;
    case http::verb::post:
      return api::Method::post;
    case http::verb::put:
      return api::Method::put;
    case http::verb::patch:
      return api::Method::patch;
    case http::verb::delete_:
      return api::Method::delete_;
    default:  // not our enum: Beast knows some thirty verbs
      return std::nullopt;
  }
}

api::Response refusal(int status, std::string title, std::string detail) {
  api::ProblemView problem = api::bad_request(std::move(detail));
  problem.status = status;
  problem.title = std::move(title);
  return api::response(problem);
}

// What to say to a client whose request could not be read; nothing if it is not there to hear it.
std::optional<api::Response> refusal_of(error_code error, std::size_t header, std::size_t body) {
  static const auto& http_errors = error_code(http::error::end_of_stream).category();
  if (error == http::error::body_limit)
    return api::response(api::too_large("a body has at most " + std::to_string(body) + " bytes"));
  if (error == http::error::header_limit || error == http::error::buffer_overflow)
    return refusal(431, "The request's header is too large",
                   "a header has at most " + std::to_string(header) + " bytes");
  const bool left = error == http::error::end_of_stream || error == http::error::partial_message;
  if (left || error.category() != http_errors) return std::nullopt;
  return api::response(api::bad_request(error.message()));
}

std::string audit_line(const api::Request& request, int status) {
  const std::string who = request.peer.address.empty()
                              ? "by uid " + std::to_string(request.peer.uid) + " pid " +
                                    std::to_string(request.peer.pid)
                              : "from " + request.peer.address;
  return std::string(text(request.method)) + " " + request.target + " " + who + ": " +
         std::to_string(status);
}

template <class Header>
api::WebRequest web_request(const Header& header, api::Method method) {
  const auto word = [&header](auto name) { return std::string(header[name]); };
  api::WebRequest request{.method = method,
                          .needs_host = header.version() >= 11,
                          .hosts = {},
                          .origin = word(http::field::origin),
                          .fetch_site = word("Sec-Fetch-Site"),
                          .authorization = word(http::field::authorization)};
  const auto [first, last] = header.equal_range(http::field::host);
  for (auto field = first; field != last; ++field)
    request.hosts.emplace_back(field->value());
  return request;
}

// An error page, a table or a list loads nothing and is shown in no frame; the status page says
// itself what it needs.
constexpr std::string_view strictest_policy = "default-src 'none'; frame-ancestors 'none'";

// What a client that was refused before its body was read may go on sending, for it to read why.
constexpr std::chrono::seconds leave_time{1};
constexpr std::size_t leave_bytes = std::size_t{1} << 20;

}  // namespace

ApiConnection::ApiConnection(Socket socket, api::Peer peer, ApiService& service)
    : stream_(std::move(socket)),
      buffer_(service.limits.header + read_ahead),
      peer_(std::move(peer)),
      service_(service) {}

asio::awaitable<void> ApiConnection::run() {
  while (!last_) {
    Received received = co_await receive();
    if (std::holds_alternative<Gone>(received)) co_return;
    if (auto* refused = std::get_if<api::Response>(&received)) {
      last_ = true;  // where the next request would begin is not known
      co_await send(std::move(*refused), true);
      co_await take_leave();
      co_return;
    }
    auto& incoming = std::get<Incoming>(received);
    if (!incoming.keep_alive) last_ = true;
    const bool with_body = incoming.request.method != api::Method::head;
    api::Response response = co_await answered(std::move(incoming.request));
    co_await send(std::move(response), with_body);
  }
}

std::size_t ApiConnection::body_limit() const {
  const bool may_write = api::may(peer_, api::Access::write, service_.writers);
  return may_write ? service_.limits.writer_body : service_.limits.body;
}

asio::awaitable<ApiConnection::Received> ApiConnection::receive() {
  Parser parser;
  parser.header_limit(static_cast<std::uint32_t>(service_.limits.header));
  parser.body_limit(body_limit());
  receiving_ = true;
  stream_.expires_after(service_.limits.idle);
  auto [error, header_size] = co_await http::async_read_header(stream_, buffer_, parser, awaiting);
  if (!error) {
    if (auto refused = refused_by_header(parser.get())) {
      receiving_ = false;
      stream_.expires_never();
      co_return std::move(*refused);
    }
  }
  if (!error && beast::iequals(parser.get()[http::field::expect], "100-continue")) {
    http::response<http::empty_body> go_on(http::status::continue_, 11);
    std::tie(error, std::ignore) = co_await http::async_write(stream_, go_on, awaiting);
  }
  if (!error)
    std::tie(error, std::ignore) = co_await http::async_read(stream_, buffer_, parser, awaiting);
  receiving_ = false;
  stream_.expires_never();

  if (error) {
    auto refused = refusal_of(error, service_.limits.header, body_limit());
    if (refused) co_return std::move(*refused);
    co_return Gone{};
  }
  auto message = parser.release();
  const auto method = method_of(message.method());
  if (!method)
    co_return refusal(501, "Method not known",
                      std::string(message.method_string()) + " is not a method of this API");
  Incoming incoming;
  incoming.request = {*method,
                      std::string(message.target()),
                      std::move(message.body()),
                      peer_,
                      std::string(message[http::field::accept]),
                      std::string(message["Last-Event-ID"])};
  incoming.keep_alive = message.keep_alive();
  co_return incoming;
}

// Nothing is read of a body that nobody will look at.
template <class Header>
std::optional<api::Response> ApiConnection::refused_by_header(const Header& header) {
  const auto method = method_of(header.method());
  if (!method) return std::nullopt;  // refused in any case
  const api::WebRequest head = web_request(header, *method);
  api::Admission admitted =
      service_.web ? api::admission(head, *service_.web) : api::local_admission(head);
  peer_.has_token = admitted.has_token;
  if (admitted.refusal) {
    const api::Request asked{*method, std::string(header.target()), {}, peer_};
    service_.refusals.note(audit_line(asked, admitted.refusal->status),
                           std::chrono::steady_clock::now());
  }
  return std::move(admitted.refusal);
}

// A connection that is closed while there is something to read is reset, and the answer with it.
asio::awaitable<void> ApiConnection::take_leave() {
  error_code failure;
  stream_.socket().shutdown(Socket::shutdown_send, failure);
  receiving_ = true;
  stream_.expires_after(leave_time);
  std::array<char, 4096> room{};
  for (std::size_t taken = 0; !failure && taken < leave_bytes;) {
    const auto [error, got] = co_await stream_.async_read_some(asio::buffer(room), awaiting);
    failure = error;
    taken += got;
  }
  receiving_ = false;
}

asio::awaitable<api::Response> ApiConnection::answered(api::Request request) {
  const bool change = request.method != api::Method::get && request.method != api::Method::head;
  api::Request asked{request.method, request.target, {}, request.peer};
  api::Routed routed = api::routed(std::move(request), service_.writers);
  api::Response response;
  if (auto* refused = std::get_if<api::Response>(&routed))
    response = std::move(*refused);
  else
    response = co_await answered(std::move(std::get<api::Call>(routed)));
  if (change) service_.report(audit_line(asked, response.status));
  co_return response;
}

asio::awaitable<api::Response> ApiConnection::answered(api::Call call) {
  std::string failure;
  try {
    co_return co_await service_.answer(std::move(call));
  } catch (const std::exception& exception) {
    failure = exception.what();
  }
  last_ = true;
  service_.report("an answer of the API failed: " + failure);
  co_return api::response(api::internal_error(failure));
}

namespace {

template <class Body>
http::response<Body> message_of(const api::Response& response, bool keep_alive) {
  http::response<Body> message;
  message.version(11);
  message.result(static_cast<unsigned>(response.status));
  message.set(http::field::content_type, response.content_type);
  message.set(http::field::cache_control, "no-store");
  message.set("X-Content-Type-Options", "nosniff");
  message.set("X-Frame-Options", "DENY");
  message.set("Referrer-Policy", "no-referrer");
  message.set("Content-Security-Policy", strictest_policy);
  for (const auto& [name, value] : response.headers)
    message.set(name, value);
  message.keep_alive(keep_alive);
  return message;
}

asio::awaitable<std::optional<std::string>> next_piece(api::Pieces& pieces) {
  const auto executor = co_await asio::this_coro::executor;
  const auto ask = [&pieces, executor](auto handler) {
    const auto resume = std::make_shared<decltype(handler)>(std::move(handler));
    pieces.next([resume, executor](std::optional<std::string> piece) {
      asio::post(executor, [resume, piece = std::move(piece)]() mutable {
        auto resumed = std::move(*resume);  // it may be called once only
        resumed(std::move(piece));
      });
    });
  };
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>&,
                                          void(std::optional<std::string>)>(ask,
                                                                            asio::use_awaitable);
}

}  // namespace

asio::awaitable<void> ApiConnection::send(api::Response response, bool with_body) {
  if (response.pieces) co_return co_await send_pieces(std::move(response), with_body);
  auto message = message_of<http::string_body>(response, !last_);
  message.body() = std::move(response.body);
  message.prepare_payload();

  http::response_serializer<http::string_body> serializer(message);
  serializer.split(!with_body);
  // A deadline for every piece: who keeps reading may take the time a long answer takes.
  while (with_body ? !serializer.is_done() : !serializer.is_header_done()) {
    stream_.expires_after(service_.limits.write);
    const auto [error, sent] = co_await http::async_write_some(stream_, serializer, awaiting);
    if (error) {
      last_ = true;
      break;
    }
  }
  stream_.expires_never();
}

// An answer that breaks off lacks its last chunk, so its reader knows.
asio::awaitable<void> ApiConnection::send_pieces(api::Response response, bool with_body) {
  auto message = message_of<http::empty_body>(response, !last_);
  message.chunked(true);
  http::response_serializer<http::empty_body> serializer(message);
  stream_.expires_after(service_.limits.write);
  const auto [error, sent] = co_await http::async_write_header(stream_, serializer, awaiting);
  stream_.expires_never();
  if (error) last_ = true;
  if (error || !with_body) co_return;
  if (!co_await send_chunk(std::move(response.body))) co_return;
  while (auto piece = co_await next_piece(*response.pieces))
    if (!co_await send_chunk(std::move(*piece))) co_return;
  stream_.expires_after(service_.limits.write);
  const auto ended = co_await asio::async_write(stream_, http::make_chunk_last(), awaiting);
  if (std::get<0>(ended)) last_ = true;
  stream_.expires_never();
}

// Whether the client took it.
asio::awaitable<bool> ApiConnection::send_chunk(std::string piece) {
  if (piece.empty()) co_return true;  // an empty chunk would be the end
  stream_.expires_after(service_.limits.write);
  const auto chunk = http::make_chunk(asio::buffer(piece));
  const auto [error, sent] = co_await asio::async_write(stream_, chunk, awaiting);
  stream_.expires_never();
  if (error) last_ = true;
  co_return !error;
}

void ApiConnection::finish() {
  last_ = true;
  if (receiving_) abort();
}

void ApiConnection::abort() {
  last_ = true;
  stream_.close();
}

}  // namespace lvsd
