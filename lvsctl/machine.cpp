#include "lvsctl/machine.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <thread>
#include <vector>

#include "base/unique_fd.h"
#include "daemon/config_file.h"
#include "daemon/wall_clock.h"

namespace lvsd::ctl {
namespace {

bool written(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(fd, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return ::fsync(fd) == 0;
}

// A link takes the name only where it is free; a rename takes it anyway.
bool named(const std::string& unfinished, const std::string& path, bool replace) {
  if (replace) return ::rename(unfinished.c_str(), path.c_str()) == 0;
  return ::link(unfinished.c_str(), path.c_str()) == 0 && ::unlink(unfinished.c_str()) == 0;
}

Result<void> write_file(const std::string& path, const std::string& text, bool replace) {
  std::string unfinished = path + ".XXXXXX";
  const UniqueFd file(::mkostemp(unfinished.data(), O_CLOEXEC));
  if (!file) return system_failure(errno, "writing '" + path + "'");
  // Readable by the group as configuration is, not by everybody: it may hold passwords.
  if (::fchmod(file.get(), 0640) == 0 && written(file.get(), text) &&
      named(unfinished, path, replace))
    return {};
  const Error failure = system_failure(errno, "writing '" + path + "'");
  ::unlink(unfinished.c_str());
  return failure;
}

std::chrono::milliseconds uptime() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now().time_since_epoch());
}

// From then on the signals wait until somebody pauses again: a request is not torn.
bool paused(std::chrono::milliseconds length) {
  sigset_t signals;
  ::sigemptyset(&signals);
  ::sigaddset(&signals, SIGINT);
  ::sigaddset(&signals, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  const auto whole = std::chrono::duration_cast<std::chrono::seconds>(length);
  const std::chrono::nanoseconds rest = length - whole;
  const timespec time{.tv_sec = whole.count(), .tv_nsec = rest.count()};
  return ::sigtimedwait(&signals, nullptr, &time) < 0;
}

int run_line(const std::string& line, const std::map<std::string, std::string>& variables) {
  std::vector<std::string> words;
  for (char** word = environ; *word != nullptr; ++word)
    words.emplace_back(*word);
  for (const auto& [name, value] : variables) {
    std::string set = name + "=";
    std::erase_if(words, [&set](const std::string& word) { return word.starts_with(set); });
    words.push_back(set.append(value));
  }
  std::vector<char*> environment;
  environment.reserve(words.size() + 1);
  for (std::string& word : words)
    environment.push_back(word.data());
  environment.push_back(nullptr);
  std::string shell = "/bin/sh";
  std::string option = "-c";
  std::string command = line;
  char* const arguments[] = {shell.data(), option.data(), command.data(), nullptr};
  pid_t child = 0;
  if (::posix_spawn(&child, shell.c_str(), nullptr, nullptr, arguments, environment.data()) != 0)
    return 127;
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void sleep_for(std::chrono::milliseconds length) {
  std::this_thread::sleep_for(length);
}

}  // namespace

Machine this_machine() {
  return {disk_files(), machine_options(), wall_clock, write_file,
          run_line,     sleep_for,         uptime,     paused};
}

}  // namespace lvsd::ctl
