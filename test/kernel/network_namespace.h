#pragma once

#include "base/unique_fd.h"

namespace lvsd::testing {

// A network namespace of the test's own; the kernel removes it, its devices and its IPVS table some
// time after the object and the last socket in it are gone. Throws when the kernel refuses.
class NetworkNamespace {
 public:
  NetworkNamespace();

  int fd() const { return fd_.get(); }

 private:
  UniqueFd fd_;
};

// The calling thread is in the namespace as long as this lives: sockets it opens, programs it
// starts and /proc/sys/net belong to there.
class Inside {
 public:
  explicit Inside(const NetworkNamespace& there);
  ~Inside();
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;

 private:
  UniqueFd home_;
};

}  // namespace lvsd::testing
