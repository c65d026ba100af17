#include "lvsctl/machine.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string_view>
#include <thread>
#include <vector>

#include "base/unique_fd.h"
#include "daemon/config_file.h"
#include "daemon/machine_facts.h"
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

// Rights beyond the mode, and labels.
bool copy_attributes(int from, int to) {
  std::vector<char> names(std::size_t{64} * 1024);
  const ssize_t size = ::flistxattr(from, names.data(), names.size());
  if (size < 0) return errno == ENOTSUP;
  std::vector<char> value(std::size_t{64} * 1024);
  for (ssize_t at = 0; at < size;) {
    const char* const name = names.data() + at;
    const ssize_t length = ::fgetxattr(from, name, value.data(), value.size());
    if (length < 0) return false;
    const auto bytes = static_cast<std::size_t>(length);
    if (::fsetxattr(to, name, value.data(), bytes, 0) != 0) return false;
    at += static_cast<ssize_t>(std::strlen(name)) + 1;
  }
  return true;
}

bool is_same(const struct stat& one, const struct stat& other) {
  return one.st_dev == other.st_dev && one.st_ino == other.st_ino && one.st_size == other.st_size &&
         one.st_mtim.tv_sec == other.st_mtim.tv_sec && one.st_mtim.tv_nsec == other.st_mtim.tv_nsec;
}

// The name is on the disk, too, when this returns true.
bool sync_folder_of(const std::string& path) {
  const std::string folder = path.substr(0, path.rfind('/') + 1);
  const UniqueFd place(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return place && ::fsync(place.get()) == 0;
}

// Beside `old`, like it but for what it says. An error is in errno.
bool written_anew(const std::string& target, int old, const struct stat& found,
                  const std::string& after) {
  std::string unfinished = target + ".XXXXXX";
  const UniqueFd file(::mkostemp(unfinished.data(), O_CLOEXEC));
  if (!file) return false;
  struct stat present {};
  errno = EBUSY;
  if (::fchown(file.get(), found.st_uid, found.st_gid) == 0 &&
      ::fchmod(file.get(), found.st_mode & 07777) == 0 && copy_attributes(old, file.get()) &&
      written(file.get(), after) && ::stat(target.c_str(), &present) == 0 &&
      is_same(found, present) && named(unfinished, target, true))
    return true;
  const int failure = errno;
  ::unlink(unfinished.c_str());
  errno = failure;
  return false;
}

Result<void> replace_file(const std::string& path, const std::string& before,
                          const std::string& after) {
  const std::string attempt = "writing '" + path + "'";
  const std::unique_ptr<char, void (*)(void*)> resolved(::realpath(path.c_str(), nullptr),
                                                        std::free);
  if (!resolved) return system_failure(errno, attempt);
  const std::string target = resolved.get();
  const UniqueFd old(::open(target.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  struct stat found {};
  if (!old || ::fstat(old.get(), &found) != 0) return system_failure(errno, attempt);
  if (found.st_nlink != 1)
    return Error{std::make_error_code(std::errc::too_many_links),
                 attempt + ": the file has several names, and would keep one of them"};
  const auto now = disk_files().read(target);
  if (!now) return within(attempt, now.error());
  if (*now != before)
    return Error{std::make_error_code(std::errc::device_or_resource_busy),
                 attempt + ": somebody else has changed it"};
  if (!written_anew(target, old.get(), found, after)) return system_failure(errno, attempt);
  if (!sync_folder_of(target))
    return system_failure(errno, attempt + ": done, but perhaps not on the disk");
  return {};
}

// "pts-3" of a terminal, "session-812" where there is none.
std::string terminal_word() {
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    std::array<char, 64> name{};
    if (::ttyname_r(descriptor, name.data(), name.size()) != 0) continue;
    std::string word = name.data();
    if (word.starts_with("/dev/")) word.erase(0, 5);
    std::replace(word.begin(), word.end(), '/', '-');
    return word;
  }
  return "session-" + std::to_string(::getsid(0));
}

// As the XDG Base Directory Specification has it; empty: there is no place.
std::string state_folder() {
  const auto variable = [](const char* name) {
    const char* const value = std::getenv(name);
    return std::string(value != nullptr && *value == '/' ? value : "");
  };
  for (const char* name : {"XDG_RUNTIME_DIR", "XDG_STATE_HOME"})
    if (std::string folder = variable(name); !folder.empty()) return folder + "/lvsctl";
  const std::string home = variable("HOME");
  return home.empty() ? home : home + "/.local/state/lvsctl";
}

Result<std::string> place_of(const std::string& name) {
  const std::string folder = state_folder();
  if (folder.empty())
    return Error{{}, "none of XDG_RUNTIME_DIR, XDG_STATE_HOME and HOME names a folder"};
  std::error_code failure;
  std::filesystem::create_directories(folder, failure);
  if (failure) return Error{failure, "making the folder '" + folder + "'"};
  return folder + "/" + name + "." + terminal_word();
}

// No larger than a configuration may be; what is typed by hand would be waited for.
Result<std::string> standard_input() {
  constexpr std::size_t most = std::size_t{16} << 20;
  const std::string attempt = "reading standard input";
  if (::isatty(STDIN_FILENO) == 1) return Error{{}, "standard input is a terminal"};
  std::string text;
  std::array<char, 65536> chunk{};
  for (;;) {
    const ssize_t got = ::read(STDIN_FILENO, chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_failure(errno, attempt);
    if (got == 0) return text;
    text.append(chunk.data(), static_cast<std::size_t>(got));
    if (text.size() > most) return system_failure(EFBIG, attempt);
  }
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
  return {disk_files(), machine_options(), wall_clock,    write_file, standard_input,
          place_of,     run_line,          sleep_for,     uptime,     paused,
          replace_file, machine_facts,     open_terminal, names_of};
}

}  // namespace lvsd::ctl
