#include "daemon/confinement.h"

#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

namespace lvsd {

namespace {

// What a checker's heap may take: 10,000 bodies of the default limit would be ten times that, and
// then an attempt fails for lack of memory and tells nothing of the server.
[[maybe_unused]] constexpr rlim_t most_memory = rlim_t{1} << 30;
constexpr rlim_t most_descriptors = rlim_t{1} << 20;

void limit(__rlimit_resource resource, rlim_t most) {
  rlimit now{};
  ::getrlimit(resource, &now);
  const rlim_t hard = std::min(now.rlim_max, most);
  const rlimit wanted{.rlim_cur = hard, .rlim_max = hard};
  ::setrlimit(resource, &wanted);
}

// 10,000 checks at once are as many sockets.
void raise_descriptors() {
  rlimit now{};
  ::getrlimit(RLIMIT_NOFILE, &now);
  rlimit wanted{.rlim_cur = most_descriptors, .rlim_max = std::max(now.rlim_max, most_descriptors)};
  if (::setrlimit(RLIMIT_NOFILE, &wanted) == 0) return;  // root may
  wanted = {.rlim_cur = std::min(now.rlim_max, most_descriptors), .rlim_max = now.rlim_max};
  ::setrlimit(RLIMIT_NOFILE, &wanted);
}

constexpr std::uint64_t capability(unsigned number) {
  return std::uint64_t{1} << number;
}

// To become a script's user, to end its group, and to see whether it may be run.
constexpr std::uint64_t of_local = capability(CAP_SETUID) | capability(CAP_SETGID) |
                                   capability(CAP_KILL) | capability(CAP_DAC_READ_SEARCH);

bool keeps_only(std::uint64_t capabilities) {
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  std::array<__user_cap_data_struct, 2> sets{};
  if (::syscall(SYS_capget, &header, sets.data()) != 0) return false;
  for (std::size_t i = 0; i < sets.size(); ++i) {
    const auto wanted = static_cast<std::uint32_t>(capabilities >> (32 * i));
    sets[i].permitted &= wanted;
    sets[i].effective = sets[i].permitted;
    sets[i].inheritable = 0;
  }
  ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  return ::syscall(SYS_capset, &header, sets.data()) == 0;
}

// `lvsd` where there is such a user, as the package makes it, else `nobody`.
bool becomes_nobody() {
  const passwd* user = ::getpwnam("lvsd");
  if (user == nullptr || user->pw_uid == 0) user = ::getpwnam("nobody");
  const uid_t uid = user == nullptr ? 65534 : user->pw_uid;
  const gid_t gid = user == nullptr ? 65534 : user->pw_gid;
  return ::setgroups(0, nullptr) == 0 && ::setresgid(gid, gid, gid) == 0 &&
         ::setresuid(uid, uid, uid) == 0;
}

std::string confine_network() {
  std::string weakness;
  raise_descriptors();
  for (unsigned i = 0; ::prctl(PR_CAPBSET_READ, i, 0, 0, 0) >= 0; ++i)
    ::prctl(PR_CAPBSET_DROP, i, 0, 0, 0);
  if (::geteuid() == 0 && !becomes_nobody())
    weakness = std::string("it runs as root: ") + std::strerror(errno);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);  // as since its birth: the new user has none
  if (!keeps_only(0)) weakness = "it keeps its capabilities";
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) weakness = "it may get new privileges";
  limit(RLIMIT_NPROC, 0);  // it starts nothing
  limit(RLIMIT_FSIZE, 0);  // and writes nothing
#ifndef LVSD_SANITIZED     // a shadow of memory is terabytes
  limit(RLIMIT_DATA, most_memory);
#endif
  return weakness;
}

std::string confine_local() {
  // Its programs get what the daemon's limits are; and no end of privileges, since one that the
  // file names may be what sudo or ping are.
  if (!keeps_only(::geteuid() == 0 ? of_local : 0)) return "it keeps its capabilities";
  return {};
}

}  // namespace

std::string confine(CheckerRole role) {
  limit(RLIMIT_CORE, 0);  // keys and passwords of checks
  ::umask(0077);
  if (::chdir("/") != 0) return "it stays in its directory";
  std::string weakness;
  switch (role) {
    case CheckerRole::network:
      weakness = confine_network();
      break;
    case CheckerRole::local:
      weakness = confine_local();
      break;
  }
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  return weakness;
}

}  // namespace lvsd
