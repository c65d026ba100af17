#include "daemon/api_token.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>

#include "base/unique_fd.h"

namespace lvsd {

namespace {

constexpr std::size_t shortest = 16;
constexpr std::size_t longest = 512;

std::string reading(const std::filesystem::path& file) {
  return "reading the token of " + file.string();
}

Result<void> check_owner(int descriptor, const std::filesystem::path& file) {
  struct stat found {};
  if (::fstat(descriptor, &found) != 0) return system_failure(errno, reading(file));
  if (!S_ISREG(found.st_mode)) return system_failure(EINVAL, reading(file) + ": it is no file");
  if (found.st_uid != 0 && found.st_uid != ::geteuid())
    return system_failure(EACCES, reading(file) + ": it belongs to neither root nor lvsd");
  if ((found.st_mode & (S_IRWXO | S_IWGRP)) != 0)
    return system_failure(EACCES, reading(file) + ": others may read or change it, chmod 0400 it");
  return {};
}

bool is_plain(std::string_view token) {
  return std::all_of(token.begin(), token.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

}  // namespace

Result<std::string> api_token(const std::filesystem::path& file) {
  // Not to wait for the other side of a pipe.
  const UniqueFd descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!descriptor) return system_failure(errno, reading(file));
  if (const auto safe = check_owner(descriptor.get(), file); !safe) return safe.error();
  std::array<char, longest + 2> room{};
  const auto got = ::read(descriptor.get(), room.data(), room.size());
  if (got < 0) return system_failure(errno, reading(file));
  std::string_view token(room.data(), static_cast<std::size_t>(got));
  token = token.substr(0, token.find_first_of("\r\n"));
  if (token.size() < shortest || token.size() > longest || !is_plain(token))
    return system_failure(EINVAL,
                          reading(file) +
                              ": its first line is no token of 16 to 512 characters without "
                              "blanks");
  return std::string(token);
}

}  // namespace lvsd
