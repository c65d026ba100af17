#include "lvsctl/client.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <algorithm>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cerrno>
#include <optional>
#include <system_error>
#include <utility>

#include "base/unique_fd.h"
#include "daemon/memory_ahead.h"
#include "lvsctl/units.h"

namespace lvsd::ctl {
namespace {

namespace http = boost::beast::http;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

// Until a long answer is on the screen, it takes memory of several times its length.
constexpr std::size_t least_long = std::size_t{64} << 10;
constexpr std::size_t memory_of_each_byte = 6;

constexpr std::string_view accept_stream = "Accept: text/event-stream\r\n";

std::string reason(int error) {
  return std::generic_category().message(error);
}

// One connection and the time it has.
class Exchange {
 public:
  Exchange(std::filesystem::path socket, milliseconds timeout, const ClientLimits& limits)
      : path_(std::move(socket)), timeout_(timeout), limits_(limits) {}

  Answer answer(api::Method method, const std::string& target, const std::string& body) {
    method_ = method;
    if (auto failure = connect()) return *failure;
    if (auto failure = send(request_text(target, body, ""))) return *failure;
    return receive();
  }

  Answer follow(const std::string& target, std::string_view headers, milliseconds silence,
                const Take& take) {
    if (auto failure = connect()) return *failure;
    if (auto failure = send(request_text(target, "", headers))) return *failure;
    return receive(silence, take);
  }

 private:
  using Stop = std::optional<Failure>;  // nothing: go on
  using Parser = http::response_parser<http::string_body>;

  std::string request_text(const std::string& target, const std::string& body,
                           std::string_view headers) const {
    return std::string(api::text(method_)) + " " + target +
           " HTTP/1.1\r\nHost: lvsd\r\nConnection: close\r\n" + std::string(headers) +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }

  Failure unreachable(const std::string& why) const {
    return {Exit::unreachable,
            "lvsd is not reachable at " + path_.string() + ": " + why + " (is it running?)"};
  }
  Failure late() const {
    const bool change = method_ != api::Method::get && method_ != api::Method::head;
    return {Exit::timed_out, "lvsd did not answer within " +
                                 duration_text(static_cast<double>(timeout_.count()) / 1000) +
                                 (change ? "; what was asked may still happen" : "")};
  }

  milliseconds left() const {
    const auto left = deadline_ - steady_clock::now();
    return std::max(milliseconds{0}, std::chrono::ceil<milliseconds>(left));
  }

  // A Unix socket connects at once, or waits for a place in the listener's queue; the wait is
  // bounded by SO_SNDTIMEO and ends in EAGAIN.
  Stop connect() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string& name = path_.native();
    if (name.size() >= sizeof address.sun_path) return unreachable(reason(ENAMETOOLONG));
    name.copy(address.sun_path, name.size());
    fd_.reset(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!fd_) return Failure{Exit::internal, "opening a socket: " + reason(errno)};
    const auto count = std::max<milliseconds::rep>(1, left().count());
    const timeval wait{.tv_sec = count / 1000, .tv_usec = count % 1000 * 1000};
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
    if (::connect(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
      return {};
    if (errno == EAGAIN) return late();
    if (errno == EACCES || errno == EPERM)
      return Failure{Exit::denied, path_.string() + ": " + reason(errno) +
                                       " (reading needs the group lvsd, changing lvsd-admin)"};
    return unreachable(reason(errno));
  }

  // Waits until the socket can be read or written, or is broken; false when the time is over.
  bool wait_for(short event) const {
    pollfd poll{.fd = fd_.get(), .events = event, .revents = 0};
    int ready = 0;
    do {
      ready = ::poll(&poll, 1, static_cast<int>(left().count()));
    } while (ready < 0 && errno == EINTR);
    return ready > 0;
  }

  // A daemon that turns us away answers without reading: what could not be sent is no failure, what
  // it said counts.
  Stop send(std::string_view bytes) {
    while (!bytes.empty()) {
      if (!wait_for(POLLOUT)) return late();
      const auto sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
      if (sent > 0)
        bytes.remove_prefix(static_cast<std::size_t>(sent));
      else if (errno != EAGAIN && errno != EINTR)
        break;
    }
    return {};
  }

  // What has come is in the parser then.
  Stop receive_some(Parser& parser) {
    char piece[131072];
    const auto got = ::recv(fd_.get(), piece, sizeof piece, MSG_DONTWAIT);
    if (got < 0 && errno == EINTR) return {};
    if (got < 0 && errno == EAGAIN) return wait_for(POLLIN) ? Stop() : Stop(late());
    if (got <= 0) return ended(parser.got_some());
    bytes_.append(piece, static_cast<std::size_t>(got));
    boost::system::error_code error;
    bytes_.erase(0, parser.put(boost::asio::buffer(bytes_), error));
    if (error && error != http::error::need_more)
      return Failure{Exit::internal, "lvsd's answer cannot be read: " + error.message()};
    return {};
  }

  Answer receive() {
    Parser parser;
    parser.header_limit(static_cast<std::uint32_t>(limits_.header));
    parser.body_limit(limits_.body);
    parser.eager(true);
    parser.skip(method_ == api::Method::head);
    for (std::size_t is_long = least_long; !parser.is_done();) {
      if (auto failure = receive_some(parser)) return *failure;
      const std::size_t received = parser.get().body().size();
      if (received < is_long) continue;
      take_memory_ahead(memory_of_each_byte * received);
      is_long = 2 * received;
    }
    return reply(parser);
  }

  Answer receive(milliseconds silence, const Take& take) {
    Parser parser;
    parser.header_limit(static_cast<std::uint32_t>(limits_.header));
    parser.body_limit(boost::none);
    parser.eager(true);
    while (!parser.is_done()) {
      if (auto failure = receive_some(parser)) return *failure;
      if (!parser.is_header_done() || parser.get().result() != http::status::ok) continue;
      timeout_ = silence;
      deadline_ = steady_clock::now() + silence;
      const std::string piece = std::exchange(parser.get().body(), {});
      if (!piece.empty() && !take(piece)) break;
    }
    return reply(parser);
  }

  static Reply reply(Parser& parser) {
    return Reply{static_cast<int>(parser.get().result_int()), std::move(parser.get().body())};
  }

  Failure ended(bool had_begun) const {
    if (!had_begun) return unreachable("it closed the connection");
    return {Exit::internal, "lvsd closed the connection in the middle of its answer"};
  }

  std::filesystem::path path_;
  milliseconds timeout_;
  ClientLimits limits_;
  api::Method method_ = api::Method::get;
  steady_clock::time_point deadline_ = steady_clock::now() + timeout_;
  UniqueFd fd_;
  std::string bytes_;  // received and not yet taken by the parser
};

}  // namespace

Ask client(const std::filesystem::path& socket, milliseconds timeout, const ClientLimits& limits) {
  return [=](api::Method method, const std::string& target, const std::string& body) {
    return Exchange(socket, timeout, limits).answer(method, target, body);
  };
}

Follow follower(const std::filesystem::path& socket, milliseconds timeout, milliseconds silence) {
  return [=](const std::string& target, const Take& take) {
    return Exchange(socket, timeout, {}).follow(target, accept_stream, silence, take);
  };
}

Follow fetcher(const std::filesystem::path& socket, milliseconds timeout) {
  return [=](const std::string& target, const Take& take) {
    return Exchange(socket, timeout, {}).follow(target, "", timeout, take);
  };
}

}  // namespace lvsd::ctl
