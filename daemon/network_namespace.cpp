#include "daemon/network_namespace.h"

#include <fcntl.h>
#include <sched.h>

#include <cerrno>
#include <optional>
#include <utility>

namespace lvsd {

namespace {

// Where ip-netns(8) keeps their names.
Result<UniqueFd> open_named(const std::string& name) {
  const std::string path = "/run/netns/" + name;
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd)
    return system_failure(errno, "opening the network namespace '" + name + "' (" + path + ")");
  return fd;
}

Result<UniqueFd> duplicate(const UniqueFd& fd) {
  if (!fd) return UniqueFd();
  UniqueFd copy(::fcntl(fd.get(), F_DUPFD_CLOEXEC, 0));
  if (!copy) return system_failure(errno, "keeping a network namespace");
  return copy;
}

// The table's: that of the checks when there is no word of it, the one we are in for an empty word.
Result<UniqueFd> open_for_ipvs(const std::optional<std::string>& name,
                               const NetworkNamespaces& others) {
  if (!name) return duplicate(others.checks);
  if (name->empty()) return duplicate(others.home);
  return open_named(*name);
}

}  // namespace

Result<NetworkNamespaces> open_namespaces(const GlobalSettings& settings) {
  NetworkNamespaces found;
  if (settings.net_namespace.empty() && !settings.net_namespace_ipvs) return found;
  auto home = current_namespace();
  if (!home) return home.error();
  found.home = std::move(*home);
  if (!settings.net_namespace.empty()) {
    auto checks = open_named(settings.net_namespace);
    if (!checks) return checks.error();
    found.checks = std::move(*checks);
  }
  auto ipvs = open_for_ipvs(settings.net_namespace_ipvs, found);
  if (!ipvs) return ipvs.error();
  found.ipvs = std::move(*ipvs);
  return found;
}

Result<void> enter_namespace(const UniqueFd& where) {
  if (!where || ::setns(where.get(), CLONE_NEWNET) == 0) return {};
  return system_failure(errno, errno == EPERM
                                   ? "entering a network namespace, which needs CAP_SYS_ADMIN"
                                   : "entering a network namespace");
}

Result<UniqueFd> current_namespace() {
  UniqueFd fd(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
  if (!fd) return system_failure(errno, "opening our own network namespace");
  return fd;
}

}  // namespace lvsd
