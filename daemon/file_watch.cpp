#include "daemon/file_watch.h"

#include <fcntl.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <chrono>
#include <cstring>

#include "base/unique_fd.h"

namespace lvsd {

namespace asio = boost::asio;

namespace {

constexpr std::uint32_t changes =
    IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE | IN_MODIFY | IN_ONLYDIR;

}  // namespace

struct FileWatch::Watch::Bell {
  explicit Bell(const asio::any_io_executor& executor) : timer(executor, Time::max()) {}

  void ring() {
    rung = true;
    timer.cancel();
  }

  asio::steady_timer timer;
  bool rung = false;
};

// Shared with the wait for events, which may end after the owner.
struct FileWatch::State : std::enable_shared_from_this<FileWatch::State> {
  explicit State(const asio::any_io_executor& its_executor)
      : executor(its_executor), events(its_executor) {}

  // From the first watch on; without one there is nothing to listen to.
  bool open() {
    if (events.is_open()) return true;
    const int fd = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (fd < 0) return false;
    events.assign(fd);
    listen();
    return true;
  }

  void listen() {
    events.async_wait(asio::posix::stream_descriptor::wait_read,
                      [self = shared_from_this()](const boost::system::error_code& failure) {
                        if (failure) return;
                        self->take_events();
                        self->listen();
                      });
  }

  // Whether the directory is watched now.
  bool add(const std::string& directory, const std::string& name,
           const std::shared_ptr<Watch::Bell>& bell) {
    if (!open()) return false;
    const int id = ::inotify_add_watch(events.native_handle(), directory.c_str(), changes);
    if (id < 0) return false;
    bells.emplace(std::pair(id, name), bell);
    return true;
  }

  void take_events() {
    alignas(inotify_event) std::array<char, 8192> room;
    for (;;) {
      const ssize_t got = ::read(events.native_handle(), room.data(), room.size());
      if (got <= 0) return;
      for (ssize_t at = 0; at < got;) {
        inotify_event event;
        std::memcpy(&event, room.data() + at, sizeof event);
        const char* name = event.len == 0 ? "" : room.data() + at + sizeof event;
        take(event, name);
        at += static_cast<ssize_t>(sizeof event + event.len);
      }
    }
  }

  void take(const inotify_event& event, const std::string& name) {
    const bool all = (event.mask & (IN_Q_OVERFLOW | IN_IGNORED)) != 0;
    for (auto it = bells.begin(); it != bells.end();) {
      const auto bell = it->second.lock();
      const bool concerned = (event.mask & IN_Q_OVERFLOW) != 0 ||
                             (it->first.first == event.wd && (all || it->first.second == name));
      if (bell && concerned) bell->ring();
      // A directory that is gone is watched anew by whoever wakes up from this.
      const bool gone = !bell || (it->first.first == event.wd && (event.mask & IN_IGNORED) != 0);
      if (bell && gone) bell->rung = true;
      it = gone ? bells.erase(it) : std::next(it);
    }
  }

  bool has(const std::shared_ptr<Watch::Bell>& wanted) const {
    for (const auto& [key, bell] : bells)
      if (bell.lock() == wanted) return true;
    return false;
  }

  asio::any_io_executor executor;
  asio::posix::stream_descriptor events;
  std::multimap<std::pair<int, std::string>, std::weak_ptr<Watch::Bell>> bells;
};

FileWatch::FileWatch(asio::any_io_executor executor) : state_(std::make_shared<State>(executor)) {}

FileWatch::~FileWatch() {
  boost::system::error_code ignored;
  state_->events.close(ignored);
}

FileWatch::Watch::Watch(FileWatch& owner, const std::string& path) : owner_(&owner) {
  const std::size_t slash = path.rfind('/');
  directory_ = slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
  name_ = slash == std::string::npos ? path : path.substr(slash + 1);
  bell_ = std::make_shared<Bell>(owner_->state_->executor);
  watched_ = owner_->state_->add(directory_, name_, bell_);
}

asio::awaitable<void> FileWatch::Watch::changed(Time until) {
  using namespace std::chrono_literals;
  if (!watched_ || !owner_->state_->has(bell_)) {
    watched_ = owner_->state_->add(directory_, name_, bell_);
    until = std::min(until, std::chrono::steady_clock::now() + 1s);
  }
  if (!bell_->rung) {
    bell_->timer.expires_at(until);
    co_await bell_->timer.async_wait(asio::as_tuple(asio::use_awaitable));
  }
  bell_->rung = false;
}

void FileWatch::Watch::ring() {
  bell_->ring();
}

std::string small_file(const std::string& path) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  std::array<char, 4096> room;
  const ssize_t got = file ? ::read(file.get(), room.data(), room.size()) : -1;
  return got > 0 ? std::string(room.data(), static_cast<std::size_t>(got)) : std::string();
}

}  // namespace lvsd
