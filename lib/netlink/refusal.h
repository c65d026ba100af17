#pragma once

// What the kernel's errno means for the change it was the answer to: the same number says
// different things to different commands, and strerror's words mislead ("No such file or
// directory" is a missing scheduler module). The kernel writer asks.

#include <string>
#include <string_view>
#include <system_error>

#include "base/error.h"
#include "model/controls.h"
#include "model/op.h"

namespace lvsd {

// errno values whose message is their name ("ENOENT"). They compare equal to std::errc's.
const std::error_category& errno_category();

// Why the kernel refused this change, for people; empty when the errno says it all.
std::string reason(const Op& op, int errno_value);
std::string reason(const ControlOp& op, int errno_value);

// "set tcp 10.0.0.1:80 xyz: the scheduler module ip_vs_xyz is not available: ENOENT", with the
// errno as code.
Error refusal(const Op& op, int errno_value);
Error refusal(const ControlOp& op, int errno_value);
// The same for a question: `attempt` says which.
Error refusal(std::string_view attempt, int errno_value);

}  // namespace lvsd
