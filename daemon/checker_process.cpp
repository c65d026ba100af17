#include "daemon/checker_process.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "base/parse_number.h"
#include "daemon/exec_vector.h"

namespace lvsd {

namespace asio = boost::asio;

namespace {

// Where a system's trust store is if not where OpenSSL thinks, and the zone of log lines.
constexpr std::array passed_on{"SSL_CERT_FILE", "SSL_CERT_DIR", "TZ"};

std::vector<std::string> environment() {
  std::vector<std::string> words = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8"};
  for (const char* name : passed_on)
    if (const char* value = std::getenv(name)) words.push_back(std::string(name) + "=" + value);
  return words;
}

// What the child needs, made before the fork: after it only system calls are safe.
struct Birth {
  std::vector<char*> arguments;
  std::vector<char*> environment;
  int program = -1;
  int pipe = -1;
  int lender = -1;
};

// Of the child, until it is another program.
constexpr int checker_program_fd = checker_lender_fd + 1;

// In the child. What is kept is put at its place; all else is closed.
bool takes_descriptors(const Birth& birth) {
  const int program = ::fcntl(birth.program, F_DUPFD, 10);
  const int pipe = ::fcntl(birth.pipe, F_DUPFD, 10);
  const int lender = ::fcntl(birth.lender, F_DUPFD, 10);
  const int nothing = ::open("/dev/null", O_RDWR);
  return program >= 0 && pipe >= 0 && lender >= 0 && nothing >= 0 && ::dup2(nothing, 0) == 0 &&
         ::dup2(nothing, 1) == 1 && ::dup2(pipe, checker_pipe_fd) >= 0 &&
         ::dup2(lender, checker_lender_fd) >= 0 &&
         ::dup3(program, checker_program_fd, O_CLOEXEC) >= 0 &&
         ::syscall(SYS_close_range, checker_program_fd + 1U, ~0U, 0U) == 0;
}

[[noreturn]] void run(const Birth& birth) {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  for (const int signal : {SIGHUP, SIGINT, SIGTERM, SIGCHLD})
    std::signal(signal, SIG_DFL);
  // A terminal's ^C and a unit's stop are for the daemon, which ends us by closing the pipe.
  ::setsid();
  // One that spins or is stopped does not see its pipe close.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  if (takes_descriptors(birth))
    ::execveat(checker_program_fd, "", birth.arguments.data(), birth.environment.data(),
               AT_EMPTY_PATH);
  ::_exit(127);
}

// As `checker_priority` and its like have it. What is not permitted is left as it is.
void apply(pid_t pid, const CheckerProcess& how) {
  if (how.priority != 0) ::setpriority(PRIO_PROCESS, static_cast<id_t>(pid), how.priority);
  if (how.realtime_priority != 0) {
    const sched_param wanted{.sched_priority = static_cast<int>(how.realtime_priority)};
    ::sched_setscheduler(pid, SCHED_RR | SCHED_RESET_ON_FORK, &wanted);
  }
  if (how.cpus.empty()) return;
  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  for (const std::uint32_t cpu : how.cpus)
    if (cpu < CPU_SETSIZE) CPU_SET(cpu, &cpus);
  ::sched_setaffinity(pid, sizeof cpus, &cpus);
}

Result<std::pair<UniqueFd, UniqueFd>> socket_pair(int type) {
  int ends[2];
  if (::socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends) != 0)
    return system_failure(errno, "making a pipe to a checker");
  return std::pair(UniqueFd(ends[0]), UniqueFd(ends[1]));
}

std::string end_of(const siginfo_t& info) {
  if (info.si_pid == 0) return "has ended";
  if (info.si_code == CLD_EXITED) return "ended with code " + std::to_string(info.si_status);
  return "was ended by signal " + std::to_string(info.si_status);
}

// The session of /proc/PID/stat: the fourth field behind the name, which may hold anything.
std::optional<pid_t> session_of(const std::filesystem::path& process) {
  std::string line;
  std::getline(std::ifstream(process / "stat"), line);
  const auto end_of_name = line.rfind(')');
  if (end_of_name == line.npos) return std::nullopt;
  std::istringstream fields(line.substr(end_of_name + 1));
  std::string state;
  pid_t parent = 0;
  pid_t group = 0;
  pid_t session = 0;
  if (!(fields >> state >> parent >> group >> session)) return std::nullopt;
  return session;
}

// REQUIRES: its leader is not reaped yet, so that no other session has its number.
void end_session(pid_t leader) {
  std::error_code failure;
  std::filesystem::directory_iterator processes("/proc", failure);
  if (failure) return;
  for (const std::filesystem::directory_entry& entry : processes) {
    const auto pid = parse_number<pid_t>(entry.path().filename().string());
    if (pid && *pid != leader && session_of(entry.path()) == leader) ::kill(*pid, SIGKILL);
  }
}

Result<UniqueFd> opened_program() {
  std::error_code unknown;
  const auto ours = std::filesystem::read_symlink("/proc/self/exe", unknown);
  for (const std::filesystem::path& path :
       {ours.parent_path() / "lvsd-checker", std::filesystem::path(LVSD_CHECKER)})
    if (UniqueFd program(::open(path.c_str(), O_PATH | O_CLOEXEC)); program) return program;
  return system_failure(errno, "opening " LVSD_CHECKER);
}

Result<LaunchedChecker> launch(int program, CheckerRole role, const CheckerProcess& how) {
  auto pipe = socket_pair(SOCK_STREAM);
  if (!pipe) return pipe.error();
  auto lender = socket_pair(SOCK_SEQPACKET);
  if (!lender) return lender.error();
  const std::vector<std::string> arguments = {"lvsd-checker", std::string(text(role))};
  const std::vector<std::string> variables = environment();
  const Birth birth{.arguments = exec_vector(arguments),
                    .environment = exec_vector(variables),
                    .program = program,
                    .pipe = pipe->second.get(),
                    .lender = lender->second.get()};
  const pid_t pid = ::fork();
  if (pid < 0) return system_failure(errno, "starting a checker");
  if (pid == 0) run(birth);
  apply(pid, how);
  UniqueFd process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!process) {
    const int error = errno;
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    return system_failure(error, "watching a checker");
  }
  return LaunchedChecker{.pid = pid,
                         .process = std::move(process),
                         .pipe = std::move(pipe->first),
                         .lender = std::move(lender->first)};
}

}  // namespace

std::string_view text(CheckerRole role) {
  switch (role) {
    case CheckerRole::network:
      return "network";
    case CheckerRole::local:
      return "local";
  }
  return "?";
}

LaunchChecker checker_launcher() {
  const auto program = std::make_shared<const Result<UniqueFd>>(opened_program());
  return [program](CheckerRole role, const CheckerProcess& how) -> Result<LaunchedChecker> {
    if (!*program) return program->error();
    return launch((*program)->get(), role, how);
  };
}

void end_checker(const asio::any_io_executor& executor, pid_t pid, UniqueFd process,
                 std::function<void(std::string_view how)> told) {
  ::syscall(SYS_pidfd_send_signal, process.get(), SIGKILL, nullptr, 0);
  const auto watched =
      std::make_shared<asio::posix::stream_descriptor>(executor, process.release());
  watched->async_wait(asio::posix::stream_descriptor::wait_read,
                      [watched, pid, told = std::move(told)](const auto& failure) {
                        if (failure) return;
                        end_session(pid);
                        siginfo_t info{};
                        ::waitid(P_PIDFD, static_cast<id_t>(watched->native_handle()), &info,
                                 WEXITED | WNOHANG);
                        told(end_of(info));
                      });
}

}  // namespace lvsd
