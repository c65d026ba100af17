#include "daemon/child_process.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <utility>

#include "daemon/exec_vector.h"
#include "daemon/readiness.h"

namespace lvsd {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr auto grace = 2s;  // from SIGTERM to SIGKILL, as keepalived's

// What the child needs, made before the fork: after it only system calls are safe.
struct Birth {
  const Program& program;
  std::vector<char*> arguments = exec_vector(program.arguments);
  std::vector<char*> environment = exec_vector(program.environment);
  int output;
  int failure;
  pid_t parent = ::getpid();
};

bool becomes(const ScriptUser& user) {
  if (!user.changes) return true;
  const gid_t* groups = user.groups.empty() ? &user.gid : user.groups.data();
  const std::size_t count = user.groups.empty() ? 1 : user.groups.size();
  return ::setgroups(count, groups) == 0 && ::setgid(user.gid) == 0 && ::setuid(user.uid) == 0;
}

// In the child. The descriptors that are kept are put to 0, 1, 2 and 3; all else is closed.
bool takes_descriptors(const Birth& birth) {
  const int nothing = ::open("/dev/null", O_RDONLY);
  const int output = ::fcntl(birth.output, F_DUPFD, 10);
  const int failure = ::fcntl(birth.failure, F_DUPFD, 10);
  return nothing >= 0 && output >= 0 && failure >= 0 && ::dup2(nothing, 0) == 0 &&
         ::dup2(output, 1) == 1 && ::dup2(output, 2) == 2 && ::dup3(failure, 3, O_CLOEXEC) == 3 &&
         ::syscall(SYS_close_range, 4U, ~0U, 0U) == 0;
}

// In the child: nothing of ours goes on in it.
void resets_signals() {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  for (const int signal : {SIGPIPE, SIGHUP, SIGINT, SIGTERM, SIGCHLD})
    std::signal(signal, SIG_DFL);
}

[[noreturn]] void run(const Birth& birth) {
  ::setpgid(0, 0);
  resets_signals();
  if (takes_descriptors(birth) && ::chdir("/") == 0) {
    ::umask(birth.program.umask);
    // What a unit grants to the daemon (AmbientCapabilities) is not for programs.
    ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    if (becomes(birth.program.user)) {
      // After the change of user, which clears it. The parent may have died before.
      ::prctl(PR_SET_PDEATHSIG, SIGTERM);
      if (::getppid() != birth.parent) ::_exit(127);
      ::execve(birth.program.path.c_str(), birth.arguments.data(), birth.environment.data());
    }
  }
  const int error = errno;
  const ssize_t told = ::write(3, &error, sizeof error);
  static_cast<void>(told);
  ::_exit(127);
}

void end_group(pid_t pid, int signal) {
  // The child may not have come to setpgid yet; then it is its own only member.
  if (::kill(-pid, signal) != 0) ::kill(pid, signal);
}

// Waits for the end, makes the group end at `deadline`. Returns whether that was needed.
asio::awaitable<bool> forced(asio::any_io_executor executor, int handle, pid_t pid, Time deadline) {
  {
    TimedDescriptor exit(executor, UniqueFd(::fcntl(handle, F_DUPFD_CLOEXEC, 0)), deadline);
    if (co_await exit.readable()) co_return false;
  }
  end_group(pid, SIGTERM);
  {
    TimedDescriptor exit(executor, UniqueFd(::fcntl(handle, F_DUPFD_CLOEXEC, 0)),
                         std::chrono::steady_clock::now() + grace);
    if (co_await exit.readable()) co_return true;
  }
  end_group(pid, SIGKILL);
  TimedDescriptor exit(executor, UniqueFd(::fcntl(handle, F_DUPFD_CLOEXEC, 0)), Time::max());
  co_await exit.readable();
  co_return true;
}

asio::awaitable<void> end_in_background(asio::any_io_executor executor, UniqueFd handle,
                                        pid_t pid) {
  co_await forced(executor, handle.get(), pid, Time::min());
  ::waitid(P_PIDFD, static_cast<id_t>(handle.get()), nullptr, WEXITED | WNOHANG);
}

}  // namespace

