#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/result.h"
#include "model/check.h"
#include "model/probe_settings.h"

namespace lvsd {

// Who a program runs as.
struct ScriptUser {
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups;  // to be set; empty: just `gid`
  std::string name;
  std::string home = "/";
  bool changes = false;  // we are root and become this user
};

// Looks the user and group up. Blocks. Whoever is not root runs programs as himself, whatever the
// file says: `changes` is false then, and the caller may say so.
Result<ScriptUser> script_user(const Script& script, const ScriptRules& rules);

// Where the program really is, if it may be run: a regular file that `user` may execute. With
// `security`, and root to run it, nothing on the way to it may be writable for others than root:
// the real way, so that a linked /bin is no reason to refuse (keepalived's notify.c refuses it).
Result<std::string> safe_program(const std::string& path, const ScriptUser& user,
                                 const ScriptRules& rules);

}  // namespace lvsd
