#include "daemon/script_program.h"

namespace lvsd {

namespace {

std::vector<std::string> environment(const ScriptUser& user) {
  std::vector<std::string> out = {
      "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "SHELL=/bin/sh",
      "LANG=C.UTF-8", "HOME=" + user.home};
  if (!user.name.empty()) {
    out.push_back("USER=" + user.name);
    out.push_back("LOGNAME=" + user.name);
  }
  return out;
}

}  // namespace

Result<Program> script_program(const Script& script, const ScriptRules& rules) {
  const auto user = script_user(script, rules);
  if (!user) return user.error();
  const auto path = safe_program(script.argv.front(), *user, rules);
  if (!path) return path.error();
  return Program{*path, script.argv, environment(*user), *user, rules.umask};
}

}  // namespace lvsd
