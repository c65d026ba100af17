#pragma once

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "base/unique_fd.h"

// What tests of the API's socket need: a directory of their own, patience with an end, and a client
// that sends the bytes it is told.

namespace lvsd::test {

class TempDir {
 public:
  TempDir() {
    std::string name = (std::filesystem::temp_directory_path() / "lvsd-api-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()));
    path_ = name;
    std::filesystem::permissions(path_, std::filesystem::perms(0755));
  }
  ~TempDir() { std::filesystem::remove_all(path_); }
  std::filesystem::path operator/(const char* name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

inline bool eventually(const std::function<bool()>& holds) {
  for (const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
       std::chrono::steady_clock::now() < deadline;
       std::this_thread::sleep_for(std::chrono::milliseconds(2)))
    if (holds()) return true;
  return holds();
}

// The bytes of one connection. Every read has a deadline of five seconds.
class RawClient {
 public:
  explicit RawClient(const std::filesystem::path& path)
      : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    set_patience();
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strcpy(address.sun_path, path.c_str());
    connected_ = ::connect(fd_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }

  // Over TCP, of 127.0.0.1.
  explicit RawClient(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    set_patience();
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(fd_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }

  bool connected() const { return connected_; }

  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  // One whole answer, header and body; what came before the end, if it ends early.
  std::string answer(bool with_body = true) {
    while (buffer_.find("\r\n\r\n") == buffer_.npos && more()) {
    }
    const auto end_of_header = buffer_.find("\r\n\r\n");
    if (end_of_header == buffer_.npos) return std::exchange(buffer_, {});
    std::size_t length = end_of_header + 4;
    const auto field = buffer_.find("Content-Length: ");
    if (with_body && field < end_of_header) length += std::stoul(buffer_.substr(field + 16));
    while (buffer_.size() < length && more()) {
    }
    std::string out = buffer_.substr(0, length);
    buffer_.erase(0, length);
    return out;
  }

  // The same of an answer that may come in chunks, which are put together.
  std::string whole_answer() {
    std::string out = answer();
    if (out.find("Transfer-Encoding: chunked\r\n") == out.npos) return out;
    for (;;) {
      while (buffer_.find("\r\n") == buffer_.npos && more()) {
      }
      const auto end_of_size = buffer_.find("\r\n");
      if (end_of_size == buffer_.npos) return out;  // broken off
      const std::size_t size = std::stoul(buffer_.substr(0, end_of_size), nullptr, 16);
      const std::size_t begin = end_of_size + 2;
      while (buffer_.size() < begin + size + 2 && more()) {
      }
      out += buffer_.substr(begin, size);
      buffer_.erase(0, begin + size + 2);
      if (size == 0) return out;
    }
  }

  // Takes in this many bytes more, for a later answer().
  bool take_in(std::size_t bytes) {
    const std::size_t wanted = buffer_.size() + bytes;
    while (buffer_.size() < wanted && more()) {
    }
    return buffer_.size() >= wanted;
  }

  // What has been taken in.
  std::string taken() { return std::exchange(buffer_, {}); }

  std::string ask(std::string_view request) {
    send(request);
    return answer();
  }

  // All there is until the other side closes.
  std::string rest() {
    while (more()) {
    }
    return std::exchange(buffer_, {});
  }

  // The other side has closed, and there was nothing more to read.
  bool is_closed() {
    while (more()) {
    }
    return ended_ && buffer_.empty();
  }

  void close() { fd_.reset(); }
  void stop_sending() { ::shutdown(fd_.get(), SHUT_WR); }

 private:
  void set_patience() {
    const timeval deadline{.tv_sec = 5, .tv_usec = 0};
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &deadline, sizeof deadline);
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_SNDTIMEO, &deadline, sizeof deadline);
  }

  bool more() {
    char bytes[65536];
    const auto got = ::recv(fd_.get(), bytes, sizeof bytes, 0);
    ended_ = got == 0 || (got < 0 && errno == ECONNRESET);
    if (got <= 0) return false;
    buffer_.append(bytes, static_cast<std::size_t>(got));
    return true;
  }

  UniqueFd fd_;
  bool connected_ = false;
  bool ended_ = false;
  std::string buffer_;
};

}  // namespace lvsd::test
