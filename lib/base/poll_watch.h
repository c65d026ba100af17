#pragma once

namespace lvsd {

// Who wants to know when the loop of a thread looks for what has come, and when it goes on. Other
// loops have this (libuv's prepare and check watchers); for Asio's cmake/asio puts it around
// epoll_wait.
class PollWatch {
 public:
  virtual ~PollWatch() = default;
  virtual void begin_poll() = 0;
  virtual void end_poll() = 0;
};

// That of this thread; null: nobody.
inline thread_local PollWatch* poll_watch = nullptr;

}  // namespace lvsd
