#include "test/kernel/web_client.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/parse_number.h"
#include "daemon/socket_address.h"

namespace lvsd::testing {
namespace {

using std::chrono::steady_clock;
using Outcome = Answer::Outcome;

bool ready(int fd, short events, steady_clock::time_point deadline) {
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_clock::now()).count();
  pollfd waiting{.fd = fd, .events = events, .revents = 0};
  return ::poll(&waiting, 1, static_cast<int>(std::max<long>(left, 0))) == 1;
}

Outcome outcome_of(int error) {
  switch (error) {
    case ECONNREFUSED:
      return Outcome::refused;
    case ECONNRESET:
    case EPIPE:
      return Outcome::reset;
    case ETIMEDOUT:
      return Outcome::timed_out;
    default:
      return Outcome::unreachable;
  }
}

// The number of bytes the body will have, once the whole head is there.
std::size_t content_length(std::string_view head) {
  constexpr std::string_view kField = "Content-Length: ";
  const std::size_t at = head.find(kField);
  if (at == std::string_view::npos) return 0;
  const std::size_t begin = at + kField.size();
  return parse_number<std::size_t>(head.substr(begin, head.find('\r', begin) - begin)).value_or(0);
}

// Whether `received` is a whole response; if so it is in `answer`.
bool parse(std::string_view received, Answer& answer) {
  const std::size_t head = received.find("\r\n\r\n");
  if (head == std::string_view::npos) return false;
  const std::string_view body = received.substr(head + 4);
  if (body.size() < content_length(received.substr(0, head + 2))) return false;
  answer.status = parse_number<int>(received.substr(9, 3)).value_or(0);
  answer.body = body;
  return true;
}

}  // namespace

std::string text(const Answer& answer) {
  switch (answer.outcome) {
    case Outcome::answered:
      return answer.status == 200 ? answer.body
                                  : std::to_string(answer.status) + " from " + answer.body;
    case Outcome::refused:
      return "refused";
    case Outcome::timed_out:
      return "timed out";
    case Outcome::reset:
      return "reset";
    case Outcome::unreachable:
      return "unreachable";
  }
  return {};
}

Connection::Connection(const NetworkNamespace& from, const Endpoint& to,
                       std::chrono::milliseconds limit)
    : state_(connect(from, to, steady_clock::now() + limit)) {}

Outcome Connection::connect(const NetworkNamespace& from, const Endpoint& to, Deadline deadline) {
  const SocketAddress address = socket_address(to);
  {
    const Inside inside(from);
    socket_.reset(
        ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  }
  if (!socket_) throw std::system_error(errno, std::generic_category(), "opening a socket");
  const int on = 1;  // asks as its host's settings say; two hours by default
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  if (::connect(socket_.get(), address.get(), address.size) == 0) return Outcome::answered;
  if (errno != EINPROGRESS) return outcome_of(errno);
  if (!ready(socket_.get(), POLLOUT, deadline)) return Outcome::timed_out;
  int error = 0;
  socklen_t length = sizeof error;
  ::getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &error, &length);
  return error == 0 ? Outcome::answered : outcome_of(error);
}

Answer Connection::ask(std::chrono::milliseconds limit) {
  const auto began = steady_clock::now();
  Answer answer;
  if (state_ == Outcome::answered) {
    constexpr std::string_view kRequest = "GET / HTTP/1.1\r\nHost: test\r\n\r\n";
    state_ = ::send(socket_.get(), kRequest.data(), kRequest.size(), MSG_NOSIGNAL) < 0
                 ? outcome_of(errno)
                 : receive(answer, began + limit);
  }
  answer.outcome = state_;
  answer.took = std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now() - began);
  return answer;
}

void Connection::end_by_reset() const {
  const linger reset{1, 0};
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
}

Outcome Connection::receive(Answer& answer, Deadline deadline) {
  std::string received;
  std::array<char, 4096> chunk{};
  while (ready(socket_.get(), POLLIN, deadline)) {
    const ssize_t got = ::recv(socket_.get(), chunk.data(), chunk.size(), 0);
    if (got < 0) return outcome_of(errno);
    if (got == 0) return Outcome::reset;  // closed before the answer was whole: lost all the same
    received.append(chunk.data(), static_cast<std::size_t>(got));
    if (parse(received, answer)) return Outcome::answered;
  }
  return Outcome::timed_out;
}

Answer get(const NetworkNamespace& from, const Endpoint& to, std::chrono::milliseconds limit) {
  const auto began = steady_clock::now();
  Connection connection(from, to, limit);
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(limit - (steady_clock::now() - began));
  Answer answer = connection.ask(std::max(left, std::chrono::milliseconds(0)));
  answer.took = std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now() - began);
  return answer;
}

Tally get_many(int requests, const NetworkNamespace& from, const Endpoint& to,
               std::chrono::milliseconds limit) {
  Tally tally;
  for (int i = 0; i < requests; ++i)
    ++tally[text(get(from, to, limit))];
  return tally;
}

std::string text(const Tally& tally) {
  std::string line;
  for (const auto& [answer, count] : tally)
    line += (line.empty() ? "" : ", ") + answer + " " + std::to_string(count);
  return line;
}

Traffic::Traffic(const NetworkNamespace& from, const Endpoint& to,
                 std::chrono::milliseconds interval)
    : thread_([this, &from, to, interval](const std::stop_token& stopped) {
        while (!stopped.stop_requested()) {
          ++tally_[text(get(from, to))];
          std::this_thread::sleep_for(interval);
        }
      }) {}

Traffic::~Traffic() = default;

Tally Traffic::stop() {
  thread_.request_stop();
  thread_.join();
  return std::move(tally_);
}

}  // namespace lvsd::testing
