#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>

#include "daemon/check_runner.h"
#include "daemon/script_user.h"
#include "model/check.h"

namespace lvsd {

// A program that is to run for as long as this lives.
using KeptProgram = std::shared_ptr<void>;

// Starts one; `over` is called once if it ends by itself, or cannot be run, and not after what is
// returned has gone.
using KeepProgram = std::function<KeptProgram(const Script& script, Over over)>;

// In this process. Looks the program up, so it blocks.
KeptProgram kept_program(const boost::asio::any_io_executor& executor, const Script& script,
                         const ScriptRules& rules, Over over);

}  // namespace lvsd
