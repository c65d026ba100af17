#pragma once

// How a conversation with the kernel can fail where it gave no errno, or where the errno is not
// the point. The reconciler asks: each asks for another reaction.

#include <system_error>

namespace lvsd {

enum class kernel_errc {
  no_ipvs = 1,      // the kernel has no IPVS, and its module cannot be loaded
  no_answer,        // a question stayed unanswered until its deadline
  unknown_outcome,  // a change was sent and may or may not be done: read before anything else
  not_attempted,    // a change was not sent, because an earlier one's outcome is unknown
  module_reloaded,  // ip_vs was unloaded since we asked for its number; nothing was done
  bad_answer,       // truncated, interrupted or malformed; nothing of it was used
  needs_module,     // a service needs a module that only an administrator can load safely
  busy,             // too much waits for the kernel writer already
};

std::error_code make_error_code(kernel_errc code);

}  // namespace lvsd

template <>
struct std::is_error_code_enum<lvsd::kernel_errc> : std::true_type {};
