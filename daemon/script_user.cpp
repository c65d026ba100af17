#include "daemon/script_user.h"

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <memory>

#include "base/parse_number.h"

namespace lvsd {

namespace {

Error refused(std::string why) {
  return {std::make_error_code(std::errc::permission_denied), std::move(why)};
}

Result<gid_t> group_of(const std::string& name) {
  if (const auto number = parse_number<gid_t>(name)) return *number;
  const group* found = ::getgrnam(name.c_str());
  if (found == nullptr) return refused("there is no group '" + name + "'");
  return found->gr_gid;
}

const passwd* user_of(const std::string& name) {
  if (const auto number = parse_number<uid_t>(name)) return ::getpwuid(*number);
  return ::getpwnam(name.c_str());
}

std::vector<gid_t> all_groups(const char* user, gid_t primary) {
  int count = 64;
  std::vector<gid_t> groups(static_cast<std::size_t>(count));
  if (::getgrouplist(user, primary, groups.data(), &count) < 0) {
    groups.resize(static_cast<std::size_t>(count));
    ::getgrouplist(user, primary, groups.data(), &count);
  }
  groups.resize(static_cast<std::size_t>(std::max(count, 0)));
  return groups;
}

bool may_execute(const struct stat& file, const ScriptUser& user) {
  if (user.uid == 0) return (file.st_mode & 0111) != 0;
  if (file.st_uid == user.uid) return (file.st_mode & 0100) != 0;
  const bool in_group = file.st_gid == user.gid || std::find(user.groups.begin(), user.groups.end(),
                                                             file.st_gid) != user.groups.end();
  return (file.st_mode & (in_group ? 0010 : 0001)) != 0;
}

// Writable for somebody else than root; a sticky directory does not let others replace our file.
bool is_writable_for_others(const struct stat& entry) {
  const bool sticky = S_ISDIR(entry.st_mode) && (entry.st_mode & S_ISVTX) != 0;
  const bool group = entry.st_gid != 0 && (entry.st_mode & S_IWGRP) != 0;
  const bool others = (entry.st_mode & S_IWOTH) != 0;
  return entry.st_uid != 0 || ((group || others) && !sticky);
}

// The first element on the way to `path`, itself included, that others than root may change.
std::string unsafe_element(const std::string& path) {
  for (std::size_t slash = 0; slash != std::string::npos;) {
    slash = path.find('/', slash + 1);
    std::string element = path.substr(0, slash);
    struct stat entry {};
    if (::stat(element.c_str(), &entry) != 0 || is_writable_for_others(entry)) return element;
  }
  struct stat root {};
  return ::stat("/", &root) != 0 || is_writable_for_others(root) ? "/" : "";
}

}  // namespace

Result<ScriptUser> script_user(const Script& script, const ScriptRules& rules) {
  ScriptUser out;
  out.uid = ::geteuid();
  out.gid = ::getegid();
  const bool own_word = !script.user.empty();
  std::string name = own_word ? script.user : rules.user;
  const passwd* entry = nullptr;
  if (name.empty() && (entry = user_of("keepalived_script")) != nullptr) name = entry->pw_name;
  if (name.empty()) {
    entry = ::getpwuid(out.uid);
  } else if ((entry = user_of(name)) == nullptr) {
    return refused("there is no user '" + name + "'");
  }
  if (entry != nullptr && (out.uid == 0 || entry->pw_uid == out.uid)) {
    out.changes = out.uid == 0 && !name.empty();
    if (out.changes) out.gid = entry->pw_gid;
    out.uid = entry->pw_uid;
    out.name = entry->pw_name;
    out.home = entry->pw_dir;
  }
  const std::string& group = own_word ? script.group : rules.group;
  if (!group.empty() && out.changes) {
    const auto found = group_of(group);
    if (!found) return found.error();
    out.gid = *found;
  }
  if (out.changes && rules.supplementary_groups) out.groups = all_groups(out.name.c_str(), out.gid);
  return out;
}

Result<std::string> safe_program(const std::string& path, const ScriptUser& user,
                                 const ScriptRules& rules) {
  const std::unique_ptr<char, void (*)(void*)> real(::realpath(path.c_str(), nullptr), std::free);
  if (!real) return system_failure(errno, path);
  struct stat file {};
  if (::stat(real.get(), &file) != 0) return system_failure(errno, path);
  if (!S_ISREG(file.st_mode)) return refused(path + " is not a regular file");
  if (!may_execute(file, user)) return refused(path + " is not executable for its user");
  if (rules.security && user.uid == 0) {
    const std::string unsafe = unsafe_element(real.get());
    if (!unsafe.empty()) return refused(unsafe + " can be changed by others than root");
  }
  return rules.symlink_paths ? path : std::string(real.get());
}

}  // namespace lvsd
