#pragma once

#include <sys/types.h>
#include <termios.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "test/kernel/process.h"
#include "test/kernel/terminal_screen.h"

namespace lvsd::testing {

struct TerminalSize {
  std::size_t width = 80;
  std::size_t height = 24;
};

// A person at a terminal: a program on a pty in a network namespace, the keys that are typed and
// the screen that is seen. The terminal is an xterm with UTF-8. Killed with the object.
class TerminalSession {
 public:
  // `environment` is put before this process's: "NO_COLOR=1".
  TerminalSession(const NetworkNamespace& where, const Command& command, TerminalSize size = {},
                  std::vector<std::string> environment = {});
  ~TerminalSession();
  TerminalSession(const TerminalSession&) = delete;
  TerminalSession& operator=(const TerminalSession&) = delete;

  void type(std::string_view keys) const;
  void resize(TerminalSize size);

  // As it is now.
  const TerminalScreen& screen();
  // Until the screen's text is so; false when it was not in time.
  bool shows(const std::function<bool(const std::string&)>& wanted,
             std::chrono::milliseconds limit = std::chrono::seconds(10));
  bool shows(std::string_view words, std::chrono::milliseconds limit = std::chrono::seconds(10));

  // Every byte that came so far.
  const std::string& bytes() const { return bytes_; }

  // What the program makes of keys, as the kernel has it: echo, lines.
  termios settings() const;
  std::optional<int> exit_code(std::chrono::milliseconds limit);

 private:
  void read();

  UniqueFd master_;
  pid_t pid_ = -1;
  std::optional<int> exit_code_;
  TerminalScreen screen_;
  std::string bytes_;
};

}  // namespace lvsd::testing
