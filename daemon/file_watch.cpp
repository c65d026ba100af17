#include "daemon/file_watch.h"

#include <fcntl.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cstring>
#include <map>
#include <vector>

#include "base/unique_fd.h"

namespace lvsd {

namespace asio = boost::asio;

namespace {

constexpr std::uint32_t changes =
    IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE | IN_MODIFY | IN_ONLYDIR;

}  // namespace

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
           const std::shared_ptr<const Changed>& changed) {
    if (!open()) return false;
    const int id = ::inotify_add_watch(events.native_handle(), directory.c_str(), changes);
    if (id < 0) return false;
    watches.emplace(std::pair(id, name), changed);
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

  // Those concerned are told when all is in order: they may watch anew, or end their watch.
  void take(const inotify_event& event, const std::string& name) {
    const bool all = (event.mask & IN_Q_OVERFLOW) != 0;
    const bool gone = (event.mask & IN_IGNORED) != 0;  // the directory
    std::vector<std::shared_ptr<const Changed>> concerned;
    for (auto it = watches.begin(); it != watches.end();) {
      const auto& [id, its_name] = it->first;
      const auto changed = it->second.lock();
      const bool is_lost = gone && id == event.wd;
      if (changed && (all || is_lost || (id == event.wd && its_name == name)))
        concerned.push_back(changed);
      it = !changed || is_lost ? watches.erase(it) : std::next(it);
    }
    for (const auto& changed : concerned)
      (*changed)();
  }

  bool has(const std::shared_ptr<const Changed>& wanted) const {
    return std::any_of(watches.begin(), watches.end(),
                       [&](const auto& watch) { return watch.second.lock() == wanted; });
  }

  asio::any_io_executor executor;
  asio::posix::stream_descriptor events;
  std::multimap<std::pair<int, std::string>, std::weak_ptr<const Changed>> watches;
};

FileWatch::FileWatch(asio::any_io_executor executor) : state_(std::make_shared<State>(executor)) {}

FileWatch::~FileWatch() {
  boost::system::error_code ignored;
  state_->events.close(ignored);
}

FileWatch::Watch::Watch(FileWatch& owner, const std::string& path, Changed changed)
    : owner_(&owner), changed_(std::make_shared<const Changed>(std::move(changed))) {
  const std::size_t slash = path.rfind('/');
  directory_ = slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
  name_ = slash == std::string::npos ? path : path.substr(slash + 1);
  renew();
}

bool FileWatch::Watch::renew() {
  return owner_->state_->has(changed_) || owner_->state_->add(directory_, name_, changed_);
}

std::string small_file(const std::string& path) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  std::array<char, 4096> room;
  const ssize_t got = file ? ::read(file.get(), room.data(), room.size()) : -1;
  return got > 0 ? std::string(room.data(), static_cast<std::size_t>(got)) : std::string();
}

}  // namespace lvsd
