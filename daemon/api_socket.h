#pragma once

#include <sys/stat.h>

#include <filesystem>
#include <optional>

#include "base/result.h"
#include "base/unique_fd.h"

// The file at which the daemon listens: who owns it, and when one that is there may be replaced.

namespace lvsd {

struct ApiSocket {
  std::filesystem::path path;  // "/run/lvsd/lvsd.sock"
  mode_t mode = 0660;
  std::optional<gid_t> group;  // given to the file; absent: left as it is
};

// A listening Unix socket and the file it is reached by. The file appears under its name only when
// it already has its mode and group and listens; it goes away with this object, unless somebody
// else put another one in its place.
class ListeningSocket {
 public:
  // What stands at the path is replaced only if it is a socket of ours that nobody listens on; it
  // is held against a second daemon by a lock on PATH.lock. Errors:
  //   address_in_use      another process listens there, or is about to
  //   file_exists         something other than a socket, or a socket of another user
  //   filename_too_long   for a socket address
  //   whatever the system said of the directory
  static Result<ListeningSocket> open(const ApiSocket& socket);

  ListeningSocket(ListeningSocket&&) = default;
  ListeningSocket& operator=(ListeningSocket&&) = delete;
  ~ListeningSocket();

  // Gives the descriptor to the caller, once. Non-blocking, close-on-exec.
  UniqueFd take_descriptor() { return std::move(descriptor_); }

 private:
  ListeningSocket(std::filesystem::path path, UniqueFd lock)
      : path_(std::move(path)), lock_(std::move(lock)) {}

  std::filesystem::path path_;
  UniqueFd lock_;  // none: moved from
  UniqueFd descriptor_;
  dev_t device_ = 0;  // of the file we made
  ino_t inode_ = 0;
};

}  // namespace lvsd
