#pragma once

#include <sys/types.h>

#include <boost/asio/any_io_executor.hpp>
#include <cstdint>
#include <functional>
#include <string_view>

#include "base/result.h"
#include "base/unique_fd.h"
#include "model/global.h"

namespace lvsd {

// What a checking process is for, which decides what it may do.
enum class CheckerRole : std::uint8_t {
  // Talks with strangers: every check that goes through a socket. No capability, no new privileges,
  // a user of its own where the daemon is root, no files, no processes.
  network,
  // Runs the programs and reads the files that the configuration names, and never what a stranger
  // sends. Where the daemon is root it stays so, with the capabilities it takes to become a
  // script's user and to end its group.
  local,
};
std::string_view text(CheckerRole role);  // "network", "local"; also the word of its command line

// A checker that was started. The descriptors are ours.
struct LaunchedChecker {
  pid_t pid = 0;
  UniqueFd process;  // pidfd
  UniqueFd pipe;     // CheckerLink
  UniqueFd lender;   // SocketLender
};
using LaunchChecker =
    std::function<Result<LaunchedChecker>(CheckerRole role, const CheckerProcess& how)>;

// Descriptors of a checker, beside 0 to 2.
constexpr int checker_pipe_fd = 3;
constexpr int checker_lender_fd = 4;

// Starts `lvsd-checker ROLE`, with an environment of a few known words and no descriptors but its
// two and stderr. The program lies beside ours, or where it is installed; it is opened now, so that
// a checker that is started after an upgrade is still of our version.
LaunchChecker checker_launcher();

// Kills it, if it lives, and reaps it when it has ended, with the programs it has left behind: the
// signal that they are to get at its death is lost where they gain power by being started.
// `told` gets how: "was killed by signal 9".
void end_checker(const boost::asio::any_io_executor& executor, pid_t pid, UniqueFd process,
                 std::function<void(std::string_view how)> told);

}  // namespace lvsd
