#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/unique_fd.h"
#include "test/kernel/network_namespace.h"

namespace lvsd::testing {

using Command = std::vector<std::string>;

// A program running in a network namespace, with what it writes to standard output and error kept
// together. Killed and reaped with the object, so that no test leaves one behind.
class Process {
 public:
  // Throws when the program cannot be started. `input` is all it reads from standard input.
  Process(const NetworkNamespace& where, const Command& command, std::string_view input = {});
  ~Process();
  Process(Process&& other) noexcept;
  Process& operator=(Process&&) = delete;

  pid_t pid() const { return pid_; }
  bool running();

  // All it has written so far.
  std::string output() const;

  void send(int signal);

  // Its exit code, or 128 + the signal that ended it; nothing if it still runs after `limit`.
  std::optional<int> exit_code(std::chrono::milliseconds limit);

 private:
  UniqueFd output_;
  UniqueFd handle_;
  pid_t pid_ = -1;
  std::optional<int> exit_code_;
};

// What the program wrote. Throws, quoting that, when it fails or takes more than 20 s.
std::string output_of(const NetworkNamespace& where, const Command& command,
                      std::string_view input = {});

}  // namespace lvsd::testing
