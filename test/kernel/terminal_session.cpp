#include "test/kernel/terminal_session.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <system_error>
#include <thread>

#include "daemon/exec_vector.h"
#include "test/kernel/eventually.h"

namespace lvsd::testing {
namespace {

UniqueFd open_terminal() {
  UniqueFd master(::posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
  if (!master || ::grantpt(master.get()) != 0 || ::unlockpt(master.get()) != 0)
    throw std::system_error(errno, std::generic_category(), "opening a pty");
  return master;
}

void set_size(const UniqueFd& master, TerminalSize size) {
  winsize wanted{};
  wanted.ws_col = static_cast<unsigned short>(size.width);
  wanted.ws_row = static_cast<unsigned short>(size.height);
  ::ioctl(master.get(), TIOCSWINSZ, &wanted);
}

// In a session of its own, so that the first terminal it opens is its own.
pid_t spawned(const Command& command, const std::string& terminal,
              const std::vector<std::string>& environment) {
  posix_spawn_file_actions_t files;
  ::posix_spawn_file_actions_init(&files);
  ::posix_spawn_file_actions_addopen(&files, STDIN_FILENO, terminal.c_str(), O_RDWR, 0);
  ::posix_spawn_file_actions_adddup2(&files, STDIN_FILENO, STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&files, STDIN_FILENO, STDERR_FILENO);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
  const std::vector<char*> argv = exec_vector(command);
  const std::vector<char*> envp = exec_vector(environment);
  pid_t pid = -1;
  const int failure = ::posix_spawnp(&pid, argv[0], &files, &attributes, argv.data(), envp.data());
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&files);
  if (failure != 0)
    throw std::system_error(failure, std::generic_category(), "starting " + command.front());
  return pid;
}

}  // namespace

TerminalSession::TerminalSession(const NetworkNamespace& where, const Command& command,
                                 TerminalSize size, std::vector<std::string> environment)
    : master_(open_terminal()), screen_(size.width, size.height) {
  set_size(master_, size);
  environment.insert(environment.end(), {"TERM=xterm-256color", "LC_ALL=C.UTF-8"});
  for (char** word = environ; *word != nullptr; ++word)
    if (const std::string_view one = *word;
        !one.starts_with("TERM=") && !one.starts_with("LC_ALL=") && !one.starts_with("NO_COLOR="))
      environment.emplace_back(one);
  std::array<char, 64> name{};
  if (::ptsname_r(master_.get(), name.data(), name.size()) != 0)
    throw std::system_error(errno, std::generic_category(), "naming a pty");
  const Inside inside(where);
  pid_ = spawned(command, name.data(), environment);
}

TerminalSession::~TerminalSession() {
  if (exit_code_) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

void TerminalSession::type(std::string_view keys) const {
  if (::write(master_.get(), keys.data(), keys.size()) != static_cast<ssize_t>(keys.size()))
    throw std::system_error(errno, std::generic_category(), "typing");
}

void TerminalSession::resize(TerminalSize size) {
  read();
  screen_.resize(size.width, size.height);
  set_size(master_, size);
}

// Ends with EAGAIN, and with EIO when nobody has the terminal open any more.
void TerminalSession::read() {
  std::array<char, 16384> chunk{};
  while (true) {
    const ssize_t got = ::read(master_.get(), chunk.data(), chunk.size());
    if (got <= 0) return;
    const std::string_view piece(chunk.data(), static_cast<std::size_t>(got));
    bytes_ += piece;
    screen_.take(piece);
  }
}

const TerminalScreen& TerminalSession::screen() {
  read();
  return screen_;
}

bool TerminalSession::shows(const std::function<bool(const std::string&)>& wanted,
                            std::chrono::milliseconds limit) {
  return eventually(limit, [&] { return wanted(screen().text()); });
}

bool TerminalSession::shows(std::string_view words, std::chrono::milliseconds limit) {
  return shows([words](const std::string& text) { return text.find(words) != text.npos; }, limit);
}

termios TerminalSession::settings() const {
  termios out{};
  if (::tcgetattr(master_.get(), &out) != 0)
    throw std::system_error(errno, std::generic_category(), "reading a terminal's settings");
  return out;
}

// A program whose output nobody reads would not end.
std::optional<int> TerminalSession::exit_code(std::chrono::milliseconds limit) {
  if (exit_code_) return exit_code_;
  int status = 0;
  if (!eventually(limit, [&] {
        read();
        return ::waitpid(pid_, &status, WNOHANG) == pid_;
      }))
    return std::nullopt;
  read();
  exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return exit_code_;
}

}  // namespace lvsd::testing
