#include "daemon/kernel_module.h"

#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>

#include "base/unique_fd.h"

namespace lvsd {

namespace {

// "kernel/net/netfilter/ipvs/ip_vs_wlc.ko" is a line of modules.builtin.
bool is_built_in(const std::string& name) {
  utsname kernel{};
  if (::uname(&kernel) != 0) return false;
  std::ifstream file(std::string("/lib/modules/") + kernel.release + "/modules.builtin");
  for (std::string line; std::getline(file, line);)
    if (line.ends_with("/" + name + ".ko")) return true;
  return false;
}

std::string modprobe() {
  std::string path;
  std::ifstream("/proc/sys/kernel/modprobe") >> path;
  return path.empty() ? "/sbin/modprobe" : path;
}

// A child that listens to signals again: the kernel writer's thread blocks them all.
Result<pid_t> started(const std::string& program, const std::string& module) {
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  const char* const arguments[] = {program.c_str(), "-q", "--", module.c_str(), nullptr};
  const char* const environment[] = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", nullptr};
  pid_t pid = -1;
  const int error = posix_spawn(&pid, program.c_str(), nullptr, &attributes,
                                const_cast<char**>(arguments), const_cast<char**>(environment));
  posix_spawnattr_destroy(&attributes);
  if (error != 0) return system_failure(error, "starting " + program);
  return pid;
}

bool ends_in_time(pid_t pid, Duration timeout) {
  const UniqueFd handle(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!handle) return false;
  pollfd waiting{.fd = handle.get(), .events = POLLIN, .revents = 0};
  const auto limit = std::chrono::ceil<std::chrono::milliseconds>(timeout).count();
  return ::poll(&waiting, 1, static_cast<int>(limit)) == 1;
}

}  // namespace

bool is_module_loaded(const std::string& name) {
  std::error_code ignored;
  return std::filesystem::exists("/sys/module/" + name, ignored) || is_built_in(name);
}

Result<void> load_module(const std::string& name, Duration timeout) {
  const std::string attempt = "loading the kernel module " + name;
  if (::geteuid() != 0) return system_failure(EPERM, attempt);
  const std::string program = modprobe();
  const auto pid = started(program, name);
  if (!pid) return within(attempt, pid.error());
  const bool ended = ends_in_time(*pid, timeout);
  if (!ended) ::kill(*pid, SIGKILL);
  int status = 0;
  // One that is stuck in the kernel dies when it comes out of there; it is not waited for.
  ::waitpid(*pid, &status, ended ? 0 : WNOHANG);
  if (!ended) return system_failure(ETIMEDOUT, attempt);
  if (status != 0) return system_failure(ENOENT, attempt);
  return {};
}

}  // namespace lvsd
