#include "test/kernel/named_namespace.h"

#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <system_error>

namespace lvsd::testing {

NamedNamespace::NamedNamespace(const NetworkNamespace& net, const std::string& name)
    : path_("/run/netns/" + name) {
  std::filesystem::create_directories(path_.parent_path());
  std::ofstream(path_).close();
  const std::string source = "/proc/self/fd/" + std::to_string(net.fd());
  if (::mount(source.c_str(), path_.c_str(), nullptr, MS_BIND, nullptr) != 0)
    throw std::system_error(errno, std::generic_category(), "naming a network namespace");
}

NamedNamespace::~NamedNamespace() {
  ::umount2(path_.c_str(), MNT_DETACH);
  ::unlink(path_.c_str());
}

}  // namespace lvsd::testing
