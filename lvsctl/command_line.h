#pragma once

#include <span>
#include <string>
#include <vector>

#include "lvsctl/command.h"

// From the words of a command line to what is printed and the exit code.

namespace lvsd::ctl {

// The table of commands, in the order of the help.
std::span<const Command> commands();

// What the words do not say.
struct Surroundings {
  std::optional<std::size_t> terminal_width;  // of standard output; absent: not a terminal
  bool error_is_terminal = false;             // standard error
  bool no_color = false;                      // NO_COLOR is set and not empty
  bool unicode = true;                        // the locale writes UTF-8
  // Makes the way to the daemon; client() of client.h, or a test's.
  std::function<Ask(std::filesystem::path socket, std::chrono::milliseconds timeout)> connect;
  // Likewise, for streams.
  std::function<Follow(std::filesystem::path socket, std::chrono::milliseconds timeout)> follow;
  // Likewise, for long answers; empty: they are taken whole.
  std::function<Follow(std::filesystem::path socket, std::chrono::milliseconds timeout)> fetch = {};
  std::function<void(std::string_view)> print;
  std::function<void(std::string_view)> tell;
  Machine machine;
};

// `words` without the program's name.
Output outcome(std::vector<std::string> words, const Surroundings& surroundings);

}  // namespace lvsd::ctl
