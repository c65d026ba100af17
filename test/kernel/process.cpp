#include "test/kernel/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <array>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace lvsd::testing {
namespace {

// Files in memory for input and output: nothing to pump, and no pipe that fills up.
UniqueFd memory_file(const char* name) {
  UniqueFd fd(::memfd_create(name, MFD_CLOEXEC));
  if (!fd) throw std::system_error(errno, std::generic_category(), "memfd_create");
  // Whoever opens /dev/stderr anew must not write over what is there.
  ::fcntl(fd.get(), F_SETFL, O_APPEND);
  return fd;
}

UniqueFd filled(std::string_view input) {
  UniqueFd fd = memory_file("input");
  while (!input.empty()) {
    const ssize_t written = ::write(fd.get(), input.data(), input.size());
    if (written < 0) throw std::system_error(errno, std::generic_category(), "writing input");
    input.remove_prefix(static_cast<std::size_t>(written));
  }
  ::lseek(fd.get(), 0, SEEK_SET);
  return fd;
}

pid_t spawned(const Command& command, int input, int output) {
  std::vector<char*> argv;
  for (const std::string& word : command)
    argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t files;
  ::posix_spawn_file_actions_init(&files);
  ::posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&files, output, STDERR_FILENO);
  pid_t pid = -1;
  const int failure = ::posix_spawnp(&pid, argv[0], &files, nullptr, argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&files);
  if (failure != 0)
    throw std::system_error(failure, std::generic_category(), "starting " + command.front());
  return pid;
}

}  // namespace

Process::Process(const NetworkNamespace& where, const Command& command, std::string_view input)
    : output_(memory_file("output")) {
  const UniqueFd stdin_file = filled(input);
  const Inside inside(where);
  pid_ = spawned(command, stdin_file.get(), output_.get());
  handle_.reset(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
}

Process::Process(Process&& other) noexcept
    : output_(std::move(other.output_)),
      handle_(std::move(other.handle_)),
      pid_(std::exchange(other.pid_, -1)),
      exit_code_(other.exit_code_) {}

Process::~Process() {
  if (pid_ < 0 || exit_code_) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

bool Process::running() {
  return !exit_code(std::chrono::milliseconds(0));
}

std::string Process::output() const {
  std::string all;
  std::array<char, 16384> chunk{};
  while (true) {
    const ssize_t got =
        ::pread(output_.get(), chunk.data(), chunk.size(), static_cast<off_t>(all.size()));
    if (got <= 0) return all;
    all.append(chunk.data(), static_cast<std::size_t>(got));
  }
}

void Process::send(int signal) {
  if (running()) ::kill(pid_, signal);
}

std::optional<int> Process::exit_code(std::chrono::milliseconds limit) {
  if (exit_code_) return exit_code_;
  pollfd ended{.fd = handle_.get(), .events = POLLIN, .revents = 0};
  if (::poll(&ended, 1, static_cast<int>(limit.count())) != 1) return std::nullopt;
  int status = 0;
  if (::waitpid(pid_, &status, 0) != pid_)
    throw std::system_error(errno, std::generic_category(), "waitpid");
  exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return exit_code_;
}

std::string output_of(const NetworkNamespace& where, const Command& command,
                      std::string_view input) {
  Process process(where, command, input);
  const auto code = process.exit_code(std::chrono::seconds(20));
  if (code == 0) return process.output();
  throw std::runtime_error(command.front() + (code ? " failed: " : " took too long: ") +
                           process.output());
}

}  // namespace lvsd::testing
