#include "test/kernel/network_namespace.h"

#include <fcntl.h>
#include <sched.h>

#include <cstdlib>
#include <system_error>

namespace lvsd::testing {
namespace {

[[noreturn]] void fail(const char* attempt) {
  throw std::system_error(errno, std::generic_category(), attempt);
}

UniqueFd current() {
  UniqueFd fd(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
  if (!fd) fail("opening this thread's network namespace");
  return fd;
}

}  // namespace

NetworkNamespace::NetworkNamespace() {
  const UniqueFd home = current();
  if (::unshare(CLONE_NEWNET) != 0) fail("making a network namespace");
  fd_ = current();
  if (::setns(home.get(), CLONE_NEWNET) != 0) fail("going back to the network namespace");
}

Inside::Inside(const NetworkNamespace& there) : home_(current()) {
  if (::setns(there.fd(), CLONE_NEWNET) != 0) fail("entering a network namespace");
}

Inside::~Inside() {
  // A thread lost in the wrong namespace would make every later result a lie.
  if (::setns(home_.get(), CLONE_NEWNET) != 0) std::abort();
}

}  // namespace lvsd::testing
