#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "model/time.h"

namespace lvsd {

// Tells when files change: written, replaced, made, removed. One inotify instance for all of them,
// since a user has few.
class FileWatch {
 public:
  explicit FileWatch(boost::asio::any_io_executor executor);
  ~FileWatch();
  FileWatch(const FileWatch&) = delete;
  FileWatch& operator=(const FileWatch&) = delete;

  // A change of the file at `path`, from the moment this was made.
  class Watch {
   public:
    // Returns after a change since the last call, at `until` at the latest. Where the directory
    // cannot be watched (it is not there, the system's limits) after a second, so that a file is
    // looked at all the same.
    boost::asio::awaitable<void> changed(Time until);
    // As if the file had changed.
    void ring();

   private:
    friend class FileWatch;
    Watch(FileWatch& owner, const std::string& path);
    struct Bell;

    FileWatch* owner_;
    std::string directory_;
    std::string name_;
    std::shared_ptr<Bell> bell_;
    bool watched_ = false;
  };
  Watch watch(const std::string& path) { return {*this, path}; }

 private:
  struct State;
  std::shared_ptr<State> state_;
};

// The first 4 KiB of a file; empty where it cannot be read.
std::string small_file(const std::string& path);

}  // namespace lvsd
