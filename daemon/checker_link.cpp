#include "daemon/checker_link.h"

#include <sys/socket.h>

#include <array>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <cstring>
#include <utility>

namespace lvsd {

namespace asio = boost::asio;
using asio::posix::stream_descriptor;
using namespace std::chrono_literals;

namespace {

// 10,000 checks that are taken on at once are some 4 MiB.
constexpr std::size_t most_unsent = 64 * 1024 * 1024;
constexpr std::size_t most_kept = 64 * 1024;  // of room that is not needed now
constexpr auto soon = 100ms;

}  // namespace

CheckerLink::CheckerLink(const asio::any_io_executor& executor, UniqueFd fd, std::size_t most)
    : socket_(executor, fd.get()), frames_(most), patience_(executor) {
  static_cast<void>(fd.release());
}

void CheckerLink::listen(Take take, Broken broken) {
  take_ = std::move(take);
  broken_ = std::move(broken);
  await_bytes();
}

void CheckerLink::await_bytes() {
  socket_.async_wait(stream_descriptor::wait_read,
                     [self = shared_from_this()](const auto& failure) {
                       if (!failure) self->take_bytes();
                     });
}

// One read a turn, so that whoever sends without end leaves the loop to others, too.
void CheckerLink::take_bytes() {
  if (!socket_.is_open()) return;
  std::array<char, 65536> room;
  const ssize_t got = ::recv(socket_.native_handle(), room.data(), room.size(), MSG_DONTWAIT);
  if (got == 0) return end("it has closed the pipe");
  if (got < 0 && errno != EAGAIN && errno != EINTR) return end(std::strerror(errno));
  if (got > 0) frames_.add({room.data(), static_cast<std::size_t>(got)});
  while (const auto bytes = frames_.next()) {
    if (!take_(*bytes)) return end("what it says makes no sense");
    if (!socket_.is_open()) return;
  }
  if (frames_.is_broken()) return end("a message of it is too long");
  await_bytes();
}

void CheckerLink::send(std::string_view frame) {
  if (!socket_.is_open()) return;
  unsent_ += frame;
  if (std::exchange(flushing_, true)) return;
  asio::post(socket_.get_executor(), [self = shared_from_this()] { self->flush(); });
}

void CheckerLink::send_soon(std::string_view frame) {
  if (!socket_.is_open()) return;
  unsent_ += frame;
  if (flushing_ || std::exchange(is_waiting_, true)) return;
  patience_.expires_after(soon);
  patience_.async_wait([self = shared_from_this()](const auto& cancelled) {
    self->is_waiting_ = false;
    if (!cancelled && !self->unsent_.empty()) self->send({});
  });
}

void CheckerLink::flush() {
  if (!socket_.is_open()) return;
  const ssize_t sent =
      ::send(socket_.native_handle(), unsent_.data(), unsent_.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent < 0 && errno != EAGAIN && errno != EINTR) return end(std::strerror(errno));
  if (sent > 0) unsent_.erase(0, static_cast<std::size_t>(sent));
  if (unsent_.empty() && unsent_.capacity() > most_kept) unsent_.shrink_to_fit();
  if (unsent_.size() > most_unsent) return end("it does not read");
  flushing_ = !unsent_.empty();
  if (!flushing_) return;
  socket_.async_wait(stream_descriptor::wait_write,
                     [self = shared_from_this()](const auto& failure) {
                       if (!failure) self->flush();
                     });
}

void CheckerLink::close() {
  boost::system::error_code ignored;
  socket_.close(ignored);
  patience_.cancel();
}

void CheckerLink::end(std::string_view why) {
  close();
  if (broken_) broken_(why);
}

}  // namespace lvsd