// ---- output

struct ChildProcess::Output : std::enable_shared_from_this<Output> {
  Output(const asio::any_io_executor& executor, UniqueFd pipe) : descriptor(executor, pipe.get()) {
    static_cast<void>(pipe.release());
  }

  void listen() {
    descriptor.async_wait(asio::posix::stream_descriptor::wait_read,
                          [self = shared_from_this()](const boost::system::error_code& failure) {
                            if (!failure && self->take()) self->listen();
                          });
  }

  // What there is. False: there will be no more.
  bool take() {
    std::array<char, 16384> room;
    for (int i = 0; i < 16; ++i) {
      const ssize_t got = ::read(descriptor.native_handle(), room.data(), room.size());
      if (got < 0) return errno == EAGAIN || errno == EINTR;
      if (got == 0) return false;
      text.append(room.data(), std::min(static_cast<std::size_t>(got), most_output - text.size()));
    }
    return true;
  }

  asio::posix::stream_descriptor descriptor;
  std::string text;
};

// ---- ChildProcess

ChildProcess::ChildProcess(asio::any_io_executor executor, pid_t pid, UniqueFd handle,
                           UniqueFd output, UniqueFd failure)
    : executor_(std::move(executor)),
      pid_(pid),
      handle_(std::move(handle)),
      failure_(std::move(failure)),
      output_(std::make_shared<Output>(executor_, std::move(output))) {
  output_->listen();
}

ChildProcess::~ChildProcess() {
  boost::system::error_code ignored;
  output_->descriptor.close(ignored);
  if (handle_)
    asio::co_spawn(executor_, end_in_background(executor_, std::move(handle_), pid_),
                   asio::detached);
}

Result<std::unique_ptr<ChildProcess>> ChildProcess::start(asio::any_io_executor executor,
                                                          const Program& program) {
  int output[2];
  if (::pipe2(output, O_CLOEXEC | O_NONBLOCK) != 0) return system_failure(errno, "making a pipe");
  UniqueFd output_end(output[0]);
  UniqueFd output_begin(output[1]);
  // The program's side blocks: programs do not expect anything else.
  ::fcntl(output_begin.get(), F_SETFL, 0);
  int failure[2];
  if (::pipe2(failure, O_CLOEXEC) != 0) return system_failure(errno, "making a pipe");
  UniqueFd failure_end(failure[0]);
  UniqueFd failure_begin(failure[1]);

  const Birth birth{.program = program, .output = output[1], .failure = failure[1]};
  const pid_t pid = ::fork();
  if (pid < 0) return system_failure(errno, "making a process");
  if (pid == 0) run(birth);
  ::setpgid(pid, pid);
  UniqueFd handle(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!handle) {
    const int error = errno;
    end_group(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    return system_failure(error, "watching a process");
  }
  return std::unique_ptr<ChildProcess>(new ChildProcess(
      std::move(executor), pid, std::move(handle), std::move(output_end), std::move(failure_end)));
}

asio::awaitable<Ended> ChildProcess::ended(Time deadline) {
  const bool timed_out = co_await forced(executor_, handle_.get(), pid_, deadline);
  co_return reaped(timed_out);
}

Ended ChildProcess::reaped(bool timed_out) {
  siginfo_t info{};
  const int done = ::waitid(P_PIDFD, static_cast<id_t>(handle_.get()), &info, WEXITED | WNOHANG);
  if (done != 0 || info.si_pid == 0) return {Ended::How::timed_out};  // it is left to ~ChildProcess
  handle_.reset();
  int error = 0;
  if (::read(failure_.get(), &error, sizeof error) == sizeof error)
    return {Ended::How::not_started, error};
  if (timed_out) return {Ended::How::timed_out};
  if (info.si_code == CLD_EXITED) return {Ended::How::exited, info.si_status};
  return {Ended::How::killed, info.si_status};
}

std::string ChildProcess::output() {
  output_->take();
  return output_->text;
}

}  // namespace lvsd
