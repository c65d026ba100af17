#pragma once

#include "daemon/child_process.h"
#include "daemon/script_user.h"
#include "model/check.h"

namespace lvsd {

// The script as it is to be run: by its user, from its real place, with the few variables a program
// can rely on (keepalived passes its own environment on). An error says why it may not run. Looks
// users and files up, so it blocks.
Result<Program> script_program(const Script& script, const ScriptRules& rules);

}  // namespace lvsd
