#include "daemon/sysctl_tree.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/parse_number.h"
#include "base/unique_fd.h"

namespace lvsd {

std::string SysctlTree::path_of(const std::string& name) const {
  std::string path = name;
  std::replace(path.begin(), path.end(), '.', '/');
  return root_ + "/" + path;
}

Result<std::string> SysctlTree::value(const std::string& name) const {
  const UniqueFd file(::open(path_of(name).c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return system_failure(errno, "reading " + name);
  std::array<char, 256> room{};
  const ssize_t got = ::read(file.get(), room.data(), room.size());
  if (got < 0) return system_failure(errno, "reading " + name);
  std::string text;
  for (ssize_t i = 0; i < got; ++i) {
    const char c = room[static_cast<std::size_t>(i)];
    const bool is_blank = c == ' ' || c == '\t' || c == '\n';
    if (!is_blank)
      text += c;
    else if (!text.empty() && text.back() != ' ')
      text += ' ';
  }
  if (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

Result<void> SysctlTree::set(const std::string& name, const std::string& value) const {
  const UniqueFd file(::open(path_of(name).c_str(), O_WRONLY | O_CLOEXEC));
  // One call: the kernel takes each for a value of its own.
  if (!file || ::write(file.get(), value.data(), value.size()) < 0)
    return system_failure(errno, "setting " + name);
  return {};
}

namespace {

std::uint32_t number(const SysctlTree& tree, const std::string& name) {
  const auto text = tree.value(name);
  return text ? parse_number<std::uint32_t>(*text).value_or(0) : 0;
}

}  // namespace

Keepalive keepalive(const SysctlTree& tree) {
  return {.time_seconds = number(tree, "net.ipv4.tcp_keepalive_time"),
          .interval_seconds = number(tree, "net.ipv4.tcp_keepalive_intvl")};
}

Tuned tuned(const SysctlTree& tree, const std::vector<SysctlWish>& wishes, Sysctls before) {
  Tuned out{.before = std::move(before), .changes = {}, .problems = {}};
  for (const SysctlWish& wish : wishes) {
    const auto now = tree.value(wish.name);
    if (now && *now == wish.value) continue;
    const auto set = now ? tree.set(wish.name, wish.value) : Result<void>(now.error());
    if (!set) {
      out.problems.push_back(fmt::format(
          "{} is not {} ({}): {}. Where lvsd may not set it, put the line '{} = {}' into "
          "/etc/sysctl.d/lvsd.conf",
          wish.name, wish.value, wish.why, text(set.error()), wish.name, wish.value));
      continue;
    }
    out.before.try_emplace(wish.name, *now);
    out.changes.push_back(
        fmt::format("{} is {} now, was {} ({})", wish.name, wish.value, *now, wish.why));
  }
  return out;
}

std::vector<std::string> to_restore(const SysctlTree& tree, const Sysctls& before) {
  std::vector<std::string> lines;
  for (const auto& [name, value] : before)
    if (const auto now = tree.value(name); now && *now != value)
      lines.push_back(fmt::format("{} {} -> {}", name, *now, value));
  return lines;
}

Tuned restored(const SysctlTree& tree, const Sysctls& before) {
  Tuned out;
  for (const auto& [name, value] : before) {
    const auto now = tree.value(name);
    const auto set = now ? tree.set(name, value) : Result<void>(now.error());
    if (!set) {
      out.before.emplace(name, value);
      out.problems.push_back(
          fmt::format("{} is not put back to {}: {}", name, value, text(set.error())));
    } else {
      out.changes.push_back(fmt::format("{} is {} again, was {}", name, value, *now));
    }
  }
  return out;
}

std::vector<std::string> unmet(const SysctlTree& tree, const std::vector<SysctlWish>& needed) {
  std::vector<std::string> lines;
  for (const SysctlWish& wish : needed)
    if (const auto now = tree.value(wish.name); now && *now != wish.value)
      lines.push_back(fmt::format(
          "{} is {}, so it is not true that {}: set it to {}, or let lvsd do it with 'ipvs_sysctl "
          "auto'",
          wish.name, *now, wish.why, wish.value));
  return lines;
}

}  // namespace lvsd
