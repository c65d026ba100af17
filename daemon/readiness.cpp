#include "daemon/readiness.h"

#include <sys/epoll.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <system_error>
#include <utility>

namespace lvsd {

namespace asio = boost::asio;

namespace {

int new_epoll() {
  const int fd = ::epoll_create1(EPOLL_CLOEXEC);
  if (fd < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
  return fd;
}

}  // namespace

// ---- Readiness

asio::execution_context::id Readiness::id;

Readiness::Readiness(asio::execution_context& context)
    : asio::execution_context::service(context),
      epoll_(static_cast<asio::io_context&>(context), new_epoll()) {}

void Readiness::shutdown() noexcept {
  boost::system::error_code ignored;
  epoll_.close(ignored);
}

int Readiness::await(TimedDescriptor& waiter, std::uint32_t events) {
  // Once: who does not ask again is not told again.
  epoll_event interest{.events = events | EPOLLONESHOT, .data = {.ptr = &waiter}};
  const auto control = [&](int operation) {
    return ::epoll_ctl(epoll_.native_handle(), operation, waiter.fd(), &interest) == 0;
  };
  // Known already without having been added here: the duplicate of one whose number it has.
  if (waiter.is_known_ ? !control(EPOLL_CTL_MOD)
                       : !control(EPOLL_CTL_ADD) && !(errno == EEXIST && control(EPOLL_CTL_MOD)))
    return errno;
  waiter.is_known_ = waiter.is_waiting_ = true;
  ++waiters_;
  if (!is_listening_) listen();
  return 0;
}

void Readiness::forget(const TimedDescriptor& waiter) {
  if (!epoll_.is_open()) return;
  // Closing it would be enough, if nobody had a duplicate of it.
  ::epoll_ctl(epoll_.native_handle(), EPOLL_CTL_DEL, waiter.fd(), nullptr);
  // A loop nobody waits in may end.
  if (--waiters_ == 0) epoll_.cancel();
}

void Readiness::listen() {
  is_listening_ = true;
  epoll_.async_wait(asio::posix::stream_descriptor::wait_read, [this](const auto& failure) {
    is_listening_ = false;
    if (!failure) wake_ready();
    if (waiters_ != 0 && epoll_.is_open()) listen();
  });
}

void Readiness::wake_ready() {
  std::array<epoll_event, 128> events;
  const int count = ::epoll_wait(epoll_.native_handle(), events.data(), events.size(), 0);
  for (int at = 0; at < count; ++at) {
    auto& waiter = *static_cast<TimedDescriptor*>(events[static_cast<std::size_t>(at)].data.ptr);
    waiter.happened_ = events[static_cast<std::size_t>(at)].events;
    waiter.is_waiting_ = false;
    --waiters_;
    waiter.deadline_.cancel();
  }
}

// ---- TimedDescriptor

TimedDescriptor::TimedDescriptor(const asio::any_io_executor& executor, UniqueFd fd, Time deadline)
    : readiness_(asio::use_service<Readiness>(executor.context())),
      fd_(std::move(fd)),
      deadline_(executor, deadline) {}

TimedDescriptor::~TimedDescriptor() {
  if (is_waiting_) readiness_.forget(*this);
}

asio::awaitable<bool> TimedDescriptor::readable() {
  return ready(EPOLLIN);
}

asio::awaitable<bool> TimedDescriptor::writable() {
  return ready(EPOLLOUT);
}

bool TimedDescriptor::has_failed() const {
  return (happened_ & (EPOLLERR | EPOLLHUP)) != 0;
}

asio::awaitable<bool> TimedDescriptor::ready(std::uint32_t events) {
  happened_ = 0;
  if (const int error = readiness_.await(*this, events); error != 0)
    throw std::system_error(error, std::generic_category(), "epoll_ctl");
  const auto [ended_early] = co_await deadline_.async_wait(asio::as_tuple(asio::use_awaitable));
  if (std::exchange(is_waiting_, false)) readiness_.forget(*this);
  // A deadline that passed while the result was on its way comes first: it is the later truth.
  co_return ended_early&& happened_ != 0;
}

}  // namespace lvsd
