#include "daemon/config_file.h"

#include <fcntl.h>
#include <glob.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <random>
#include <string>
#include <utility>

#include "base/unique_fd.h"
#include "daemon/file_identity.h"

namespace lvsd {

namespace {

constexpr off_t largest_file = off_t{16} << 20;
constexpr int most_attempts = 3;

Error refusal(const std::string& path, std::errc code, const std::string& why) {
  return Error{std::make_error_code(code), "reading '" + path + "': " + why};
}

Error system_refusal(const std::string& path) {
  return system_failure(errno, "reading '" + path + "'");
}

Result<std::string> contents(int fd, const std::string& path, std::size_t size) {
  std::string out(size, '\0');
  std::size_t filled = 0;
  while (filled < size) {
    const ssize_t got = ::read(fd, out.data() + filled, size - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_refusal(path);
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  out.resize(filled);
  return out;
}

enum class Attempt { done, changed };

// One reading; `changed` when the file was not the same afterwards.
Result<std::pair<Attempt, std::string>> attempt(const std::string& path) {
  // Without O_NONBLOCK a FIFO would hold us until someone writes to it.
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
  if (!fd) return system_refusal(path);
  struct stat before {};
  if (::fstat(fd.get(), &before) != 0) return system_refusal(path);
  if (S_ISDIR(before.st_mode)) return refusal(path, std::errc::is_a_directory, "not a file");
  if (!S_ISREG(before.st_mode))
    return refusal(path, std::errc::invalid_argument, "not a regular file");
  if (before.st_size > largest_file)
    return refusal(path, std::errc::file_too_large, "larger than 16 MiB");

  auto text = contents(fd.get(), path, static_cast<std::size_t>(before.st_size));
  if (!text) return text.error();
  struct stat after {};
  struct stat named {};
  if (::fstat(fd.get(), &after) != 0 || ::stat(path.c_str(), &named) != 0)
    return system_refusal(path);
  const bool same = FileIdentity(before) == FileIdentity(after) &&
                    FileIdentity(after) == FileIdentity(named) &&
                    text->size() == static_cast<std::size_t>(before.st_size);
  return std::pair(same ? Attempt::done : Attempt::changed, std::move(*text));
}

Result<std::string> read(const std::string& path) {
  for (int i = 0; i < most_attempts; ++i) {
    auto result = attempt(path);
    if (!result) return result.error();
    if (result->first == Attempt::done) return std::move(result->second);
  }
  return refusal(path, std::errc::resource_unavailable_try_again,
                 "it changes while it is read; write a new file and rename it");
}

Result<std::vector<std::string>> matches(const std::string& pattern) {
  glob_t found{};
  const int outcome = ::glob(pattern.c_str(), GLOB_BRACE | GLOB_MARK, nullptr, &found);
  std::vector<std::string> out;
  for (std::size_t i = 0; i < found.gl_pathc; ++i)
    out.emplace_back(found.gl_pathv[i]);
  ::globfree(&found);
  if (outcome == GLOB_NOMATCH) return std::vector<std::string>();
  if (outcome != 0)
    return Error{std::make_error_code(std::errc::not_enough_memory),
                 "looking for '" + pattern + "'"};
  return out;
}

bool executable(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
         (status.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)) != 0;
}

// What keepalived compares `@id` with when it is told nothing.
std::string host_name() {
  std::array<char, 256> name{};
  ::gethostname(name.data(), name.size() - 1);
  const std::string host = name.data();
  return host.substr(0, host.find('.'));
}

std::optional<std::string> environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

}  // namespace

Files disk_files() {
  return Files{read, matches, executable};
}

LoadOptions machine_options() {
  return {
      .config_id = host_name(), .environment = environment, .random_seed = std::random_device{}()};
}

}  // namespace lvsd
