#pragma once

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <optional>
#include <string>

#include "base/unique_fd.h"

namespace lvsd::test {

// Stands where systemd listens for sd_notify(3)'s messages.
class NotifyListener {
 public:
  // A path, or an abstract name behind '@'.
  explicit NotifyListener(std::string name)
      : name_(std::move(name)),
        socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name_.data(), name_.size());
    if (name_.front() == '@') address.sun_path[0] = '\0';
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name_.size());
    REQUIRE(::bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), length) == 0);
  }

  const std::string& name() const { return name_; }

  // The next message, if one comes in time.
  std::optional<std::string> next(std::chrono::milliseconds limit = std::chrono::seconds(5)) {
    pollfd waiting{.fd = socket_.get(), .events = POLLIN, .revents = 0};
    if (::poll(&waiting, 1, static_cast<int>(limit.count())) != 1) return std::nullopt;
    std::string bytes(65536, '\0');
    const auto got = ::recv(socket_.get(), bytes.data(), bytes.size(), 0);
    if (got < 0) return std::nullopt;
    bytes.resize(static_cast<std::size_t>(got));
    return bytes;
  }

  // The first message that has `line`; those before it are dropped.
  std::optional<std::string> next_with(const std::string& line,
                                       std::chrono::milliseconds limit = std::chrono::seconds(5)) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    for (;;) {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
          deadline - std::chrono::steady_clock::now());
      if (left.count() <= 0) return std::nullopt;
      const auto message = next(left);
      if (message && message->find(line) != message->npos) return message;
    }
  }

 private:
  std::string name_;
  UniqueFd socket_;
};

}  // namespace lvsd::test
