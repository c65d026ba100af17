#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace lvsd {

// Tells when files change: written, replaced, made, removed. One inotify instance for all of them,
// since a user has few.
class FileWatch {
 public:
  explicit FileWatch(boost::asio::any_io_executor executor);
  ~FileWatch();
  FileWatch(const FileWatch&) = delete;
  FileWatch& operator=(const FileWatch&) = delete;

  using Changed = std::function<void()>;

  // The watch of one file, for as long as this is there.
  class Watch {
   public:
    // Watches anew where it could not, or cannot any more: the directory is not there, or the
    // system's limits are reached. Whether changes are told from now on.
    bool renew();

   private:
    friend class FileWatch;
    Watch(FileWatch& owner, const std::string& path, Changed changed);

    FileWatch* owner_;
    std::string directory_;
    std::string name_;
    std::shared_ptr<const Changed> changed_;
  };
  // Calls `changed` after each change of the file at `path`, on the executor.
  Watch watch(const std::string& path, Changed changed) {
    return {*this, path, std::move(changed)};
  }

 private:
  struct State;
  std::shared_ptr<State> state_;
};

// The first 4 KiB of a file; empty where it cannot be read.
std::string small_file(const std::string& path);

}  // namespace lvsd
