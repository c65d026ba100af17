// What Asio and Beast compile once for all who include them.

#include <sys/epoll.h>

#include "base/poll_watch.h"

namespace {

int watched_epoll_wait(int epoll, epoll_event* events, int most, int timeout) {
  if (lvsd::poll_watch != nullptr) lvsd::poll_watch->begin_poll();
  const int count = ::epoll_wait(epoll, events, most, timeout);
  if (lvsd::poll_watch != nullptr) lvsd::poll_watch->end_poll();
  return count;
}

}  // namespace

// Asio has no place of its own for who watches its loop, and this is where all of it is compiled.
#define epoll_wait watched_epoll_wait
#include <boost/asio/impl/src.hpp>
#undef epoll_wait
#include <boost/beast/src.hpp>
