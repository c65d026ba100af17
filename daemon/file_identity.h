#pragma once

#include <sys/stat.h>

#include <ctime>

namespace lvsd {

// Which file it is and when it was last changed: another one after each change, but for changes
// within one tick of the file system's clock.
struct FileIdentity {
  dev_t device = 0;
  ino_t inode = 0;
  off_t size = 0;
  timespec modified{};
  timespec changed{};  // its inode, which nobody can set back

  explicit FileIdentity(const struct stat& status)
      : device(status.st_dev),
        inode(status.st_ino),
        size(status.st_size),
        modified(status.st_mtim),
        changed(status.st_ctim) {}
  bool operator==(const FileIdentity& other) const {
    return device == other.device && inode == other.inode && size == other.size &&
           is_same(modified, other.modified) && is_same(changed, other.changed);
  }

 private:
  static bool is_same(const timespec& a, const timespec& b) {
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
  }
};

}  // namespace lvsd
